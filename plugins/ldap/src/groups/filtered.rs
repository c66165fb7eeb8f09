//! Lets the server filter people by group: `memberOf`, or Active Directory's
//! rule that follows nested groups.

use super::{Roots, read_group};
use crate::context::Context;
use crate::directory::{below, open, walk};
use crate::dn::{Digest, Names};
use crate::filter::{self, IN_CHAIN};
use crate::mapping::Mapping;
use crate::outcome;
use crate::record::Record;
use muster_sdk::{Failure, PartialReason};
use std::collections::{HashMap, HashSet};

/// Nested groups up to which each is named in the filter.
const NESTED: usize = 500;

/// Groups that one question for nested groups names.
const AT_ONCE: usize = 50;

/// What does the filtering.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// `memberOf`, with nested groups found beforehand.
    MemberOf,
    /// Active Directory follows nested groups by itself.
    InChain,
}

/// A group of the policy, or one nested in it.
#[derive(Clone, Debug)]
struct Group {
    dn: String,
    token: Option<Vec<u8>>,
    /// True if the policy names it.
    is_root: bool,
    /// Roots that it counts for.
    roots: Vec<u16>,
}

/// People are filtered by the server.
#[derive(Debug)]
pub struct Filtered {
    /// What people have to match besides the filter for people.
    pub filter: String,
    pub weak: Vec<(PartialReason, String)>,
    /// Number of groups that the filter names.
    pub groups: usize,
    dns: Vec<String>,
    cell: Cell,
}

/// How the syncing groups of a person are told.
#[derive(Debug)]
enum Cell {
    /// Whoever is delivered is in the one there is, or in none.
    Always(Vec<u16>),
    /// By what `memberOf` and `primaryGroupID` say.
    Of {
        groups: HashMap<Digest, Vec<u16>>,
        tokens: HashMap<Vec<u8>, Vec<u16>>,
        found: Vec<u16>,
    },
}

impl Filtered {
    /// Finds the groups, those nested in them, and makes the filter.
    pub fn read(roots: &Roots, way: Way, context: &mut Context) -> Result<Self, Failure> {
        let mut weak = Vec::new();
        let mut groups = find(roots, context, &mut weak)?;
        if way == Way::MemberOf || context.is_active_directory() {
            nest(&mut groups, context, &mut weak)?;
        }
        let filter = people(&groups, roots, way, context.is_active_directory());
        let cell = match (roots.syncing.len(), way) {
            (0, _) => Cell::Always(Vec::new()),
            (1, _) => Cell::Always(vec![0]),
            _ => Cell::told(&groups, roots, &mut context.names),
        };
        Ok(Self {
            filter,
            weak,
            groups: groups.len(),
            dns: groups.into_iter().map(|group| group.dn).collect(),
            cell,
        })
    }

    /// The groups of the policy, and those nested in them.
    pub fn names(&self, names: &mut Names) -> HashSet<Digest> {
        let digests = self
            .dns
            .iter()
            .filter_map(|dn| names.digest(dn.as_bytes()).ok());
        digests.collect()
    }

    /// True if `memberOf` has to be read to tell the groups of a person.
    pub fn needs_member_of(&self) -> bool {
        matches!(self.cell, Cell::Of { .. })
    }

    /// Syncing groups of a person whom the server delivered, by number.
    pub fn judge(&mut self, record: Record<'_>, names: &mut Names, mapping: &Mapping) -> &[u16] {
        match &mut self.cell {
            Cell::Always(groups) => groups,
            Cell::Of {
                groups,
                tokens,
                found,
            } => {
                found.clear();
                if let Some(column) = mapping.member_of {
                    record.each(column, |group| {
                        let known = names
                            .digest(group)
                            .ok()
                            .and_then(|digest| groups.get(&digest));
                        found.extend(known.into_iter().flatten());
                    });
                }
                let token = mapping.primary.and_then(|column| record.first(column));
                found.extend(
                    token
                        .and_then(|token| tokens.get(token))
                        .into_iter()
                        .flatten(),
                );
                found.sort_unstable();
                found.dedup();
                found
            }
        }
    }
}

impl Cell {
    fn told(groups: &[Group], roots: &Roots, names: &mut Names) -> Self {
        let syncing = |group: &Group| -> Vec<u16> {
            let all = group.roots.iter().copied();
            all.filter(|root| roots.is_syncing(usize::from(*root)))
                .collect()
        };
        let by_name =
            |group: &Group| Some((names.digest(group.dn.as_bytes()).ok()?, syncing(group)));
        let by_token = |group: &Group| Some((group.token.clone()?, syncing(group)));
        Self::Of {
            groups: groups.iter().filter_map(by_name).collect(),
            tokens: groups.iter().filter_map(by_token).collect(),
            found: Vec::new(),
        }
    }
}

fn attributes(context: &Context) -> &'static [&'static str] {
    if context.is_active_directory() {
        &["primaryGroupToken"]
    } else {
        &["1.1"]
    }
}

