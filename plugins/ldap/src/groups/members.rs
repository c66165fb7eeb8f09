//! Members as digests: 20 bytes each while they are gathered, 20 after.

use super::{Filtered, Roots};
use crate::dn::{Digest, Names};
use crate::mapping::Mapping;
use crate::record::Record;
use std::collections::{HashMap, HashSet};

/// Members of the groups that were reached, in no order.
#[derive(Debug, Default)]
pub struct MemberList {
    all: Vec<(Digest, u32)>,
    /// Values that are no DN.
    pub odd: u64,
    /// True if some values are logins, not names.
    pub logins: bool,
    /// True if some of those decide who is in scope.
    pub decisive_logins: bool,
}

impl MemberList {
    /// Adds a member of a group.
    pub fn add(&mut self, member: Digest, node: u32) {
        if self.all.len() == self.all.capacity() {
            // Doubling would need three times the memory of a large group.
            self.all.reserve_exact(self.all.len() / 4 + 1024);
        }
        self.all.push((member, node));
    }

    /// Number of entries in all lists.
    pub fn len(&self) -> usize {
        self.all.len()
    }

    /// Sorts the list, and writes to each member which roots they are below.
    pub fn seal(
        mut self,
        roots_of_nodes: &[Vec<u16>],
        roots: &Roots,
        tokens: Vec<(Vec<u8>, u32)>,
        groups: HashSet<Digest>,
    ) -> Compared {
        self.all.sort_unstable();
        let mut sets = Sets::new(roots);
        let roots_of = |node: u32| {
            roots_of_nodes
                .get(node as usize)
                .map_or(&[][..], Vec::as_slice)
        };
        let (mut kept, mut from) = (0, 0);
        while let Some(&(member, _)) = self.all.get(from) {
            let run = self.all.get(from..).unwrap_or_default();
            let length = run.iter().take_while(|(other, _)| *other == member).count();
            let nodes = run.iter().take(length).map(|(_, node)| roots_of(*node));
            let set = sets.number(nodes);
            if let Some(slot) = self.all.get_mut(kept) {
                *slot = (member, set);
            }
            kept += 1;
            from += length;
        }
        self.all.truncate(kept);
        self.all.shrink_to_fit();
        let tokens = tokens
            .into_iter()
            .map(|(token, node)| (token, sets.number([roots_of(node)].into_iter())));
        let tokens = tokens.collect();
        Compared {
            seen: vec![0; kept.div_ceil(64)],
            index: Index::of(&self.all),
            members: self.all,
            tokens,
            sets,
            groups,
            odd: self.odd,
            everybody: roots.syncing.is_empty(),
            logins: self.logins,
            decisive_logins: self.decisive_logins,
        }
    }
}

/// Sets of roots, each once.
#[derive(Debug)]
struct Sets {
    all: Vec<Set>,
    numbers: HashMap<Vec<u16>, u32>,
    syncing: usize,
    /// Roots below this number decide who is in scope, the others are reported.
    decisive: usize,
}

/// What a set of roots means.
#[derive(Debug, Default)]
struct Set {
    /// Syncing and reported groups.
    told: Vec<u16>,
    /// There is a syncing group among them.
    is_synced: bool,
    /// There is an exclusion among them.
    is_excluded: bool,
}

impl Sets {
    /// Set 0 is the empty one.
    fn new(roots: &Roots) -> Self {
        let numbers = HashMap::from([(Vec::new(), 0)]);
        Self {
            all: vec![Set::default()],
            numbers,
            syncing: roots.syncing.len(),
            decisive: roots.decisive(),
        }
    }

