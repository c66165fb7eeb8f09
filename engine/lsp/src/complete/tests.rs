#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use super::*;
use crate::testing::{Around, HEAD, PATH, marked, open};
use crate::text::Encoding;
use lsp_types::{CompletionTextEdit, InsertTextFormat};

fn client(snippets: bool) -> Client {
    Client {
        snippets,
        as_is: true,
        markdown_items: true,
        ..Client::default()
    }
}

fn items(text: &str) -> Vec<CompletionItem> {
    let (whole, position) = marked(text);
    let around = Around::default();
    let workspace = open(&around, &[(PATH, &whole)]);
    complete(&workspace, &client(true), PATH, position)
}

/// Labels of what is offered, in the editor's order.
fn labels(text: &str) -> Vec<String> {
    let mut items = items(text);
    items.sort_by(|a, b| a.sort_text.cmp(&b.sort_text));
    items.into_iter().map(|item| item.label).collect()
}

/// The text after an offer was taken, with the places of its snippet.
fn taken(text: &str, label: &str, snippets: bool) -> String {
    let (whole, position) = marked(text);
    let around = Around::default();
    let workspace = open(&around, &[(PATH, &whole)]);
    let items = complete(&workspace, &client(snippets), PATH, position);
    let offered: Vec<&str> = items.iter().map(|item| item.label.as_str()).collect();
    let item = items.iter().find(|item| item.label == label);
    let item = item.unwrap_or_else(|| panic!("no `{label}` in {offered:?} for {text:?}"));
    let Some(CompletionTextEdit::Edit(edit)) = &item.text_edit else {
        panic!("{item:?}")
    };
    assert_eq!(edit.range.start.line, edit.range.end.line, "one line");
    let text = Text::new(whole.as_str());
    let start = text.offset(edit.range.start, Encoding::Utf16);
    let end = text.offset(edit.range.end, Encoding::Utf16);
    let snippet = item.insert_text_format == Some(InsertTextFormat::SNIPPET);
    assert!(snippets || !snippet);
    format!("{}{}{}", &whole[..start], edit.new_text, &whole[end..])
}

fn in_policy(rest: &str) -> String {
    format!("{HEAD}{rest}")
}

/// Keys of a section that are not there yet: first those that must be there.
fn rest(section: &str, there: &[&str]) -> Vec<String> {
    let keys = crate::language::section(section).unwrap().keys.iter();
    let fresh = keys.filter(|key| !there.contains(&key.name));
    let (required, others): (Vec<_>, Vec<_>) =
        fresh.partition(|key| key.need == muster_policy::language::Need::Required);
    let all = required.into_iter().chain(others);
    all.map(|key| key.name.to_owned()).collect()
}

#[test]
fn keys_that_are_there_are_not_offered_again() {
    let mut all = rest("policy", &[]);
    assert!(
        all.len() >= 10 && all.contains(&"fields".to_owned()),
        "{all:?}"
    );
    all.insert(0, "muster, directory, provider, identity".to_owned());
    assert_eq!(labels("¦"), all);
    let head = ["muster", "directory", "provider", "identity"];
    assert_eq!(labels(&in_policy("sc¦")), rest("policy", &head));
    let provider = |text: &str| labels(&format!("muster: 1\nprovider:\n{text}"));
    assert_eq!(provider("  ¦\nidentity: {}\n"), rest("provider", &[]));
    assert_eq!(
        provider("  plugin: csv\n  ¦\n"),
        rest("provider", &["plugin"])
    );
    assert_eq!(
        provider("  ¦\n  plugin: csv\n"),
        rest("provider", &["plugin"])
    );
    let mut rule = rest("rule", &[]);
    rule.insert(0, "name, when".to_owned());
    assert_eq!(labels(&in_policy("block:\n  - ¦")), rule);
    let after = labels(&in_policy("block:\n  - name: a\n    ¦\n  - name: b\n"));
    assert_eq!(after, rest("rule", &["name"]));
    assert_eq!(
        labels(&in_policy("block: [{name: a, ¦}]")),
        rest("rule", &["name"])
    );
    assert_eq!(
        labels(&in_policy("guards:\n  create: {¦")),
        ["max", "max_percent", "min_population"]
    );
    assert_eq!(
        labels(&in_policy("guards:\n  shrink: {max_percent: 3, ¦")),
        ["min_population"]
    );
}

