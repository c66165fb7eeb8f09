//! Texts that a policy itself speaks of: what it compares people's values with.

use crate::expression::Expression;
use crate::policy::{Policy, ValueSource};
use crate::transform::{Kind, Transform};
use muster_model::UsernameKey;
use serde_json::Value as Json;
use std::collections::BTreeSet;
use unicode_normalization::char::is_combining_mark;

impl Policy {
    /// Texts that decide something wherever they stand among people's values: groups,
    /// sub-trees and usernames of the scope, protected accounts, constants in
    /// expressions, patterns and tables of transforms. Exceptions are not among them.
    pub fn literals(&self) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        let scope = &self.scope;
        let lists = [
            &scope.groups,
            &scope.under,
            &scope.except_groups,
            &scope.except_under,
        ];
        found.extend(lists.into_iter().flatten().cloned());
        found.extend(self.report_groups());
        let protected = self.guards.protect.iter().map(|one| &one.username);
        let named = scope.except_usernames.iter().chain(protected);
        found.extend(named.map(|key| key.as_str().to_owned()));
        scope
            .condition
            .iter()
            .for_each(|one| quoted(one, &mut found));
        self.blocks
            .iter()
            .for_each(|rule| quoted(&rule.when, &mut found));
        found.extend(self.fields.iter().filter_map(|field| field.default.clone()));
        let username = &self.identity.username;
        let values = self
            .fields
            .iter()
            .map(|field| (&field.value, &field.transform));
        for (value, transform) in values.chain([(&username.value, &username.transform)]) {
            if let ValueSource::Expression(expression) = value {
                quoted(expression, &mut found);
            }
            spoken(transform, &mut found);
        }
        found
    }

    /// Attributes that a condition reads: who is in scope, and who is blocked.
    pub fn deciding_attributes(&self) -> BTreeSet<&str> {
        let rules = self.blocks.iter().map(|rule| &rule.when);
        let conditions = rules.chain(&self.scope.condition);
        let ids = conditions.flat_map(Expression::attributes);
        ids.filter_map(|id| self.attributes.get(id))
            .map(String::as_str)
            .collect()
    }
}

/// The words of such a text, as names are compared: of `@Example.org`, `example` and
/// `org`.
pub fn words(text: &str) -> impl Iterator<Item = String> + '_ {
    let is_part = |c: char| c.is_alphanumeric() || is_combining_mark(c);
    let words = text.split(move |c| !is_part(c));
    let folded = words.map(|word| UsernameKey::of(word).as_str().to_owned());
    folded.filter(|word| !word.is_empty())
}

/// Texts between quotes, and those of the environment.
fn quoted(expression: &Expression, found: &mut BTreeSet<String>) {
    let written = expression.written();
    let (text, values) = match &written {
        Json::Array(both) => (both.first(), both.get(1)),
        text => (Some(text), None),
    };
    if let Some(values) = values {
        texts(values, found);
    }
    let mut rest = text.and_then(Json::as_str).unwrap_or_default();
    while let Some(start) = rest.find(['"', '\'']) {
        let (mark, behind) = rest.split_at(start).1.split_at(1);
        let end = behind.find(mark).unwrap_or(behind.len());
        found.insert(behind.get(..end).unwrap_or_default().to_owned());
        rest = behind.get(end + 1..).unwrap_or_default();
    }
}

fn spoken(transform: &Transform, found: &mut BTreeSet<String>) {
    for step in transform.steps() {
        if let Kind::Replace(_) | Kind::Split(_) | Kind::Join(_) | Kind::Map(_) = step.kind
            && let Json::Object(step) = step.kind.canonical()
        {
            step.values().for_each(|value| texts(value, found));
        }
    }
}

fn texts(value: &Json, found: &mut BTreeSet<String>) {
    match value {
        Json::String(text) => {
            found.insert(text.clone());
        }
        Json::Array(items) => items.iter().for_each(|item| texts(item, found)),
        Json::Object(rows) => {
            found.extend(rows.keys().cloned());
            rows.values().for_each(|item| texts(item, found));
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]

    #[test]
    fn what_a_policy_compares_with_is_found() {
        let text = r#"
muster: 1
directory: staff
provider: {plugin: csv}
scope:
  groups: [intranet]
  where: entry.kind != "service" && entry.site in ['oslo', "bergen"]
identity: {username: uid}
fields:
  unit: {from: dept, transform: [{map: {table: {HR: People}}}]}
  mail: {from: mail, transform: [{replace: {pattern: "@old$", with: "@new"}}]}
  roles: {groups: {"team-*": member}}
block:
  - {name: ended, when: has(entry.end) && entry.end == ""}
guards: {protect: [admin]}
"#;
        let policy = crate::parse("p.yaml", text).unwrap();
        let found = policy.literals();
        for one in [
            "intranet", "service", "oslo", "bergen", "hr", "People", "@old$", "team-*",
        ] {
            assert!(found.contains(one), "`{one}` is not in {found:?}");
        }
        assert!(found.contains("admin"));
        let deciding: Vec<&str> = policy.deciding_attributes().into_iter().collect();
        assert_eq!(deciding, ["end", "kind", "site"]);
    }
}
