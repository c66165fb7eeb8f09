//! Each component does one thing wrong. Each ends as the error that says so,
//! soon, and the host goes on as if nothing had been.

use crate::common::{HOST, IMPATIENT, bind, host, lives, load, read, request};
use muster_host::{
    Breach, Crash, Delivery, FailureKind, Host, Limits, ReadError, ReadFrom, ReadRequest,
};
use muster_model::{Coverage, PartialReason};
use serde_json::{Value, json};
use std::error::Error;
use std::time::{Duration, Instant};

/// Longest that any of them may keep the test waiting, compiling included.
const SOON: Duration = Duration::from_secs(60);

fn error_of(host: &Host, name: &str, config: Value) -> ReadError {
    let bound = bind(&load(host, name), config).unwrap();
    let begun = Instant::now();
    let error = read(&bound, request(&["name"])).unwrap_err();
    assert!(begun.elapsed() < SOON, "{name} took {:?}", begun.elapsed());
    assert!(error.hint().is_some(), "{error}: no hint");
    lives(&HOST);
    error
}

fn misbehaves(name: &str) -> ReadError {
    error_of(&HOST, name, json!({}))
}

fn crash(name: &str) -> Crash {
    match misbehaves(name) {
        ReadError::Crashed { crash, .. } => crash,
        other => panic!("{name}: {other}"),
    }
}

fn breach(name: &str) -> Breach {
    match misbehaves(name) {
        ReadError::Breach { breach, .. } => breach,
        other => panic!("{name}: {other} {:?}", other.source()),
    }
}

fn denied(name: &str, config: Value) -> String {
    match error_of(&HOST, name, config) {
        ReadError::Failed { failure, .. } => {
            assert_eq!(failure.kind, FailureKind::Denied, "{failure}");
            format!("{failure}; {}", failure.hint.as_deref().unwrap_or_default())
        }
        other => panic!("{name}: {other}"),
    }
}

#[test]
fn a_loop_without_end_is_stopped() {
    let error = error_of(&IMPATIENT, "loops", json!({}));
    let limit = Duration::from_millis(300);
    assert!(
        matches!(error, ReadError::Crashed { crash: Crash::Compute { limit: l }, .. } if l == limit),
        "{error:?}"
    );
}

#[test]
fn memory_without_end_is_refused() {
    assert_eq!(crash("hoards"), Crash::Memory { mib: 64 });
}

#[test]
fn a_panic_is_told_in_its_own_words() {
    let error = misbehaves("panics");
    let ReadError::Crashed {
        people: 10,
        crash: Crash::Panicked { message },
        ..
    } = &error
    else {
        panic!("{error:?}");
    };
    assert!(
        message.contains("panics.rs") && message.contains("line 1 has no end"),
        "{message}"
    );
}

#[test]
fn a_trap_is_told_in_the_engines_words() {
    let Crash::Trapped { trap } = crash("traps") else {
        panic!()
    };
    assert!(trap.contains("unreachable"), "{trap}");
}

#[test]
fn calls_without_end_are_stopped() {
    assert_eq!(crash("recurses"), Crash::Depth);
}

#[test]
fn offsets_that_lead_nowhere_are_refused() {
    assert!(matches!(breach("nonsense"), Breach::Malformed(_)));
}

#[test]
fn bytes_that_are_no_text_are_refused() {
    assert_eq!(
        breach("not_text"),
        Breach::NotText {
            row: 6,
            column: "name".to_owned()
        }
    );
}

#[test]
fn pages_are_of_a_readable_size() {
    assert_eq!(
        breach("overlong"),
        Breach::Rows {
            rows: 10_001,
            limit: 10_000
        }
    );
    let Breach::Bytes { bytes, limit } = breach("oversized") else {
        panic!()
    };
    assert!(bytes > limit, "{bytes} {limit}");
}

#[test]
fn nobody_comes_twice() {
    assert_eq!(
        breach("doubles_on_a_page"),
        Breach::DoubledId { id: "7".to_owned() }
    );
    assert_eq!(
        breach("doubles_across_pages"),
        Breach::DoubledId {
            id: "10".to_owned()
        }
    );
}

#[test]
fn only_what_was_asked_for_is_taken() {
    assert_eq!(
        breach("other_columns"),
        Breach::UnknownColumn {
            name: "userPassword".to_owned()
        }
    );
    assert_eq!(
        breach("other_groups"),
        Breach::UnknownGroup {
            name: "administrators".to_owned()
        }
    );
}

#[test]
fn an_end_comes() {
    assert_eq!(breach("never_ends"), Breach::Endless { pages: 1001 });
}