#[test]
fn keys_that_exclude_each_other_are_not_offered_together() {
    let with = |key: &str| {
        labels(&in_policy(&format!(
            "fields:\n  email:\n    {key}\n    ¦\n"
        )))
    };
    assert!(with("mode: create").contains(&"from".to_owned()));
    assert!(with("mode: create").contains(&"expr".to_owned()));
    assert!(!with("from: mail").contains(&"expr".to_owned()));
    assert!(!with("expr: entry.mail").contains(&"from".to_owned()));
    assert!(with("expr: entry.mail").contains(&"default".to_owned()));
}

#[test]
fn documents_of_other_kinds_have_other_keys() {
    assert_eq!(
        labels("muster: 1\nfields: {}\n¦"),
        rest("fragment", &["muster", "fields"])
    );
    assert_eq!(labels("version: 3\nservices:\n  ¦"), Vec::<String>::new());
    assert_eq!(labels("# a comment ¦"), Vec::<String>::new());
}

#[test]
fn sections_come_with_what_they_need() {
    for (text, label, expected) in [
        ("prov¦", "provider", "provider:\n  plugin: $1"),
        ("sc¦", "scope", "scope:\n  $1"),
        ("bl¦", "block", "block:\n  - name: $1\n    when: $2"),
        ("fie¦", "fields", "fields:\n  $1"),
        ("dir¦: staff", "directory", "directory: staff"),
        ("d¦ir: staff", "directory", "directory: staff"),
        (
            "identity:\n  k¦",
            "key",
            "identity:\n  key: ${1|external_id,username|}",
        ),
        (
            "identity:\n  user¦",
            "username",
            "identity:\n  username: $1",
        ),
        (
            "identity: {k¦}",
            "key",
            "identity: {key: ${1|external_id,username|}}",
        ),
        (
            "block:\n  - na¦",
            "name, when",
            "block:\n  - name: $1\n    when: $2",
        ),
        (
            "block: [{na¦}]",
            "name, when",
            "block: [{name: $1, when: $2}]",
        ),
        ("scope:\n  exc¦", "exclude", "scope:\n  exclude:\n    $1"),
        ("scope: {exc¦}", "exclude", "scope: {exclude: {$1}}"),
    ] {
        let found = taken(&format!("muster: 1\n{text}"), label, true);
        assert_eq!(found, format!("muster: 1\n{expected}"), "{text:?}");
    }
    assert_eq!(taken("mus¦", "muster", true), "muster: 1");
    assert_eq!(
        taken("muster: 1\r\nprov¦\r\n", "provider", true),
        "muster: 1\r\nprovider:\r\n  plugin: $1\r\n"
    );
    assert_eq!(
        taken("¦", "muster, directory, provider, identity", true),
        "muster: 1\ndirectory: $1\nprovider:\n  plugin: $2\nidentity:\n  username: $3"
    );
}

#[test]
fn an_editor_without_snippets_gets_plain_text() {
    assert_eq!(
        taken("muster: 1\nprov¦", "provider", false),
        "muster: 1\nprovider:\n  plugin: "
    );
    assert_eq!(
        taken("identity:\n  k¦\nmuster: 1", "key", false),
        "identity:\n  key: \nmuster: 1"
    );
}

#[test]
fn words_are_offered_where_they_may_stand() {
    assert_eq!(
        labels("muster: 1\nidentity:\n  key: ¦"),
        ["external_id", "username"]
    );
    assert_eq!(
        labels("muster: 1\nidentity: {key: ex¦}"),
        ["external_id", "username"]
    );
    assert_eq!(
        taken("muster: 1\nidentity:\n  key:¦", "username", true),
        "muster: 1\nidentity:\n  key: username"
    );
    assert_eq!(labels(&in_policy("guards:\n  create: ¦")), ["none"]);
    assert_eq!(labels("muster: ¦\ndirectory: x"), ["1"]);
    assert_eq!(labels("muster: 1\nprovider:\n  plugin: ¦"), ["csv", "ldap"]);
    let fields = |value: &str| {
        labels(&in_policy(&format!(
            "fields:\n  email: {{from: mail, {value}¦}}"
        )))
    };
    assert!(fields("mode: ").contains(&"if-empty".to_owned()));
    assert!(fields("type: ").contains(&"list".to_owned()));
}

