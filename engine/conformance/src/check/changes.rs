//! Reading what has changed.

use super::reading::names;
use super::{PAGE, PEOPLE, baseline, finding, fresh, judged};
use crate::case::{Changes, Source};
use crate::people::{self, GROUPS, Person};
use crate::report::{Finding, Verdict};
use crate::stage::{End, Read, Stage, Trouble, Watch};
use crate::truth::{Wrong, compare};
use muster_host::{FailureKind, ReadFrom};
use muster_model::page::PlainRow;
use muster_model::{Coverage, SourceStatus};
use std::collections::BTreeMap;
use std::time::Duration;

/// A source may not yet be able to tell what has just changed.
const REST: Duration = Duration::from_millis(2500);

/// People of a read that is overlapped by changes: many pages are left when the
/// first is there.
const MANY: usize = 260;

/// Who is known, by external id: what a read and the deltas after it say.
type Known = BTreeMap<String, PlainRow>;

pub(super) fn feed(stage: &mut Stage) -> Result<Verdict, Trouble> {
    let base = fresh(stage)?;
    let expected = stage.plugin.about().delta && stage.case.changes != Changes::None;
    let Some(cursor) = base.next_delta() else {
        return Ok(Verdict::Passed(None));
    };
    if !expected {
        let (came, hint) = match stage.plugin.about().delta {
            false => (
                "a cursor, though the manifest does not say `delta = true`",
                "say so in plugin.toml, or leave `delta_from` out",
            ),
            true => (
                "a cursor, though the case says `changes: none`",
                "correct the case, or the plugin",
            ),
        };
        let done = "everybody was read";
        return Ok(judged(vec![finding(
            done,
            "no cursor for changes",
            came,
            hint,
        )]));
    }
    // Another question than the one that the cursor was given for.
    let mut request = stage.request(PAGE);
    request.attributes.truncate(1);
    request.from = ReadFrom::Since(cursor.to_vec());
    if stage.case.attributes.len() < 2 {
        return Ok(Verdict::Passed(None));
    }
    let watch = Watch::onlooker();
    let read = Read::collect(&stage.watched(&watch), request);
    match &read.end {
        End::Failed(error) if super::settings::is_broken(error) => Ok(judged(vec![finding(
            "changes were asked for with fewer attributes than before",
            "changes, or a failure of kind `stale-cursor`",
            read.told(),
            "a cursor may come with another request than the one that it was given for",
        )])),
        _ => Ok(Verdict::Passed(None)),
    }
}

pub(super) fn delta(stage: &mut Stage) -> Result<Verdict, Trouble> {
    if let Some(why) = not_tried(stage) {
        return Ok(Verdict::NotTried(why));
    }
    baseline(stage)?;
    let Some((mut known, first)) = base_read(stage) else {
        return Ok(judged(vec![finding(
            "everybody was read, of a source that had rested for some seconds",
            "a cursor for the changes after it, as the manifest says `delta = true`",
            "none",
            "end the read with `.delta_from(cursor)`; or say `changes: none` in the case",
        )]));
    };
    let mut findings = Vec::new();
    let read = since(stage, &first);
    findings.extend(unchanged(&read));
    let second = match read.next_delta() {
        Some(cursor) if findings.is_empty() => cursor.to_vec(),
        _ => first.clone(),
    };
    // A year and a day later, as the source writes it.
    let now = edited(&stage.people, 100, [40, 5]);
    stage.set(now)?;
    rested(stage);
    for (cursor, which) in [
        (&second, "of the delta before"),
        (&first, "of the whole read"),
    ] {
        let read = since(stage, cursor);
        let done =
            format!("people changed, came and left; changes were read from the cursor {which}");
        let mut now_known = known.clone();
        findings.extend(applied(stage, &done, &mut now_known, &read));
        if which == "of the whole read" {
            known = now_known;
        }
    }
    Ok(match judged(findings) {
        Verdict::Passed(_) => Verdict::Passed(note(stage)),
        other => other,
    })
}

fn note(stage: &Stage) -> Option<String> {
    match stage.case.changes {
        Changes::All | Changes::None => None,
        Changes::WithoutRemovals => Some("who has left shows in the next whole read".to_owned()),
        Changes::Unchanged => Some("only that nothing has changed".to_owned()),
    }
}

