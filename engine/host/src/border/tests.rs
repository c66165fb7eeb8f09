//! Pages as plugins pack them, and what becomes of them.

use super::{Border, Breach};
use crate::bindings::{people as wit, provider};
use crate::limits::Limits;
use crate::request::{ReadRequest, Scope};
use muster_model::page::{Malformed, PlainRow};
use muster_model::{EntryView, Page, SourceStatus};

type Cells<'a> = &'a [&'a [&'a [u8]]];

/// Packs rows of cells: id, groups, then one per column.
fn packed(columns: &[(&str, wit::ColumnKind)], rows: &[Cells<'_>]) -> wit::Page {
    let mut page = wit::Page {
        columns: columns
            .iter()
            .map(|&(name, kind)| wit::Column {
                name: name.to_owned(),
                kind,
            })
            .collect(),
        data: Vec::new(),
        value_ends: Vec::new(),
        cell_ends: Vec::new(),
        statuses: vec![wit::Status::Active; rows.len()],
        problems: Vec::new(),
    };
    for cell in rows.iter().flat_map(|row| row.iter()) {
        for value in *cell {
            page.data.extend_from_slice(value);
            page.value_ends.push(page.data.len() as u32);
        }
        page.cell_ends.push(page.value_ends.len() as u32);
    }
    page
}

fn pass(page: wit::Page, attributes: &[&str]) -> Result<Page, Breach> {
    let attributes = attributes.iter().map(|name| (*name).to_owned()).collect();
    let scope = Scope {
        groups: vec!["g".to_owned()],
        report: vec!["h".to_owned(), "team-*".to_owned()],
        ..Scope::default()
    };
    let request = ReadRequest::new(attributes, scope);
    let batch = provider::Batch {
        page,
        resume: None,
        end: None,
    };
    Border::new(&request, &Limits::default())
        .pass(batch)
        .map(|passed| passed.page)
}

fn plain(page: &Page) -> Vec<PlainRow> {
    page.entries().map(EntryView::to_plain).collect()
}

const TEXT: wit::ColumnKind = wit::ColumnKind::Text;
const BINARY: wit::ColumnKind = wit::ColumnKind::Binary;

const PEOPLE: [Cells<'static>; 2] = [
    &[
        &[b"1"],
        &[b"g", b"h"],
        &[b"Anna"],
        &[],
        &["á@x".as_bytes(), b"b@x"],
    ],
    &[&[], &[], &[b""], &[b"\xff\x00"], &[]],
];

#[test]
fn columns_come_in_the_order_of_the_request() {
    let page = packed(
        &[("name", TEXT), ("photo", BINARY), ("mail", TEXT)],
        &PEOPLE,
    );
    let rows = plain(&pass(page, &["mail", "phone", "photo", "name"]).unwrap());
    let row = |id: Option<&str>, groups: &[&str], values: &[&[&str]]| PlainRow {
        id: id.map(str::to_owned),
        groups: groups.iter().map(|&group| group.to_owned()).collect(),
        status: SourceStatus::Active,
        values: values
            .iter()
            .map(|cell| cell.iter().map(|&value| value.to_owned()).collect())
            .collect(),
    };
    assert_eq!(
        rows,
        [
            row(
                Some("1"),
                &["g", "h"],
                &[&["á@x", "b@x"], &[], &[], &["Anna"]]
            ),
            row(None, &[], &[&[], &[], &["/wA="], &[""]]),
        ]
    );
}

#[test]
fn moved_and_copied_pages_are_the_same() {
    let rows: [Cells<'_>; 2] = [
        &[&[b"1"], &[b"g"], &[b"a", b"b"], &[]],
        &[&[b"2"], &[], &[], &["ð".as_bytes()]],
    ];
    let swapped: [Cells<'_>; 2] = [
        &[&[b"1"], &[b"g"], &[], &[b"a", b"b"]],
        &[&[b"2"], &[], &["ð".as_bytes()], &[]],
    ];
    let moved = pass(packed(&[("x", TEXT), ("y", TEXT)], &rows), &["x", "y"]).unwrap();
    let copied = pass(packed(&[("y", TEXT), ("x", TEXT)], &swapped), &["x", "y"]).unwrap();
    assert_eq!(moved, copied);
}

#[test]
fn a_text_that_is_none_is_found_on_both_ways() {
    let rows: [Cells<'_>; 2] = [&[&[b"1"], &[], &[b"a"]], &[&[b"2"], &[b"\xc3"], &[b"a"]]];
    let columns = [("x", TEXT)];
    let expected = Breach::NotText {
        row: 2,
        column: "groups".to_owned(),
    };
    assert_eq!(pass(packed(&columns, &rows), &["x"]), Err(expected.clone()));
    assert_eq!(pass(packed(&columns, &rows), &["y", "x"]), Err(expected));
    let id: [Cells<'_>; 1] = [&[&[b"\xff"], &[], &[]]];
    let expected = Breach::NotText {
        row: 1,
        column: "external id".to_owned(),
    };
    assert_eq!(pass(packed(&columns, &id), &["x"]), Err(expected));
}

#[test]
fn only_groups_that_were_asked_for_are_told() {
    let told = |groups: &[&[u8]]| {
        let row: Cells<'_> = &[&[b"1"], groups, &[]];
        pass(packed(&[("x", TEXT)], &[row]), &["x"]).map(|page| plain(&page))
    };
    let asked = told(&[b"h", b"Team-A", b"g", b"TEAM-"]).unwrap();
    assert_eq!(asked[0].groups, ["h", "Team-A", "g", "TEAM-"]);
    for name in ["G", "team", "a-team-b", ""] {
        let expected = Breach::UnknownGroup {
            name: name.to_owned(),
        };
        assert_eq!(told(&[b"g", name.as_bytes()]), Err(expected));
    }
}

#[test]
fn bytes_that_make_a_character_only_together_are_no_text() {
    let rows: [Cells<'_>; 1] = [&[&[b"1"], &[], &[b"\xc3", b"\xa1"]]];
    let cut = pass(packed(&[("x", TEXT)], &rows), &["x"]);
    assert!(
        matches!(cut, Err(Breach::Malformed(Malformed::Cut { value: 1 }))),
        "{cut:?}"
    );
    let cut = pass(packed(&[("x", TEXT)], &rows), &["y", "x"]);
    assert!(
        matches!(cut, Err(Breach::NotText { row: 1, .. })),
        "{cut:?}"
    );
}

#[test]
fn columns_are_known_and_single() {
    let rows: [Cells<'_>; 1] = [&[&[b"1"], &[], &[b"a"], &[b"b"]]];
    let doubled = pass(packed(&[("x", TEXT), ("x", TEXT)], &rows), &["x", "y"]);
    assert_eq!(
        doubled,
        Err(Breach::DoubledColumn {
            name: "x".to_owned()
        })
    );
    let unknown = pass(packed(&[("x", TEXT), ("X", TEXT)], &rows), &["x", "y"]);
    assert_eq!(
        unknown,
        Err(Breach::UnknownColumn {
            name: "X".to_owned()
        })
    );
}

#[test]
fn two_identifiers_are_one_too_many() {
    let rows: [Cells<'_>; 1] = [&[&[b"1", b"2"], &[]]];
    let two = pass(packed(&[], &rows), &[]);
    assert!(
        matches!(two, Err(Breach::Malformed(Malformed::Identifiers { .. }))),
        "{two:?}"
    );
}

/// Flips each number of a good page to each of a few bad ones: whatever comes
/// of it is a page or a breach, on both ways, and never a panic.
#[test]
fn no_offset_brings_the_border_down() {
    let whole = packed(
        &[("name", TEXT), ("photo", BINARY), ("mail", TEXT)],
        &PEOPLE,
    );
    let bad = [0, 1, 2, 3, 7, 1000, u32::MAX - 1, u32::MAX];
    for attributes in [["name", "photo", "mail"], ["mail", "photo", "name"]] {
        for value in bad {
            for at in 0..whole.value_ends.len() {
                let mut page = whole.clone();
                page.value_ends[at] = value;
                drop(pass(page, &attributes));
            }
            for at in 0..whole.cell_ends.len() {
                let mut page = whole.clone();
                page.cell_ends[at] = value;
                drop(pass(page, &attributes));
            }
        }
        let shapes: [fn(&mut wit::Page); 4] = [
            |page| page.cell_ends.truncate(3),
            |page| page.value_ends.clear(),
            |page| page.data.clear(),
            |page| page.statuses.push(wit::Status::Unknown),
        ];
        for spoil in shapes {
            let mut page = whole.clone();
            spoil(&mut page);
            assert!(pass(page, &attributes).is_err());
        }
    }
}