/// Finds the policy's groups.
fn find(
    roots: &Roots,
    context: &Context,
    weak: &mut Vec<(PartialReason, String)>,
) -> Result<Vec<Group>, Failure> {
    let (mut groups, mut missing) = (Vec::new(), Vec::new());
    for (number, dn) in roots.all().enumerate() {
        match read_group(dn, attributes(context))? {
            None => missing.push(number),
            Some(found) => groups.push(Group {
                dn: found.name(),
                token: found.column(0).first().cloned(),
                is_root: true,
                roots: vec![u16::try_from(number).unwrap_or(u16::MAX)],
            }),
        }
    }
    for name in roots.judge_missing(&missing)? {
        weak.push((
            PartialReason::GroupMissing,
            format!("the group `{name}` was not found"),
        ));
    }
    Ok(groups)
}

/// Adds the groups that are members of the known ones, step by step down.
fn nest(
    groups: &mut Vec<Group>,
    context: &mut Context,
    weak: &mut Vec<(PartialReason, String)>,
) -> Result<(), Failure> {
    let roots: Vec<Group> = groups.clone();
    let mut known: HashMap<Digest, usize> = HashMap::new();
    groups.clear();
    for root in roots {
        let mut level = vec![root];
        while !level.is_empty() {
            let fresh: Vec<Group> = level
                .into_iter()
                .filter(|group| note(group, groups, &mut known, &mut context.names))
                .collect();
            level = Vec::new();
            for some in fresh.chunks(AT_ONCE) {
                level.extend(members_of(some, context, weak)?);
            }
        }
    }
    Ok(())
}

/// Notes a group; false if nothing about it is new.
fn note(
    group: &Group,
    groups: &mut Vec<Group>,
    known: &mut HashMap<Digest, usize>,
    names: &mut Names,
) -> bool {
    let Ok(digest) = names.digest(group.dn.as_bytes()) else {
        return false;
    };
    let Some(at) = known.get(&digest) else {
        known.insert(digest, groups.len());
        groups.push(group.clone());
        return true;
    };
    let Some(known) = groups.get_mut(*at) else {
        return false;
    };
    let before = known.roots.len();
    let fresh: Vec<u16> = group
        .roots
        .iter()
        .copied()
        .filter(|root| !known.roots.contains(root))
        .collect();
    known.roots.extend(fresh);
    known.roots.len() > before
}

/// Groups that are direct members of these, which all count for the same roots.
fn members_of(
    groups: &[Group],
    context: &mut Context,
    weak: &mut Vec<(PartialReason, String)>,
) -> Result<Vec<Group>, Failure> {
    let Some(first) = groups.first() else {
        return Ok(Vec::new());
    };
    let of: Vec<String> = groups
        .iter()
        .map(|group| filter::equals("memberOf", group.dn.as_bytes()))
        .collect();
    let kind = context.root.dialect.group_filter().to_owned();
    let wanted = filter::all(&[kind, filter::any(&of)]);
    let holder = context
        .naming_context(&first.dn)
        .unwrap_or_else(|| first.dn.clone());
    let names = attributes(context)
        .iter()
        .map(|&name| name.to_owned())
        .collect();
    let query = below(&holder, wanted, names, context.settings.page_size);
    let mut found = Vec::new();
    let outcome = walk(&open(&query)?, |entry| {
        found.push(Group {
            dn: String::from_utf8_lossy(entry.dn()).into_owned(),
            token: entry.first(0).map(<[u8]>::to_vec),
            is_root: false,
            roots: first.roots.clone(),
        });
        Ok(())
    })?;
    if let Some((reason, text)) = outcome::shortfall(&outcome, &holder) {
        weak.push((reason, format!("not all nested groups are known: {text}")));
    }
    Ok(found)
}

/// What people have to match: in a syncing group, and in no excluded one.
fn people(groups: &[Group], roots: &Roots, way: Way, is_active_directory: bool) -> String {
    let counts = |group: &&Group, syncing: bool| {
        group
            .roots
            .iter()
            .any(|root| roots.is_syncing(usize::from(*root)) == syncing)
    };
    let part = |syncing: bool| {
        let chosen: Vec<&Group> = groups
            .iter()
            .filter(|group| counts(group, syncing))
            .collect();
        in_any(&chosen, way, is_active_directory)
    };
    let mut parts = Vec::new();
    if !roots.syncing.is_empty() {
        parts.push(part(true));
    }
    if !roots.except.is_empty() {
        parts.push(filter::not(&part(false)));
    }
    parts.concat()
}

fn in_any(groups: &[&Group], way: Way, is_active_directory: bool) -> String {
    let in_chain = way == Way::InChain || (is_active_directory && groups.len() > NESTED);
    let attribute = if in_chain {
        format!("memberOf{IN_CHAIN}")
    } else {
        "memberOf".to_owned()
    };
    let tokens = groups.iter().filter_map(|group| group.token.as_deref());
    let by_token = tokens.map(|token| filter::equals("primaryGroupID", token));
    let named = groups.iter().filter(|group| group.is_root || !in_chain);
    let by_name = named.map(|group| filter::equals(&attribute, group.dn.as_bytes()));
    let parts: Vec<String> = by_name.chain(by_token).collect();
    filter::any(&parts)
}