fn not_tried(stage: &Stage) -> Option<String> {
    match (stage.plugin.about().delta, stage.case.changes) {
        (false, _) => Some("the manifest does not say `delta = true`".to_owned()),
        (true, Changes::None) => Some("the case says `changes: none`".to_owned()),
        _ => None,
    }
}

/// Reads everybody, and takes the cursor.
fn base_read(stage: &Stage) -> Option<(Known, Vec<u8>)> {
    for rests in [false, true] {
        if rests {
            rested(stage);
        }
        let (read, _) = stage.plainly(PAGE);
        if let Some(cursor) = read.next_delta() {
            let cursor = cursor.to_vec();
            return Some((known(read.rows), cursor));
        }
    }
    None
}

/// The suite's own service knows at once.
fn rested(stage: &Stage) {
    if !matches!(stage.case.source, Source::Json(_)) {
        std::thread::sleep(REST);
    }
}

fn known(rows: Vec<PlainRow>) -> Known {
    // A whole read may tell of somebody who left while it went on.
    let is_there = |row: &PlainRow| !matches!(row.status, SourceStatus::Removed(_));
    let with_id = |row: PlainRow| (row.id.clone().unwrap_or_default(), row);
    rows.into_iter().filter(is_there).map(with_id).collect()
}

fn since(stage: &Stage, cursor: &[u8]) -> Read {
    stage.read(PAGE, ReadFrom::Since(cursor.to_vec()), &Watch::onlooker())
}

/// What is wrong with a delta of a source in which nothing has changed.
fn unchanged(read: &Read) -> Option<Finding> {
    let gone = |row: &&PlainRow| matches!(row.status, SourceStatus::Removed(_));
    let is_delta = matches!(
        &read.end,
        End::Claimed {
            coverage: Coverage::Delta { .. },
            ..
        }
    );
    let removed = read.rows.iter().filter(gone).count();
    if is_delta && removed == 0 {
        return None;
    }
    Some(finding(
        "nothing had changed, and changes were read",
        "a delta in which nobody is gone",
        match removed {
            0 => read.told(),
            removed => format!("a delta in which {removed} people are gone"),
        },
        "a read from `since` ends with `Coverage::delta`",
    ))
}

/// The people some seconds later: two have other values, one may no longer log
/// in, two have left, two have come, one has changed groups.
fn edited(people: &[Person], seconds: u64, leavers: [usize; 2]) -> Vec<Person> {
    let mut now = people.to_vec();
    for at in [3, 17] {
        if let Some(one) = now.get_mut(at) {
            let name = format!("{} Changed {seconds}", one.text("given"));
            one.set("name", name.clone());
            one.set("title", name.clone());
            one.set("family", format!("Changed {seconds}"));
            one.set("city", "Changed");
            one.set("department", "Changed");
            one.touch(seconds);
        }
    }
    if let Some(one) = now.get_mut(8) {
        one.active = !one.active;
        one.touch(seconds + 1);
    }
    let [_, engineers, _] = GROUPS;
    if let Some(one) = now.get_mut(11) {
        one.groups.push(engineers);
        one.touch(seconds + 2);
    }
    for at in leavers {
        if at < now.len() {
            now.remove(at);
        }
    }
    for number in [50_000, 50_001] {
        let mut one = people::person(number);
        one.touch(seconds + 3);
        now.push(one);
    }
    now
}

/// Applies a delta, and holds what is known then against the source.
fn applied(stage: &Stage, done: &str, known: &mut Known, read: &Read) -> Vec<Finding> {
    let unchanged_only = stage.case.changes == Changes::Unchanged;
    match &read.end {
        End::Claimed {
            coverage: Coverage::Delta { .. },
            ..
        } => {}
        // Everybody has to be read: nothing is lost.
        End::Failed(_) if unchanged_only && is_stale(read) => return Vec::new(),
        End::Claimed { .. } if unchanged_only => return Vec::new(),
        _ => {
            return vec![finding(
                done,
                "a delta",
                read.told(),
                "if the source can tell no changes, do not give a cursor",
            )];
        }
    }
    for row in &read.rows {
        let id = row.id.clone().unwrap_or_default();
        match row.status {
            SourceStatus::Removed(_) => known.remove(&id),
            _ => known.insert(id, row.clone()),
        };
    }
    let rows: Vec<PlainRow> = known.values().cloned().collect();
    let mut wrong = compare(&stage.case, &stage.people, &rows);
    if stage.case.changes == Changes::WithoutRemovals {
        wrong.made_up.clear();
    }
    told(stage, done, &wrong)
}

