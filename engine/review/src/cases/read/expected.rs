//! What a test expects of whom.

use super::accounts::{reasons, value};
use super::line;
use super::words::others_than;
use crate::accounts::Intranet;
use crate::cases::language;
use crate::cases::scene::{Decision, Expectation, People, Read, Rule};
use muster_model::{Fault, FieldName, PolicyLine, UsernameKey};
use muster_policy::document::{Document, Item, Keys};
use muster_policy::{Code, Policy};
use std::collections::BTreeSet;

/// What a test's expectations may name.
pub(super) struct Known<'p> {
    policy: &'p Policy,
    /// People and accounts; none if a snapshot has them, and nobody knows yet.
    people: Option<Vec<String>>,
    fields: BTreeSet<String>,
}

impl<'p> Known<'p> {
    pub(super) fn of(
        policy: &'p Policy,
        read: &Read,
        before: &[Read],
        intranet: &Intranet,
    ) -> Self {
        let mut people = Some(Vec::new());
        for read in before.iter().chain([read]) {
            match (&read.people, &mut people) {
                (People::Given(given), Some(people)) => {
                    people.extend(given.iter().map(|person| person.label.clone()));
                }
                _ => people = None,
            }
        }
        let mapped = policy.fields.iter().map(|field| field.name.to_string());
        let mut fields: BTreeSet<String> = mapped.collect();
        match (intranet, &mut people) {
            (Intranet::Accounts(accounts), Some(people)) => {
                for account in accounts {
                    people.push(account.username.to_string());
                    fields.extend(account.fields.keys().map(ToString::to_string));
                }
            }
            (Intranet::Accounts(accounts), None) => {
                let names = accounts.iter().flat_map(|account| account.fields.keys());
                fields.extend(names.map(ToString::to_string));
            }
            (Intranet::Exported(_), _) => people = None,
        }
        Self {
            policy,
            people,
            fields,
        }
    }
}

/// Reads all expectations of a test.
pub(super) fn all(
    doc: &mut Document<'_>,
    known: &Known<'_>,
    item: Option<Item<'_>>,
) -> Vec<Expectation> {
    let mut all = Vec::new();
    let entries = item.map(|item| doc.entries(item, "`expect`"));
    for entry in entries.into_iter().flatten() {
        check_person(doc, known, entry);
        let mut expectation = Expectation {
            who: entry.name().to_owned(),
            at: line(doc, entry),
            is: None,
            username: None,
            fields: std::collections::BTreeMap::new(),
            reason: None,
            blocked: None,
            findings: None,
            rule: None,
            hidden: None,
        };
        if entry.is_mapping() {
            if let Some(keys) = doc.keys(entry, &language::EXPECTATION) {
                details(doc, known, &keys, &mut expectation);
            }
        } else {
            expectation.is = decisions(doc, entry);
        }
        all.push(expectation);
    }
    all
}

fn check_person(doc: &mut Document<'_>, known: &Known<'_>, item: Item<'_>) {
    let Some(people) = &known.people else {
        return;
    };
    let wanted = UsernameKey::of(item.name());
    if people.iter().all(|name| UsernameKey::of(name) != wanted) {
        let message = format!("The test has nobody called `{}`", item.name());
        let people = people.iter().map(String::as_str);
        doc.unknown(
            Code::UnknownPerson,
            item.at(),
            message,
            (item.name(), people),
        );
    }
}

fn decisions(doc: &mut Document<'_>, item: Item<'_>) -> Option<BTreeSet<Decision>> {
    let mut decisions = BTreeSet::new();
    for (item, _) in doc.texts(item, "what is done") {
        decisions.insert(doc.word(item, "what is done", &Decision::WORDS)?);
    }
    if decisions.len() > 1 && decisions.contains(&Decision::Nothing) {
        let message = "`none` excludes everything else";
        doc.report(Code::KeyConflict, item.span(), message, None);
    }
    (!decisions.is_empty()).then_some(decisions)
}

