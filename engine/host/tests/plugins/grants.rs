//! What a plugin must not get, tried through every version of the interface.

use crate::common::{HOST, IMPATIENT};
use crate::probed::{Granted, lives, probe, tried, tried_alone, versions};
use muster_host::{Breach, Crash, FailureKind, ReadError};
use serde_json::{Value, json};
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::sync::{Arc, Mutex};

/// What a server was asked: request line and headers, in lower case.
type Asked = Arc<Mutex<Vec<String>>>;

/// A server on loopback; `answer` makes a status line and headers of a path.
fn serve(answer: impl Fn(&str) -> String + Send + 'static) -> (u16, Asked) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let asked = Asked::default();
    let log = asked.clone();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let lines = BufReader::new(&stream).lines().map_while(Result::ok);
            let head: Vec<String> = lines.take_while(|line| !line.is_empty()).collect();
            let path = head.first().and_then(|line| line.split(' ').nth(1));
            let path = path.unwrap_or_default().to_owned();
            log.lock().unwrap().push(head.join("\n").to_lowercase());
            let answer = answer(&path);
            let end = "content-length: 0\r\nconnection: close\r\n\r\n";
            let _ = write!(stream, "HTTP/1.1 {answer}\r\n{end}");
        }
    });
    (port, asked)
}

/// Where redirects of the granted service lead.
fn redirects(path: &str, foreign: u16) -> String {
    let to = match path {
        "/v1/away" => format!("http://127.0.0.1:{foreign}/v1/ok"),
        "/v1/away-307" => return format!("307 x\r\nlocation: http://127.0.0.1:{foreign}/v1/ok"),
        "/v1/slashes" => format!("//127.0.0.1:{foreign}/v1/ok"),
        "/v1/above" => "/secret".to_owned(),
        "/v1/dots" => "../secret".to_owned(),
        "/v1/login" => format!("http://x:y@127.0.0.1:{foreign}/v1/ok"),
        "/v1/twice" => "/v1/away".to_owned(),
        "/v1/fine" => "/v1/ok".to_owned(),
        _ => return "200 OK".to_owned(),
    };
    format!("302 Found\r\nlocation: {to}")
}

/// The kind of the failure, or none if it went well.
fn kind(outcome: Result<usize, ReadError>, what: &Value) -> Option<FailureKind> {
    match outcome {
        Ok(_) => None,
        Err(ReadError::Failed { failure, .. }) => Some(failure.kind),
        Err(other) => panic!("{what}: {other:?}"),
    }
}

#[test]
fn requests_stay_below_the_granted_url() {
    let (foreign, heard) = serve(|_| "200 OK".to_owned());
    let (own, asked) = serve(move |path| redirects(path, foreign));
    let denied = [
        format!("http://127.0.0.1:{foreign}/v1/ok"),
        format!("https://127.0.0.1:{own}/v1/ok"),
        format!("http://localhost:{own}/v1/ok"),
        format!("http://127.0.0.1:{own}/secret"),
        format!("http://127.0.0.1:{own}/v10/ok"),
        format!("http://127.0.0.1:{own}/v1/../secret"),
        format!("http://127.0.0.1:{own}/v1/%2e%2e/secret"),
        format!("http://x@127.0.0.1:{own}/v1/ok"),
        format!("http://x:y@127.0.0.1:{own}/v1/ok"),
        format!("http://127.0.0.1:{own}@127.0.0.1:{foreign}/v1/ok"),
        format!("http://127.0.0.1:{own}\t@127.0.0.1:{foreign}/v1/ok"),
        format!("http://127.0.0.1:{own}\\@127.0.0.1:{foreign}/secret"),
        "http://[::1]/v1/ok".to_owned(),
        "http://0x7f000001/v1/ok".to_owned(),
        "/../secret".to_owned(),
        "..".to_owned(),
        "../v10".to_owned(),
        "/a/../../secret".to_owned(),
        "/%2e%2e/secret".to_owned(),
        "/.%2E/secret".to_owned(),
        "/\\..\\..\\secret".to_owned(),
        "/away".to_owned(),
        "/away-307".to_owned(),
        "/slashes".to_owned(),
        "/above".to_owned(),
        "/dots".to_owned(),
        "/login".to_owned(),
        "/twice".to_owned(),
    ];
    // Odd, and yet nothing but paths below the base URL.
    let below = [
        "/ok".to_owned(),
        "ok?a=../../secret".to_owned(),
        "/fine".to_owned(),
        format!("//127.0.0.1:{foreign}/v1/ok"),
        format!("HTTP://127.0.0.1:{foreign}/v1/ok"),
        format!("\\\\127.0.0.1:{foreign}\\v1"),
        "file:///etc/passwd".to_owned(),
        format!("ftp://127.0.0.1:{foreign}/v1"),
    ];
    let url = format!("http://127.0.0.1:{own}/v1");
    let nowhere = std::path::Path::new("/nonexistent");
    let granted = Granted {
        url: &url,
        path: nowhere,
        folder: nowhere,
    };
    for version in versions() {
        let probe = probe(&HOST, &version);
        for together in [false, true] {
            let kind = |target: &String| {
                let act =
                    json!({"act": "http", "need": "api", "target": target, "together": together});
                kind(tried(&probe, &granted, &act), &act)
            };
            for target in &denied {
                assert_eq!(
                    kind(target),
                    Some(FailureKind::Denied),
                    "{version}: {target}"
                );
            }
            for target in &below {
                assert_eq!(kind(target), None, "{version}: {target}");
            }
        }
        for header in [
            "authorization",
            "Authorization",
            "Proxy-Authorization",
            "Cookie",
            "Host",
            "DPoP",
        ] {
            let act =
                json!({"act": "http", "need": "api", "target": "/ok", "headers": [[header, "x"]]});
            let kind = kind(tried(&probe, &granted, &act), &act);
            assert_eq!(kind, Some(FailureKind::Denied), "{version}: {header}");
        }
    }
    assert!(heard.lock().unwrap().is_empty(), "somebody else was asked");
    let asked = asked.lock().unwrap();
    assert!(!asked.is_empty());
    for head in asked.iter() {
        assert!(head.starts_with("get /v1/"), "{head}");
        assert!(head.contains("authorization: bearer the-token"), "{head}");
    }
}

