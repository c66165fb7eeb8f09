//! Lets the server filter people by group: `memberOf`, or Active Directory's
//! rule that follows nested groups.

use super::reported::{Reported, fitting};
use super::{Place, Roots, look_up, read_group};
use crate::context::Context;
use crate::directory::{Lookup, below, lookup, open, walk};
use crate::dn::{Digest, Names};
use crate::filter::{self, IN_CHAIN};
use crate::mapping::Mapping;
use crate::outcome;
use crate::record::Record;
use muster_sdk::{Failure, PartialReason, host};
use std::collections::{BTreeMap, HashMap, HashSet};

/// Nested groups up to which each is named in the filter.
const NESTED: usize = 500;

/// Groups that one question for nested groups names.
const AT_ONCE: usize = 50;

/// Reported groups that are looked at for members, if nobody shows a group.
const LOOKED_AT: usize = 1000;

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
    /// Why not all is known of reported groups.
    pub weak_reports: Vec<(PartialReason, String)>,
    /// Number of groups that count.
    pub groups: usize,
    dns: Vec<String>,
    /// Where the reported groups are.
    reported: Vec<String>,
    cell: Cell,
}

/// How the groups of a person are told.
#[derive(Debug)]
enum Cell {
    /// Whoever is delivered is in the one there is, or in none.
    Always(Vec<u16>),
    /// By what `memberOf` and `primaryGroupID` say.
    Of {
        /// The one syncing group there is: whoever is delivered is in it.
        always: Option<u16>,
        groups: HashMap<Digest, Vec<u16>>,
        tokens: HashMap<Vec<u8>, Vec<u16>>,
        found: Vec<u16>,
        /// Somebody's `memberOf` was seen.
        is_shown: bool,
    },
}

