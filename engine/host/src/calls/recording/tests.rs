use super::*;
use crate::binding::Secret;
use crate::calls::{
    Answer, Answered, Call, FileEntry, FileInfo, Method, Opened, Place, Request, Response, Tap,
};
use crate::failure::{Failure, FailureKind};
use crate::ldap::{
    Change, DirSync, Entries, Feed, IdSet, Mode, Outcome as LdapOutcome, Query, Scope, State,
    Verdict,
};
use crate::request::{ReadFrom, ReadRequest};
use crate::sql::{Column, Rows};
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

fn header() -> Header {
    let text = r#"{"format": "muster.calls/1",
        "plugin": {"name": "x", "version": "1.0.0", "digest": "ab"},
        "settings": {"url": "https://hr.example/v1"}, "now_ms": 7,
        "request": {"attributes": ["mail"], "page_size": 10, "scope": {},
            "from": {"since": {"base64": "/w=="}}}}"#;
    serde_json::from_str(text).unwrap()
}

fn query(mode: Mode) -> Query {
    Query {
        base: "dc=example".into(),
        scope: Scope::Sub,
        filter: "(cn=Jón)".into(),
        attributes: vec!["cn".into(), "photo".into()],
        page_size: 500,
        mode,
    }
}

/// Two rows with odd bytes, an absent cell and an empty value.
fn entries() -> Entries {
    Entries {
        columns: ["cn".to_owned(), "photo".to_owned()].into(),
        data: b"cn=aA\xff\x00cn=b".to_vec(),
        value_ends: vec![4, 5, 5, 7, 11],
        cell_ends: vec![1, 3, 4, 5, 5, 5],
        continued: true,
        states: vec![
            State {
                change: Change::Add,
                uuid: [7; 16],
            };
            2
        ],
        sets: vec![IdSet {
            deleted: true,
            uuids: vec![0xff; 32],
        }],
        end: Some(LdapOutcome {
            code: 4,
            matched_dn: String::new(),
            message: "no more".into(),
            references: 1,
            pages: 2,
            exhausted: false,
            feed: Some(Feed {
                cookie: Some(vec![0, 255]),
                more: true,
                absent_are_gone: false,
            }),
        }),
    }
}

/// One call of each kind, and an answer that has every form of value.
fn exchanges() -> Vec<(Call, Answered)> {
    let request = |target: &str| Request {
        method: Method::Get,
        endpoint: "api".into(),
        target: target.into(),
        headers: vec![("accept".into(), "application/json".into())],
        body: vec![0xff],
    };
    let response = |body: &str| Response {
        status: 200,
        headers: vec![("etag".into(), "1".into())],
        body: body.into(),
    };
    let failure = Failure {
        kind: FailureKind::Throttled,
        message: "slow down".into(),
        hint: None,
        retry_after: Some(Duration::from_millis(1500)),
    };
    let file = |number, name: &str| Call::OpenFile {
        file: number,
        need: "people".into(),
        name: Some(name.into()),
        unless: None,
    };
    let read = |file, max| Call::ReadFile { file, max };
    let open = |name: &str| {
        Ok(Answer::Opened(Opened::Open(FileInfo {
            name: name.into(),
            size: Some(3),
            tag: None,
        })))
    };
    let folder = Place::Folder(vec![FileEntry {
        name: "a".into(),
        size: 1,
        modified_ms: 2,
    }]);
    let search = |number, mode| Call::Search {
        search: number,
        connection: "directory".into(),
        query: query(mode),
    };
    let need = || "directory".to_owned();
    vec![
        (Call::Look { need: need() }, Ok(Answer::Place(folder))),
        (file(0, "a"), open("a")),
        (file(1, "b"), open("b")),
        (read(1, 9), Ok(Answer::Chunk(b"bbb".to_vec()))),
        (read(0, 9), Ok(Answer::Chunk(b"\xffaa".to_vec()))),
        (read(1, 9), Ok(Answer::Chunk(Vec::new()))),
        (read(0, 9), Err(failure.clone())),
        (file(2, "c"), Ok(Answer::Opened(Opened::NotModified))),
        (
            Call::Send(request("/1")),
            Ok(Answer::Response(response("one"))),
        ),
        (Call::Send(request("/1")), Err(failure)),
        (
            search(3, Mode::Refresh(Some(vec![0xfe]))),
            Ok(Answer::Searching),
        ),
        (
            search(
                4,
                Mode::DirSync(DirSync {
                    options: 1,
                    cookie: Vec::new(),
                }),
            ),
            Ok(Answer::Searching),
        ),
        (Call::Entries { search: 3 }, Ok(Answer::Entries(entries()))),
        (
            Call::Server { connection: need() },
            Ok(Answer::Server("dc1:636".into())),
        ),
        (
            Call::Verify {
                connection: need(),
                dn: "cn=a".into(),
            },
            Ok(Answer::Verdict(Verdict::MustChange)),
        ),
        (
            Call::Ask {
                answer: 5,
                database: "hr".into(),
                text: "select 1".into(),
                parameters: vec![None, Some("x".into())],
            },
            Ok(Answer::Columns(vec![Column {
                name: "n".into(),
                type_name: "int4".into(),
                binary: false,
                several: false,
            }])),
        ),
        (
            Call::Rows { answer: 5 },
            Ok(Answer::Rows(Rows {
                data: b"1".to_vec(),
                value_ends: vec![1],
                cell_ends: vec![1, 1],
                last: true,
            })),
        ),
    ]
}

