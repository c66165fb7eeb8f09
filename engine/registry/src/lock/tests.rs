use super::*;
use proptest::prelude::*;
use std::fs;
use std::path::Path;

fn entry(source: &str) -> Entry {
    Entry {
        source: source.to_owned(),
        name: "hris".to_owned(),
        version: "1.2.0".to_owned(),
        api: "muster:provider@0.1".to_owned(),
        digest: Digest::of(b"component"),
        manifest: source.starts_with("oci:").then(|| Digest::of(b"manifest")),
        memory_mib: 64,
        needs: vec!["files people (path)".to_owned()],
        key: None,
    }
}

fn key() -> PublicKey {
    PublicKey::from_pem(include_str!("../../tests/keys/p256.pub")).unwrap()
}

fn signed() -> Entry {
    Entry {
        key: Some(key()),
        ..entry("oci://r.example.org/idp/hris:1")
    }
}

fn lock(entries: impl IntoIterator<Item = Entry>) -> Lock {
    let mut lock = Lock::default();
    entries.into_iter().for_each(|entry| lock.put(entry));
    lock
}

#[test]
fn a_lock_reads_well() {
    let text = lock([signed(), entry("./hris.wasm")]).to_string();
    assert_eq!(text, include_str!("../../tests/muster.lock"));
    assert_eq!(Lock::parse(&text).unwrap().to_string(), text);
    assert_eq!(
        Lock::parse(&Lock::default().to_string()).unwrap(),
        Lock::default()
    );
}

#[test]
fn line_ends_and_marks_of_other_systems_change_nothing() {
    let whole = lock([signed(), entry("./hris.wasm")]);
    let text = whole.to_string();
    assert_eq!(Lock::parse(&text.replace('\n', "\r\n")).unwrap(), whole);
    assert_eq!(Lock::parse(&format!("\u{feff}{text}")).unwrap(), whole);
}

/// What is said about a lock's text with something replaced.
#[track_caller]
fn fault(old: &str, new: &str) -> String {
    let text = lock([signed(), entry("./hris.wasm")]).to_string();
    assert!(text.contains(old), "{old}");
    Lock::parse(&text.replacen(old, new, 1))
        .unwrap_err()
        .to_string()
}

#[test]
fn nonsense_is_told_with_its_line() {
    assert_eq!(
        fault("format = 1", "format = 2"),
        "it has the format 2, and this version reads 1"
    );
    assert!(fault("format = 1\n", "").contains("line 1: it does not begin with `format = 1`"));
    assert!(fault("\"sha256:", "\"sha512:").starts_with("line 11: `sha512:"));
    assert!(fault("name =", "nmae =").starts_with("line 8: unknown field `nmae`"));
    assert!(fault("memory_mib = 64", "memory_mib = -1").starts_with("line 12: "));
    assert!(fault("memory_mib = 64", "memory_mib = ").starts_with("line 12: "));
    assert!(fault("name = \"hris\"\n", "").contains("missing field `name`"));
    assert!(fault("needs = [\n", "needs = [[\n").starts_with("line 1"));
    assert!(fault("\"./hris.wasm\"", "\"\"").contains("the source is empty"));
    assert!(
        fault("\"oci://r.example.org/idp/hris:1\"", "\"./other.wasm\"").contains("it has neither")
    );
    assert!(
        fault("\"./hris.wasm\"", "\"oci://r.example.org/x:1\"").contains("`manifest` is missing")
    );
    assert!(fault("\"./hris.wasm\"", "\"oci://x\"").contains("no address of a package"));
    assert!(fault("key = \"MF", "key = \"MG").contains("line 24: it is neither a key"));
    assert_eq!(
        fault("\"./hris.wasm\"", "\"oci://r.example.org/idp/hris:1\""),
        "lines 7 and 18 are both about `oci://r.example.org/idp/hris:1`"
    );
    assert!(Lock::parse("").unwrap_err().to_string().contains("line 1"));
    assert!(Lock::parse("\0").is_err());
}

#[test]
fn an_unfinished_merge_is_told_as_such() {
    let conflict = "<<<<<<< HEAD\ndigest = \"a\"\n=======\ndigest = \"b\"\n>>>>>>> theirs\n";
    let told = fault("name = \"hris\"\n", conflict);
    assert_eq!(told, "line 8 is a mark of a merge conflict");
}