#[test]
fn needs_are_what_the_manifest_names_and_the_policy_grants() {
    let folder = tempfile::tempdir().unwrap();
    let (inside, outside) = (folder.path().join("in"), folder.path().join("out.csv"));
    fs::create_dir_all(inside.join("sub")).unwrap();
    for file in [&outside, &inside.join("a.csv"), &inside.join("sub/b.csv")] {
        fs::write(file, "id\n1\n").unwrap();
    }
    #[cfg(unix)]
    std::os::unix::fs::symlink(&outside, inside.join("link")).unwrap();
    let people = inside.join("a.csv");
    let granted = Granted {
        url: "http://127.0.0.1:9/v1",
        path: &people,
        folder: &inside,
    };
    let open = |need: &str, name: Option<&str>| json!({"act": "open", "need": need, "name": name});
    let of = |act: &str, need: &str| json!({"act": act, "need": need, "target": "/ok"});
    let outside = outside.to_str().unwrap();
    let mut denied = Vec::new();
    for act in ["http", "look", "open", "search", "server", "query"] {
        // Left open by the policy, named by no manifest, of another kind.
        denied.extend([
            of(act, "open"),
            of(act, "other"),
            of(act, ""),
            of(act, "/etc/passwd"),
        ]);
        let others = match act {
            "http" => ["people", "folder"],
            _ => ["api", "API"],
        };
        denied.extend(others.map(|need| of(act, need)));
    }
    denied.extend([
        open(outside, None),
        open("people", Some("out.csv")),
        open("people", Some("../out.csv")),
        open("people", Some("/etc/passwd")),
        open("people", Some("a.csv")),
        open("people", Some("../in/a.csv.sha256")),
        open("folder", Some("../out.csv")),
        open("folder", Some("..")),
        open("folder", Some(".")),
        open("folder", Some("")),
        open("folder", Some(outside)),
        open("folder", Some("sub/b.csv")),
        open("folder", Some("..\\out.csv")),
        open("folder", Some("a.csv\0")),
    ]);
    #[cfg(unix)]
    denied.push(open("folder", Some("link")));
    let let_in = [
        open("people", None),
        open("folder", Some("a.csv")),
        of("look", "folder"),
        of("look", "people"),
    ];
    for version in versions() {
        let probe = probe(&HOST, &version);
        for act in &denied {
            let kind = kind(tried(&probe, &granted, act), act);
            assert_eq!(kind, Some(FailureKind::Denied), "{version}: {act}");
        }
        for act in &let_in {
            assert_eq!(
                kind(tried(&probe, &granted, act), act),
                None,
                "{version}: {act}"
            );
        }
    }
}

#[test]
fn limits_hold_on_every_version() {
    for version in versions() {
        let crash = |host, act| match tried_alone(host, &version, &act) {
            Err(ReadError::Crashed { crash, .. }) => crash,
            other => panic!("{version}: {act}: {other:?}"),
        };
        let breach = |act| match tried_alone(&HOST, &version, &act) {
            Err(ReadError::Breach { breach, .. }) => breach,
            other => panic!("{version}: {act}: {other:?}"),
        };
        // The manifest asks for 16.
        let hoard = crash(&HOST, json!({"act": "hoard", "mib": 20}));
        assert_eq!(hoard, Crash::Memory { mib: 16 }, "{version}");
        let spin = crash(&IMPATIENT, json!({"act": "spin"}));
        assert!(matches!(spin, Crash::Compute { .. }), "{version}: {spin:?}");
        let rows = breach(json!({"act": "rows", "rows": 10_001}));
        assert!(
            matches!(rows, Breach::Rows { rows: 10_001, .. }),
            "{version}: {rows:?}"
        );
        let cursor = breach(json!({"act": "cursor", "bytes": (64 << 10) + 1}));
        assert!(
            matches!(cursor, Breach::Cursor { .. }),
            "{version}: {cursor:?}"
        );
        // Too many lines are dropped, and the plugin goes on.
        let logged = tried_alone(&HOST, &version, &json!({"act": "log", "lines": 5000}));
        assert_eq!(logged.unwrap(), 1, "{version}");
        lives(&version);
    }
}