#[test]
fn attributes_come_from_the_plugin_the_sample_and_the_policy() {
    let all = ["Given name", "iban", "mail", "uid"];
    for text in [
        "fields:\n  email: ¦",
        "fields:\n  email: ma¦",
        "fields:\n  email: {from: ¦}",
        "fields:\n  email: {from: [¦]}",
        "fields:\n  email:\n    from: ¦",
        "fields:\n  email:\n    from:\n      - ¦",
        "fields:\n  email: {expr: entry.¦}",
        "fields:\n  email: {expr: 'has(entry.¦'}",
        "fields:\n  email:\n    expr: |\n      entry.¦",
        "scope:\n  where: entry.¦ == \"x\"",
        "block:\n  - name: a\n    when: has(entry.¦",
        "block:\n  - name: a\n    when: 'entry[\"¦'",
    ] {
        let mut found = labels(&in_policy(text));
        found.retain(|label| all.contains(&label.as_str()));
        found.sort();
        assert_eq!(found, all, "{text:?}");
    }
    let listed = labels(&in_policy("fields:\n  email: {from: [mail, ¦]}"));
    assert!(!listed.contains(&"mail".to_owned()), "{listed:?}");
    assert!(listed.contains(&"uid".to_owned()), "{listed:?}");
    let block = labels(&in_policy(
        "fields:\n  email:\n    from:\n      - mail\n      - ¦\n",
    ));
    assert!(!block.contains(&"mail".to_owned()), "{block:?}");
}

#[test]
fn attributes_that_are_no_names_are_written_so_that_they_can_be_read() {
    let taken = |text: &str, label: &str| {
        let all = taken(&in_policy(text), label, true);
        all.strip_prefix(HEAD).unwrap().to_owned()
    };
    assert_eq!(
        taken("fields:\n  a: Gi¦", "Given name"),
        "fields:\n  a: Given name"
    );
    assert_eq!(
        taken("scope:\n  where: entry.Gi¦ == 1", "Given name"),
        "scope:\n  where: entry[\"Given name\"] == 1"
    );
    assert_eq!(
        taken("scope:\n  where: 'entry.¦'", "Given name"),
        "scope:\n  where: 'entry[\"Given name\"]'"
    );
    assert_eq!(
        taken("scope:\n  where: \"entry.¦\"", "Given name"),
        "scope:\n  where: \"entry['Given name']\""
    );
    assert_eq!(
        taken("scope:\n  where: 'entry[\"Giv¦\"]'", "Given name"),
        "scope:\n  where: 'entry[\"Given name\"]'"
    );
    assert_eq!(
        taken("scope:\n  where: entry.ma¦", "mail"),
        "scope:\n  where: entry.mail"
    );
}

#[test]
fn expressions_offer_names_and_functions() {
    let at = |text: &str| {
        labels(&in_policy(&format!(
            "block:\n  - name: a\n    when: {text}"
        )))
    };
    let words = at("¦");
    for known in [
        "entry",
        "now",
        "groups",
        "status",
        "values",
        "has",
        "timestamp",
        "days",
        "true",
    ] {
        assert!(words.contains(&known.to_owned()), "{known} in {words:?}");
    }
    assert!(!words.contains(&"startsWith".to_owned()), "{words:?}");
    let members = at("entry.mail.¦");
    for known in ["lower", "startsWith", "map", "join"] {
        assert!(
            members.contains(&known.to_owned()),
            "{known} in {members:?}"
        );
    }
    assert!(!members.contains(&"timestamp".to_owned()), "{members:?}");
    assert!(!members.contains(&"entry".to_owned()), "{members:?}");
    assert_eq!(
        at("status == \"¦"),
        ["active", "pending", "blocked", "removed", "unknown"]
    );
    assert!(at("entry.mail.all(v, ¦").contains(&"v".to_owned()));
    assert_eq!(at("entry.mail == \"¦"), Vec::<String>::new());
    let taken = |text: &str, label: &str| {
        let whole = taken(&in_policy(&format!("scope:\n  where: {text}")), label, true);
        whole.split("where: ").nth(1).unwrap().to_owned()
    };
    assert_eq!(taken("ha¦", "has"), "has($1)");
    assert_eq!(taken("ha¦(entry.x)", "has"), "has(entry.x)");
    assert_eq!(taken("entry.mail.lo¦", "lower"), "entry.mail.lower($1)");
}

#[test]
fn values_of_the_environment_are_known_by_name() {
    let text = |rest: &str| format!("{HEAD}values:\n  site: Berlin\n  limit:\n{rest}");
    assert_eq!(
        labels(&text("scope:\n  where: entry.l == values.¦")),
        ["limit", "site"]
    );
    assert_eq!(
        labels(&text("scope:\n  groups: [\"cn=${{¦\"]")),
        ["limit", "site"]
    );
    let taken = |rest: &str| {
        let all = taken(&text(rest), "site", true);
        all.split("under: ").nth(1).unwrap().to_owned()
    };
    assert_eq!(taken("scope:\n  under: ou=${{ s¦"), "ou=${{ site }}");
    assert_eq!(taken("scope:\n  under: ou=${{¦}}"), "ou=${{ site}}");
    assert_eq!(taken("scope:\n  under: 'ou=${{ ¦ }}'"), "'ou=${{ site }}'");
}

