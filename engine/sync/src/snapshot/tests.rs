#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "tests"
)]

use super::*;
use crate::preview::Silent;
use crate::source::{Delivery, FailureKind, Source, SourceFailed};
use muster_model::page::PlainRow;
use muster_model::{
    BlockCause, Evidence, ExternalId, Page, PartialReason, Problem, Removal, SourceStatus, Subject,
};
use muster_policy::Policy;
use std::collections::VecDeque;
use std::io::{Cursor, Read, Write};
use zstd::stream::write::Encoder;

const POLICY: &str = "\
muster: 1
directory: staff
provider: {plugin: csv}
scope: {groups: [intranet]}
identity: {username: uid}
fields: {email: mail, photo: jpegPhoto}
";

struct Pages(VecDeque<Page>, Coverage);

impl Source for Pages {
    fn next(&mut self) -> Result<Delivery, SourceFailed> {
        Ok(match self.0.pop_front() {
            Some(page) => Delivery::Page(page),
            None => Delivery::End {
                coverage: self.1.clone(),
                cursor: Some(vec![0, 255]),
            },
        })
    }
}

fn policy(text: &str) -> Policy {
    muster_policy::parse("policy.yaml", text).unwrap()
}

fn coverage() -> Coverage {
    Coverage::Partial {
        reason: PartialReason::Interrupted,
        text: "the line broke".to_owned(),
        evidence: Evidence {
            entries: 5,
            source_count: Some(6),
            facts: [("pages".to_owned(), "2".to_owned())].into(),
        },
    }
}

/// The policy reads `jpegPhoto`, `mail` and `uid`, in this order.
fn row(id: Option<&str>, status: SourceStatus, values: [&[&str]; 3]) -> PlainRow {
    let texts = |cell: &[&str]| cell.iter().map(|text| (*text).to_owned()).collect();
    PlainRow {
        id: id.map(str::to_owned),
        groups: vec!["intranet".to_owned(), "zweite \"Gruppe\"".to_owned()],
        status,
        values: values.iter().map(|cell| texts(cell)).collect(),
    }
}

fn rows() -> Vec<PlainRow> {
    use SourceStatus::*;
    vec![
        row(
            Some("1"),
            Active,
            [&["iVBORw0KGgo="], &["a@x", "b@x"], &["zoë"]],
        ),
        row(
            Some("2"),
            Blocked(BlockCause::NotYetValid),
            [&[], &[""], &["two\nlines\u{0}\u{1f600}"]],
        ),
        row(None, Pending, [&[], &[], &["x"]]),
        row(Some(""), Unknown, [&["", ""], &[], &[]]),
        row(Some("5"), Removed(Removal::LeftScope), [&[], &[], &[]]),
    ]
}

fn problems() -> Vec<Problem> {
    let problem = |subject| Problem {
        place: "line 3".to_owned(),
        text: "no mail".to_owned(),
        subject,
    };
    vec![
        problem(Subject::Nobody),
        problem(Subject::Id(ExternalId::from("9"))),
        problem(Subject::Attribute {
            name: "uid".to_owned(),
            value: "x".to_owned(),
        }),
    ]
}

/// A recorded read, in pages of one row each; problems come with the last.
fn recorded(rows: &[PlainRow], problems: Vec<Problem>) -> Vec<u8> {
    let mut pages: VecDeque<Page> = rows
        .iter()
        .map(|row| Page::from_rows(3, std::slice::from_ref(row), vec![]))
        .collect();
    pages.push_back(Page::from_rows(3, &[], problems));
    let policy = policy(POLICY);
    let about = About {
        policy: &policy,
        plugin: PluginStamp {
            name: "csv".to_owned(),
            version: "1.0.0".to_owned(),
            digest: "0".repeat(64),
        },
        now: "2026-11-23T08:00:00Z".parse().unwrap(),
        sensitive: ["jpegPhoto".to_owned()].into(),
        people: People::AsDelivered,
        also: Vec::new(),
        known: vec![KnownAttribute {
            name: "mail".to_owned(),
            several: Some(true),
            summary: "Addresses".to_owned(),
        }],
    };
    let mut source = Pages(pages, coverage());
    let (mut spool, mut out) = (Cursor::new(Vec::new()), Vec::new());
    let header = write(&about, &mut source, &mut spool, &mut out, &Silent).unwrap();
    assert_eq!(read(out.as_slice()).unwrap().header(), &header);
    out
}

