//! `block:` – conditions under which an account is blocked.

use super::attributes::Attributes;
use super::fragment::Fragment;
use super::{keys, reader, terms};
use crate::diagnostic::Code;
use crate::expression::{Purpose, compile};
use crate::policy::BlockRule;
use crate::source::Source;
use crate::yaml::{Entry, Kind, Node};
use std::collections::HashSet;

/// The policy's own rules, then those of included files.
pub(super) fn all(
    source: &mut Source<'_>,
    attributes: &mut Attributes,
    entry: Option<&Entry>,
    fragments: &mut [Fragment<'_>],
) -> Vec<BlockRule> {
    let mut names = HashSet::new();
    let mut all = entry.map_or_else(Vec::new, |entry| {
        rules(source, attributes, &mut names, entry)
    });
    for fragment in fragments {
        if let Some((source, entry)) = fragment.entry("block") {
            all.extend(rules(source, attributes, &mut names, entry));
        }
    }
    all
}

fn rules(
    source: &mut Source<'_>,
    attributes: &mut Attributes,
    names: &mut HashSet<String>,
    entry: &Entry,
) -> Vec<BlockRule> {
    let Kind::List(items) = &entry.value.kind else {
        reader::wrong_type(source, &entry.value, "`block`", "a list of rules");
        return Vec::new();
    };
    items
        .iter()
        .filter_map(|item| rule(source, attributes, item, names))
        .collect()
}

fn rule(
    source: &mut Source<'_>,
    attributes: &mut Attributes,
    node: &Node,
    names: &mut HashSet<String>,
) -> Option<BlockRule> {
    let map = reader::mapping(source, node, &node.span, &keys::BLOCK_RULE)?;
    let name = map.get("name").and_then(|node| name(source, node, names));
    let when = map
        .get("when")
        .and_then(|node| compile(source, attributes, node, "`when`", Purpose::Condition));
    let reason = map.get("reason").and_then(|node| sentence(source, node));
    let unblock = terms::unblock(source, map.get("unblock"));
    let grace = map
        .get("grace")
        .and_then(|node| terms::days_of_grace(source, node));
    Some(BlockRule {
        name: name?,
        when: when?,
        reason,
        unblock,
        grace,
        at: source.line(node.span.start),
    })
}

/// Characters of a rule's reason: it stands on accounts and in the audit.
const LONGEST_REASON: usize = 300;

/// One line of text, whatever lines it was written on.
fn sentence(source: &mut Source<'_>, node: &Node) -> Option<String> {
    let text = reader::filled(source, node, "`reason`")?;
    let words: Vec<&str> = text.split_whitespace().collect();
    // Sentences stand without their full stop, since more may follow them.
    let sentence = words.join(" ");
    let sentence = match sentence.strip_suffix('.') {
        Some(rest) if !rest.ends_with('.') => rest.to_owned(),
        _ => sentence,
    };
    let length = sentence.chars().count();
    if length > LONGEST_REASON {
        let message =
            format!("`reason` has {length} characters; at most {LONGEST_REASON} are allowed");
        source
            .report(Code::OutOfRange, node.span.clone(), message)
            .help("It is a sentence for people; a longer text can stand in a comment.");
        return None;
    }
    Some(sentence)
}

fn name(source: &mut Source<'_>, node: &Node, names: &mut HashSet<String>) -> Option<String> {
    let name = reader::filled(source, node, "`name`")?;
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if !name.chars().all(allowed) || name.len() > 64 {
        source
            .report(
                Code::BadName,
                node.span.clone(),
                format!("`{name}` cannot be a rule's name"),
            )
            .help("Use up to 64 of a–z, 0–9 and `-`; accounts carry it as `rule:NAME`.");
        return None;
    }
    if !names.insert(name.to_owned()) {
        source
            .report(
                Code::DuplicateName,
                node.span.clone(),
                format!("Two rules are called `{name}`"),
            )
            .help("Accounts carry the name as their block reason; give each rule its own.");
        return None;
    }
    Some(name.to_owned())
}
