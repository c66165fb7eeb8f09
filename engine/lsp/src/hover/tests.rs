#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use super::*;
use crate::testing::{Around, HEAD, PATH, marked, open};
use lsp_types::HoverContents;

/// What is told at `¦`, and the text that it is about.
fn told_by(around: &Around, text: &str) -> (String, String) {
    let (whole, position) = marked(text);
    let workspace = open(around, &[(PATH, &whole)]);
    let client = Client {
        markdown_hover: true,
        ..Client::default()
    };
    let Some(hover) = hover(&workspace, &client, PATH, position) else {
        return (String::new(), String::new());
    };
    let HoverContents::Markup(markup) = hover.contents else {
        panic!("{hover:?}")
    };
    let text = &workspace.documents.get(PATH).unwrap().text;
    let range = hover.range.unwrap();
    let start = text.offset(range.start, workspace.encoding);
    let end = text.offset(range.end, workspace.encoding);
    (
        markup.value,
        text.as_str().get(start..end).unwrap().to_owned(),
    )
}

fn told(rest: &str) -> (String, String) {
    told_by(&Around::default(), &format!("{HEAD}{rest}"))
}

#[track_caller]
fn says(rest: &str, about: &str, texts: &[&str]) {
    let (said, range) = told(rest);
    assert_eq!(range, about, "{rest:?}: {said}");
    for text in texts {
        assert!(said.contains(text), "`{text}` is not in: {said}");
    }
}

#[test]
fn keys_are_explained() {
    says(
        "fie¦lds: {}",
        "fields",
        &["How mapped fields get their values", "May be left out"],
    );
    says(
        "fields:\n  a: {from: mail, mo¦de: create}",
        "mode",
        &[
            "When it is written",
            "Without it: `always`",
            "`if-empty`: Whenever",
        ],
    );
    says("fields:\n  a: {fr¦om: mail}", "from", &["Excludes `expr`"]);
    says(
        "guards:\n  block: {m¦ax: 3}",
        "max",
        &[
            "More people than this",
            "This or `max_percent` must be there",
        ],
    );
    says(
        "fields:\n  a: {from: mail, mode: cre¦ate}",
        "create",
        &["`create`: Once, when the account is made"],
    );
    assert_eq!(told("nonsen¦se: 1").0, "");
    assert_eq!(told("fields: {} # a com¦ment").0, "");
    let (said, about) = told_by(
        &Around::default(),
        "muster: 1\nprovider: {plugin: csv, config: {pa¦th: x}}\ndirectory: staff\nidentity: {username: uid}\n",
    );
    assert_eq!(about, "path");
    assert!(said.contains("The file with the people"), "{said}");
}

#[test]
fn words_of_expressions_are_explained() {
    let at = |text: &str| format!("scope:\n  where: {text}");
    says(
        &at("low¦er(entry.mail) == \"x\""),
        "lower",
        &["`t.lower()` → a text or a list of texts", "Small letters"],
    );
    says(
        &at("en¦try.mail == \"x\""),
        "entry",
        &["as the source reports them"],
    );
    says(
        &at("entry.ma¦il == \"x\""),
        "mail",
        &[
            "Attribute `mail`",
            "several values",
            "Addresses",
            "anna.berg → [\"anna@x\", \"a@x\"]",
        ],
    );
    says(
        &at("'entry[\"Given na¦me\"] == \"it''s\"'"),
        "\"Given name\"",
        &["anna.berg → \"Anna\""],
    );
    says(&at("no¦w > now"), "now", &["The plan's instant"]);
    let values = "values: {site: Berlin}\nscope:\n  where: entry.l == values.si¦te";
    says(values, "site", &["Value `site`: `Berlin`"]);
    says(
        "values: {site: Berlin}\nscope: {under: 'ou=${{ si¦te }}'}",
        "${{ site }}",
        &["`Berlin`"],
    );
}

