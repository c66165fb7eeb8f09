//! How far a read can be believed.

use super::fake::Trouble;
use super::*;

fn seven() -> Fake {
    let mut fake = Fake::openldap();
    (0..7).for_each(|number| fake.person(&format!("u{number}")));
    fake
}

fn seven_with(trouble: Trouble) -> Fake {
    let mut fake = seven();
    fake.trouble = trouble;
    fake
}

fn partial(trouble: Trouble) -> (usize, Option<PartialReason>, String) {
    let fake = seven_with(trouble);
    let got = read(&fake, json!({}), everybody()).unwrap();
    (
        got.rows.len(),
        got.coverage.reason(),
        got.coverage.message().unwrap_or_default().to_owned(),
    )
}

#[test]
fn everybody_to_the_last_page_is_complete() {
    let got = read(&seven(), json!({}), everybody()).unwrap();
    assert_eq!(got.rows.len(), 7);
    assert!(got.coverage.is_complete());
    assert_eq!(got.fact("base"), Some("found: dc=x"));
    assert_eq!(got.fact("last page"), Some("reached"));
    assert_eq!(got.fact("server"), Some("OpenLDAP"));
}

#[test]
fn limits_are_partial_and_say_what_to_do() {
    let (rows, reason, text) = partial(Trouble::Code(5, 4));
    assert_eq!((rows, reason), (5, Some(PartialReason::SizeLimit)));
    assert!(
        text.contains("sizeLimitExceeded (4)") && text.contains("size.prtotal"),
        "{text}"
    );
    assert_eq!(
        partial(Trouble::Code(5, 11)).1,
        Some(PartialReason::SizeLimit)
    );
    assert_eq!(
        partial(Trouble::Code(5, 3)).1,
        Some(PartialReason::TimeLimit)
    );
    assert_eq!(
        partial(Trouble::Code(0, 4)).1,
        Some(PartialReason::SizeLimit)
    );
    assert_eq!(
        partial(Trouble::Code(5, 53)).1,
        Some(PartialReason::Interrupted)
    );
    assert_eq!(
        partial(Trouble::Code(5, 50)).1,
        Some(PartialReason::Unreadable)
    );
}

#[test]
fn a_cut_in_the_middle_keeps_what_came() {
    let (rows, reason, text) = partial(Trouble::Cut(4));
    assert_eq!((rows, reason), (4, Some(PartialReason::Interrupted)));
    assert!(text.contains("the connection broke"), "{text}");
    let fake = seven_with(Trouble::Cut(0));
    assert_eq!(
        read(&fake, json!({}), everybody()).unwrap_err().kind,
        FailureKind::Unavailable
    );
}

#[test]
fn a_refusal_before_the_first_person_is_a_failure() {
    for (code, kind) in [
        (50, FailureKind::Denied),
        (52, FailureKind::Unavailable),
        (12, FailureKind::Unsupported),
    ] {
        let fake = seven_with(Trouble::Code(0, code));
        assert_eq!(read(&fake, json!({}), everybody()).unwrap_err().kind, kind);
    }
}

#[test]
fn nobody_is_partial_and_a_wrong_base_is_a_failure() {
    let got = read(&Fake::openldap(), json!({}), everybody()).unwrap();
    assert_eq!(
        (got.rows.len(), got.coverage.reason()),
        (0, Some(PartialReason::Empty))
    );
    for base in [json!("ou=gone,dc=x"), json!(["dc=x", "ou=gone,dc=x"])] {
        let failure = read(&seven(), json!({"base_dn": base}), everybody()).unwrap_err();
        assert_eq!(failure.kind, FailureKind::Config);
        assert!(failure.message.contains("ou=gone,dc=x"), "{failure:?}");
    }
    let failure = read(&seven(), json!({"base_dn": "nonsense"}), everybody()).unwrap_err();
    assert_eq!(failure.kind, FailureKind::Config);
}

#[test]
fn a_stopped_run_ends_at_once() {
    seven().serve();
    let mut directory = directory(json!({}));
    directory.start(request(&["uid"])).unwrap();
    muster_sdk::testing::cancel();
    assert_eq!(directory.next().unwrap_err().kind, FailureKind::Cancelled);
}

#[test]
fn foreign_cursors_are_not_understood() {
    seven().serve();
    for (start_at, kind) in [
        (ReadFrom::Resume(vec![1]), FailureKind::Unsupported),
        (ReadFrom::Since(vec![1]), FailureKind::StaleCursor),
    ] {
        let refused = directory(json!({})).start(ReadRequest {
            start_at,
            ..request(&["uid"])
        });
        assert_eq!(refused.unwrap_err().kind, kind);
    }
}