fn everything(file: &[u8]) -> Result<(Header, Vec<Record>), Unreadable> {
    let mut snapshot = read(file)?;
    let mut records = Vec::new();
    while let Some(record) = snapshot.record()? {
        records.push(record);
    }
    assert!(snapshot.record().unwrap().is_none(), "the end is the end");
    Ok((snapshot.header().clone(), records))
}

#[test]
fn what_was_recorded_comes_back() {
    let file = recorded(&rows(), problems());
    let (header, records) = everything(&file).unwrap();
    let entries = rows().into_iter().map(Record::Entry);
    let expected: Vec<Record> = entries
        .chain(problems().into_iter().map(Record::Problem))
        .collect();
    assert_eq!(records, expected);
    assert_eq!((header.entries, header.problems), (5, 3));
    assert_eq!(header.coverage, coverage());
    assert_eq!(header.cursor, Some(vec![0, 255]));
    assert_eq!(header.scope.groups, ["intranet"]);
    assert_eq!(header.attributes, ["jpegPhoto", "mail", "uid"]);
}

#[test]
fn the_lines_are_what_the_reference_says() {
    let mut text = String::new();
    let file = recorded(&rows()[..1], problems()[1..2].to_vec());
    zstd::stream::read::Decoder::new(file.as_slice())
        .unwrap()
        .read_to_string(&mut text)
        .unwrap();
    let lines: Vec<&str> = text.lines().collect();
    let [header, entry, problem, end] = lines.as_slice() else {
        panic!("{text}")
    };
    assert_eq!(
        *entry,
        r#"{"entry":{"id":"1","status":"active","groups":["intranet","zweite \"Gruppe\""],"attributes":{"jpegPhoto":["iVBORw0KGgo="],"mail":["a@x","b@x"],"uid":["zoë"]}}}"#
    );
    assert_eq!(
        *problem,
        r#"{"problem":{"place":"line 3","text":"no mail","subject":{"id":"9"}}}"#
    );
    assert!(header.starts_with(
        r#"{"header":{"format":"muster.snapshot/1","directory":"staff","plugin":{"name":"csv","#
    ));
    assert!(header.contains(r#""people":"as-delivered""#), "{header}");
    assert!(end.starts_with(r#"{"end":{"entries":1,"problems":1,"checksum":""#));
}

#[test]
fn a_file_that_was_cut_anywhere_gives_no_plan() {
    let file = recorded(&rows(), problems());
    for length in 0..file.len() {
        let cut = everything(&file[..length]);
        assert!(cut.is_err(), "{length} of {} bytes are enough", file.len());
    }
    let mut longer = file.clone();
    longer.extend_from_slice(&file);
    assert!(everything(&longer).is_err());
    longer.truncate(file.len());
    longer.push(b'\n');
    assert!(everything(&longer).is_err());
}

#[test]
fn a_changed_byte_changes_nothing_unnoticed() {
    let file = recorded(&rows(), problems());
    let whole = everything(&file).unwrap();
    for place in 0..file.len() {
        for bit in [1, 0x80] {
            let mut changed = file.clone();
            changed[place] ^= bit;
            if let Ok(read) = everything(&changed) {
                assert_eq!(read, whole, "byte {place}");
            }
        }
    }
}

fn packed(lines: &[&str]) -> Vec<u8> {
    let mut out = Encoder::new(Vec::new(), 3).unwrap();
    for line in lines {
        out.write_all(line.as_bytes()).unwrap();
        out.write_all(b"\n").unwrap();
    }
    out.finish().unwrap()
}

fn header(entries: u64) -> String {
    let (mut header, _) = everything(&recorded(&[], vec![])).unwrap();
    header.entries = entries;
    serde_json::json!({ "header": header }).to_string()
}

fn refused(lines: &[&str]) -> String {
    everything(&packed(lines)).unwrap_err().to_string()
}

#[test]
fn other_files_are_no_snapshots() {
    for file in [
        &b""[..],
        b"(\xb5/",
        b"id,mail\n1,a@x\n",
        b"{\"header\":{}}\n",
    ] {
        assert!(matches!(read(file).err(), Some(Unreadable::NoSnapshot)));
    }
    for line in [
        "",
        "{}",
        "[]",
        "null",
        r#"{"header":{"format":"muster.state/1"}}"#,
    ] {
        assert_eq!(refused(&[line]), "this is no snapshot", "{line}");
    }
    let later = refused(&[r#"{"header":{"format":"muster.snapshot/2","people":7}}"#]);
    assert!(later.contains("muster.snapshot/2"), "{later}");
    let names = header(0).replace("as-delivered", "somebody-else");
    assert!(refused(&[&names]).contains("somebody-else"));
}

#[test]
fn lines_that_make_no_sense_are_named() {
    let entry = r#"{"entry":{"id":"1","status":"active","groups":[],"attributes":{"mail":["a"]}}}"#;
    for (line, why) in [
        (
            r#"{"entry":{"status":"active","attributes":{"sn":["x"]}}}"#,
            "an attribute that the header lacks",
        ),
        (
            r#"{"entry":{"status":"active","attributes":{"mail":["x"],"mail":["y"]}}}"#,
            "twice",
        ),
        (r#"{"entry":{"attributes":{}}}"#, "missing field `status`"),
        (r#"{"entry":{"status":"gone"}}"#, "unknown variant"),
        (
            r#"{"entry":{"status":"active","groups":"x"}}"#,
            "a list of texts",
        ),
        (r#"{"person":{}}"#, "unknown variant `person`"),
        (
            r#"{"entry":{"status":"active"},"end":{}}"#,
            "a line says one thing",
        ),
        (r#"{"entry":{"status":"active"}} {}"#, "trailing characters"),
        ("", "EOF"),
    ] {
        let said = refused(&[&header(9), entry, line]);
        assert!(
            said.starts_with("line 3 ") && said.contains(why),
            "{line}: {said}"
        );
    }
    assert!(refused(&[&header(1), entry, entry]).contains("more records than"));
    assert!(refused(&[&header(2), &header(2)]).contains("a second header"));
    assert!(refused(&[&header(0)]).contains("cut short: it ends behind line 1"));
    let end = r#"{"end":{"entries":0,"problems":0,"checksum":"00"}}"#;
    assert!(refused(&[&header(1), end]).contains("records are missing"));
    assert!(refused(&[&header(0), end]).contains("checksum"));
}

#[test]
fn nobody_can_fill_the_memory() {
    let long = "x".repeat(5 << 20);
    let said = refused(&[&long]);
    assert!(
        said.starts_with("line 1 ") && said.contains("bytes"),
        "{said}"
    );
    let many = vec![r#""""#; 3 << 20].join(",");
    let entry = format!(r#"{{"entry":{{"status":"active","groups":[{many}]}}}}"#);
    assert!(refused(&[&header(1), &entry]).contains("the entry is too large"));
    // A few kilobytes that would become a line of 200 MiB.
    let mut out = Encoder::new(Vec::new(), 3).unwrap();
    out.write_all(header(1).as_bytes()).unwrap();
    out.write_all(b"\n").unwrap();
    let block = vec![b' '; 1 << 20];
    (0..200).for_each(|_| out.write_all(&block).unwrap());
    let bomb = out.finish().unwrap();
    assert!(bomb.len() < 100_000, "{} bytes", bomb.len());
    let said = everything(&bomb).unwrap_err().to_string();
    assert!(
        said.starts_with("line 2 ") && said.contains("bytes"),
        "{said}"
    );
    // One that wants a window of 128 MiB.
    let mut out = Encoder::new(Vec::new(), 19).unwrap();
    out.window_log(27).unwrap();
    out.include_contentsize(false).unwrap();
    out.write_all(header(0).as_bytes()).unwrap();
    (0..20).for_each(|_| out.write_all(&block).unwrap());
    assert!(everything(&out.finish().unwrap()).is_err());
}

#[test]
fn a_person_that_nobody_could_read_again_is_not_written() {
    let large = "x".repeat(40 << 20);
    let row = row(
        Some("7"),
        SourceStatus::Active,
        [&[&large, &large], &[], &[]],
    );
    let page = Page::from_rows(3, &[row], vec![]);
    let policy = policy(POLICY);
    let about = About {
        policy: &policy,
        plugin: PluginStamp {
            name: String::new(),
            version: String::new(),
            digest: String::new(),
        },
        now: "2026-11-23T08:00:00Z".parse().unwrap(),
        sensitive: BTreeSet::new(),
        people: People::AsDelivered,
        also: Vec::new(),
        known: vec![],
    };
    let mut source = Pages([page].into(), coverage());
    let written = write(
        &about,
        &mut source,
        &mut Cursor::new(Vec::new()),
        &mut Vec::new(),
        &Silent,
    );
    assert_eq!(
        written.unwrap_err().to_string(),
        "the entry `7` is too large for a snapshot"
    );
}

fn replayed(file: &[u8], policy: &str) -> Result<(Vec<PlainRow>, usize, Coverage), String> {
    let policy = self::policy(policy);
    let snapshot = read(file).map_err(|error| error.to_string())?;
    let mut source = Replay::new(snapshot, &policy).map_err(|error| error.to_string())?;
    let (mut rows, mut problems) = (Vec::new(), 0);
    loop {
        match source.next().map_err(|failed| failed.text)? {
            Delivery::Page(page) => {
                rows.extend(page.entries().map(|entry| entry.to_plain()));
                problems += page.problems().len();
            }
            Delivery::End { coverage, cursor } => {
                assert_eq!(cursor, Some(vec![0, 255]));
                return Ok((rows, problems, coverage));
            }
        }
    }
}

#[test]
fn a_snapshot_is_a_source() {
    let file = recorded(&rows(), problems());
    assert_eq!(replayed(&file, POLICY), Ok((rows(), 3, coverage())));
    // A policy may read less, spell it in another way, and then has other columns.
    let other = POLICY
        .replace("username: uid", "username: UID")
        .replace(", photo: jpegPhoto", "");
    let less = rows().into_iter().map(|mut row| {
        row.values.remove(0);
        row
    });
    let less: Vec<PlainRow> = less.collect();
    assert_eq!(replayed(&file, &other), Ok((less, 3, coverage())));
}

#[test]
fn many_people_come_on_many_pages() {
    let many: Vec<PlainRow> = (0..2500)
        .map(|n| {
            row(
                Some(&n.to_string()),
                SourceStatus::Active,
                [&[], &["x"], &["u"]],
            )
        })
        .collect();
    let file = recorded(&many, vec![]);
    let mut source = Replay::new(read(file.as_slice()).unwrap(), &policy(POLICY)).unwrap();
    let mut sizes = Vec::new();
    while let Ok(Delivery::Page(page)) = source.next() {
        sizes.push(page.len());
    }
    assert_eq!(sizes, [1000, 1000, 500]);
}

#[test]
fn a_snapshot_of_something_else_is_no_source() {
    let file = recorded(&rows(), problems());
    let said = |policy: &str| replayed(&file, policy).unwrap_err();
    assert_eq!(
        said(&POLICY.replace("staff", "guests")),
        "the snapshot is of the directory `staff`, and the policy is about `guests`"
    );
    assert_eq!(
        said(&POLICY.replace("email: mail", "surname: sn, first_name: givenName")),
        "the snapshot lacks the attribute `givenName`; the attribute `sn`"
    );
    assert_eq!(
        said(&POLICY.replace("[intranet]", "[everybody]")),
        "the snapshot lacks who is in the group `everybody` (scope.groups)"
    );
}

#[test]
fn a_snapshot_that_is_not_whole_fails_like_a_source() {
    let file = recorded(&rows(), problems());
    let policy = policy(POLICY);
    let snapshot = read(&file[..file.len() - 30]).unwrap();
    let mut source = Replay::new(snapshot, &policy).unwrap();
    let failed = std::iter::from_fn(|| match source.next() {
        Ok(Delivery::Page(_)) => Some(None),
        Ok(Delivery::End { .. }) => panic!("an end without an end"),
        Err(failed) => Some(Some(failed)),
    });
    let failed = failed.flatten().next().unwrap();
    assert_eq!(failed.kind, FailureKind::Data);
    assert!(failed.text.contains("cut short"), "{}", failed.text);
    assert!(failed.hint.unwrap().contains("muster snapshot record"));
}
