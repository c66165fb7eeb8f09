//! A whole read of a source that is well.

use super::{PAGE, baseline, finding, judged};
use crate::people::{self, GROUPS, Person};
use crate::report::{Finding, Verdict};
use crate::stage::{End, Read, Stage, Trouble, Watch};
use crate::truth::{compare, named};
use muster_host::{ReadRequest, Scope};
use muster_model::Coverage;

pub(super) fn everybody(stage: &mut Stage) -> Result<Verdict, Trouble> {
    let base = baseline(stage)?;
    let done = format!("{} people were read", stage.people.len());
    Ok(judged(delivered(stage, &done, &stage.people, &base.read)))
}

/// What is wrong with a read that should have delivered these people.
pub(super) fn delivered(stage: &Stage, done: &str, people: &[Person], read: &Read) -> Vec<Finding> {
    if let End::Failed(_) = &read.end {
        return vec![finding(
            done,
            "everybody, and an end",
            read.told(),
            "run `muster provider check` with a policy for the plugin's own account of it",
        )];
    }
    let mut findings = Vec::new();
    if let Some(problem) = read.problems.first() {
        findings.push(finding(
            done,
            "no record that cannot be read: all are as the case writes them",
            format!("{}: {}", problem.place, problem.text),
            "correct the plugin, or `person` in the case",
        ));
    }
    let wrong = compare(&stage.case, people, &read.rows);
    findings.extend(wrong.sentences().into_iter().map(|sentence| {
        finding(
            done,
            "everybody once, with their own values",
            sentence,
            "compare the source's answers with what becomes of them in `next`",
        )
    }));
    findings
}

pub(super) fn coverage(stage: &mut Stage) -> Result<Verdict, Trouble> {
    let base = baseline(stage)?;
    let done = format!("{} people were read, and all came", stage.people.len());
    let End::Claimed { coverage, .. } = &base.read.end else {
        return Ok(Verdict::NotTried("the read failed".to_owned()));
    };
    let mut findings = Vec::new();
    if let Coverage::Partial { reason, text, .. } = coverage {
        findings.push(finding(
            &done,
            "`complete`",
            format!("partial ({}): {text}", reason.as_str()),
            "a read that is never complete lets nobody be blocked who has left",
        ));
    }
    if let Coverage::Delta { .. } = coverage {
        let came = "a delta, where everybody was asked for";
        let hint = "only a read from `since` is a delta";
        findings.push(finding(&done, "`complete`", came, hint));
    }
    let count = coverage.evidence().source_count;
    if let Some(count) =
        count.filter(|count| *count != (stage.people.len() + stage.case.also.len()) as u64)
    {
        findings.push(finding(
            &done,
            "the number that the source says, or none",
            format!("a source count of {count}"),
            "give `source_count` only what the source itself counts",
        ));
    }
    Ok(judged(findings))
}

pub(super) fn grants(stage: &mut Stage) -> Result<Verdict, Trouble> {
    stage.set(people::plain(super::PEOPLE))?;
    let (_, watch) = stage.plainly(PAGE);
    let denied = watch.seen().denied;
    let findings = denied.iter().take(3).map(|denied| {
        finding(
            "everybody was read, with the grants that the config gives",
            "that each call is granted",
            denied.clone(),
            "name what is called in `[needs]` of plugin.toml, and let a setting grant it",
        )
    });
    Ok(judged(findings.collect()))
}

pub(super) fn texts(stage: &mut Stage) -> Result<Verdict, Trouble> {
    stage.set(people::odd(&stage.case.without))?;
    let (read, _) = stage.plainly(PAGE);
    let done = "people were read whose names and other free texts are odd";
    Ok(judged(delivered(stage, done, &stage.people, &read)))
}

pub(super) fn empty(stage: &mut Stage) -> Result<Verdict, Trouble> {
    stage.set(Vec::new())?;
    let (read, _) = stage.plainly(PAGE);
    let done = "a source with nobody in it was read";
    if let End::Failed(_) = &read.end {
        return Ok(judged(vec![finding(
            done,
            "an end without anybody: complete, or partial for being empty",
            read.told(),
            "an empty list is no defect: return a last page without rows",
        )]));
    }
    if compare(&stage.case, &[], &read.rows).is_nothing() {
        let note = match read.is_complete() {
            true => "complete: Muster's own guards ask before everybody is blocked",
            false => "partial",
        };
        return Ok(Verdict::Passed(Some(note.to_owned())));
    }
    let came = format!("{} people", read.rows.len());
    Ok(judged(vec![finding(
        done,
        "nobody",
        came,
        "deliver only what the source has",
    )]))
}

pub(super) fn groups(stage: &mut Stage) -> Result<Verdict, Trouble> {
    if !stage.case.groups {
        return Ok(Verdict::NotTried(
            "the case does not say `groups: true`".to_owned(),
        ));
    }
    baseline(stage)?;
    let [everybody, engineers, _] = GROUPS;
    let mut findings = Vec::new();
    for group in [everybody, engineers] {
        let read = of_group(stage, group);
        let members: Vec<Person> = stage
            .people
            .iter()
            .filter(|one| one.groups.contains(&group))
            .cloned()
            .collect();
        let done = format!("people of the syncing group `{group}` were read");
        findings.extend(delivered(stage, &done, &members, &read));
    }
    let read = of_group(stage, "No Such Group");
    if read.is_complete() {
        findings.push(finding(
            "people of a syncing group `No Such Group`, which is not there, were read",
            "a partial read (`group-missing`) or a failure",
            read.told(),
            "a group that is not found may have been renamed: nobody has left it",
        ));
    }
    Ok(judged(findings))
}

/// Reads the members of one syncing group, with the groups that they are in.
fn of_group(stage: &Stage, group: &str) -> Read {
    let scope = Scope {
        groups: vec![group.to_owned()],
        report: stage.case.reported(),
        ..Scope::default()
    };
    let request = ReadRequest {
        page_size: PAGE,
        ..ReadRequest::new(stage.case.wanted(), scope)
    };
    Read::collect(&stage.watched(&Watch::onlooker()), request)
}

/// Names of people, for a sentence.
pub(super) fn names<'a>(people: impl IntoIterator<Item = &'a Person>) -> String {
    let names: Vec<String> = people.into_iter().map(crate::truth::name).collect();
    named(&names)
}
