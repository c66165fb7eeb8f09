//! Whose accounts there are, and of whose the table has more than usernames.

use muster_model::Owner;
use muster_policy::{Policy, Standing};

/// Of whose accounts the table has more than the username.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Keeps {
    /// The directory's own.
    Own,
    /// Also local ones, and those of directories that are ranked with it.
    Ranked,
    /// Everybody's.
    All,
}

/// All owners that were met, each once.
#[derive(Debug)]
pub(super) struct Owners {
    /// The first is the directory itself.
    met: Vec<(String, Standing)>,
    /// Directories that the policy ranks.
    ranks: Vec<(String, Standing)>,
    keeps: Keeps,
}

impl Owners {
    pub(super) fn new(policy: &Policy) -> Self {
        let own = policy.directory.as_str().to_owned();
        let ranks = policy.precedence.iter().map(|name| name.as_str());
        Self {
            met: vec![(own, Standing::Own)],
            ranks: ranks
                .map(|name| (name.to_owned(), policy.standing(name)))
                .collect(),
            keeps: match policy.has_decisions() {
                true => Keeps::All,
                false if policy.looks_beyond() => Keeps::Ranked,
                false => Keeps::Own,
            },
        }
    }

    /// The owner's place; 0 is the directory itself.
    pub(super) fn place(&mut self, owner: &str) -> u32 {
        let found = self.met.iter().position(|(known, _)| known == owner);
        found.unwrap_or_else(|| {
            let ranked = self.ranks.iter().find(|(name, _)| name == owner);
            let standing = match (owner, ranked) {
                (Owner::LOCAL, _) => Standing::Local,
                (_, Some((_, standing))) => *standing,
                (_, None) => Standing::Unranked,
            };
            self.met.push((owner.to_owned(), standing));
            self.met.len() - 1
        }) as u32
    }

    pub(super) fn name(&self, place: u32) -> &str {
        self.met
            .get(place as usize)
            .map_or(Owner::LOCAL, |(name, _)| name)
    }

    pub(super) fn standing(&self, place: u32) -> Standing {
        self.met
            .get(place as usize)
            .map_or(Standing::Unranked, |(_, standing)| *standing)
    }

    /// True if the table has all of this owner's accounts.
    pub(super) fn keeps(&self, place: u32) -> bool {
        match self.keeps {
            _ if place == 0 => true,
            Keeps::Own => false,
            Keeps::Ranked => self.standing(place) != Standing::Unranked,
            Keeps::All => true,
        }
    }
}