#[test]
fn the_nearest_lock_counts() {
    let root = tempfile::tempdir().unwrap();
    let deep = root.path().join("a/b");
    fs::create_dir_all(&deep).unwrap();
    let nowhere = Place::of(&deep).unwrap();
    assert_eq!(
        (nowhere.found, nowhere.path.clone()),
        (Found::Nowhere, deep.join(FILE))
    );
    fs::write(
        root.path().join(FILE),
        lock([entry("./a/b/hris.wasm")]).to_string(),
    )
    .unwrap();
    let far = Place::of(&deep).unwrap();
    assert_eq!(far.path, root.path().join(FILE));
    assert_eq!(far.source("hris.wasm").unwrap(), "./a/b/hris.wasm");
    assert!(far.lock.entry("./a/b/hris.wasm").is_some());
    // A nearer one hides it as a whole, and so does one that is broken.
    fs::write(
        root.path().join("a").join(FILE),
        Lock::default().to_string(),
    )
    .unwrap();
    let near = Place::of(&deep).unwrap();
    assert_eq!(near.source("./hris.wasm").unwrap(), "./b/hris.wasm");
    assert!(near.lock.entry("./b/hris.wasm").is_none());
    fs::write(
        root.path().join("a").join(FILE),
        "format = 1\n<<<<<<< HEAD\n",
    )
    .unwrap();
    let broken = Place::of(&deep).unwrap_err();
    assert!(matches!(&broken, LockFault::In { path, .. } if path.ends_with("a/muster.lock")));
    assert!(!broken.is_of_the_world());
    fs::remove_file(root.path().join("a").join(FILE)).unwrap();
    fs::create_dir(root.path().join("a").join(FILE)).unwrap();
    assert!(
        Place::of(&deep).unwrap_err().is_of_the_world(),
        "a folder of that name"
    );
}

#[test]
fn sources_are_relative_to_the_lock() {
    let place = Place {
        path: "/srv/policies/muster.lock".into(),
        lock: Lock::default(),
        found: Found::There,
        policies: "/srv/policies/staff".into(),
    };
    for (plugin, source) in [
        ("hris.wasm", "./staff/hris.wasm"),
        ("./hris.wasm", "./staff/hris.wasm"),
        ("././x/../hris.wasm", "./staff/hris.wasm"),
        ("../hris.wasm", "./hris.wasm"),
        ("../../plugins/hris.wasm", "../plugins/hris.wasm"),
        ("../../../opt/hris.wasm", "../../opt/hris.wasm"),
        ("/opt/./hris.wasm", "/opt/hris.wasm"),
        ("oci://R.example.org/x", "oci://r.example.org/x:latest"),
        ("Größe/ü.wasm", "./staff/Größe/ü.wasm"),
    ] {
        assert_eq!(place.source(plugin).unwrap(), source, "{plugin}");
    }
}

#[test]
fn two_who_accept_at_once_lose_nothing() {
    let folder = tempfile::tempdir().unwrap();
    let before: Vec<Place> = (0..8).map(|_| Place::of(folder.path()).unwrap()).collect();
    std::thread::scope(|scope| {
        for (number, place) in before.iter().enumerate() {
            scope.spawn(move || place.put(entry(&format!("./{number}.wasm"))).unwrap());
        }
    });
    let after = Place::of(folder.path()).unwrap();
    assert_eq!(after.lock.entries().count(), 8);
    assert_eq!(
        fs::read_dir(folder.path()).unwrap().count(),
        1,
        "nothing is left over"
    );
    let other = Entry {
        version: "2".to_owned(),
        ..entry("./1.wasm")
    };
    let late = before[0].put(other.clone()).unwrap_err();
    assert!(
        matches!(late, LockFault::Moved { .. }),
        "what was shown is not what is replaced"
    );
    after.put(other).unwrap();
}

#[cfg(unix)]
#[test]
fn a_link_stays_a_link_and_rights_stay() {
    use std::os::unix::fs::{PermissionsExt, symlink};
    let folder = tempfile::tempdir().unwrap();
    fs::write(folder.path().join("real"), Lock::default().to_string()).unwrap();
    fs::set_permissions(
        folder.path().join("real"),
        fs::Permissions::from_mode(0o640),
    )
    .unwrap();
    symlink("real", folder.path().join(FILE)).unwrap();
    Place::of(folder.path())
        .unwrap()
        .put(entry("./x.wasm"))
        .unwrap();
    assert!(folder.path().join(FILE).is_symlink());
    let real = fs::metadata(folder.path().join("real")).unwrap();
    assert_eq!(real.permissions().mode() & 0o777, 0o640);
    assert!(
        fs::read_to_string(folder.path().join("real"))
            .unwrap()
            .contains("./x.wasm")
    );
    fs::remove_file(folder.path().join("real")).unwrap();
    let dangling = Place::of(folder.path());
    assert!(
        dangling.is_err(),
        "a link to nothing is not taken for no lock"
    );
}