impl Filtered {
    /// Finds the groups, those nested in them, and makes the filter.
    pub fn read(roots: &mut Roots, way: Way, context: &mut Context) -> Result<Self, Failure> {
        let (mut weak, mut weak_reports) = (Vec::new(), Vec::new());
        let deciding = find(roots, context, &mut weak)?;
        let reported = report(roots, context, &mut weak_reports)?;
        let places = reported.iter().map(|group| group.dn.clone()).collect();
        let groups = if way == Way::MemberOf || context.is_active_directory() {
            let mut nest = Nest::default();
            nest.each(deciding, context, &mut weak)?;
            nest.together(reported, context, &mut weak_reports)?;
            nest.groups
        } else {
            [deciding, reported].concat()
        };
        let filter = people(&groups, roots, way, context.is_active_directory());
        let cell = match (roots.syncing.len(), roots.is_reporting(), way) {
            (0, false, _) => Cell::Always(Vec::new()),
            (1, false, _) => Cell::Always(vec![0]),
            _ => Cell::told(&groups, roots, &mut context.names),
        };
        Ok(Self {
            filter,
            weak,
            weak_reports,
            groups: groups.len(),
            dns: groups.into_iter().map(|group| group.dn).collect(),
            reported: places,
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

    /// Why the reported groups of people may be unknown, once everybody was
    /// judged: nobody shows `memberOf`, and yet a group shows a member.
    pub fn unshown(&self) -> Result<Option<(PartialReason, String)>, Failure> {
        if !matches!(
            self.cell,
            Cell::Of {
                is_shown: false,
                ..
            }
        ) {
            return Ok(None);
        }
        for dn in self.reported.iter().take(LOOKED_AT) {
            if let Lookup::Found(_) = lookup(dn, "(member=*)", &["1.1"])? {
                let text = format!(
                    "nobody shows `memberOf`, and the group `{dn}` has members: the login may not read it"
                );
                return Ok(Some((PartialReason::Unreadable, text)));
            }
        }
        Ok(None)
    }

    /// Groups of a person whom the server delivered, by number.
    pub fn judge(&mut self, record: Record<'_>, names: &mut Names, mapping: &Mapping) -> &[u16] {
        match &mut self.cell {
            Cell::Always(groups) => groups,
            Cell::Of {
                always,
                groups,
                tokens,
                found,
                is_shown,
            } => {
                found.clear();
                found.extend(*always);
                if let Some(column) = mapping.member_of {
                    record.each(column, |group| {
                        *is_shown = true;
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
        let told = |group: &Group| -> Vec<u16> {
            let all = group.roots.iter().copied();
            all.filter(|root| !roots.is_exclusion(usize::from(*root)))
                .collect()
        };
        let by_name = |group: &Group| Some((names.digest(group.dn.as_bytes()).ok()?, told(group)));
        let by_token = |group: &Group| Some((group.token.clone()?, told(group)));
        Self::Of {
            always: (roots.syncing.len() == 1).then_some(0),
            is_shown: false,
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

/// Finds the groups that decide who is in scope.
fn find(
    roots: &Roots,
    context: &Context,
    weak: &mut Vec<(PartialReason, String)>,
) -> Result<Vec<Group>, Failure> {
    let (mut groups, mut missing) = (Vec::new(), Vec::new());
    for (number, dn) in roots.deciding().enumerate() {
        match read_group(dn, attributes(context))? {
            None => missing.push(number),
            Some(found) => groups.push(Group {
                dn: found.name(),
                token: found.column(0).first().cloned(),
                is_root: true,
                roots: vec![counted(number)],
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

fn counted(number: usize) -> u16 {
    u16::try_from(number).unwrap_or(u16::MAX)
}

/// Finds the reported groups.
fn report(
    roots: &mut Roots,
    context: &mut Context,
    weak: &mut Vec<(PartialReason, String)>,
) -> Result<Vec<Group>, Failure> {
    let attribute = attributes(context);
    let mut groups = Vec::new();
    let mut add = |dn: String, told: String, token: Option<Vec<u8>>, roots: &mut Roots| {
        let root = counted(roots.len());
        groups.push(Group {
            dn: dn.clone(),
            token,
            is_root: true,
            roots: vec![root],
        });
        roots.found(Reported { dn, told });
    };
    for name in roots.report.names().to_vec() {
        match look_up(&name, attribute)? {
            Place::There(found) => {
                let token = found.column(0).first().cloned();
                add(found.name(), name, token, roots);
            }
            Place::Missing => roots.not_found(&name),
            Place::Hidden => {
                let text = format!("the login may not read the group `{name}`");
                weak.push((PartialReason::Unreadable, text));
            }
        }
    }
    let asked = attribute.first().copied().unwrap_or("1.1");
    for group in fitting(roots, asked, context, weak)? {
        add(group.dn.clone(), group.dn, group.value, roots);
    }
    roots.all_found()?;
    Ok(groups)
}

/// Groups, and those that are members of them.
#[derive(Debug, Default)]
struct Nest {
    groups: Vec<Group>,
    known: HashMap<Digest, usize>,
}

impl Nest {
    /// Adds groups and what is nested in each, step by step down.
    fn each(
        &mut self,
        roots: Vec<Group>,
        context: &mut Context,
        weak: &mut Vec<(PartialReason, String)>,
    ) -> Result<(), Failure> {
        for root in roots {
            let mut level = vec![root];
            while !level.is_empty() {
                let fresh: Vec<Group> = level
                    .into_iter()
                    .filter(|group| self.note(group, &mut context.names))
                    .collect();
                level = Vec::new();
                for some in fresh.chunks(AT_ONCE) {
                    level.extend(members_of(some, context, weak)?);
                }
            }
        }
        Ok(())
    }

    /// As [`Nest::each`], for many groups of which few hold others: several are
    /// asked about at once, and one by one only where something is nested.
    fn together(
        &mut self,
        roots: Vec<Group>,
        context: &mut Context,
        weak: &mut Vec<(PartialReason, String)>,
    ) -> Result<(), Failure> {
        let mut by_holder: BTreeMap<Option<String>, Vec<Group>> = BTreeMap::new();
        for root in roots {
            let holder = context.naming_context(&root.dn);
            by_holder.entry(holder).or_default().push(root);
        }
        let several = by_holder.values().flat_map(|groups| groups.chunks(AT_ONCE));
        for some in several {
            if host::cancelled() {
                return Err(Failure::cancelled());
            }
            let mut doubts = Vec::new();
            if some.len() > 1 && members_of(some, context, &mut doubts)?.is_empty() {
                weak.append(&mut doubts);
                some.iter().for_each(|group| {
                    self.note(group, &mut context.names);
                });
            } else {
                self.each(some.to_vec(), context, weak)?;
            }
        }
        Ok(())
    }

    /// Notes a group; false if nothing about it is new.
    fn note(&mut self, group: &Group, names: &mut Names) -> bool {
        let Ok(digest) = names.digest(group.dn.as_bytes()) else {
            return false;
        };
        let Some(at) = self.known.get(&digest) else {
            self.known.insert(digest, self.groups.len());
            self.groups.push(group.clone());
            return true;
        };
        let Some(known) = self.groups.get_mut(*at) else {
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
        known.is_root |= group.is_root;
        known.roots.len() > before
    }
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
    let part = |counts: &dyn Fn(usize) -> bool| {
        let counts = |group: &&Group| group.roots.iter().any(|root| counts(usize::from(*root)));
        let chosen: Vec<&Group> = groups.iter().filter(counts).collect();
        in_any(&chosen, way, is_active_directory)
    };
    let mut parts = Vec::new();
    if !roots.syncing.is_empty() {
        parts.push(part(&|root| roots.is_syncing(root)));
    }
    if !roots.except.is_empty() {
        parts.push(filter::not(&part(&|root| roots.is_exclusion(root))));
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
