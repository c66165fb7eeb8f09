//! LDIF.

use super::{groups, read, read_scope};
use muster_sdk::{FailureKind, PartialReason};

const LDIF: &str = r#"{"path": "people.ldif", "id": "entryUUID"}"#;

#[test]
fn records_are_read_as_the_rfc_writes_them() {
    let file = "\
version: 1
# a comment that
 goes on
dn: uid=anna,dc=example
objectClass: person
entryUUID: 1
cn:: w4VzYQ==
mail: a@x
MAIL:b@x
description: two
  lines
cn;lang-de: nicht
jpegPhoto:< file:///etc/passwd

dn:: dWlkPWJvLGRjPWV4YW1wbGU=
entryUUID: 2
cn:
";
    for file in [file.to_owned(), file.replace('\n', "\r\n")] {
        let read = read(LDIF, file, &["cn", "mail", "description", "dn"]).unwrap();
        assert_eq!(
            read.lines(),
            [
                "1 active Åsa|a@x+b@x|two lines|uid=anna,dc=example",
                "2 active |-|-|uid=bo,dc=example",
            ]
        );
        assert!(read.problems.is_empty());
        assert!(read.coverage.is_complete());
    }
}

#[test]
fn broken_records_hold_their_person() {
    let file = "\
dn: uid=a
entryUUID: 1
mail:: ***

dn: uid=b
mail: b@x
no colon
entryUUID: 2

mail: c@x
entryUUID: 3

dn: uid=d
entryUUID: 4
mail:< file:///etc/passwd

dn: uid=e
entryUUID: 5
mail:: /w==

dn: uid=f
entryUUID: 6
mail: f@x

dn: uid=g
mail: g@x

 mail: h@x
";
    let read = read(LDIF, file, &["mail"]).unwrap();
    assert_eq!(read.lines(), ["6 active f@x"]);
    let problems = read.problems();
    assert!(
        problems[0].starts_with("people.txt line 1: `mail` in line 3 is no base64"),
        "{}",
        problems[0]
    );
    assert!(problems[0].ends_with("(id 1)"), "{}", problems[0]);
    assert_eq!(
        problems[1..],
        [
            "people.txt line 5: line 7 is no `attribute: value` (id 2)",
            "people.txt line 10: the record does not begin with `dn:` (id 3)",
            "people.txt line 13: `mail` in line 15 stands in another file, which is not read (id 4)",
            "people.txt line 17: `mail` in line 19 is no UTF-8 text; list the attribute under `binary` if it is none (id 5)",
            "people.txt line 25: `entryUUID` is empty (mail g@x)",
            "people.txt line 28: the file ends inside the record (nobody)",
        ]
    );
}

#[test]
fn records_without_a_gap_between_them_prove_nothing() {
    let file = "dn: uid=a\nentryUUID: 1\ndn: uid=b\nentryUUID: 2\n\ndn: uid=c\nentryUUID: 3\n";
    let read = read(LDIF, file, &[]).unwrap();
    assert_eq!(read.lines(), ["3 active "]);
    assert!(read.problems()[0].contains("there is no empty line before the next record, line 3"));
    assert_eq!(read.shortfall().0, PartialReason::Unreadable);
}

#[test]
fn a_file_that_ends_in_a_record_is_cut_off() {
    let whole = "dn: uid=a\nentryUUID: 1\nmail: a@x\n\n";
    for cut in ["dn: uid=b\nentryUUID: 2\nmail: b@", "dn: uid=b\n", "dn: ui"] {
        let read = read(LDIF, format!("{whole}{cut}"), &["mail"]).unwrap();
        let (reason, text) = read.shortfall();
        assert_eq!(reason, PartialReason::Truncated, "{cut}");
        assert!(
            text.contains("line 5: the file ends inside the record"),
            "{text}"
        );
        assert_eq!(read.rows.len(), 1);
    }
}

#[test]
fn changes_are_no_people() {
    for file in [
        "dn: uid=a\nchangetype: modify\nreplace: mail\nmail: a@x\n-\n",
        "dn: uid=a\ncontrol: 1.2.3\nchangetype: delete\n",
    ] {
        let failure = read(LDIF, file, &[]).err().unwrap();
        assert_eq!(failure.kind, FailureKind::Data);
        assert_eq!(
            failure.message,
            "`people.txt` line 2: this is a list of changes, not of people"
        );
    }
    assert!(read(LDIF, "version: 2\n\ndn: uid=a\n", &[]).is_err());
}

#[test]
fn what_ldapsearch_says_at_the_end_counts() {
    let entries = "# extended LDIF\n#\nversion: 1\n\ndn: uid=a\nentryUUID: 1\n\n# search reference\nref: ldap://other/\n\n";
    let trailer = "# search result\nsearch: 2\nresult: 0 Success\ncontrol: 1.2.840.113556.1.4.319 false MAUCAQAEAA==\n\n# numResponses: 2\n";
    let whole = read(LDIF, format!("{entries}{trailer}"), &[]).unwrap();
    assert_eq!(whole.lines(), ["1 active "]);
    assert!(whole.coverage.is_complete());
    assert_eq!(whole.fact("the export's own result"), Some("0 Success"));

    let limited = trailer.replace("0 Success", "4 Size limit exceeded");
    let read = read(LDIF, format!("{entries}{limited}"), &[]).unwrap();
    let (reason, text) = read.shortfall();
    assert_eq!(reason, PartialReason::SizeLimit);
    assert!(
        text.contains("`4 Size limit exceeded`: the export was not complete"),
        "{text}"
    );
}

#[test]
fn bytes_are_kept_as_they_are() {
    let settings = r#"{"path": "people.ldif", "id": "objectGUID"}"#;
    // 00112233-4455-6677-8899-aabbccddeeff as Active Directory stores it.
    let file = "dn: cn=a\nobjectGUID:: MyIRAFVEd2aImaq7zN3u/w==\njpegPhoto:: /9j/\n";
    let read = read(settings, file, &["jpegPhoto"]).unwrap();
    assert_eq!(
        read.rows[0].id.as_deref(),
        Some("00112233-4455-6677-8899-aabbccddeeff")
    );
    assert_eq!(read.rows[0].values[0], [vec![0xff, 0xd8, 0xff]]);
}

#[test]
fn a_name_that_nobody_has_ends_the_read_as_a_failure() {
    let failure = read(LDIF, "dn: uid=a\nentryUUID: 1\nmail: a@x\n", &["email"])
        .err()
        .unwrap();
    assert_eq!(failure.kind, FailureKind::Config);
    assert_eq!(failure.message, "`people.txt`: no record has `email`");
    assert!(failure.hint.unwrap().starts_with("did you mean `mail`?"));
}

#[test]
fn groups_are_one_a_value() {
    let settings = r#"{"path": "p.ldif", "id": "uid", "groups": "memberOf"}"#;
    let file =
        "dn: uid=a\nuid: a\nmemberOf: CN=Staff;1,DC=x\nmemberOf: cn=other\n\ndn: uid=b\nuid: b\n";
    let read = read_scope(settings, file, &[], groups(&["cn=staff;1,dc=x"], &[])).unwrap();
    assert_eq!(read.lines(), ["a active "]);
    assert!(read.coverage.is_complete());
}
