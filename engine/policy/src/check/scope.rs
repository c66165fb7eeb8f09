//! `scope:` – which entries the policy manages.

use super::attributes::Attributes;
use super::{keys, reader, terms};
use crate::expression::{Purpose, compile};
use crate::lint::{self, empty_list, included_and_excluded, listed_twice};
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
        grace: None,
        unblock: Default::default(),
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
    let groups = names(source, map.get("groups"), "`groups`");
    let under = names(source, map.get("under"), "`under`");
    empty_list::check(source, map.get("groups"), "groups");
    empty_list::check(source, map.get("under"), "under");
    if let Some(node) = map.get("where") {
        scope.condition = compile(source, attributes, node, "`where`", Purpose::Condition);
    }
    scope.grace = map.get("grace").and_then(|node| terms::grace(source, node));
    scope.unblock = terms::unblock(source, map.get("unblock"));
    if let Some(exclude) = map.entry("exclude") {
        let map = reader::mapping(source, &exclude.value, &exclude.at, &keys::EXCLUDE)?;
        let except_groups = names(source, map.get("groups"), "`exclude.groups`");
        let except_under = names(source, map.get("under"), "`exclude.under`");
        included_and_excluded::check(source, &groups, &except_groups, "groups");
        included_and_excluded::check(source, &under, &except_under, "under");
        scope.except_groups = texts(except_groups);
        scope.except_under = texts(except_under);
        scope.except_usernames = usernames(source, map.get("usernames"));
    }
    scope.groups = texts(groups);
    scope.under = texts(under);
    Some(scope)
}

/// Names of groups or units, each with its place.
fn names<'n>(
    source: &mut Source<'_>,
    node: Option<&'n Node>,
    what: &str,
) -> Vec<(&'n Node, &'n str)> {
    let Some(node) = node else {
        return Vec::new();
    };
    let names = reader::texts(source, node, what);
    listed_twice::check(source, node, &names, what, lint::folded);
    names
}

fn usernames(source: &mut Source<'_>, node: Option<&Node>) -> Vec<UsernameKey> {
    let Some(node) = node else {
        return Vec::new();
    };
    let what = "`exclude.usernames`";
    let names = reader::texts(source, node, what);
    let key = |name: &str| UsernameKey::of(name);
    listed_twice::check(source, node, &names, what, |name| key(name).to_string());
    names.into_iter().map(|(_, name)| key(name)).collect()
}

fn texts(names: Vec<(&Node, &str)>) -> Vec<String> {
    names.into_iter().map(|(_, name)| name.to_owned()).collect()
}
