//! Many people: all are delivered, and memory stays within bounds.

use super::{finding, judged};
use crate::people::{self, Person};
use crate::report::{Finding, Verdict};
use crate::stage::{Stage, Trouble, Watch};
use crate::truth::{Wrong, differences, name, shown};
use muster_host::chain;
use muster_host::{Delivery, Reader};
use std::collections::HashMap;
use std::time::{Duration, Instant};

/// People of the large read, if nobody says otherwise.
pub(crate) const LARGE: usize = 100_000;

/// A directory that a plugin must be able to read.
const MILLION: usize = 1_000_000;

/// People below whom growth says nothing: a tenth of them is not yet two pages, and
/// what one page takes is no growth.
const TELLING: usize = 20_000;

/// An ordinary page of an ordinary run.
const PAGE: u32 = 1000;

const MIB: usize = 1 << 20;

/// What a read of many took.
struct Measured {
    findings: Vec<Finding>,
    memory: usize,
    took: Duration,
    computed: Duration,
    lines: usize,
    calls: usize,
}

pub(super) fn large(stage: &mut Stage) -> Result<Verdict, Trouble> {
    let Some(count) = stage.large else {
        return Ok(Verdict::NotTried("it was left out".to_owned()));
    };
    let few = measured(stage, count / 10)?;
    let many = measured(stage, count)?;
    let mut findings = [few.findings, many.findings].concat();
    let limit = stage.plugin.about().memory_mib as usize * MIB;
    let growth = many.memory.saturating_sub(few.memory);
    let per_person = growth as f64 / (count - count / 10).max(1) as f64;
    let million = many.memory + (per_person * MILLION.saturating_sub(count) as f64) as usize;
    if findings.is_empty() && count >= TELLING && million > limit {
        findings.push(finding(
            format!("{} people were read, then {count}", count / 10),
            format!(
                "memory that does not grow with them: of a million, within {} MiB",
                limit / MIB
            ),
            format!(
                "{:.1} MiB, then {:.1} MiB: {per_person:.0} bytes a person, {} MiB for a million",
                mib(few.memory),
                mib(many.memory),
                million / MIB
            ),
            "deliver a page before the next is asked for, and keep no more than identifiers",
        ));
    }
    let rate = count as f64 / many.took.as_secs_f64().max(0.001);
    let computing = count as f64 / many.computed.as_secs_f64().max(0.001);
    stage.figures.extend([
        ("people in the large read", count.to_string()),
        ("seconds", format!("{:.2}", many.took.as_secs_f64())),
        ("people a second", format!("{rate:.0}")),
        ("people a second of computing", format!("{computing:.0}")),
        ("memory, MiB", format!("{:.1}", mib(many.memory))),
        (
            "memory with a tenth of them, MiB",
            format!("{:.1}", mib(few.memory)),
        ),
        ("memory for each person, bytes", format!("{per_person:.0}")),
        ("calls", many.calls.to_string()),
        ("lines in the log", many.lines.to_string()),
    ]);
    Ok(match judged(findings) {
        Verdict::Passed(_) => Verdict::Passed(Some(format!(
            "{count} people, {rate:.0} a second, {:.1} MiB",
            mib(many.memory)
        ))),
        other => other,
    })
}

fn mib(bytes: usize) -> f64 {
    bytes as f64 / MIB as f64
}

fn measured(stage: &mut Stage, count: usize) -> Result<Measured, Trouble> {
    stage.set(people::plain(count))?;
    let watch = Watch::onlooker();
    let bound = stage.watched(&watch);
    let done = format!("{count} people were read");
    let begin = Instant::now();
    let findings = match bound.read(stage.request(PAGE)) {
        Ok(reader) => delivered(stage, &done, reader),
        Err(error) => vec![failed(&done, chain(&error))],
    };
    let took = begin.elapsed();
    // The last instance tells what it used when its thread ends.
    drop(bound);
    let seen = watch.ended_soon();
    Ok(Measured {
        findings,
        memory: seen.memory,
        took,
        computed: seen.computed,
        lines: seen.logged,
        calls: seen.calls.len(),
    })
}

fn failed(done: &str, came: String) -> Finding {
    let hint = "read page by page: what is delivered need not be kept";
    finding(done, "everybody, and an end", came, hint)
}

/// Holds page after page against the people, without keeping them.
fn delivered(stage: &Stage, done: &str, reader: Reader) -> Vec<Finding> {
    let people: HashMap<&str, usize> = stage
        .people
        .iter()
        .enumerate()
        .map(|(at, one)| (one.text(stage.case.id), at))
        .collect();
    let mut came = vec![false; stage.people.len()];
    let mut wrong = Wrong::default();
    let mut end = None;
    for delivery in reader {
        match delivery {
            Ok(Delivery::Page { page, .. }) => {
                for entry in page.entries() {
                    let row = entry.to_plain();
                    let id = stage.case.who(&row);
                    let Some(&at) = people.get(id) else {
                        if stage.case.is_of_the_source(id) {
                            continue;
                        }
                        wrong
                            .made_up
                            .push(format!("somebody with the id `{}`", shown(id)));
                        continue;
                    };
                    let Some((one, here)) = stage.people.get(at).zip(came.get_mut(at)) else {
                        continue;
                    };
                    if std::mem::replace(here, true) {
                        wrong.doubled.push(name(one));
                    }
                    wrong.garbled.extend(differences(&stage.case, one, &row));
                }
            }
            Ok(Delivery::End { coverage, .. }) => end = Some(coverage),
            Err(error) => return vec![failed(done, chain(&error))],
        }
    }
    wrong.lost = missing(&stage.people, &came);
    let mut findings: Vec<Finding> = wrong
        .sentences()
        .into_iter()
        .map(|sentence| failed(done, sentence))
        .collect();
    if end.is_none_or(|end| !end.proves_absence()) && findings.is_empty() {
        findings.push(failed(done, "an end that is not complete".to_owned()));
    }
    findings
}

fn missing(people: &[Person], came: &[bool]) -> Vec<String> {
    let missing = people.iter().zip(came).filter(|(_, came)| !**came);
    missing.map(|(one, _)| name(one)).collect()
}
