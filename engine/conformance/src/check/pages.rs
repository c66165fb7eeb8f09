//! Pages: of every size, at their borders, and twice.

use super::reading::delivered;
use super::{PAGE, baseline, finding, fresh, judged};
use crate::people;
use crate::report::{Finding, Verdict};
use crate::stage::{Read, Stage, Trouble};

/// Sizes of pages: the smallest, one that divides nothing, the whole in one.
const SIZES: [u32; 4] = [1, 2, 13, 1000];

/// Numbers of people around the border of the stand-in's pages (13), and of
/// those that are asked for (7).
const BORDERS: [usize; 7] = [1, 6, 7, 8, 13, 14, 26];

pub(super) fn sizes(stage: &mut Stage) -> Result<Verdict, Trouble> {
    let base = baseline(stage)?;
    let mut findings = Vec::new();
    let mut largest = 0;
    for size in SIZES {
        let (read, _) = stage.plainly(size);
        let done = format!("{} people were read in pages of {size}", stage.people.len());
        findings.extend(delivered(stage, &done, &stage.people, &read));
        if read.is_complete() != base.read.is_complete() {
            findings.push(otherwise(&done, &base.read, &read));
        }
        if size == 1 {
            let people = read.pages.iter().map(|(people, _)| *people);
            largest = people.max().unwrap_or(0);
        }
    }
    Ok(match judged(findings) {
        Verdict::Passed(_) if largest > 1 => Verdict::Passed(Some(format!(
            "where one was wished for, a page had {largest}"
        ))),
        other => other,
    })
}

pub(super) fn borders(stage: &mut Stage) -> Result<Verdict, Trouble> {
    let base = baseline(stage)?;
    let mut findings = Vec::new();
    for count in BORDERS {
        stage.set(people::plain(count))?;
        let (read, _) = stage.plainly(PAGE);
        let done = format!("{count} people were read in pages of {PAGE}");
        findings.extend(delivered(stage, &done, &stage.people, &read));
        if read.is_complete() != base.read.is_complete() {
            findings.push(otherwise(&done, &base.read, &read));
        }
    }
    Ok(judged(findings))
}

fn otherwise(done: &str, before: &Read, now: &Read) -> Finding {
    finding(
        done,
        format!("an end as of others: {}", before.told()),
        now.told(),
        "how far a read went does not depend on the size of its pages",
    )
}

pub(super) fn again(stage: &mut Stage) -> Result<Verdict, Trouble> {
    let base = fresh(stage)?;
    let mut findings = Vec::new();
    for _ in 0..2 {
        let (read, _) = stage.plainly(PAGE);
        let Some(came) = difference(&base, &read) else {
            continue;
        };
        findings.push(finding(
            "the same source was read twice, as of the same instant",
            "the same people in the same order, on the same pages",
            came,
            "leave out what changes by itself: times, counters of requests, order of maps",
        ));
        break;
    }
    Ok(judged(findings))
}

fn difference(first: &Read, second: &Read) -> Option<String> {
    let id = |read: &Read, at: usize| {
        let row = read.rows.get(at);
        row.and_then(|row| row.id.clone()).unwrap_or_default()
    };
    let at = (0..first.rows.len().max(second.rows.len()))
        .find(|&at| first.rows.get(at) != second.rows.get(at));
    if let Some(at) = at {
        let (before, now) = (id(first, at), id(second, at));
        let number = at + 1;
        return Some(match before == now {
            true => format!("the person with the id `{now}` was another the second time"),
            false => format!("person {number} was `{before}`, and `{now}` the second time"),
        });
    }
    let sizes = |read: &Read| {
        read.pages
            .iter()
            .map(|(people, _)| *people)
            .collect::<Vec<_>>()
    };
    if sizes(first) != sizes(second) {
        return Some("the pages were cut elsewhere".to_owned());
    }
    if first.problems != second.problems {
        return Some("other records could not be read".to_owned());
    }
    let (before, now) = (first.told(), second.told());
    (before != now).then(|| format!("it ended otherwise: {before}; then {now}"))
}
