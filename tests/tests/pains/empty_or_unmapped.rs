//! An empty attribute, an attribute that was not sent and a field that is not
//! mapped are taken for one: values are wiped, people are switched off.

use crate::desk::{Desk, text};
use muster_model::AccountStatus;

fn synced(field: &str, then: &str) -> Desk {
    let mut desk = Desk::new();
    let policy = desk.policy(
        "staff",
        &format!("identity: {{username: uid}}\nfields: {{phone: {field}}}\n"),
    );
    desk.sync(&policy, &[r#"{"id": "1", "uid": "anna", "tel": "123"}"#]);
    desk.tamper("anna", |account| {
        account.fields.insert("room".into(), "4.12".into());
    });
    desk.sync(&policy, &[then]);
    desk
}

const EMPTY: &str = r#"{"id": "1", "uid": "anna", "tel": ""}"#;
const ABSENT: &str = r#"{"id": "1", "uid": "anna"}"#;

#[test]
fn what_an_empty_value_does_is_what_the_policy_says() {
    let phone = |field: &str, then: &str| text(&synced(field, then).account("anna"), "phone");
    assert_eq!(phone("tel", EMPTY).as_deref(), Some(""));
    assert_eq!(phone("tel", ABSENT), None);
    assert_eq!(phone("{from: tel, empty: absent}", EMPTY), None);
    assert_eq!(
        phone("{from: tel, empty: keep}", EMPTY).as_deref(),
        Some("123")
    );
    assert_eq!(
        phone("{from: tel, absent: keep}", ABSENT).as_deref(),
        Some("123")
    );
    assert_eq!(
        phone("{from: tel, default: none}", EMPTY).as_deref(),
        Some("none")
    );
}

#[test]
fn an_unmapped_field_is_never_touched_and_nobody_is_switched_off() {
    for then in [EMPTY, ABSENT] {
        let anna = synced("tel", then).account("anna");
        assert_eq!(text(&anna, "room").as_deref(), Some("4.12"));
        assert_eq!(anna.status(), AccountStatus::Active);
    }
}

#[test]
fn somebody_without_a_required_value_keeps_what_they_have() {
    let anna = synced("{from: tel, required: true}", ABSENT).account("anna");
    assert_eq!(text(&anna, "phone").as_deref(), Some("123"));
    assert_eq!(anna.status(), AccountStatus::Active);
}
