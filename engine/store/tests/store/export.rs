//! The way out and back in.

use super::generations::by;
use muster_model::{StateVersion, UsernameKey};
use muster_store::conformance::{account, contents, some_audit, some_directory, some_run};
use muster_store::{
    Commit, Counts, ImportError, MemoryStore, SledStore, Store, StoreError, export, import,
};

fn filled() -> MemoryStore {
    let mut store = MemoryStore::new();
    for (plan, ids) in [("first", 1..40_u64), ("second", 100..103)] {
        let put: Vec<_> = ids.map(|id| account(id, &format!("Zoë {id}"))).collect();
        let commit = Commit {
            expected: store.version().unwrap(),
            audit: put.iter().map(some_audit).collect(),
            put,
            run: Some(some_run(Some(plan))),
            directories: vec![some_directory("staff", None)],
            ..Commit::default()
        };
        store.commit(commit).unwrap();
    }
    let delete = vec![muster_model::AccountId(102)];
    let expected = StateVersion(2);
    store
        .commit(Commit {
            expected,
            delete,
            ..Commit::default()
        })
        .unwrap();
    store
}

fn exported(store: &dyn Store) -> String {
    let mut text = Vec::new();
    export(store, &mut text).unwrap();
    String::from_utf8(text).unwrap()
}

fn refused(text: &str) -> Vec<(u64, String)> {
    let mut store = MemoryStore::new();
    let before = contents(&store);
    let result = import(&mut store, &mut text.as_bytes());
    assert_eq!(contents(&store), before, "nothing is imported");
    match result {
        Err(ImportError::Lines(bad)) => bad
            .into_iter()
            .map(|line| (line.number, line.text))
            .collect(),
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_export_loses_nothing() {
    let original = filled();
    let text = exported(&original);
    let dir = tempfile::tempdir().unwrap();
    let open = || SledStore::open_or_create(dir.path(), &by()).unwrap();
    let counts = import(&mut open(), &mut text.as_bytes()).unwrap();
    assert_eq!(
        counts,
        Counts {
            directories: 1,
            accounts: 41,
            runs: 2,
            audit: 42
        }
    );
    let folder = open();
    assert_eq!(contents(&folder), contents(&original));
    assert!(folder.is_applied("first").unwrap());
    assert_eq!(
        folder
            .find(&UsernameKey::of("ZOË 7"))
            .unwrap()
            .unwrap()
            .id
            .0,
        7
    );
    let again = exported(&folder);
    let body = |text: &str| text.split_once('\n').unwrap().1.to_owned();
    assert_eq!(body(&again), body(&text));
    drop(folder);
    let report = SledStore::check(dir.path(), &by()).unwrap();
    assert!(report.is_well(), "{report:?}");
    assert_eq!(report.counts, counts);
}

/// Who restores a state may have changed it, so that everybody is read again.
#[test]
fn the_place_in_a_feed_is_not_restored() {
    let mut store = MemoryStore::new();
    let directories = vec![some_directory("staff", Some(b"place"))];
    store
        .commit(Commit {
            directories,
            ..Commit::default()
        })
        .unwrap();
    let mut restored = MemoryStore::new();
    import(&mut restored, &mut exported(&store).as_bytes()).unwrap();
    let known = |store: &MemoryStore| store.directories().unwrap().pop().unwrap();
    assert_eq!(known(&store).cursor.as_deref(), Some(&b"place"[..]));
    assert_eq!(known(&restored).cursor, None);
    assert_eq!(known(&restored).name, known(&store).name);
}

#[test]
fn an_export_reads_like_this() {
    let mut store = MemoryStore::new();
    let commit = Commit {
        put: vec![account(1, "anna")],
        ..Commit::default()
    };
    store.commit(commit).unwrap();
    let expected = [
        r#"{"header":{"format":"muster.state/1","identity":"memory","version":"v1","next_account_id":"a2"}}"#,
        concat!(
            r#"{"account":{"id":"a1","username":"anna","directory":"staff","external_id":"entry-1","#,
            r#""status":"blocked","block_reasons":["left-scope"],"#,
            r#""fields":{"email":"anna@example.org","note":"","roles":["author","editor"]},"#,
            r#""synced":{"email":"old@example.org","note":"","phone":null}}}"#,
        ),
        r#"{"end":{"directories":0,"accounts":1,"runs":0,"audit":0}}"#,
        "",
    ];
    assert_eq!(exported(&store), expected.join("\n"));
}

#[test]
fn only_an_empty_state_is_filled() {
    let text = exported(&filled());
    let mut store = filled();
    let result = import(&mut store, &mut text.as_bytes());
    assert!(
        matches!(result, Err(ImportError::Store(StoreError::NotEmpty))),
        "{result:?}"
    );
    assert_eq!(contents(&store), contents(&filled()));
}

#[test]
fn all_bad_lines_are_named_at_once() {
    let text = exported(&filled());
    let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
    // Line 1 is the header, 2 the directory, accounts begin at 3.
    lines[3] = lines[3].replace("Zoë 2", "ZOË 1");
    lines[4] = lines[4].replace("\"a3\"", "\"a1\"");
    lines[5] = "{\"account\":{\"id\":".to_owned();
    lines[6] = lines[6]
        .replace("\"entry-5\"", "\"entry-4711\"")
        .replace("\"a5\"", "\"a900\"");
    lines[7] = lines[7].replace("active", "blocked");
    let run = lines
        .iter()
        .position(|line| line.contains("{\"run\":"))
        .unwrap();
    lines[run] = lines[run].replace("\"r1\"", "\"r2\"");
    let bad = refused(&lines.join("\n"));
    let numbers: Vec<u64> = bad.iter().map(|(number, _)| *number).collect();
    let end = lines.len() as u64;
    assert_eq!(numbers, [4, 5, 6, 7, 8, run as u64 + 1, end], "{bad:#?}");
    assert!(bad[0].1.contains("`ZOË 1` is in line 3"), "{bad:?}");
    assert!(bad[1].1.contains("a1 is in line 3"), "{bad:?}");
    assert!(bad[3].1.contains("a900"), "{bad:?}");
}

#[test]
fn a_shortened_export_is_noticed() {
    let text = exported(&filled());
    let lines: Vec<&str> = text.lines().collect();
    for keep in 0..lines.len() {
        let bad = refused(&lines[..keep].join("\n"));
        assert!(
            bad.iter().any(|(_, text)| text.contains("cut short")),
            "{keep}: {bad:?}"
        );
    }
    let without_one: Vec<&str> = [&lines[..9], &lines[10..]].concat();
    assert!(!refused(&without_one.join("\n")).is_empty());
}

#[test]
fn a_newer_export_is_refused() {
    let text = exported(&filled()).replace("muster.state/1", "muster.state/2");
    let result = import(&mut MemoryStore::new(), &mut text.as_bytes());
    assert!(
        matches!(result, Err(ImportError::Newer { .. })),
        "{result:?}"
    );
}
