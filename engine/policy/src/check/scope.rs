//! `scope:` – which entries the policy manages.

use super::attributes::Attributes;
use super::{keys, reader};
use crate::expression::{Purpose, compile};
use crate::policy::Scope;
use crate::source::Source;
use crate::yaml::{Entry, Node};
use muster_model::{PolicyLine, UsernameKey};

/// Everybody that the provider delivers.
pub(super) fn everybody(at: PolicyLine) -> Scope {
    Scope {
        groups: Vec::new(),
        under: Vec::new(),
        except_groups: Vec::new(),
        except_under: Vec::new(),
        except_usernames: Vec::new(),
        condition: None,
        at,
    }
}

pub(super) fn scope(
    source: &mut Source<'_>,
    attributes: &mut Attributes,
    entry: &Entry,
) -> Option<Scope> {
    let map = reader::mapping(source, &entry.value, &entry.at, &keys::SCOPE)?;
    let mut scope = everybody(source.line(entry.at.start));
    scope.groups = names(source, map.get("groups"), "`groups`");
    scope.under = names(source, map.get("under"), "`under`");
    if let Some(node) = map.get("where") {
        scope.condition = compile(source, attributes, node, "`where`", Purpose::Condition);
    }
    if let Some(exclude) = map.entry("exclude") {
        let map = reader::mapping(source, &exclude.value, &exclude.at, &keys::EXCLUDE)?;
        scope.except_groups = names(source, map.get("groups"), "`groups`");
        scope.except_under = names(source, map.get("under"), "`under`");
        scope.except_usernames = names(source, map.get("usernames"), "`usernames`")
            .iter()
            .map(|name| UsernameKey::of(name))
            .collect();
    }
    Some(scope)
}

fn names(source: &mut Source<'_>, node: Option<&Node>, what: &str) -> Vec<String> {
    let texts = node.map_or_else(Vec::new, |node| reader::texts(source, node, what));
    texts.into_iter().map(|(_, text)| text.to_owned()).collect()
}
