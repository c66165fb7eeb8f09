//! What is promised of the smallest provider.

const HELLO: &str = include_str!("../examples/hello/src/lib.rs");

/// `cargo fmt --check` sees to it that they are lines as rustfmt breaks them.
#[test]
fn a_provider_takes_no_more_than_forty_lines() {
    let lines = HELLO.lines().count();
    assert!(lines <= 40, "it has {lines} lines");
    assert!(!HELLO.contains("rustfmt::skip"));
}