fn details(
    doc: &mut Document<'_>,
    known: &Known<'_>,
    keys: &Keys<'_>,
    expectation: &mut Expectation,
) {
    expectation.is = keys.get("is").and_then(|item| decisions(doc, item));
    if let Some(item) = keys.get("username") {
        expectation.username = doc.filled(item, "`username`").map(str::to_owned);
    }
    let fields = keys.get("fields").map(|item| doc.entries(item, "`fields`"));
    for item in fields.into_iter().flatten() {
        if !known.fields.contains(item.name()) {
            let message = format!("The policy maps no field `{}`", item.name());
            let fields = known.fields.iter().map(String::as_str);
            doc.unknown(
                Code::UnknownField,
                item.at(),
                message,
                (item.name(), fields),
            );
        }
        let value = value(doc, item);
        let name = FieldName::from(item.name());
        expectation.fields.insert(name, (value, line(doc, item)));
    }
    if let Some(item) = keys.get("reason") {
        expectation.reason = doc.filled(item, "`reason`").map(str::to_owned);
    }
    if let Some(item) = keys.get("blocked") {
        expectation.blocked = Some(reasons(doc, item).into_iter().collect());
    }
    expectation.findings = keys.get("finding").map(|item| findings(doc, item));
    let hidden = keys.get("hidden").map(|item| doc.texts(item, "`hidden`"));
    let names = |hidden: Vec<(Item<'_>, &str)>| {
        let names = hidden.into_iter().map(|(_, name)| name.to_owned());
        names.collect()
    };
    expectation.hidden = hidden.map(names);
    expectation.rule = keys
        .get("rule")
        .and_then(|item| rule(doc, known.policy, item));
}

/// Codes of findings; `none` is no code.
pub(super) fn findings(doc: &mut Document<'_>, item: Item<'_>) -> Vec<String> {
    let mut codes = Vec::new();
    for (item, text) in doc.texts(item, "`finding`") {
        match others_than::<Fault>(text) {
            _ if text == "none" => {}
            Ok(_) => codes.push(text.to_owned()),
            Err(known) => {
                let message = format!("`{text}` is nothing that is found");
                let known = known.iter().copied().chain(["none"]);
                doc.unknown(Code::UnknownWord, item.span(), message, (text, known));
            }
        }
    }
    codes
}

fn rule(doc: &mut Document<'_>, policy: &Policy, item: Item<'_>) -> Option<Rule> {
    let name = doc.filled(item, "`rule`")?;
    let rules = rules(policy);
    let next = |at: &PolicyLine| {
        let others = rules.iter().map(|(_, other)| other);
        let behind = others.filter(|other| other.file == at.file && other.line > at.line);
        behind.map(|other| other.line).min().unwrap_or(u32::MAX)
    };
    let places: Vec<(PolicyLine, u32)> = rules
        .iter()
        .filter(|(known, _)| known == name)
        .map(|(_, at)| (at.clone(), next(at)))
        .collect();
    if places.is_empty() {
        let message = format!("The policy `{}` has no rule `{name}`", policy.file);
        let known: BTreeSet<&str> = rules.iter().map(|(known, _)| known.as_str()).collect();
        let known = known.iter().copied();
        doc.unknown(Code::UnknownWord, item.span(), message, (name, known));
        return None;
    }
    Some(Rule {
        name: name.to_owned(),
        places,
    })
}

/// All rules at which reasons and findings point, by the names of their keys.
fn rules(policy: &Policy) -> Vec<(String, PolicyLine)> {
    let mut rules = vec![
        ("provider".to_owned(), policy.provider.at.clone()),
        ("scope".to_owned(), policy.scope.at.clone()),
        ("identity".to_owned(), policy.identity.at.clone()),
        (
            "identity.username".to_owned(),
            policy.identity.username.at.clone(),
        ),
    ];
    let mut add = |name: String, at: Option<&PolicyLine>| {
        rules.extend(at.map(|at| (name, at.clone())));
    };
    let condition = policy.scope.condition.as_ref();
    add(
        "scope.where".to_owned(),
        condition.map(|condition| &condition.at),
    );
    add(
        "identity.adopt".to_owned(),
        policy.identity.adopt.at.as_ref(),
    );
    add(
        "licences".to_owned(),
        policy.licences.as_ref().map(|terms| &terms.at),
    );
    for field in &policy.fields {
        add(format!("fields.{}", field.name), Some(&field.at));
    }
    for rule in &policy.blocks {
        add(format!("block.{}", rule.name), Some(&rule.at));
    }
    for exception in &policy.exceptions {
        add("exceptions".to_owned(), Some(&exception.at));
    }
    rules
}
