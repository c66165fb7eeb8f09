//! Walks the groups' own lists, from the policy's groups down.
//!
//! Only groups are walked: which members are groups is known beforehand from
//! one search for the names of all groups. A group is read once, however it is
//! reached, so circles end. Groups that decide who is in scope are walked first,
//! and reported ones after them: their members need not be found.

use super::members::{Compared, MemberList};
use super::reported::{Reported, holders, unlisted};
use super::{Place, Roots, look_up};
use crate::context::Context;
use crate::directory::{ANYTHING, below, one, open, walk};
use crate::dn::Digest;
use crate::outcome;
use muster_sdk::{Failure, PartialReason, host};
use std::collections::{HashMap, HashSet};

/// Attributes with members, by the kind of their values.
const BY_NAME: [&str; 2] = ["member", "uniqueMember"];
const BY_LOGIN: &str = "memberUid";
const TOKEN: &str = "primaryGroupToken";

/// Members up to which each is read by name, instead of everybody.
pub const FEW: usize = 500;

/// A group that was reached.
#[derive(Clone, Debug)]
struct Node {
    dn: String,
    /// Groups that it has as members.
    nested: Vec<u32>,
}

/// What the walk found.
#[derive(Debug, Default)]
pub struct Walk {
    groups: HashSet<Digest>,
    nodes: Vec<Node>,
    by_digest: HashMap<Digest, u32>,
    /// Node of each root; none if it was not found.
    roots: Vec<Option<u32>>,
    list: MemberList,
    few: Option<Vec<String>>,
    tokens: HashMap<Vec<u8>, u32>,
    /// How many of the nodes are below groups that decide who is in scope, once
    /// those are walked.
    decisive: Option<usize>,
    /// Groups that patterns stand for.
    fitting: Vec<(String, Digest)>,
    /// Why the walk is not whole.
    pub weak: Vec<(PartialReason, String)>,
    /// Why it is not, below reported groups.
    pub weak_reports: Vec<(PartialReason, String)>,
}

impl Walk {
    /// Walks down from the roots. `on_many` is called once, as soon as there
    /// are more than [`FEW`] members: from then on everybody has to be read.
    pub fn down(
        roots: &mut Roots,
        context: &mut Context,
        on_many: &mut dyn FnMut() -> Result<(), Failure>,
    ) -> Result<Self, Failure> {
        let mut walk = Self {
            few: Some(Vec::new()),
            ..Self::default()
        };
        walk.list_groups(roots, context)?;
        let mut missing = Vec::new();
        for (number, root) in roots.deciding().enumerate() {
            let node = walk.reach_root(root, context)?;
            if node.is_none() {
                missing.push(number);
            }
            walk.roots.push(node);
        }
        for name in roots.judge_missing(&missing)? {
            walk.weak.push((
                PartialReason::GroupMissing,
                format!("the group `{name}` was not found"),
            ));
        }
        walk.read_from(0, context, on_many)?;
        walk.decisive = Some(walk.nodes.len());
        walk.list.decisive_logins = walk.list.logins;
        let few = walk.few.take();
        if few.is_some() && roots.is_reporting() && roots.syncing.is_empty() {
            // Everybody is read in any case.
            on_many()?;
        }
        // Logins and tokens have no name to be read by.
        let have_names = !walk.list.logins && walk.tokens.is_empty();
        walk.report(roots, context)?;
        walk.few = few.filter(|_| have_names);
        Ok(walk)
    }

    /// Walks the reported groups.
    fn report(&mut self, roots: &mut Roots, context: &mut Context) -> Result<(), Failure> {
        for name in roots.report.names().to_vec() {
            let digest = digest(&name, context)?;
            let is_known = self.by_digest.contains_key(&digest) || self.groups.contains(&digest);
            match is_known {
                true => self.found(name.clone(), name, digest, roots),
                false => match look_up(&name, &["1.1"])? {
                    Place::There(_) => self.found(name.clone(), name, digest, roots),
                    Place::Missing => roots.not_found(&name),
                    Place::Hidden => self.weak_reports.push(unread(&name)),
                },
            }
        }
        for (dn, digest) in std::mem::take(&mut self.fitting) {
            self.found(dn.clone(), dn, digest, roots);
        }
        roots.all_found()?;
        self.read_from(self.decisive.unwrap_or(0), context, &mut || Ok(()))
    }

    fn found(&mut self, dn: String, told: String, digest: Digest, roots: &mut Roots) {
        let node = self.reach(dn.clone(), digest);
        self.roots.push(Some(node));
        roots.found(Reported { dn, told });
    }

