//! Pages as services send them, pages as they should not, and a plain second
//! implementation that must say the same.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]

mod broken;
mod equal;
mod pages;

use super::{At, Builder, Selection};

/// All values of each slot of each record.
fn values(selection: &Selection, page: &str, at: At<'_>) -> Vec<Vec<Vec<String>>> {
    let mut records = Vec::new();
    let read = selection.read(page.as_bytes(), at, |record| {
        let slots = 0..selection.slots;
        let texts = |slot| record.values(slot).map(str::to_owned).collect();
        records.push(slots.map(texts).collect());
    });
    read.unwrap();
    records
}

/// The values of one path in one record.
fn one(path: &str, record: &str) -> Vec<String> {
    of(Selection::builder().text(path), record)
}

fn of(builder: Builder, record: &str) -> Vec<String> {
    let selection = builder.build().unwrap();
    values(&selection, record, At::One).remove(0).remove(0)
}
