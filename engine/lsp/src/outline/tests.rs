#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use super::*;
use proptest::prelude::*;

impl Slot {
    /// Where it begins.
    fn start(&self) -> Option<usize> {
        match self {
            Self::Nothing => None,
            Self::Entry { start, .. } | Self::Key { start, .. } | Self::Value { start, .. } => {
                Some(*start)
            }
        }
    }
}

/// What is being written at `¦`: the way to it, and what was typed of it.
fn written(text: &str) -> String {
    let (before, _) = text.split_once('¦').unwrap();
    let outline = Outline::of(before);
    let (kind, id) = match &outline.slot {
        Slot::Nothing => return "nothing".to_owned(),
        Slot::Entry { container, .. } => ("entry", *container),
        Slot::Key { container, .. } => ("key", *container),
        Slot::Value { node, .. } => ("value", Some(*node)),
    };
    let path: Vec<String> = outline
        .path(id)
        .into_iter()
        .map(|step| match step {
            Step::Key(name) => name.clone(),
            Step::Item(at) => at.to_string(),
        })
        .collect();
    let typed = before.get(outline.slot.start().unwrap()..).unwrap();
    format!("{kind} {} `{typed}`", path.join("/"))
}

#[test]
fn half_written_texts_say_what_is_being_written() {
    for (text, expected) in [
        // At the top.
        ("¦", "entry  ``"),
        ("mus¦", "entry  `mus`"),
        ("muster: 1\n¦", "entry  ``"),
        ("muster: 1\r\ndir¦", "entry  `dir`"),
        ("\u{feff}mus¦", "entry  `\u{feff}mus`"),
        ("# a comment ¦", "nothing"),
        ("---\n¦", "entry  ``"),
        ("muster: 1 # the ver¦", "nothing"),
        // Keys of sections.
        ("provider:\n  ¦", "entry provider ``"),
        ("provider:\n  pl¦", "entry provider `pl`"),
        ("provider:\n  plugin: ldap\n  con¦", "entry provider `con`"),
        ("provider:\n  plugin: ldap\n\n  ¦", "entry provider ``"),
        ("provider:\n  plugin: ldap\n¦", "entry  ``"),
        (
            "provider:\n  plugin: ldap\n  config:\n    ¦",
            "entry provider/config ``",
        ),
        (
            "provider:\n  plugin: ldap\n  config:\n  ¦",
            "entry provider ``",
        ),
        ("provider:\n  # who reads\n  ¦", "entry provider ``"),
        ("fields:\n  email: mail\n  na¦", "entry fields `na`"),
        ("fields:\n  email:\n    ¦", "entry fields/email ``"),
        ("fields:\n  email:\n    fr¦", "entry fields/email `fr`"),
        (
            "fields:\n  email:\n    from: mail\n    mo¦",
            "entry fields/email `mo`",
        ),
        (
            "fields:\n  email: mail\n    de¦",
            "value fields/email `mail\n    de`",
        ),
        ("fields:\n\temail:\n\t\tfr¦", "entry fields/email `fr`"),
        ("\"fields\":\n  ¦", "entry fields ``"),
        ("fields :\n  ¦", "entry fields ``"),
        // Values.
        ("directory:¦", "value directory ``"),
        ("directory: ¦", "value directory ``"),
        ("directory: st¦", "value directory `st`"),
        ("directory:   'st¦", "value directory `st`"),
        ("directory: 'st'¦", "nothing"),
        ("directory: 'st' ¦", "nothing"),
        ("directory: \"a\\\"b¦", "value directory `a\\\"b`"),
        ("a: 'it''s ¦", "value a `it''s `"),
        ("a: http://x:80/¦", "value a `http://x:80/`"),
        ("a: b#c¦", "value a `b#c`"),
        ("identity:\n  key: ex¦", "value identity/key `ex`"),
        // Lists.
        ("scope:\n  groups:\n    - ¦", "entry scope/groups/0 ``"),
        (
            "scope:\n  groups:\n    - a\n    - b¦",
            "entry scope/groups/1 `b`",
        ),
        ("scope:\n  groups:\n  - a\n  - ¦", "entry scope/groups/1 ``"),
        ("scope:\n  groups:\n  - a\n  ¦", "entry scope ``"),
        ("scope:\n  groups:\n    - a\n    ¦", "entry scope/groups ``"),
        (
            "scope:\n  groups:\n    - 'cn=¦",
            "value scope/groups/0 `cn=`",
        ),
        ("block:\n  -¦", "nothing"),
        ("block:\n  - ¦", "entry block/0 ``"),
        ("block:\n  - na¦", "entry block/0 `na`"),
        ("block:\n  - name: a\n    ¦", "entry block/0 ``"),
        ("block:\n  - name: a\n    wh¦", "entry block/0 `wh`"),
        (
            "block:\n  - name: a\n    when: x\n  - ¦",
            "entry block/1 ``",
        ),
        (
            "block:\n- name: a\n  when: x\n- name: b\n  w¦",
            "entry block/1 `w`",
        ),
        ("block:\n- name: a\n¦", "entry  ``"),
        ("block:\n  - name: ¦", "value block/0/name ``"),
        ("block:\n  - - ¦", "entry block/0/0 ``"),
        ("block:\n  -   # a rule ¦", "nothing"),
        // Braces and brackets.
        ("identity: {¦", "key identity ``"),
        ("identity: { ¦", "key identity ``"),
        ("identity: {ke¦", "key identity `ke`"),
        ("identity: {\"ke¦", "key identity `\"ke`"),
        ("identity: {key:¦", "value identity/key ``"),
        ("identity: {key: ¦", "value identity/key ``"),
        ("identity: {key: ext¦", "value identity/key `ext`"),
        ("identity: {key: external_id, ¦", "key identity ``"),
        ("identity: {key: external_id, us¦", "key identity `us`"),
        ("identity: {key: 'ext¦", "value identity/key `ext`"),
        ("identity: {key: 'ext'¦", "nothing"),
        ("identity: {key: external_id}¦", "nothing"),
        ("identity: {key: external_id} ¦", "nothing"),
        ("identity: {\n  key: external_id,\n  ¦", "key identity ``"),
        ("identity: {\n  key: external_id,\n¦", "key identity ``"),
        ("identity: { # comm¦", "nothing"),
        (
            "fields: {email: {from: [mail, ¦",
            "value fields/email/from/1 ``",
        ),
        (
            "fields: {email: {from: [mail, al¦",
            "value fields/email/from/1 `al`",
        ),
        ("fields: {email: {from: [¦", "value fields/email/from/0 ``"),
        ("fields: {email: {from: [mail], ¦", "key fields/email ``"),
        ("fields: {email: {from: [mail]}, ¦", "key fields ``"),
        ("fields: {email: {from: [mail]}}\n¦", "entry  ``"),
        ("block: [{name: a, wh¦", "key block/0 `wh`"),
        (
            "block: [{name: a, when: has(entry.¦",
            "value block/0/when `has(entry.`",
        ),
        ("block: [{name: a, when: f(a, b¦", "key block/0 `b`"),
        ("{muster: 1, ¦", "key  ``"),
        ("a: {b: c d ¦", "value a/b `c d `"),
        ("a: {b: x\n  y¦", "value a/b `x\n  y`"),
        ("a: [b]]¦", "nothing"),
        // What was left open does not swallow what follows.
        (
            "identity: {key: external_id, us\nfields:\n  ¦",
            "entry fields ``",
        ),
        (
            "identity:\n  username: {from: [a, \n  ke¦",
            "entry identity `ke`",
        ),
        ("identity:\n  username: 'abc\n  ke¦", "entry identity `ke`"),
        ("scope:\n  where: \"x\nidentity:\n  ¦", "entry identity ``"),
        (
            "scope:\n  groups: [\n    a,\n    ¦",
            "value scope/groups/1 ``",
        ),
        ("scope:\n  groups: [\n    a\n  ]\n  ¦", "entry scope ``"),
        // Texts of several lines.
        ("when: a &&\n  b¦", "value when `a &&\n  b`"),
        ("when: a &&\n  ¦", "value when `a &&\n  `"),
        ("when: a &&\n  b ? c : d¦", "value when `a &&\n  b ? c : d`"),
        ("when: a &&\n\n  b\nfie¦", "entry  `fie`"),
        ("when: 'a &&\n  b¦", "value when `a &&\n  b`"),
        ("when: |\n  a &&\n  b¦", "value when `a &&\n  b`"),
        ("when: >-\n  a: b\n\n  c¦", "value when `a: b\n\n  c`"),
        ("when: |\n  a\n  ¦", "value when `a\n  `"),
        ("when: |\n  ¦", "value when ``"),
        ("when: |\n  a\n¦", "entry  ``"),
        ("when: |¦", "nothing"),
        (
            "block:\n  - when: |\n      a\n      b¦",
            "value block/0/when `a\n      b`",
        ),
        (
            "block:\n  - when: |\n      a\n    na¦",
            "entry block/0 `na`",
        ),
        ("block:\n  - |\n    x¦", "value block/0 `x`"),
        // What is no policy at all.
        ("just words ¦", "entry  `just words `"),
        (": ¦", "entry  `: `"),
        ("a: b: c¦", "value a `b: c`"),
        ("? a¦", "entry  `? a`"),
        ("a:\n  - b:\n      - c: ¦", "value a/0/b/0/c ``"),
    ] {
        assert_eq!(written(text), expected, "{text:?}");
    }
}

