//! Any batches of a plugin at the border: they are refused, or what passes keeps every
//! promise that the engine relies on.
#![no_main]

use libfuzzer_sys::arbitrary::{Arbitrary, Result, Unstructured};
use libfuzzer_sys::fuzz_target;
use muster_host::fuzzing::{Batch, pass};
use muster_host::{Delivery, ReadFrom, ReadRequest, Scope};
use muster_model::{EntryView, Page, Subject};
use std::collections::BTreeSet;

const ATTRIBUTES: [&str; 3] = ["mail", "cn", "photo"];

fn short<T>(
    u: &mut Unstructured<'_>,
    most: usize,
    one: impl Fn(&mut Unstructured<'_>) -> Result<T>,
) -> Result<Vec<T>> {
    let count = u.int_in_range(0..=most)?;
    (0..count).map(|_| one(u)).collect()
}

/// A batch that is often nearly right: random offsets alone would never pass.
fn batch(u: &mut Unstructured<'_>) -> Result<Batch> {
    let columns: Vec<(String, u8)> = short(u, 4, |u| {
        let name = match u.int_in_range(0..=9)? {
            0 => String::arbitrary(u)?,
            known => ATTRIBUTES[known as usize % 3].to_owned(),
        };
        Ok((name, u8::arbitrary(u)?))
    })?;
    let mut batch = Batch {
        columns,
        ..Batch::default()
    };
    let rows = u.int_in_range(0..=5)?;
    for _ in 0..rows {
        batch.statuses.push(u8::arbitrary(u)?);
        for cell in 0..batch.columns.len() + 2 {
            let values = u.int_in_range(0..=2)?;
            for _ in 0..values {
                let value: Vec<u8> = match (cell, u.int_in_range(0..=7)?) {
                    (0, _) => vec![b'0' + u.int_in_range(0..=30)?],
                    (1, 1..) => [&b"g"[..], b"h", b"team-1", b"TEAM-\xc3\xa9"]
                        [u.int_in_range(0..=3)?]
                    .to_vec(),
                    (_, 0) => Vec::arbitrary(u)?,
                    _ => String::arbitrary(u)?.into_bytes(),
                };
                batch.data.extend(value);
                batch.value_ends.push(batch.data.len() as u32);
            }
            batch.cell_ends.push(batch.value_ends.len() as u32);
        }
    }
    batch.problems = short(u, 2, |u| Ok((String::arbitrary(u)?, u8::arbitrary(u)?)))?;
    batch.resume = Option::arbitrary(u)?;
    if u.ratio(1, 3)? {
        batch.end = Some((
            u8::arbitrary(u)?,
            u.int_in_range(0..=12)?,
            Option::arbitrary(u)?,
        ));
    }
    // Then something is bent.
    match u.int_in_range(0..=9)? {
        0 => batch.value_ends = Vec::arbitrary(u)?,
        1 => batch.cell_ends = Vec::arbitrary(u)?,
        2 => drop(batch.statuses.pop()),
        3 => batch.data = Vec::arbitrary(u)?,
        4 if !batch.value_ends.is_empty() => {
            let at = u.choose_index(batch.value_ends.len())?;
            batch.value_ends[at] = u.arbitrary()?;
        }
        _ => {}
    }
    Ok(batch)
}

fn check(page: &Page, seen: &mut BTreeSet<String>) {
    let plain: Vec<_> = page.entries().map(EntryView::to_plain).collect();
    assert_eq!(plain.len(), page.len());
    for row in &plain {
        assert_eq!(row.values.len(), ATTRIBUTES.len());
        if let Some(id) = &row.id {
            assert!(seen.insert(id.clone()), "{id} came twice");
        }
        for group in &row.groups {
            let team = group.to_lowercase().starts_with("team-");
            assert!(
                group == "g" || group == "h" || team,
                "{group} was not asked for"
            );
        }
    }
    let again = Page::from_rows(ATTRIBUTES.len(), &plain, page.problems().to_vec());
    assert_eq!(*page, again);
}

fuzz_target!(|data: &[u8]| {
    let mut u = Unstructured::new(data);
    let Ok(batches) = short(&mut u, 4, batch) else {
        return;
    };
    let from = match u.ratio(1, 4).unwrap_or(false) {
        true => ReadFrom::Since(vec![1]),
        false => ReadFrom::Start,
    };
    let request = ReadRequest {
        from: from.clone(),
        ..ReadRequest::new(
            ATTRIBUTES.map(str::to_owned).to_vec(),
            Scope {
                groups: vec!["g".to_owned()],
                report: vec!["h".to_owned(), "team-*".to_owned()],
                ..Scope::default()
            },
        )
    };
    let claims: Vec<_> = batches.iter().map(|batch| batch.end.clone()).collect();
    let (passed, _) = pass(&request, batches);
    let (mut seen, mut people, mut pages, mut lost) = (BTreeSet::new(), 0, 0, false);
    for delivery in &passed {
        match delivery {
            Delivery::Page { page, resume } => {
                check(page, &mut seen);
                people += page.len() as u64;
                pages += 1;
                lost |= page
                    .problems()
                    .iter()
                    .any(|one| one.subject == Subject::Nobody);
                assert!(
                    resume
                        .as_ref()
                        .is_none_or(|cursor| cursor.len() <= 64 << 10)
                );
            }
            Delivery::End { coverage, .. } if coverage.proves_absence() => {
                let (claim, counted, _) = claims[pages - 1].clone().expect("a claim");
                assert_eq!(claim % 3, 0, "nobody claimed that it is complete");
                assert_eq!(counted, people, "the plugin counted others");
                assert!(!lost, "somebody may be missing");
                assert_eq!(from, ReadFrom::Start, "changes were asked for");
            }
            Delivery::End { .. } => {}
        }
    }
});
