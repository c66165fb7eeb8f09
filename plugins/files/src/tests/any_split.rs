//! However a file is cut into chunks and pages, the same people come of it.

use super::{Read, drain, line};
use crate::encoding::Encoding;
use crate::input::tests::chunked;
use crate::open;
use crate::reading::Reading;
use crate::settings::Settings;
use muster_sdk::{ReadRequest, testing};
use proptest::prelude::*;

fn read(settings: &Settings, file: &[u8], chunk: usize, page: u32) -> Result<Read, String> {
    let mut input = chunked(file, chunk, Encoding::Utf8);
    let request = ReadRequest {
        page_size: page,
        ..testing::request(&["username", "mail"])
    };
    let file = |input| open::File {
        input,
        tag: None,
        expected: None,
        settings: settings.clone(),
    };
    let read = input
        .begin()
        .and_then(|()| open::records(file(input), &request.attributes))
        .and_then(|opened| Reading::of(opened, settings, &request))
        .and_then(|mut reading| drain(|| reading.next()));
    read.map_err(|failure| failure.message)
}

/// What must not depend on chunks and pages.
fn essence(read: &Result<Read, String>) -> Result<(Vec<String>, Vec<String>, String), String> {
    match read {
        Ok(read) => Ok((
            read.rows.iter().map(line).collect(),
            read.problems(),
            format!("{:?}", read.coverage),
        )),
        Err(message) => Err(message.clone()),
    }
}

/// Bytes that are likely to matter.
fn bytes(alphabet: &'static str) -> impl Strategy<Value = Vec<u8>> {
    let pieces: Vec<String> = alphabet.split('~').map(str::to_owned).collect();
    prop::collection::vec(prop::sample::select(pieces), 0..40)
        .prop_map(|pieces| pieces.concat().into_bytes())
}

fn same(format: &str, file: &[u8], chunk: usize, page: u32) -> Result<(), TestCaseError> {
    let json = format!(
        r##"{{"path": "p", "format": "{format}", "id": "id", "optional": ["mail"], "end_marker": "#END"}}"##
    );
    let settings: Settings = serde_json::from_str(&json).expect("settings");
    let whole = essence(&read(&settings, file, usize::MAX, 5000));
    let split = essence(&read(&settings, file, chunk, page));
    prop_assert_eq!(whole, split);
    Ok(())
}

/// Writes a cell as RFC 4180 wants it.
fn quoted(cell: &str) -> String {
    format!("\"{}\"", cell.replace('"', "\"\""))
}

proptest! {
    #[test]
    fn what_was_written_is_read(
        people in prop::collection::vec(("[ -~\n\r\té€]{0,12}", "[ -~\n\r\té€]{0,12}"), 1..12),
        chunk in 1usize..40,
    ) {
        let mut file = "id,username,mail\r\n".to_owned();
        let mut expected = Vec::new();
        for (number, (username, mail)) in people.iter().enumerate() {
            file.push_str(&format!("{number},{},{}\r\n", quoted(username), quoted(mail)));
            expected.push(format!("{number} active {username}|{mail}"));
        }
        let settings: Settings = serde_json::from_str(r#"{"path": "p.csv", "id": "id"}"#).expect("settings");
        let (rows, problems, _) = essence(&read(&settings, file.as_bytes(), chunk, 3)).expect("read");
        prop_assert_eq!(rows, expected);
        prop_assert!(problems.is_empty());
    }

    #[test]
    fn a_table_is_the_same_in_any_pieces(
        rows in bytes("1~2~33~,~,~,~\"~\"~a~é~\n~\n~\r\n~\r~ ~#END~\"a,\nb\"~;"),
        chunk in 1usize..9,
        page in 1u32..5,
    ) {
        let mut file = b"id,username,mail\n".to_vec();
        file.extend(rows);
        same("csv", &file, chunk, page)?;
    }

    #[test]
    fn json_lines_are_the_same_in_any_pieces(
        rows in bytes("{\"id\": 1, \"username\": \"é\"}\n~{\"id\": 2, \"mail\": [\"a\", null]}\r\n~{\"id\":~}~\n~\n~\"\\u00e9\"~x~#END\n~,"),
        chunk in 1usize..9,
        page in 1u32..5,
    ) {
        same("jsonl", &rows, chunk, page)?;
    }

    #[test]
    fn ldif_is_the_same_in_any_pieces(
        rows in bytes("dn: uid=a\n~id: 1\n~id: 2\r\n~username: é\n~mail:: YQ==\n~ ~x~\n~\n~\n\n~# c\n~:~: ~#END\n~result: 4\n~search: 1\n"),
        chunk in 1usize..9,
        page in 1u32..5,
    ) {
        same("ldif", &rows, chunk, page)?;
    }
}