    /// Reads all nodes from one on, and those that are reached from there.
    fn read_from(
        &mut self,
        first: usize,
        context: &mut Context,
        on_many: &mut dyn FnMut() -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let mut next = first;
        while next < self.nodes.len() {
            self.read(next, context, on_many)?;
            next += 1;
            if host::cancelled() {
                return Err(Failure::cancelled());
            }
        }
        Ok(())
    }

    fn list_groups(&mut self, roots: &mut Roots, context: &mut Context) -> Result<(), Failure> {
        let (needed, others) = holders(roots, context);
        for (place, holder) in needed.iter().chain(&others).enumerate() {
            let filter = context.root.dialect.group_filter().to_owned();
            let query = below(
                holder,
                filter,
                vec!["1.1".to_owned()],
                context.settings.page_size,
            );
            let said = walk(&open(&query)?, |entry| {
                let Ok(digest) = context.names.digest(entry.dn()) else {
                    return Ok(());
                };
                let is_new = self.groups.insert(digest);
                let dn = String::from_utf8_lossy(entry.dn());
                if is_new && roots.report.fits(&dn) {
                    self.fitting.push((dn.into_owned(), digest));
                }
                Ok(())
            })?;
            match place < needed.len() {
                true => self.weak.extend(unlisted(&said, holder)),
                false => self.weak_reports.extend(unlisted(&said, holder)),
            }
        }
        Ok(())
    }

    fn reach_root(&mut self, dn: &str, context: &mut Context) -> Result<Option<u32>, Failure> {
        let digest = digest(dn, context)?;
        if let Some(&known) = self.by_digest.get(&digest) {
            return Ok(Some(known));
        }
        let is_there = self.groups.contains(&digest) || super::read_group(dn, &["1.1"])?.is_some();
        Ok(is_there.then(|| self.reach(dn.to_owned(), digest)))
    }

    fn reach(&mut self, dn: String, digest: Digest) -> u32 {
        if let Some(&known) = self.by_digest.get(&digest) {
            return known;
        }
        let node = u32::try_from(self.nodes.len()).unwrap_or(u32::MAX);
        self.nodes.push(Node {
            dn,
            nested: Vec::new(),
        });
        self.by_digest.insert(digest, node);
        node
    }

    /// Reads the members of a group that was reached.
    fn read(
        &mut self,
        node: usize,
        context: &mut Context,
        on_many: &mut dyn FnMut() -> Result<(), Failure>,
    ) -> Result<(), Failure> {
        let Some(dn) = self.nodes.get(node).map(|node| node.dn.clone()) else {
            return Ok(());
        };
        let number = u32::try_from(node).unwrap_or(u32::MAX);
        let mut columns = vec![BY_NAME[0], BY_NAME[1], BY_LOGIN, "objectClass"];
        if context.is_active_directory() {
            columns.push(TOKEN);
        }
        let (mut members, mut seen, mut must_have) = (0_u64, false, false);
        let outcome = walk(&open(&one(&dn, ANYTHING, &columns))?, |entry| {
            seen = true;
            for column in 0..BY_NAME.len() {
                for value in entry.values(column) {
                    members += 1;
                    self.member(value, number, context);
                }
            }
            for login in entry.values(2) {
                members += 1;
                self.list.logins = true;
                self.list.add(Digest::of_exact(login), number);
            }
            must_have |= entry.values(3).any(needs_members);
            if let Some(token) = entry.first(4) {
                self.tokens.insert(token.to_vec(), number);
            }
            if self.few.as_ref().is_some_and(|few| few.len() > FEW) {
                self.few = None;
                on_many()?;
            }
            Ok(())
        })?;
        let weak = if !seen {
            let text = format!(
                "the members of the group `{dn}` cannot be read: {}",
                outcome::said(&outcome)
            );
            Some((PartialReason::Unreadable, text))
        } else if members == 0 && must_have {
            let text = format!(
                "the group `{dn}` shows no members, and must have one: the login may not read them"
            );
            Some((PartialReason::Unreadable, text))
        } else {
            outcome::shortfall(&outcome, &dn)
        };
        match self.decisive {
            None => self.weak.extend(weak),
            Some(_) => self.weak_reports.extend(weak),
        }
        Ok(())
    }