#[test]
fn mappings_show_what_they_give() {
    says(
        "fields:\n  ema¦il: mail",
        "email",
        &["Field `email`", "`anna.berg → [\"anna@x\", \"a@x\"]`"],
    );
    says(
        "fields:\n  email: ma¦il",
        "mail",
        &["Attribute `mail`", "Addresses", "anna.berg → "],
    );
    says(
        "fields:\n  name: {ex¦pr: 'upper(entry[\"Given name\"])'}",
        "expr",
        &["anna.berg → \"ANNA\""],
    );
    says(
        "fields:\n  name: {expr: '¦upper(entry[\"Given name\"])'}",
        "upper",
        &["anna.berg → \"ANNA\""],
    );
    says(
        "fields:\n  mail: {from: mail, type: li¦st}",
        "list",
        &["anna.berg → [\"a@x\", \"anna@x\"]"],
    );
    says(
        "fields:\n  note: {from: none, def¦ault: x}",
        "default",
        &["The snapshot has no `none`"],
    );
    says(
        "fields:\n  n: {expr: 'int(entry.ui¦d)'}",
        "uid",
        &["anna.berg → ?", "it cannot be computed"],
    );
    let username = "muster: 1\ndirectory: staff\nprovider: {plugin: csv}\nidentity:\n  user¦name: {expr: 'upper(entry.uid)'}\n";
    let (said, _) = told_by(&Around::default(), username);
    assert!(said.contains("ANNA.BERG → \"ANNA.BERG\""), "{said}");
}

#[test]
fn conditions_show_for_how_many_they_hold() {
    says(
        "block:\n  - name: a\n    wh¦en: entry.uid.contains(\"a\")",
        "when",
        &[
            "anna.berg → true",
            "It holds for 1 of the first 3 people of the snapshot of 2026-11-20",
        ],
    );
    says(
        "block:\n  - na¦me: b\n    when: has(entry.mail)\n  - name: a\n    when: \"false\"",
        "name",
        &["It holds for 2 of the first 3"],
    );
    says(
        "scope: {wh¦ere: entry.uid != \"anna.berg\"}",
        "where",
        &["zoë → true", "2 of the first 3"],
    );
}

#[test]
fn the_other_parts_of_a_wrong_policy_are_shown() {
    says(
        "fields:\n  ema¦il: mail\n  broken: {expr: 'entry.'}",
        "email",
        &["anna.berg → "],
    );
    says(
        "fields:\n  email: mail\n  bro¦ken: {expr: 'entry.'}",
        "broken",
        &["Field `broken`"],
    );
    assert!(!told("fields:\n  bro¦ken: {expr: 'entry.'}").0.contains('→'));
}

#[test]
fn sensitive_values_are_shown_to_nobody() {
    let around = Around {
        sensitive: vec!["iban".to_owned()],
        ..Around::default()
    };
    for rest in [
        "fields:\n  account: iba¦n",
        "fields:\n  acc¦ount: IBAN",
        "fields:\n  account: {expr: 'lower(entry.ib¦an)'}",
        "fields:\n  account: {ex¦pr: 'lower(entry.iban)'}",
        "block:\n  - name: a\n    wh¦en: entry.iban == \"DE1\"",
    ] {
        let (said, _) = told_by(&around, &format!("{HEAD}{rest}"));
        assert!(said.contains("•••"), "{rest}: {said}");
        assert!(
            !said.contains("DE1") && !said.contains("de1"),
            "{rest}: {said}"
        );
    }
}

#[test]
fn the_person_can_be_chosen_and_is_shown_as_they_are() {
    let around = Around {
        person: Some("ZOË".to_owned()),
        ..Around::default()
    };
    let (said, _) = told_by(&around, &format!("{HEAD}fields: {{na¦me: Given name}}"));
    assert!(said.contains("`` zoë → \"Zoë `1`\" ``"), "{said}");
}