#[test]
fn settings_and_secrets_are_the_plugins() {
    assert_eq!(
        labels("muster: 1\ndirectory: staff\nprovider:\n  plugin: csv\n  config:\n    ¦"),
        ["path", "format"]
    );
    assert_eq!(
        labels("muster: 1\nprovider: {plugin: csv, config: {path: x, ¦}}"),
        ["format"]
    );
    assert_eq!(
        labels("muster: 1\nprovider:\n  plugin: csv\n  config:\n    format: ¦"),
        ["csv", "tsv"]
    );
    assert_eq!(
        labels("muster: 1\nprovider:\n  plugin: csv\n  secrets:\n    ¦"),
        ["token"]
    );
    assert_eq!(
        labels("muster: 1\nprovider:\n  plugin: csv\n  secrets:\n    token: {¦"),
        ["env", "file", "command"]
    );
    assert_eq!(
        labels("muster: 1\nprovider:\n  plugin: other\n  config:\n    ¦"),
        Vec::<String>::new()
    );
}

#[test]
fn mapped_fields_are_known_by_name() {
    let text =
        format!("{HEAD}fields:\n  email: mail\n  name: cn\nlicences:\n  limit: 5\n  order: [¦]\n");
    assert_eq!(labels(&text), ["email", "name"]);
}

#[test]
fn steps_of_chains_are_words_and_sections() {
    let chain = |rest: &str| {
        labels(&in_policy(&format!(
            "fields:\n  a:\n    from: mail\n    transform: {rest}"
        )))
    };
    for known in ["trim", "lower"] {
        assert!(chain("¦").contains(&known.to_owned()), "{known} alone");
        assert!(
            chain("[trim, ¦]").contains(&known.to_owned()),
            "{known} in a list"
        );
    }
    assert!(chain("[{¦}]").contains(&"replace".to_owned()));
    let below = chain("\n      - ¦");
    assert!(
        below.contains(&"trim".to_owned()) && below.contains(&"replace".to_owned()),
        "{below:?}"
    );
}

#[test]
fn exceptions_are_offered_in_their_files() {
    let keys = labels("muster: 1\nexceptions:\n  - ¦");
    for key in ["exclude", "pin", "owner", "reason"] {
        assert!(keys.contains(&key.to_owned()), "{key} in {keys:?}");
    }
    let keys = labels("muster: 1\nexceptions:\n  - exclude: anna\n    ¦");
    assert!(
        !keys.contains(&"pin".to_owned()) && keys.contains(&"reason".to_owned()),
        "{keys:?}"
    );
}

#[test]
fn what_is_offered_is_explained() {
    let items = items("muster: 1\nidentity:\n  ¦");
    let key = items.iter().find(|item| item.label == "key").unwrap();
    let Some(lsp_types::Documentation::MarkupContent(doc)) = &key.documentation else {
        panic!("{key:?}")
    };
    assert!(
        doc.value.contains("By what accounts are matched"),
        "{}",
        doc.value
    );
    assert!(
        doc.value.contains("Without it: `external_id`"),
        "{}",
        doc.value
    );
    assert!(
        key.detail
            .as_ref()
            .unwrap()
            .contains("`external_id` or `username`")
    );
}

#[test]
fn included_files_know_what_their_policy_knows() {
    let policy = format!("{HEAD}include: [shared.yaml]\nvalues: {{site: x}}\n");
    let (shared, position) = marked("muster: 1\nfields:\n  email: {expr: entry.¦}\n");
    let around = Around::default();
    let workspace = open(
        &around,
        &[(PATH, &policy), ("/policies/shared.yaml", &shared)],
    );
    let items = complete(&workspace, &client(true), "/policies/shared.yaml", position);
    assert!(items.iter().any(|item| item.label == "mail"), "{items:?}");
}

#[test]
fn an_environments_file_gives_what_policies_declare() {
    let policy = format!("{HEAD}values: {{site: x, limit: }}\n");
    let (file, position) = marked("muster: 1\nvalues:\n  site: y\n  ¦");
    let around = Around {
        values: Some("/policies/test.yaml".to_owned()),
        ..Around::default()
    };
    let workspace = open(&around, &[(PATH, &policy), ("/policies/test.yaml", &file)]);
    let items = complete(&workspace, &client(true), "/policies/test.yaml", position);
    let labels: Vec<&str> = items.iter().map(|item| item.label.as_str()).collect();
    assert_eq!(labels, ["limit"]);
}