fn recorded(calls: &[(Call, Answered)], secrets: &[(&str, &str)]) -> (String, Removed) {
    let secrets: BTreeMap<String, Secret> = secrets
        .iter()
        .map(|(name, text)| ((*name).to_owned(), Secret::new(*text)))
        .collect();
    let file = tempfile::NamedTempFile::new().unwrap();
    let out = file.reopen().unwrap();
    let recorder = Arc::new(Recorder::begin(out, &header(), &secrets).unwrap());
    let tap = recorder.tap(Question::Read);
    for (call, answer) in calls {
        tap.after(call, &mut answer.clone());
    }
    let removed = recorder.finish(&Tally::default().outcome()).unwrap();
    (std::fs::read_to_string(file.path()).unwrap(), removed)
}

#[test]
fn what_was_written_is_read_back_as_it_was() {
    let (text, removed) = recorded(&exchanges(), &[]);
    let recording = Recording::read(text.as_bytes()).unwrap();
    assert_eq!(recording.header, header());
    assert_eq!(
        recording.header.request,
        ReadRequest {
            page_size: 10,
            from: ReadFrom::Since(vec![0xff]),
            ..ReadRequest::new(vec!["mail".into()], crate::Scope::default())
        }
    );
    let read = recording.calls.iter().map(|one| {
        assert_eq!(one.of, Question::Read);
        (one.call.clone(), one.answer.clone())
    });
    assert_eq!(read.collect::<Vec<_>>(), exchanges());
    assert_eq!(recording.outcome, Tally::default().outcome());
    assert_eq!(removed, Removed::default());
    assert_eq!(text.lines().count(), exchanges().len() + 2);
}

#[test]
fn every_call_gets_its_answer_in_any_order_of_questions() {
    let (text, _) = recorded(&exchanges(), &[]);
    let recording = Recording::read(text.as_bytes()).unwrap();
    // Openers first and with other numbers; then what follows, last things first.
    let replayer = Replayer::new(&recording, Question::Read);
    let renumbered = |call: &Call| {
        let mut call = call.clone();
        match &mut call {
            Call::OpenFile { file: n, .. }
            | Call::ReadFile { file: n, .. }
            | Call::Search { search: n, .. }
            | Call::Entries { search: n }
            | Call::Ask { answer: n, .. }
            | Call::Rows { answer: n } => *n = 100 - *n,
            _ => {}
        }
        call
    };
    let follows = |call: &Call| {
        matches!(
            call,
            Call::ReadFile { .. } | Call::Entries { .. } | Call::Rows { .. }
        )
    };
    let all = exchanges();
    let (later, first): (Vec<_>, Vec<_>) = all.iter().partition(|(call, _)| follows(call));
    for (call, answer) in first {
        assert_eq!(replayer.before(&renumbered(call)).as_ref(), Some(answer));
    }
    assert_eq!(replayer.left(), later.len());
    for (call, answer) in later {
        assert_eq!(replayer.before(&renumbered(call)).as_ref(), Some(answer));
    }
    assert_eq!(replayer.left(), 0);
}

#[test]
fn a_file_can_be_read_in_other_pieces() {
    let (text, _) = recorded(&exchanges(), &[]);
    let replayer = Replayer::new(&Recording::read(text.as_bytes()).unwrap(), Question::Read);
    let (open, _) = exchanges().swap_remove(2);
    replayer.before(&open).unwrap().unwrap();
    let read = |max| replayer.before(&Call::ReadFile { file: 1, max }).unwrap();
    assert_eq!(read(2), Ok(Answer::Chunk(b"bb".to_vec())));
    assert_eq!(read(2), Ok(Answer::Chunk(b"b".to_vec())));
    assert_eq!(read(2), Ok(Answer::Chunk(Vec::new())));
    let over = read(2).unwrap_err();
    assert_eq!(over.message, "the recording has no more of this file");
}