    fn member(&mut self, value: &[u8], node: u32, context: &mut Context) {
        let value = plain(value);
        let Ok(digest) = context.names.digest(value) else {
            self.list.odd += 1;
            return;
        };
        if self.groups.contains(&digest) || self.by_digest.contains_key(&digest) {
            let nested = self.reach(String::from_utf8_lossy(value).into_owned(), digest);
            if let Some(node) = self.nodes.get_mut(node as usize) {
                node.nested.push(nested);
            }
            return;
        }
        self.list.add(digest, node);
        if let Some(few) = &mut self.few {
            few.push(String::from_utf8_lossy(value).into_owned());
        }
    }

    /// Number of members so far, each list counted.
    pub fn count(&self) -> usize {
        self.list.len()
    }

    /// True if a group lists logins instead of names.
    pub fn has_logins(&self) -> bool {
        self.list.logins
    }

    /// Number of groups that were reached.
    pub fn reached(&self) -> usize {
        self.nodes.len()
    }

    /// The groups that were reached.
    pub fn reached_names(&self) -> HashSet<Digest> {
        self.by_digest.keys().copied().collect()
    }

    /// DNs of all members of groups that decide who is in scope, if they are few
    /// and all have one.
    pub fn few(&mut self) -> Option<Vec<String>> {
        self.few.take()
    }

    /// Groups that decide who is in scope, from which members can be read again.
    pub fn lists(&self) -> Vec<String> {
        let decisive = self.decisive.unwrap_or(self.nodes.len());
        let nodes = self.nodes.iter().take(decisive);
        nodes.map(|node| node.dn.clone()).collect()
    }

    /// Sorts out who is in which of the policy's groups.
    pub fn seal(self, roots: &Roots) -> Compared {
        let sets = self.roots_of_nodes();
        let tokens = self
            .tokens
            .iter()
            .map(|(token, node)| (token.clone(), *node))
            .collect();
        let groups = self
            .groups
            .iter()
            .chain(self.by_digest.keys())
            .copied()
            .collect();
        self.list.seal(&sets, roots, tokens, groups)
    }

    /// For each node, the roots from which it is reached.
    fn roots_of_nodes(&self) -> Vec<Vec<u16>> {
        let mut sets = vec![Vec::new(); self.nodes.len()];
        for (number, root) in self.roots.iter().enumerate() {
            let number = u16::try_from(number).unwrap_or(u16::MAX);
            let mut todo: Vec<u32> = root.iter().copied().collect();
            while let Some(node) = todo.pop() {
                let Some(set) = sets
                    .get_mut(node as usize)
                    .filter(|set| set.last() != Some(&number))
                else {
                    continue;
                };
                set.push(number);
                todo.extend(
                    self.nodes
                        .get(node as usize)
                        .into_iter()
                        .flat_map(|node| &node.nested),
                );
            }
        }
        sets
    }
}

/// Reads the lists again and calls `each` with every member's DN.
pub fn read_again(lists: &[String], mut each: impl FnMut(&[u8])) -> Result<(), Failure> {
    for dn in lists {
        walk(&open(&one(dn, ANYTHING, &BY_NAME))?, |entry| {
            (0..BY_NAME.len())
                .flat_map(|column| entry.values(column))
                .for_each(|value| each(plain(value)));
            Ok(())
        })?;
    }
    Ok(())
}

fn digest(dn: &str, context: &mut Context) -> Result<Digest, Failure> {
    let digest = context.names.digest(dn.as_bytes());
    digest.map_err(|_| Failure::config(format!("the group `{dn}` is not a DN")))
}

fn unread(dn: &str) -> (PartialReason, String) {
    let text = format!("the login may not read the group `{dn}`");
    (PartialReason::Unreadable, text)
}

/// These classes must have a member, so none means that it is hidden.
fn needs_members(class: &[u8]) -> bool {
    [&b"groupOfNames"[..], b"groupOfUniqueNames"]
        .iter()
        .any(|needs| class.eq_ignore_ascii_case(needs))
}

/// `uniqueMember` may carry a bit string after the name: `cn=a#'01'B`.
fn plain(member: &[u8]) -> &[u8] {
    let cut = member.strip_suffix(b"'B").and_then(|rest| {
        let at = rest.windows(2).rposition(|pair| pair == b"#'")?;
        rest.get(at + 2..)?
            .iter()
            .all(|bit| b"01".contains(bit))
            .then_some(at)
    });
    cut.and_then(|at| member.get(..at)).unwrap_or(member)
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn a_bit_string_is_cut_off() {
        assert_eq!(plain(b"cn=a,dc=x#'0101'B"), b"cn=a,dc=x");
        assert_eq!(plain(b"cn=a#'B,dc=x"), b"cn=a#'B,dc=x");
        assert_eq!(plain(b"cn=a"), b"cn=a");
    }
}