    fn number<'a>(&mut self, sets: impl Iterator<Item = &'a [u16]> + Clone) -> u32 {
        let mut others = sets.clone();
        if let (Some(only), None) = (others.next(), others.next())
            && let Some(&known) = self.numbers.get(only)
        {
            return known;
        }
        let mut union: Vec<u16> = sets.flatten().copied().collect();
        union.sort_unstable();
        union.dedup();
        if let Some(&known) = self.numbers.get(&union) {
            return known;
        }
        let number = u32::try_from(self.all.len()).unwrap_or(u32::MAX);
        let excluded = self.syncing..self.decisive;
        let is_exclusion = |root: &u16| excluded.contains(&usize::from(*root));
        let is_syncing = |root: &u16| usize::from(*root) < self.syncing;
        let set = Set {
            is_synced: union.iter().any(is_syncing),
            is_excluded: union.iter().any(is_exclusion),
            told: union
                .iter()
                .copied()
                .filter(|root| !is_exclusion(root))
                .collect(),
        };
        self.all.push(set);
        self.numbers.insert(union, number);
        number
    }

    fn get(&self, set: u32) -> &Set {
        const NONE: &Set = &Set {
            told: Vec::new(),
            is_synced: false,
            is_excluded: false,
        };
        self.all.get(set as usize).unwrap_or(NONE)
    }
}

/// Where digests with the same first bits begin in a sorted list: with a few
/// in each place, a look into one place finds a member.
#[derive(Debug)]
struct Index {
    starts: Vec<u32>,
    shift: u32,
}

impl Index {
    fn of(sorted: &[(Digest, u32)]) -> Self {
        let bits = (sorted.len() / 2).max(1).ilog2();
        let mut index = Self {
            starts: vec![0; (1 << bits) + 1],
            shift: 128 - bits,
        };
        for (member, _) in sorted {
            let place = index.place(member) + 1;
            index
                .starts
                .iter_mut()
                .skip(place)
                .take(1)
                .for_each(|count| *count += 1);
        }
        let mut before = 0;
        for start in &mut index.starts {
            before += *start;
            *start = before;
        }
        index
    }

    fn place(&self, member: &Digest) -> usize {
        // With no bits at all, everything is in one place.
        member.number().checked_shr(self.shift).unwrap_or(0) as usize
    }

    fn near(&self, member: &Digest) -> std::ops::Range<usize> {
        let place = self.place(member);
        let start = |place: usize| self.starts.get(place).map_or(0, |&start| start as usize);
        start(place)..start(place + 1)
    }
}

/// Everybody is compared with the members.
#[derive(Debug)]
pub struct Compared {
    members: Vec<(Digest, u32)>,
    index: Index,
    seen: Vec<u64>,
    /// Primary groups, by the text of their token.
    tokens: HashMap<Vec<u8>, u32>,
    sets: Sets,
    groups: HashSet<Digest>,
    /// Members that are no DN.
    pub odd: u64,
    everybody: bool,
    logins: bool,
    decisive_logins: bool,
}

impl Compared {
    /// True if some members are logins, which have no DN.
    pub fn has_logins(&self) -> bool {
        self.logins
    }

    /// True if some of those who should be met are logins.
    pub fn expects_logins(&self) -> bool {
        self.decisive_logins
    }

    /// True if the policy wants this member.
    fn wanted(&self, set: u32) -> bool {
        let set = self.sets.get(set);
        !set.is_excluded && (self.everybody || set.is_synced)
    }

    /// True if an entry should be found for this member: they are in scope, and a
    /// group says so.
    fn expected(&self, set: u32) -> bool {
        let set = self.sets.get(set);
        !set.is_excluded && set.is_synced
    }

    fn find(&self, member: &Digest) -> Option<usize> {
        let near = self.index.near(member);
        let place = self
            .members
            .get(near.clone())?
            .iter()
            .position(|(digest, _)| digest == member)?;
        Some(near.start + place)
    }

    fn mark(&mut self, at: usize) {
        if let Some(word) = self.seen.get_mut(at / 64) {
            *word |= 1 << (at % 64);
        }
    }

    fn is_seen(&self, at: usize) -> bool {
        self.seen
            .get(at / 64)
            .is_some_and(|word| word >> (at % 64) & 1 == 1)
    }