#[test]
fn what_was_never_asked_has_no_answer() {
    let (text, _) = recorded(&exchanges(), &[]);
    let replayer = Replayer::new(&Recording::read(text.as_bytes()).unwrap(), Question::Read);
    let other = replayer.before(&Call::Look { need: "x".into() });
    let failure = other.unwrap().unwrap_err();
    assert_eq!(failure.kind, FailureKind::Internal);
    assert_eq!(
        failure.message,
        r#"the recording has no answer to {"look":{"need":"x"}}"#
    );
    // A search that nobody began.
    let next = replayer.before(&Call::Entries { search: 3 });
    assert!(next.unwrap().is_err());
}

#[test]
fn secrets_are_not_in_it() {
    let echo = Response {
        status: 500,
        headers: vec![
            ("x-echo".into(), "Bearer s3cret-t0ken".into()),
            ("set-cookie".into(), "session=1".into()),
        ],
        body: b"GET /x\nAuthorization: Bearer s3cret-t0ken".to_vec(),
    };
    let (call, _) = exchanges().swap_remove(8);
    let (text, removed) = recorded(
        &[(call, Ok(Answer::Response(echo)))],
        &[("token", "s3cret-t0ken"), ("pin", "12")],
    );
    assert!(!text.contains("s3cret"), "{text}");
    assert!(!text.contains("session=1"), "{text}");
    assert!(text.contains("Bearer [secret token]"), "{text}");
    assert_eq!(removed.answers, 1);
    assert!(removed.not_searched.contains("pin"));
    assert!(Recording::read(text.as_bytes()).is_ok());
}

#[test]
fn what_is_no_recording_is_told_by_its_line() {
    let (text, _) = recorded(&exchanges(), &[]);
    let told = |text: &str| Recording::read(text.as_bytes()).unwrap_err().to_string();
    assert!(told("").contains("no recording of calls in the form `muster.calls/1`"));
    assert!(told("id,name\n").contains("no recording"));
    assert!(told(&text.replace("calls/1", "calls/2")).ends_with("but of `muster.calls/2`"));
    let cut: String = text.split_inclusive('\n').take(5).collect();
    assert!(told(&cut).contains("its end is missing"));
    assert!(told(&format!("{text}{{}}\n")).contains("follows the end"));
    let odd = text.replace(r#""max":9"#, r#""max":"x""#);
    assert!(
        told(&odd).starts_with("line 5 cannot be understood"),
        "{}",
        told(&odd)
    );
    let both = text.replacen(
        r#""answer":{"#,
        r#""failure":{"kind":"data","message":""},"answer":{"#,
        1,
    );
    assert!(told(&both).contains("either an `answer` or a `failure`"));
    let row = text.replacen(r#"["cn=a"],"#, "", 1);
    assert!(
        told(&row).contains("a row has 2 cells where 3 belong"),
        "{}",
        told(&row)
    );
}

#[test]
fn questions_that_are_asked_side_by_side_keep_their_answers() {
    // The attributes are in the first lines of a file; the read wants all of it.
    let text = {
        let file = tempfile::NamedTempFile::new().unwrap();
        let recorder = Recorder::begin(file.reopen().unwrap(), &header(), &BTreeMap::new());
        let recorder = Arc::new(recorder.unwrap());
        let all = exchanges();
        let (open, opened) = &all[2];
        for (question, chunks) in [(Question::Attributes, 1), (Question::Read, 3)] {
            let tap = recorder.tap(question);
            tap.after(open, &mut opened.clone());
            for chunk in 0..chunks {
                let chunk = Ok(Answer::Chunk(vec![b'a' + chunk]));
                tap.after(&Call::ReadFile { file: 1, max: 9 }, &mut chunk.clone());
            }
        }
        recorder.finish(&Tally::default().outcome()).unwrap();
        std::fs::read_to_string(file.path()).unwrap()
    };
    let recording = Recording::read(text.as_bytes()).unwrap();
    let read = Replayer::new(&recording, Question::Read);
    read.before(&exchanges()[2].0).unwrap().unwrap();
    for chunk in [b"a", b"b", b"c"] {
        let next = read.before(&Call::ReadFile { file: 1, max: 9 });
        assert_eq!(next.unwrap(), Ok(Answer::Chunk(chunk.to_vec())));
    }
    assert_eq!(read.left(), 0);
    assert_eq!(Replayer::new(&recording, Question::Attributes).left(), 2);
}
