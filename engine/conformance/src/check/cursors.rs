//! Going on from a cursor.

use super::{PAGE, finding, fresh, judged, places};
use crate::report::{Finding, Verdict};
use crate::stage::{End, Read, Stage, Trouble, Watch};
use muster_host::ReadFrom;
use muster_model::page::PlainRow;
use std::collections::BTreeMap;

pub(super) fn resume(stage: &mut Stage) -> Result<Verdict, Trouble> {
    let base = fresh(stage)?;
    let cursors = base.cursors();
    // The last page's cursor leads nowhere.
    let before_the_end = cursors
        .iter()
        .filter(|(before, _)| *before < base.rows.len());
    let cursors: Vec<_> = before_the_end.collect();
    if cursors.is_empty() {
        return Ok(match base.pages.len() {
            0 | 1 => Verdict::NotTried("the read has one page".to_owned()),
            _ => Verdict::Passed(Some(
                "no page has a cursor: a read that is interrupted is partial".to_owned(),
            )),
        });
    }
    let mut findings = Vec::new();
    for place in places(cursors.len()) {
        let Some((before, cursor)) = cursors.get(place) else {
            continue;
        };
        let watch = Watch::onlooker();
        let rest = stage.read(PAGE, ReadFrom::Resume(cursor.to_vec()), &watch);
        findings.extend(not_the_rest(&base, *before, &rest));
    }
    let longest = cursors.iter().map(|(_, cursor)| cursor.len()).max();
    Ok(match judged(findings) {
        Verdict::Passed(_) => {
            let longest = longest.unwrap_or(0);
            Verdict::Passed(Some(format!(
                "{} cursors, {longest} bytes at most",
                cursors.len()
            )))
        }
        other => other,
    })
}

/// The order is another check's.
fn by_id(rows: &[PlainRow]) -> BTreeMap<&str, &PlainRow> {
    let by_id = rows
        .iter()
        .map(|row| (row.id.as_deref().unwrap_or(""), row));
    by_id.collect()
}

fn not_the_rest(whole: &Read, before: usize, rest: &Read) -> Option<Finding> {
    let done = format!("a read went on from the cursor after {before} people");
    let left = whole.rows.get(before..).unwrap_or_default();
    let expected = format!("the {} people who were left, and an end", left.len());
    let End::Claimed { coverage, .. } = &rest.end else {
        let hint = "a fresh instance must find everything that it needs in the cursor";
        return Some(finding(done, expected, rest.told(), hint));
    };
    let (left, came) = (by_id(left), by_id(&rest.rows));
    if came != left {
        let lost = left.keys().filter(|id| !came.contains_key(*id)).count();
        let again = came.keys().filter(|id| !left.contains_key(*id)).count();
        let came = match (lost, again) {
            (0, 0) => "they came otherwise than before".to_owned(),
            (0, again) => format!("{again} came who had been delivered before"),
            (lost, 0) => format!("{lost} never came"),
            (lost, again) => format!("{lost} never came, and {again} came who had been delivered"),
        };
        let hint = "the cursor of a page says where the next page begins";
        return Some(finding(done, expected, came, hint));
    }
    let counted = coverage.evidence().entries;
    let all = whole.rows.len() as u64;
    (counted != all).then(|| {
        finding(
            done,
            format!("a count of {all}: of the rows of all instances"),
            format!("a count of {counted}"),
            "keep the number of rows so far in the cursor",
        )
    })
}

/// What no plugin has made.
const FOREIGN: [(&str, &[u8]); 3] = [
    ("of no bytes", b""),
    (
        "of letters that no plugin writes",
        b"\xff\xfe\x00 this is no cursor \xc3\x28",
    ),
    (
        "of another plugin",
        b"\x01\x00\x00\x00\x00\x00\x00\x00{\"of\":\"another plugin\"}\x80",
    ),
];

/// How a cursor is used, in words and as a request.
type Way = (&'static str, fn(Vec<u8>) -> ReadFrom);

pub(super) fn foreign(stage: &mut Stage) -> Result<Verdict, Trouble> {
    let base = fresh(stage)?;
    let mut ways: Vec<Way> = Vec::new();
    if !base.cursors().is_empty() {
        ways.push(("gone on from", ReadFrom::Resume));
    }
    if base.next_delta().is_some() {
        ways.push(("asked for changes with", ReadFrom::Since));
    }
    if ways.is_empty() {
        return Ok(Verdict::NotTried("the plugin gives no cursor".to_owned()));
    }
    let mut findings = Vec::new();
    for (way, from) in ways {
        for (what, cursor) in FOREIGN {
            let watch = Watch::onlooker();
            let read = stage.read(PAGE, from(cursor.to_vec()), &watch);
            findings.extend(taken(format!("a read was {way} a cursor {what}"), &read));
        }
    }
    Ok(judged(findings))
}

fn taken(done: String, read: &Read) -> Option<Finding> {
    let expected = "a failure of kind `stale-cursor`: the host then reads everybody";
    let hint = "mark cursors as the plugin's own, and return `Failure::stale_cursor`";
    match &read.end {
        End::Failed(error) if super::settings::is_broken(error) => {
            Some(finding(done, expected, read.told(), hint))
        }
        End::Failed(_) => None,
        End::Claimed { .. } => Some(finding(done, expected, read.told(), hint)),
    }
}
