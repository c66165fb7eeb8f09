//! A read that is stopped.

use super::trouble::not_honest;
use super::{PAGE, baseline, finding, judged, places};
use crate::report::Verdict;
use crate::stage::{Read, Stage, Trouble, Watch};
use std::time::{Duration, Instant};

/// How soon a read has to end. Guest code is interrupted within hundredths of a
/// second; this is for machines with much else to do.
const SOON: Duration = Duration::from_secs(10);

pub(super) fn stop(stage: &mut Stage) -> Result<Verdict, Trouble> {
    let base = baseline(stage)?;
    let mut findings = Vec::new();
    for at in places(base.calls.len()) {
        let watch = Watch::stopping(at);
        let bound = stage.watched(&watch);
        let begin = Instant::now();
        let read = Read::stopped(&bound, stage.request(PAGE), &watch);
        let took = begin.elapsed();
        let call = base.calls.get(at).map_or("a call", String::as_str);
        let done = format!("the read was stopped in call {} ({call})", at + 1);
        if took > SOON {
            findings.push(finding(
                &done,
                "an end within seconds",
                format!("one after {} s", took.as_secs()),
                "ask `cancelled` in long loops, and return `Failure` of kind `cancelled`",
            ));
        }
        findings.extend(not_honest(stage, done, &read, None));
    }
    Ok(judged(findings))
}
