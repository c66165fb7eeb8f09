#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on fails"
)]

use super::*;
use muster_model::Reason;
use proptest::prelude::*;

fn field(name: &str, old: Option<Value>, new: Option<Value>) -> FieldChange {
    FieldChange {
        name: name.into(),
        old,
        new,
        cause: Cause::Source,
        policy: Some(line(9)),
        sensitive: false,
    }
}

fn line(line: u32) -> PolicyLine {
    let file = "staff.yaml".to_owned();
    PolicyLine { file, line }
}

fn change(action: Action, who: &str, fields: Vec<FieldChange>) -> Change {
    let (code, text) = match action {
        Action::Block => ("left-scope", "left the scope"),
        Action::Create => ("new", "new at the source"),
        _ => ("changed-at-source", "changed at the source"),
    };
    Change {
        action,
        username: Username::new(who).unwrap(),
        external_id: None,
        account_id: AccountId(1),
        reason: Reason {
            code: code.to_owned(),
            text: text.to_owned(),
            policy: Some(line(2)),
        },
        fields,
    }
}

fn text(text: &str) -> Option<Value> {
    Some(Value::from(text))
}

fn list(items: &[&str]) -> Option<Value> {
    Some(Value::list(
        items.iter().map(|item| (*item).to_owned()).collect(),
    ))
}

/// What is said of one value that changes.
fn said(old: Option<Value>, new: Option<Value>) -> String {
    let changes = [change(Action::Update, "anna", vec![field("f", old, new)])];
    let patterns = of(&changes, Look::default());
    assert_eq!(patterns.len(), 1, "{patterns:?}");
    patterns[0].sentence()
}

#[test]
fn each_way_from_old_to_new_has_its_words() {
    for (old, new, wanted) in [
        (text("a"), None, "cleared"),
        (text("a"), text(""), "cleared"),
        (list(&["a"]), list(&[]), "cleared"),
        (None, text("a"), "first filled with \"a\""),
        (text(""), text("a"), "first filled with \"a\""),
        (text("Anna"), text("ANNA"), "letter case only"),
        (text("STRASSE"), text("straße"), "letter case only"),
        (text(" Anna"), text("Anna"), "white space only"),
        (text("A  B"), text("A B"), "white space only"),
        (text("e\u{301}"), text("é"), "the form of characters only"),
        (text("ﬁn"), text("fin"), "the form of characters only"),
        (text("Anna Berg"), text("Berg, Anna"), "reordered"),
        (
            text("a@x.example"),
            text("a@y.example"),
            "domain x.example → y.example",
        ),
        (
            text("a@x.example"),
            text("b@X.example"),
            "another name before the same domain",
        ),
        (
            text("a@x.example"),
            text("b@y.example"),
            "\"a@x.example\" → \"b@y.example\"",
        ),
        (text("12"), text("+49 12"), "prefix \"+49 \" added"),
        (text("Anna"), text("Anna (ext)"), "suffix \" (ext)\" added"),
        (text("x-Anna"), text("Anna"), "prefix \"x-\" removed"),
        (text("Anna-x"), text("Anna"), "suffix \"-x\" removed"),
        (text("Sales"), text("Revenue"), "\"Sales\" → \"Revenue\""),
        (
            list(&["a", "b"]),
            list(&["b", "c"]),
            "\"c\" added, \"a\" removed",
        ),
        (list(&["a"]), list(&["a", "b"]), "\"b\" added"),
        (text("a"), list(&["a"]), "\"a\" → [\"a\"]"),
    ] {
        assert_eq!(
            said(old.clone(), new.clone()),
            format!("`f`: {wanted}"),
            "{old:?} {new:?}"
        );
    }
}

#[test]
fn many_people_are_one_line_and_the_largest_comes_first() {
    let mut changes = Vec::new();
    for number in 0..412 {
        let (old, new) = (
            format!("p{number}@a.example"),
            format!("p{number}@b.example"),
        );
        let field = field("email", text(&old), text(&new));
        changes.push(change(
            Action::Update,
            &format!("p{number:03}"),
            vec![field],
        ));
    }
    for number in 0..37 {
        changes.push(change(Action::Block, &format!("q{number}"), vec![]));
    }
    let patterns = of(&changes, Look::default());
    let told: Vec<(u64, String)> = patterns.iter().map(|p| (p.count, p.sentence())).collect();
    assert_eq!(
        told,
        [
            (412, "`email`: domain a.example → b.example".to_owned()),
            (37, "blocked: left the scope".to_owned()),
        ]
    );
    assert_eq!(patterns[0].policy, [line(9)]);
    assert_eq!(patterns[0].usernames.len(), 5);
    assert_eq!(patterns[0].usernames[0].as_str(), "p000");
    assert_eq!(patterns[0].more, 407);
    assert_eq!(patterns[0].cause, Some(Cause::Source));
}