    /// Says which groups an entry is in; nothing if it is not wanted.
    fn judge(&mut self, digest: Digest, record: Record<'_>, mapping: &Mapping) -> Option<&[u16]> {
        let mut found = Vec::new();
        if let Some(at) = self.find(&digest) {
            self.mark(at);
            found.extend(self.members.get(at).map(|(_, set)| *set));
        }
        if let Some(column) = mapping.login {
            let mut logins = Vec::new();
            record.each(column, |login| logins.push(Digest::of_exact(login)));
            for at in logins
                .iter()
                .filter_map(|login| self.find(login))
                .collect::<Vec<_>>()
            {
                self.mark(at);
                found.extend(self.members.get(at).map(|(_, set)| *set));
            }
        }
        if let Some(token) = mapping.primary.and_then(|column| record.first(column)) {
            found.extend(self.tokens.get(token).copied());
        }
        let set = match found.as_slice() {
            [] => 0,
            [one] => *one,
            several => self.union(several),
        };
        self.wanted(set).then(|| self.sets.get(set).told.as_slice())
    }

    fn union(&mut self, sets: &[u32]) -> u32 {
        let is_excluded = sets.iter().any(|set| self.sets.get(*set).is_excluded);
        // Any exclusion stands for all of them; the first follows the syncing groups.
        let first = u16::try_from(self.sets.syncing).unwrap_or(u16::MAX);
        let mark = is_excluded.then_some(first);
        let all = sets
            .iter()
            .flat_map(|set| self.sets.get(*set).told.iter().copied());
        let union: Vec<u16> = all.chain(mark).collect();
        self.sets.number(std::iter::once(union.as_slice()))
    }

    /// Number of expected members that no entry was found for.
    pub fn unseen(&self) -> usize {
        let members = self.members.iter().enumerate();
        members
            .filter(|(at, (_, set))| !self.is_seen(*at) && self.expected(*set))
            .count()
    }

    /// What is known of a member in a list that is read again.
    pub fn recall(&mut self, digest: &Digest) -> Recalled {
        match self.find(digest) {
            None if self.groups.contains(digest) => Recalled::Group,
            None => Recalled::New,
            Some(at) if self.is_seen(at) => Recalled::Seen,
            Some(at) => {
                self.mark(at);
                let set = self.members.get(at).map_or(0, |(_, set)| *set);
                if self.expected(set) {
                    Recalled::Unseen
                } else {
                    Recalled::Seen
                }
            }
        }
    }
}

/// What is known of a member in a list that is read again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recalled {
    /// An entry was found for them, or they are not expected.
    Seen,
    /// No entry was found for them. Said once.
    Unseen,
    /// A group.
    Group,
    /// They were not in the list before.
    New,
}

/// How the read knows who is in scope.
#[derive(Debug)]
pub enum Membership {
    /// Everybody is.
    Everybody,
    /// Everybody is read, and compared with the members.
    Compared(Compared),
    /// The server delivers members only.
    Filtered(Filtered),
}

impl Membership {
    /// Says which syncing and reported groups an entry is in, by number; nothing
    /// if it is not in scope. A name that cannot be read is in no group.
    pub fn judge(
        &mut self,
        record: Record<'_>,
        names: &mut Names,
        mapping: &Mapping,
    ) -> Option<&[u16]> {
        match self {
            Self::Everybody => Some(&[]),
            Self::Filtered(filtered) => Some(filtered.judge(record, names, mapping)),
            Self::Compared(compared) => {
                let digest = names.digest(record.dn()).unwrap_or(Digest::ROOT);
                compared.judge(digest, record, mapping)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::indexing_slicing)]
    use super::*;

    #[test]
    fn members_are_found_and_others_are_not() {
        for count in [0, 1, 2, 3, 7, 64, 1000, 5000] {
            let mut list = MemberList::default();
            let digest = |number: usize| Digest::of_exact(number.to_string().as_bytes());
            for number in (0..count).chain(0..count / 3) {
                list.add(digest(number), (number % 2) as u32);
            }
            let mut roots = Roots::only("a");
            roots.syncing.push("b".to_owned());
            let compared = list.seal(&[vec![0], vec![1]], &roots, vec![], HashSet::new());
            assert_eq!(compared.unseen(), count);
            for number in 0..count {
                let at = compared.find(&digest(number));
                let set = compared
                    .sets
                    .get(compared.members[at.unwrap_or(usize::MAX)].1);
                assert_eq!(
                    (&set.told[..], set.is_excluded),
                    (&[(number % 2) as u16][..], false)
                );
            }
            assert!((count..count + 500).all(|number| compared.find(&digest(number)).is_none()));
        }
    }
}