/// Keys with their values, as an outline of the whole text has them.
fn outline(text: &str) -> Vec<String> {
    let outline = Outline::of(text);
    outline
        .nodes
        .iter()
        .enumerate()
        .map(|(id, node)| {
            let path: Vec<String> = outline
                .path(Some(id))
                .into_iter()
                .map(|step| match step {
                    Step::Key(name) => name.clone(),
                    Step::Item(at) => at.to_string(),
                })
                .collect();
            let scalar = node.scalar.as_ref();
            let value = scalar.map_or("", |scalar| text.get(scalar.range.clone()).unwrap());
            format!("{}={value}", path.join("/"))
        })
        .collect()
}

#[test]
fn a_whole_text_is_known_in_full() {
    let text = "\
muster: 1            # the version
directory: staff
provider: {plugin: csv, config: {path: 'people.csv', id: \"no\"}}
scope:
  groups:
  - one
  - 'two, three'
  where: entry.a != \"x\" &&
    entry.b
fields:
  email: {from: [mail, other], mode: create}
  name:
    expr: |
      entry.a +
        entry.b

block:
  - name: ended
    when: has(entry.c)
";
    assert_eq!(
        outline(text),
        [
            "muster=1",
            "directory=staff",
            "provider=",
            "provider/plugin=csv",
            "provider/config=",
            "provider/config/path=people.csv",
            "provider/config/id=no",
            "scope=",
            "scope/groups=",
            "scope/groups/0=one",
            "scope/groups/1=two, three",
            "scope/where=entry.a != \"x\" &&\n    entry.b",
            "fields=",
            "fields/email=",
            "fields/email/from=",
            "fields/email/from/0=mail",
            "fields/email/from/1=other",
            "fields/email/mode=create",
            "fields/name=",
            "fields/name/expr=entry.a +\n        entry.b",
            "block=",
            "block/0=",
            "block/0/name=ended",
            "block/0/when=has(entry.c)",
        ]
    );
    let outline = Outline::of(text);
    let scope = outline.node(outline.find(&["scope"]).unwrap()).unwrap();
    assert!(
        text.get(scope.at.start..scope.end)
            .unwrap()
            .ends_with("entry.b")
    );
    let place = |needle: &str| text.find(needle).unwrap();
    let key = |offset| match outline.hit(offset) {
        Some(Hit::Key(node)) => outline.node(node).unwrap().key().unwrap().to_owned(),
        other => format!("{other:?}"),
    };
    assert_eq!(key(place("groups")), "groups");
    assert_eq!(key(place("directory:") + "directory".len()), "directory");
    let two = outline.hit(place("three")).unwrap();
    assert_eq!(
        two,
        Hit::Scalar(
            outline
                .children(outline.find(&["scope", "groups"]))
                .nth(1)
                .unwrap()
                .0
        )
    );
    assert_eq!(outline.hit(place("# the version") + 3), None);
}

#[test]
fn depth_is_bounded_and_length_is_not_squared() {
    let deep = "a: ".to_owned() + &"{a: ".repeat(50_000);
    assert!(Outline::of(&deep).nodes.len() < 100);
    let brackets = "a: ".to_owned() + &"[".repeat(50_000) + &"]".repeat(50_000);
    assert!(Outline::of(&brackets).nodes.len() < 100);
}

proptest! {
    #[test]
    fn every_text_has_an_outline(text in "([a-c]|[:\\-#,{}\\[\\]'\"|>?&*!\\\\é😀]|: |- |\n|\r\n|\t| ){0,40}") {
        let outline = Outline::of(&text);
        for node in &outline.nodes {
            prop_assert!(text.get(node.at.clone()).is_some());
            prop_assert!(node.end <= text.len());
            if let Some(scalar) = &node.scalar {
                prop_assert!(text.get(scalar.range.clone()).is_some(), "{:?}", scalar);
            }
        }
        if let Some(start) = outline.slot.start() {
            prop_assert!(text.get(start..).is_some());
        }
        for offset in 0..=text.len() {
            outline.hit(offset);
        }
    }
}