#[test]
fn what_one_person_alone_has_is_told_together() {
    let new_room = |who: &str, room: &str| {
        change(
            Action::Update,
            who,
            vec![field("room", text("1"), text(room))],
        )
    };
    let changes = [
        new_room("a", "x"),
        new_room("b", "y"),
        new_room("c", "z"),
        new_room("d", "z"),
    ];
    let told: Vec<String> = of(&changes, Look::default())
        .iter()
        .map(|p| format!("{} × {}", p.count, p.sentence()))
        .collect();
    assert_eq!(
        told,
        ["2 × `room`: \"1\" → \"z\"", "2 × `room`: other values"]
    );
}

#[test]
fn many_values_that_become_one_are_told_by_it() {
    let phone = |who: &str, old: &str| {
        change(
            Action::Update,
            who,
            vec![field("phone", text(old), text("not known"))],
        )
    };
    let changes = [phone("a", "1"), phone("b", "2"), phone("c", "3")];
    let patterns = of(&changes, Look::default());
    assert_eq!(patterns.len(), 1);
    assert_eq!(
        patterns[0].sentence(),
        "`phone`: other values → \"not known\""
    );
}

#[test]
fn causes_are_kept_apart() {
    let source = field("room", text("1"), text("2"));
    let edit = FieldChange {
        cause: Cause::LocalEdit,
        ..source.clone()
    };
    let changes = [
        change(Action::Update, "a", vec![source]),
        change(Action::Update, "b", vec![edit]),
    ];
    assert_eq!(of(&changes, Look::default()).len(), 2);
}

#[test]
fn a_new_account_is_one_thing_whatever_it_holds() {
    let fields = vec![
        field("email", None, text("a@x")),
        field("room", None, text("1")),
    ];
    let changes = [change(Action::Create, "a", fields)];
    let patterns = of(&changes, Look::default());
    assert_eq!(patterns.len(), 1);
    assert_eq!(patterns[0].sentence(), "created: new at the source");
}

#[test]
fn references_are_told_by_username() {
    let fields = vec![field("manager", text("a1"), text("a12"))];
    let changes = [change(Action::Update, "anna", fields)];
    let names = [(AccountId(12), Username::new("kim").unwrap())].into();
    let look = Look {
        references: &["manager".into()].into(),
        names: &names,
        ..Look::default()
    };
    assert_eq!(
        of(&changes, look)[0].sentence(),
        "`manager`: \"a1\" → \"kim\""
    );
}

#[test]
fn texts_cannot_steer_or_hide() {
    let told = said(text("a"), text("\u{202e}b\u{1b}[31m"));
    assert_eq!(told, "`f`: \"a\" → \"\\u{202e}b\\u{1b}[31m\"");
    let told = said(text("x@a"), text("x@b\u{202e}"));
    assert_eq!(told, "`f`: domain a → b\\u{202e}");
}

fn any_value() -> impl Strategy<Value = Option<Value>> {
    prop_oneof![
        Just(None),
        "[ aAé@.x]{0,5}".prop_map(|text| Some(Value::Text(text))),
        proptest::collection::vec("[ab]", 0..3).prop_map(|items| Some(Value::list(items))),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn everybody_is_counted_and_no_secret_is_told(
        people in proptest::collection::vec(
            proptest::collection::vec((any_value(), any_value(), any::<bool>()), 0..4), 0..12),
        turn in any::<prop::sample::Index>(),
    ) {
        let changes: Vec<Change> = people.into_iter().enumerate().map(|(at, fields)| {
            let fields = fields.into_iter().enumerate().map(|(at, (old, new, sensitive))| {
                let canary = |value: Option<Value>| match (sensitive, value) {
                    (true, Some(Value::Text(text))) => Some(Value::Text(format!("canary{text}"))),
                    (_, value) => value,
                };
                FieldChange {
                    sensitive,
                    ..field(&format!("f{at}"), canary(old), canary(new))
                }
            });
            change(Action::Update, &format!("p{at:02}"), fields.collect())
        }).collect();
        let look = Look { named: usize::MAX, ..Look::default() };
        let patterns = of(&changes, look);
        let named: BTreeSet<&Username> = patterns.iter().flat_map(|p| &p.usernames).collect();
        prop_assert_eq!(named.len(), changes.len());
        for change in &changes {
            for field in &change.fields {
                let is_told = patterns.iter().any(|p| {
                    p.field.as_ref() == Some(&field.name) && p.usernames.contains(&change.username)
                });
                prop_assert!(is_told, "{:?} of {}", field, change.username);
            }
        }
        prop_assert!(patterns.iter().all(|p| p.count == p.usernames.len() as u64 && p.more == 0));
        prop_assert!(patterns.is_sorted_by(|a, b| a.count >= b.count));
        let told = format!("{patterns:?}");
        prop_assert!(!told.contains("canary"));
        let mut turned = changes.clone();
        if !turned.is_empty() {
            let by = turn.index(turned.len());
            turned.rotate_left(by);
        }
        prop_assert_eq!(of(&turned, look), patterns);
    }
}