fn told(stage: &Stage, done: &str, wrong: &Wrong) -> Vec<Finding> {
    let mut findings = Vec::new();
    if !wrong.made_up.is_empty() {
        findings.push(finding(
            done,
            "that whoever has left is told as removed",
            format!(
                "{} are still there for whoever believes the deltas",
                wrong.made_up.len()
            ),
            "deliver who is gone as `Status::Removed`, with their identifier",
        ));
    }
    let rest = Wrong {
        made_up: Vec::new(),
        ..wrong.clone()
    };
    let hint = "a cursor stands for the instant before the read began: what changes later is told";
    let expected = format!("the {} people who are there now", stage.people.len());
    findings.extend(
        rest.sentences()
            .into_iter()
            .map(|came| finding(done, expected.clone(), came, hint)),
    );
    findings
}

fn is_stale(read: &Read) -> bool {
    read.failure()
        .is_some_and(|failure| failure.kind == FailureKind::StaleCursor)
}

pub(super) fn overlap(stage: &mut Stage) -> Result<Verdict, Trouble> {
    if let Some(why) = not_tried(stage) {
        return Ok(Verdict::NotTried(why));
    }
    if stage.case.changes == Changes::Unchanged {
        return Ok(Verdict::NotTried(
            "deltas tell only that nothing has changed".to_owned(),
        ));
    }
    // Whoever leaves after they were delivered may spoil the source's own count, and
    // then the read is partial: so there is a round in which nobody does.
    let (mut findings, mut notes) = (Vec::new(), Vec::new());
    for leavers in [[200, 150], [40, 5]] {
        match overlapped(stage, leavers)? {
            Verdict::Failed(more) => findings.extend(more),
            Verdict::Passed(note) => notes.extend(note),
            not_tried @ Verdict::NotTried(_) => return Ok(not_tried),
        }
    }
    Ok(match judged(findings) {
        Verdict::Passed(_) => Verdict::Passed(notes.into_iter().next()),
        failed => failed,
    })
}

/// One read, overlapped by changes.
fn overlapped(stage: &mut Stage, leavers: [usize; 2]) -> Result<Verdict, Trouble> {
    stage.set(people::plain(MANY.max(PEOPLE)))?;
    let watch = Watch::onlooker();
    let bound = stage.watched(&watch);
    let Ok(mut reader) = bound.read(stage.request(PAGE)) else {
        return Ok(Verdict::NotTried("the read could not be begun".to_owned()));
    };
    let first = reader.next();
    let now = edited(&stage.people, 200, leavers);
    let gone: Vec<Person> = stage
        .people
        .iter()
        .filter(|one| now.iter().all(|other| other.text("id") != one.text("id")))
        .cloned()
        .collect();
    stage.change(now)?;
    let base = Read::nothing(&bound).and(first.into_iter().chain(reader));
    if !base.is_complete() {
        return Ok(Verdict::Passed(Some(format!(
            "the read noticed it: {}",
            base.told()
        ))));
    }
    let Some(cursor) = base.next_delta().map(<[u8]>::to_vec) else {
        return Ok(Verdict::Passed(Some(
            "such a read gives no cursor".to_owned(),
        )));
    };
    rested(stage);
    let mut known = known(base.rows);
    let read = since(stage, &cursor);
    let done = format!(
        "while {MANY} people were read, some changed, came and left ({} did)",
        names(&gone)
    );
    if is_stale(&read) {
        return Ok(Verdict::Passed(Some(
            "the cursor is refused: everybody is read".to_owned(),
        )));
    }
    Ok(judged(applied(stage, &done, &mut known, &read)))
}