#[test]
fn changes_are_told_and_what_is_more_is_known() {
    let old = signed();
    assert_eq!(changes(&old, &old), []);
    let new = Entry {
        version: "2.0.0".to_owned(),
        digest: Digest::of(b"other"),
        memory_mib: 128,
        needs: vec!["http api (url)".to_owned()],
        key: None,
        ..old.clone()
    };
    let more: Vec<(bool, Change)> = changes(&old, &new)
        .into_iter()
        .map(|change| (change.is_more(), change))
        .collect();
    let digests = (old.digest.to_string(), new.digest.to_string());
    assert_eq!(
        more,
        [
            (false, Change::Version("1.2.0".into(), "2.0.0".into())),
            (false, Change::Digest(digests.0, digests.1)),
            (true, Change::Memory(64, 128)),
            (true, Change::NeedMore("http api (url)".into())),
            (false, Change::NeedLess("files people (path)".into())),
            (true, Change::KeyGone(key().to_string())),
        ]
    );
    assert!(changes(&new, &old)[0].is_more(), "an older one again");
    for (old, new, older) in [
        ("1.10.0", "1.9.0", true),
        ("1.9.0", "1.10.0", false),
        ("1.0.0", "1.0.0-rc.1", true),
        ("1.0.0-rc.1", "1.0.0", false),
        ("1.0.0+a", "1.0.0+b", false),
        ("1.0", "0.9.9", true),
        ("spring", "1.0", false),
    ] {
        let change = Change::Version(old.to_owned(), new.to_owned());
        assert_eq!(change.is_more(), older, "{old} {new}");
    }
    assert!(
        !changes(&new, &old)
            .iter()
            .any(|change| matches!(change, Change::Memory(..)) && change.is_more())
    );
}

#[test]
fn a_lock_that_a_stranger_made_is_known() {
    // Only root can make a file of somebody else.
    #[cfg(unix)]
    {
        use std::os::unix::fs::{MetadataExt, chown};
        let root = tempfile::tempdir().unwrap();
        let deep = root.path().join("policies");
        fs::create_dir(&deep).unwrap();
        let file = root.path().join(FILE);
        fs::write(&file, Lock::default().to_string()).unwrap();
        let me = fs::metadata(Path::new(&file)).unwrap().uid();
        if chown(&file, Some(me + 1), None).is_ok() {
            assert!(matches!(Place::of(&deep), Err(LockFault::Stranger { .. })));
        }
    }
}

fn text() -> impl Strategy<Value = String> {
    prop_oneof![
        "[ -~]{1,12}",
        any::<String>(),
        Just("\u{202e}\"\\\n\t\r\u{7f}\u{feff}".to_owned()),
    ]
}

proptest! {
    #[test]
    fn what_is_written_is_read_back(
        entries in prop::collection::vec(
            (text(), text(), text(), prop::collection::vec(text(), 0..4), any::<u32>(), any::<bool>()),
            0..5,
        ),
    ) {
        let lock = lock(entries.into_iter().map(|(source, name, version, needs, memory_mib, registry)| {
            Entry {
                name,
                version,
                needs,
                memory_mib,
                ..if registry { signed() } else { entry(&format!("./{source}")) }
            }
        }));
        let text = lock.to_string();
        prop_assert_eq!(Lock::parse(&text).unwrap(), lock);
    }

    #[test]
    fn nothing_that_is_read_makes_it_fall(text in any::<String>()) {
        let _ = Lock::parse(&text);
        let _ = Lock::parse(&format!("format = 1\n[[plugin]]\nsource = \"{text}\""));
    }
}

#[test]
fn what_the_lock_does_not_name_is_refused() {
    let place = Place {
        path: "/srv/muster.lock".into(),
        lock: lock([entry("./hris.wasm")]),
        found: Found::There,
        policies: "/srv".into(),
    };
    let (good, other) = (Digest::of(b"component"), Digest::of(b"other"));
    assert!(place.permits("hris.wasm", "./hris.wasm", good).is_ok());
    let changed = place
        .permits("hris.wasm", "./hris.wasm", other)
        .unwrap_err();
    assert!(
        changed
            .to_string()
            .contains("is not the one that was accepted")
    );
    assert_eq!(
        changed.details(),
        [
            format!("`/srv/muster.lock` accepts {good} (hris 1.2.0)"),
            format!("it is {other}")
        ]
    );
    let moved = place.permits("x.wasm", "./x.wasm", good).unwrap_err();
    assert!(moved.to_string().contains("has not been accepted"));
    assert!(
        moved
            .details()
            .contains(&"`./hris.wasm`, which was accepted, is the same".to_owned())
    );
}
