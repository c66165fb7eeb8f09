//! What the vendors' own words say of the emulators.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use muster_tests::judges;

/// The frame itself: a judge that cannot be asked must not look content.
#[test]
fn the_judges_are_there() {
    judges::python("specification.py", &[]).ok();
    let okta = judges::specification("okta_specification.py");
    let text = std::fs::read_to_string(okta).unwrap();
    assert!(text.contains("/api/v1/groups/{groupId}/users"), "{text}");
}
