#![allow(clippy::unwrap_used, reason = "tests")]

use super::{Folding, done, plan_text};
use crate::render::Palette;
use crate::render::fixture::{change, colourful, empty, guard, partial, with_changes};
use insta::assert_snapshot;
use muster_model::Licences;
use muster_model::{Action, Plan};

fn plain(plan: &Plan) -> String {
    plan_text(plan, Folding::Alike, Palette::Plain)
}

#[test]
fn every_kind_of_change_has_its_line() {
    assert_snapshot!("colourful", plain(&colourful()));
}

#[test]
fn an_empty_plan_says_what_was_read() {
    assert_snapshot!("empty", plain(&empty()));
}

#[test]
fn an_incomplete_read_says_what_follows() {
    let mut plan = empty();
    plan.coverage = partial();
    assert_snapshot!("partial", plain(&plan));
}

#[test]
fn a_guard_that_stops_the_plan_says_the_way_past() {
    let mut plan = with_changes(vec![change(
        Action::Block,
        "carla",
        "left-scope",
        "is no longer in scope",
    )]);
    let mut overridden = guard("create.max", 200, 300);
    overridden.overridden = Some("first sync of the Oslo office".to_owned());
    let mut protect = guard("protect", 0, 1);
    protect.text = Some("protected accounts would be blocked or renamed: carla".to_owned());
    plan.guards = vec![guard("block.max_percent", 5, 50), overridden, protect];
    assert_snapshot!("stopped", plain(&plan));
}

#[test]
fn seats_are_told() {
    let mut plan = empty();
    plan.licences = Some(Licences {
        limit: 500,
        now: 498,
        after: 500,
        left: 0,
        waiting: 0,
        forecast: None,
    });
    let text = plain(&plan);
    assert!(
        text.contains("licences: 498 → 500 of 500, 0 left\n"),
        "{text}"
    );
}

fn crowd(size: usize) -> Plan {
    let person = |number: usize| {
        change(
            Action::Create,
            &format!("person{number:04}"),
            "new",
            "new in scope",
        )
    };
    let mut changes: Vec<_> = (0..size).map(person).collect();
    changes.push(change(
        Action::Block,
        "carla",
        "left-scope",
        "is no longer in scope",
    ));
    with_changes(changes)
}

#[test]
fn long_lists_of_alike_changes_are_folded_and_counted() {
    let folded = plain(&crowd(1000));
    assert!(
        folded.contains("create new: … and 975 more like these; --all shows them"),
        "{folded}"
    );
    assert!(
        folded.contains("person0024") && !folded.contains("person0025"),
        "{folded}"
    );
    assert!(
        folded.contains("carla"),
        "another kind is never folded away: {folded}"
    );
    assert!(folded.contains("new 1000"), "{folded}");
    let whole = plan_text(&crowd(1000), Folding::Nothing, Palette::Plain);
    assert_eq!(
        whole
            .lines()
            .filter(|line| line.contains("+ create  person"))
            .count(),
        1000
    );
    assert!(
        !plain(&crowd(26)).contains('…'),
        "one hidden line is not worth a fold"
    );
}

#[test]
fn the_plain_palette_has_no_escapes_and_the_other_says_the_same() {
    let plain = plain(&colourful());
    assert!(!plain.contains('\u{1b}'), "{plain}");
    let coloured = plan_text(&colourful(), Folding::Alike, Palette::Colour);
    assert!(coloured.contains("\u{1b}[32m"));
    assert_eq!(without_escapes(&coloured), plain);
}

fn without_escapes(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("\u{1b}[") {
        out.push_str(before);
        rest = after.split_once('m').unwrap().1;
    }
    out + rest
}

#[test]
fn what_was_done_is_one_line() {
    assert_eq!(
        done(&colourful().summary),
        "1 created, 1 renamed, 1 updated, 1 unblocked, 2 blocked"
    );
    assert_eq!(done(&empty().summary), "nothing to change");
}
