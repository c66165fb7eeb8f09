//! `groups:` of a field – what membership in groups gives.

use super::reader;
use crate::diagnostic::Code;
use crate::group_rule::{Gift, GroupRule, is_same};
use crate::policy::ValueSource;
use crate::source::Source;
use crate::yaml::{Entry, Kind, Node};
use serde_json::{Value, json};

/// Reads the groups of a field, and what each gives.
pub(super) fn groups(source: &mut Source<'_>, node: &Node) -> Option<ValueSource> {
    let entries = reader::entries(source, node, "`groups`")?;
    let mut rules: Vec<GroupRule> = Vec::new();
    let mut complete = true;
    for entry in entries {
        match rule(source, entry, &rules) {
            Some(rule) => rules.push(rule),
            None => complete = false,
        }
    }
    complete.then_some(ValueSource::Groups(rules))
}

fn rule(source: &mut Source<'_>, entry: &Entry, before: &[GroupRule]) -> Option<GroupRule> {
    let group = entry.key.trim();
    if group.is_empty() || group.chars().any(char::is_control) {
        source.report(
            Code::BadName,
            entry.at.clone(),
            format!("`{}` cannot be a group", entry.key.escape_debug()),
        );
        return None;
    }
    if let Some(twin) = before.iter().find(|rule| is_same(&rule.group, group)) {
        let message = format!("`{group}` and `{}` are one group", twin.group);
        source
            .report(Code::DuplicateName, entry.at.clone(), message)
            .help("Groups are compared without regard to case; give all that it gives as a list.");
        return None;
    }
    let texts = reader::texts(source, &entry.value, "what a group gives");
    if let Kind::List(items) = &entry.value.kind
        && items.is_empty()
    {
        source
            .report(
                Code::EmptyValue,
                entry.value.span.clone(),
                format!("The group `{group}` gives nothing"),
            )
            .help("Give at least one text, or take the group out.");
        return None;
    }
    let stars = GroupRule::stars(group);
    let mut gives = Vec::new();
    for (node, text) in &texts {
        match Gift::parse(text, stars) {
            Ok(gift) => gives.push(gift),
            Err(number) => unknown_star(source, node, number, stars),
        }
    }
    (!texts.is_empty() && gives.len() == texts.len()).then(|| GroupRule {
        group: group.to_owned(),
        gives,
        at: source.line(entry.at.start),
    })
}

fn unknown_star(source: &mut Source<'_>, node: &Node, number: usize, stars: usize) {
    let has = match stars {
        0 => "no `*`".to_owned(),
        1 => "one `*`: `$1`".to_owned(),
        more => format!("{more} of them: `$1` to `${more}`"),
    };
    source
        .report(
            Code::UnknownStar,
            node.span.clone(),
            format!("`${number}` stands for nothing: the group's name has {has}"),
        )
        .help("A dollar sign itself is written `$$`.");
}

/// Reports that a field from groups shall be something else than a list.
pub(super) fn only_a_list(source: &mut Source<'_>, node: Option<&Node>) {
    let is_other = |node: &&Node| matches!(&node.kind, Kind::Scalar(word) if word.text != "list");
    if let Some(node) = node.filter(is_other) {
        source
            .report(
                Code::KeyConflict,
                node.span.clone(),
                "What groups give is a list, and nothing else",
            )
            .help("Take `type` out: the field is a list by itself.");
    }
}

/// What the mapping's digest is made of, whatever the case of groups and their
/// order.
pub(super) fn digest(rules: &[GroupRule]) -> Value {
    let mut all: Vec<(String, Vec<&str>)> = rules
        .iter()
        .map(|rule| {
            let mut gives: Vec<&str> = rule.gives.iter().map(|gift| gift.text.as_str()).collect();
            gives.sort_unstable();
            (rule.group.to_lowercase(), gives)
        })
        .collect();
    all.sort_unstable();
    json!({"groups": all})
}
