//! One bad record aborts all, or errors are hidden.

use crate::desk::{Desk, count, findings};
use muster_model::{Action, Fault};
use muster_review::report::{Paper, html, markdown};

#[test]
fn two_who_want_one_name_stop_nobody_else_and_stand_on_every_page() {
    let mut desk = Desk::new();
    let policy = desk.policy("staff", "identity: {key: external_id, username: uid}\n");
    let people = [
        r#"{"id": "1", "uid": "anna"}"#,
        r#"{"id": "2", "uid": "kim"}"#,
        r#"{"id": "3", "uid": "KIM"}"#,
        r#"{"id": "4"}"#,
    ];
    let plan = desk.sync(&policy, &people);
    assert_eq!(count(&plan, Action::Create), 1, "{:?}", plan.changes);
    assert_eq!(findings(&plan, Fault::UsernameClash).len(), 2);
    assert_eq!(findings(&plan, Fault::NoUsername).len(), 1);
    assert!(plan.is_incomplete(), "the exit code says so");
    let page = markdown(Paper::fresh(&plan));
    let mut bytes = Vec::new();
    html(&mut bytes, Paper::fresh(&plan)).unwrap();
    let browser = String::from_utf8(bytes).unwrap();
    for finding in &plan.findings {
        assert!(browser.contains(finding.code.as_str()), "{finding:?}");
        let code = finding.code.as_str();
        assert!(page.contains(code), "{finding:?} in {page}");
    }
    assert!(page.contains("3 held back"), "{page}");
}