#[test]
fn a_cursor_is_small() {
    assert_eq!(
        breach("huge_cursor"),
        Breach::Cursor {
            // With the count that the SDK puts in front.
            bytes: (1 << 20) + 8,
            limit: 64 << 10
        }
    );
}

#[test]
fn a_flooded_log_hurts_nobody() {
    let bound = bind(&load(&HOST, "floods_the_log"), json!({})).unwrap();
    let read = read(&bound, request(&["name"])).unwrap();
    assert_eq!(read.rows.len(), 3);
    lives(&HOST);
}

#[test]
fn a_file_that_is_not_granted_stays_closed() {
    let denied = denied(
        "opens_other_files",
        json!({"path": concat!(env!("CARGO_MANIFEST_DIR"), "/Cargo.toml")}),
    );
    assert!(
        denied.contains("`/etc/passwd`") && denied.contains("manifest"),
        "{denied}"
    );
}

#[test]
fn a_need_that_the_policy_leaves_open_names_the_line_to_add() {
    let denied = denied("opens_other_files", json!({}));
    assert!(
        denied.contains("`people`") && denied.contains("`provider.config.path`"),
        "{denied}"
    );
}

#[test]
fn a_server_that_is_not_granted_is_not_searched() {
    let denied = denied(
        "searches_other_servers",
        json!({"url": "ldaps://here.example"}),
    );
    assert!(denied.contains("`ldaps://elsewhere.example`"), "{denied}");
}

#[test]
fn a_host_that_is_not_granted_is_not_called() {
    let denied = denied(
        "calls_other_hosts",
        json!({"url": "https://here.example/v2"}),
    );
    assert!(
        denied.contains("`https://elsewhere.example/collect`"),
        "{denied}"
    );
    assert!(denied.contains("`https://here.example/v2/`"), "{denied}");
    assert!(
        denied.contains("`provider.config.url: https://elsewhere.example`"),
        "{denied}"
    );
}

#[test]
fn a_claim_that_does_not_add_up_proves_nothing() {
    let coverage = |config: Value, from: ReadFrom| {
        let bound = bind(&load(&HOST, "lies"), config).unwrap();
        read(
            &bound,
            ReadRequest {
                from,
                ..request(&["name"])
            },
        )
        .unwrap()
        .coverage
    };
    let unproven = |coverage: Coverage| {
        matches!(
            coverage,
            Coverage::Partial {
                reason: PartialReason::Unproven,
                ..
            }
        )
    };
    assert!(coverage(json!({}), ReadFrom::Start).proves_absence());
    assert!(unproven(coverage(json!({"lie": "count"}), ReadFrom::Start)));
    assert!(unproven(coverage(json!({"lie": "delta"}), ReadFrom::Start)));
    assert!(unproven(coverage(json!({}), ReadFrom::Since(vec![1]))));
}

#[test]
fn a_read_that_nobody_wants_any_more_stops() {
    let patient = host(Limits {
        compute: Duration::from_secs(3600),
        ..Limits::default()
    });
    let bound = bind(&load(&patient, "loops"), json!({})).unwrap();
    let mut reader = bound.read(request(&["name"])).unwrap();
    let cancel = reader.cancel();
    let begun = Instant::now();
    std::thread::spawn(move || {
        std::thread::sleep(Duration::from_millis(50));
        cancel.cancel();
    });
    let stopped = reader.next().unwrap().unwrap_err();
    assert!(
        matches!(
            stopped,
            ReadError::Crashed {
                crash: Crash::Cancelled,
                ..
            }
        ),
        "{stopped:?}"
    );
    assert!(begun.elapsed() < SOON);
    assert!(reader.next().is_none());
    drop(bound.read(request(&["name"])).unwrap());
    lives(&patient);
}

#[test]
fn pages_before_a_crash_are_delivered() {
    let bound = bind(&load(&HOST, "panics"), json!({})).unwrap();
    let deliveries: Vec<_> = bound.read(request(&["name"])).unwrap().collect();
    assert!(
        matches!(&deliveries[..], [Ok(Delivery::Page { page, .. }), Err(_)] if page.len() == 10)
    );
}

#[test]
fn twenty_of_them_at_once_hurt_nobody() {
    let bound = bind(&load(&IMPATIENT, "loops"), json!({})).unwrap();
    std::thread::scope(|scope| {
        for _ in 0..20 {
            scope.spawn(|| assert!(read(&bound, request(&["name"])).is_err()));
        }
        lives(&HOST);
    });
}
