//! Reads that break off go on, and end as what they are.

use crate::common::{HOST, Read, bind, host, lives, load, read, request};
use muster_host::{Delivery, Host, Limits, ReadError, ReadFrom, ReadRequest};
use muster_model::{Coverage, PartialReason};
use serde_json::json;
use std::sync::LazyLock;
use std::time::{Duration, Instant};

/// A host that does not wait for long.
static BRISK: LazyLock<Host> = LazyLock::new(|| host(brisk()));

fn brisk() -> Limits {
    Limits {
        back_off: Duration::from_millis(1),
        ..Limits::default()
    }
}

fn all(host: &Host, name: &str) -> Result<Read, ReadError> {
    read(
        &bind(&load(host, name), json!({})).unwrap(),
        request(&["name"]),
    )
}

fn partial(read: Read) -> (PartialReason, String, u64) {
    match read.coverage {
        Coverage::Partial {
            reason,
            text,
            evidence,
        } => (reason, text, evidence.entries),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_read_that_breaks_off_goes_on_where_it_was() {
    let read = all(&BRISK, "breaks_off").unwrap();
    assert_eq!((read.rows.len(), read.pages), (500, 6));
    // The plugin's own count is of all its instances.
    assert!(read.coverage.proves_absence(), "{:?}", read.coverage);
    lives(&HOST);
}

#[test]
fn a_read_that_gets_no_further_is_partial() {
    let (reason, text, people) = partial(all(&BRISK, "gives_up").unwrap());
    assert_eq!((reason, people), (PartialReason::Throttled, 10));
    assert_eq!(text, "too many requests");
}

#[test]
fn a_read_goes_on_only_so_often() {
    let few = host(Limits {
        resumes: 2,
        ..brisk()
    });
    let (reason, text, people) = partial(all(&few, "breaks_off").unwrap());
    assert_eq!((reason, people), (PartialReason::Interrupted, 300));
    assert_eq!(text, "the line is cut");
}

#[test]
fn a_run_without_patience_does_not_wait_to_go_on() {
    let hasty = host(Limits {
        waiting: Duration::ZERO,
        back_off: Duration::from_secs(60),
        ..Limits::default()
    });
    let begun = Instant::now();
    let (reason, _, people) = partial(all(&hasty, "breaks_off").unwrap());
    assert_eq!((reason, people), (PartialReason::Interrupted, 100));
    assert!(begun.elapsed() < Duration::from_secs(30));
}

#[test]
fn whoever_comes_again_after_an_interruption_makes_the_read_partial() {
    let (reason, text, people) = partial(all(&BRISK, "comes_again").unwrap());
    assert_eq!((reason, people), (PartialReason::Drifted, 10));
    assert!(text.contains("`0` twice"), "{text}");
}

#[test]
fn a_read_that_never_began_fails() {
    let error = all(&BRISK, "never_begins").unwrap_err();
    assert!(
        matches!(error, ReadError::Failed { people: 0, .. }),
        "{error:?}"
    );
}

#[test]
fn a_cursor_of_a_page_can_be_gone_on_from_by_another_read() {
    let bound = bind(&load(&BRISK, "breaks_off"), json!({})).unwrap();
    let mut first = bound.read(request(&["name"])).unwrap();
    let Some(Ok(Delivery::Page {
        resume: Some(cursor),
        ..
    })) = first.next()
    else {
        panic!("no page to go on from");
    };
    drop(first);
    let rest = ReadRequest {
        from: ReadFrom::Resume(cursor),
        ..request(&["name"])
    };
    let read = read(&bound, rest).unwrap();
    assert_eq!(read.rows.len(), 400);
    // What came before this read was not seen by it.
    assert!(!read.coverage.proves_absence());
}

#[test]
fn a_wait_ends_when_the_read_is_stopped() {
    let patient = host(Limits {
        back_off: Duration::from_secs(120),
        waiting: Duration::from_secs(1000),
        ..Limits::default()
    });
    let bound = bind(&load(&patient, "breaks_off"), json!({})).unwrap();
    let mut reader = bound.read(request(&["name"])).unwrap();
    assert!(matches!(reader.next(), Some(Ok(Delivery::Page { .. }))));
    let begun = Instant::now();
    reader.cancel().cancel();
    while let Some(Ok(_)) = reader.next() {}
    assert!(begun.elapsed() < Duration::from_secs(60));
}
