//! What a plugin answers besides people: its check, and its attributes.

use super::{baseline, finding, judged};
use crate::report::{Finding, Verdict};
use crate::stage::{Fault, Harm, Stage, Trouble, Watch};
use crate::truth::named;
use muster_host::chain;
use muster_host::{CheckError, FailureKind, OpenError, StepResult};
use std::collections::BTreeSet;

pub(super) fn well(stage: &mut Stage) -> Result<Verdict, Trouble> {
    baseline(stage)?;
    let watch = Watch::onlooker();
    let done = "the source is well, and the plugin was asked to check it";
    let steps = match stage.watched(&watch).check(&stage.scope()) {
        Ok(steps) => steps,
        Err(error) => {
            return Ok(judged(vec![finding(
                done,
                "steps that went well",
                chain(&error),
                "a check returns steps, whatever happens",
            )]));
        }
    };
    let failed = steps
        .iter()
        .filter(|step| step.outcome == StepResult::Failed);
    let mut findings: Vec<Finding> = failed
        .map(|step| {
            finding(
                done,
                "no step that fails",
                format!("`{}` failed: {}", step.what, step.message),
                "correct the step, or the case's config",
            )
        })
        .collect();
    if steps.is_empty() {
        findings.push(finding(
            done,
            "at least one step: `muster check` shows them",
            "none",
            "say what was tried, with `CheckStep::ok(what, found)`",
        ));
    }
    Ok(judged(findings))
}

pub(super) fn down(stage: &mut Stage) -> Result<Verdict, Trouble> {
    baseline(stage)?;
    let down = Harm::Fails {
        kind: FailureKind::Unavailable,
        why: "the connection was cut",
    };
    let refusal = Harm::Status {
        status: 401,
        kind: FailureKind::Auth,
        headers: Vec::new(),
        body: "{\"error\": \"unauthorized\"}".to_owned(),
    };
    let mut findings = Vec::new();
    for (what, harm) in [("is down", down), ("refuses the login", refusal)] {
        let watch = Watch::harming(Fault::from(0, harm));
        let checked = stage.watched(&watch).check(&stage.scope());
        let done = format!("the source {what}, and the plugin was asked to check it");
        if watch.seen().calls.is_empty() {
            let came = "it asked the source nothing";
            let hint = "a check asks the source, as cheaply as it can: the first page, say";
            findings.push(finding(done, "that it asks the source", came, hint));
            break;
        }
        findings.extend(not_failed(done, checked));
    }
    Ok(judged(findings))
}

fn not_failed(
    done: String,
    checked: Result<Vec<muster_host::CheckStep>, CheckError>,
) -> Option<Finding> {
    let hint = "make a step of the failure, with `CheckStep::failed(what, failure)`";
    let came = match checked {
        Ok(steps) if steps.iter().any(|step| step.outcome == StepResult::Failed) => return None,
        Ok(steps) => {
            let steps: Vec<String> = steps
                .iter()
                .map(|step| format!("`{}`: {}", step.what, step.message))
                .collect();
            format!("no step that failed: {}", named(&steps))
        }
        Err(CheckError::Open(OpenError::Failed { .. })) => return None,
        Err(error) => chain(&error),
    };
    Some(finding(
        done,
        "a step that failed, with a reason",
        came,
        hint,
    ))
}

pub(super) fn attributes(stage: &mut Stage) -> Result<Verdict, Trouble> {
    baseline(stage)?;
    let watch = Watch::onlooker();
    let done = "the plugin was asked which attributes there are";
    let attributes = match stage.watched(&watch).attributes() {
        Ok(attributes) => attributes,
        Err(error) => {
            return Ok(judged(vec![finding(
                done,
                "a list, which may be empty",
                chain(&error),
                "return an empty list if the source cannot tell",
            )]));
        }
    };
    let mut names = BTreeSet::new();
    let odd = attributes
        .iter()
        .find(|one| one.name.trim().is_empty() || !names.insert(one.name.as_str()));
    if let Some(odd) = odd {
        return Ok(judged(vec![finding(
            done,
            "each once, and with a name",
            match odd.name.trim() {
                "" => "one without a name".to_owned(),
                name => format!("`{name}` twice"),
            },
            "leave out what has no name, and what was listed before",
        )]));
    }
    let lower: BTreeSet<String> = names.iter().map(|name| name.to_lowercase()).collect();
    let missing = stage.case.attributes.keys();
    let missing: Vec<String> = missing
        .filter(|name| !lower.contains(&name.to_lowercase()))
        .map(|name| format!("`{name}`"))
        .collect();
    Ok(Verdict::Passed(match (names.len(), missing.is_empty()) {
        (0, _) => Some("none are listed: nobody is helped to find their names".to_owned()),
        (_, false) => Some(format!("the case asks for {}, not listed", named(&missing))),
        (_, true) => None,
    }))
}
