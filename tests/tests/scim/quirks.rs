//! What services do differently, and no worse.

use crate::{PEOPLE, odd};
use muster_emulators::scim::Quirk;

#[track_caller]
fn is_fine(quirks: &[Quirk]) {
    let (_service, intranet) = odd(quirks, |policy| {
        policy
            .without("email")
            .field("emails", "{from: emails, type: list}")
            .field("manager", "manager")
            .field("phones", "{from: phoneNumbers, type: list}")
    });
    intranet.sync().ok();
    intranet.nobody_is_blocked(PEOPLE);
    let account = intranet.account("user-1");
    let emails = account.field("emails").to_string();
    assert!(emails.contains("user-1@example.org"), "{emails}");
    assert_eq!(account.field("phones")[0], "tel:+46-8-555-01-02");
    assert!(!account.field("manager").is_null());
    intranet.is_settled();
}

#[test]
fn discovery_may_be_missing() {
    is_fine(&[Quirk::NoDiscovery]);
}

#[test]
fn discovery_may_be_nonsense() {
    is_fine(&[Quirk::NonsenseDiscovery]);
}

#[test]
fn emails_and_managers_may_be_texts() {
    is_fine(&[Quirk::BareEmails, Quirk::BareManager]);
}

#[test]
fn active_may_be_a_text() {
    is_fine(&[Quirk::ActiveIsText]);
}

#[test]
fn pages_may_be_shorter_than_asked_for() {
    is_fine(&[Quirk::AtMost(3)]);
    is_fine(&[Quirk::AtMost(1)]);
}

#[test]
fn filters_may_be_unknown() {
    is_fine(&[Quirk::NoFilters]);
}
