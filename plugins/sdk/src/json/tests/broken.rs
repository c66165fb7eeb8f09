//! Pages and paths that are wrong, and what is said of them.

use crate::FailureKind;
use crate::json::{At, Selection};

fn refused(page: impl AsRef<[u8]>, at: At<'_>) -> String {
    let paths = ["id", "a.b", r#"l[t eq "x"].v"#];
    let selection = Selection::new(paths).unwrap();
    let failure = selection.read(page.as_ref(), at, |_| ()).unwrap_err();
    assert_eq!(failure.kind, FailureKind::Data);
    failure.message
}

fn refused_path(path: &str) -> String {
    let failure = Selection::new([path]).unwrap_err();
    assert_eq!(failure.kind, FailureKind::Config);
    assert!(failure.message.contains(path), "{}", failure.message);
    failure.message
}

#[track_caller]
fn says(message: &str, parts: &[&str]) {
    for part in parts {
        assert!(message.contains(part), "`{part}` is missing in: {message}");
    }
}

#[test]
fn a_name_that_stands_twice_is_no_choice() {
    let page = r#"{"people": [{"id": 1}, {"id": 2, "a": {"b": 1, "b": 2}}]}"#;
    says(
        &refused(page, At::Member("people")),
        &["`$.people[1].a.b`", "twice", "line 1"],
    );
    says(
        &refused(
            r#"[{"l": [{"v": 1}, {"v": 1, "t": "x", "v": 2}]}]"#,
            At::Root,
        ),
        &["`$[0].l[1].v`"],
    );
    says(
        &refused(r#"{"people": [], "people": []}"#, At::Member("people")),
        &["`people`", "twice"],
    );
    says(
        &refused(r#"{"n": 1, "people": [], "n": 2}"#, At::Member("people")),
        &["`n`", "twice"],
    );
    let any = Selection::builder().text("id").any_case().build().unwrap();
    assert!(any.read(br#"{"id": 1, "ID": 2}"#, At::One, |_| ()).is_err());
    // One name may well stand in two elements, or in two objects.
    let fine = br#"[{"l": [{"v": 1}, {"v": 1}], "a": [{"b": 1}, {"b": 2}]}, {"id": 1}]"#;
    let selection = Selection::new(["id", "a.b", "l.v"]).unwrap();
    assert_eq!(selection.read(fine, At::Root, |_| ()).unwrap().records(), 2);
}

#[test]
fn half_a_page_is_none() {
    let page = br#"{"people": [{"id": "1", "a": {"b": "x"}}], "more": true}"#;
    for end in 0..page.len() {
        refused(&page[..end], At::Member("people"));
    }
    says(
        &refused(&page[..30], At::Member("people")),
        &["`$.people[0].a", "EOF"],
    );
}

#[test]
fn other_shapes_are_named() {
    says(
        &refused("[]", At::Member("people")),
        &["list `people`", "sequence"],
    );
    says(
        &refused(r#"{"people": {"id": 1}}"#, At::Member("people")),
        &["`$.people`", "a list of records"],
    );
    says(
        &refused(r#"{"error": "x"}"#, At::Root),
        &["`$`", "a list of records"],
    );
    says(
        &refused(r#"[{"id": 1}, null]"#, At::Root),
        &["`$[1]`", "an object"],
    );
    says(&refused(r#"["x"]"#, At::Root), &["`$[0]`", "an object"]);
    says(&refused("[]", At::One), &["an object"]);
    says(&refused("[] x", At::Root), &["trailing"]);
}

#[test]
fn what_is_no_json_is_shown() {
    says(
        &refused("\n<!DOCTYPE html>\n<html>", At::Root),
        &["no JSON", "`<!DOCTYPE html>`"],
    );
    says(&refused(" \n", At::Root), &["empty"]);
    says(
        &refused(b"[{\"id\": \"\xff\"}]", At::Root),
        &["UTF-8", "byte 9"],
    );
    let selection = Selection::new(["id"]).unwrap();
    assert!(selection.read(b"\xef\xbb\xbf[]", At::Root, |_| ()).is_ok());
}

#[test]
fn broken_texts_are_found() {
    says(&refused(r#"[{"id": "\ud800"}]"#, At::Root), &["`$[0].id`"]);
    says(&refused(r#"[{"id": "\x"}]"#, At::Root), &["`$[0].id`"]);
    says(&refused("[{\"id\": \"a\nb\"}]", At::Root), &["`$[0].id`"]);
    says(&refused(r#"[{"id": 1,}]"#, At::Root), &["`$[0]`"]);
}

#[test]
fn depth_is_bounded() {
    let deep = |levels: usize| format!("{}{}", "[".repeat(levels), "]".repeat(levels));
    let record = |name: &str, levels| format!(r#"[{{"{name}": {}}}]"#, deep(levels));
    says(&refused(record("id", 40), At::Root), &["`$[0].id`", "deep"]);
    says(&refused(record("a", 200), At::Root), &["recursion"]);
    says(
        &refused(
            format!(r#"{{"other": {}}}"#, deep(200)),
            At::Member("people"),
        ),
        &["recursion"],
    );
    // What nobody asked for is skipped, however deep.
    let selection = Selection::new(["id"]).unwrap();
    let skipped = record("other", 100_000);
    assert!(selection.read(skipped.as_bytes(), At::Root, |_| ()).is_ok());
}

#[test]
fn paths_that_are_none_say_why() {
    says(&refused_path(""), &["a name is missing"]);
    says(&refused_path("a..b"), &["a name is missing"]);
    says(&refused_path("a."), &["a name is missing"]);
    says(&refused_path("a]"), &["`.`"]);
    says(
        &refused_path("a[type eq \"work\"]"),
        &["after the condition"],
    );
    says(&refused_path("a[type eq \"work\"]b"), &["`.`"]);
    says(
        &refused_path("a[type eq work].v"),
        &["`work`", "double quotes"],
    );
    says(
        &refused_path("a[type co \"w\"].v"),
        &["`eq` or `ne`", "`co`"],
    );
    says(
        &refused_path("a[type eq \"w\" or x eq 1].v"),
        &["`or`", "`and`"],
    );
    says(&refused_path("a[type eq \"w"), &["does not end"]);
    says(&refused_path("a[type eq \"w\""), &["`]`"]);
    says(&refused_path("a[].v"), &["begins with a name"]);
    says(&refused_path("[\"a"), &["does not end"]);
    says(&refused_path("urn:x:y:"), &["a name is missing"]);
}
