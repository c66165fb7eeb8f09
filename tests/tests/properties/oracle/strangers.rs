//! People without an account.

use super::*;

impl<'w> Oracle<'w> {
    pub(super) fn stranger(&mut self, place: usize, person: &'w Person) -> Option<Candidate<'w>> {
        let username = self.username(person);
        let who = username.clone().or_else(|| person.id.clone());
        match self.standing(person) {
            Standing::Out => return None,
            Standing::Unclear => {
                self.find(Fault::ExpressionFailed, who, true);
                return None;
            }
            Standing::In => {}
        }
        if self.by_id() && person.id.is_none() {
            self.find(Fault::NoExternalId, who, true);
            return None;
        }
        let has_account = |person: &Person| {
            let mut own = self.world.accounts.iter().filter(|account| is_own(account));
            own.any(|account| self.is_of(person, account))
        };
        let twin = self
            .world
            .people
            .iter()
            .enumerate()
            .any(|(other_place, other)| {
                let same = if self.by_id() {
                    other.id == person.id
                } else {
                    username.is_some() && self.key(other) == self.key(person)
                };
                other_place != place
                    && same
                    && !has_account(other)
                    && self.standing(other) == Standing::In
            });
        if twin {
            let key = self.key(person).unwrap_or_else(|| UsernameKey::of(""));
            self.twins(self.by_id(), &key);
            return None;
        }
        if self.is_broken(person) {
            return None;
        }
        let Some(username) = username else {
            let world = self.world;
            let mut accounts = world.accounts.iter();
            if !accounts.any(|account| self.has_id_of(person, account)) {
                self.find(Fault::NoUsername, who, true);
            }
            return None;
        };
        match person.status {
            SourceStatus::Active => {}
            SourceStatus::Unknown => {
                self.find(Fault::StatusUnknown, who, true);
                return None;
            }
            _ => {
                self.find(Fault::Skipped, who, false);
                return None;
            }
        }
        match self.rule(person) {
            Some(false) => {}
            Some(true) => {
                self.find(Fault::Skipped, who, false);
                return None;
            }
            None => {
                self.find(Fault::ExpressionFailed, who, true);
                return None;
            }
        }
        let wanted = self.desired(person, None);
        if wanted.is_held() {
            for (fault, holds) in wanted.oddities {
                self.find(fault, who.clone(), holds);
            }
            return None;
        }
        Some(Candidate {
            person,
            username,
            fields: wanted.fields,
            oddities: wanted
                .oddities
                .into_iter()
                .map(|(fault, _)| fault)
                .collect(),
        })
    }

    /// Matched by username, how many in scope have an account's identifier and no
    /// username: they may be its person.
    pub(super) fn nameless_of(&self, account: &Account) -> usize {
        let people = self.world.people.iter();
        let nameless = people.filter(|person| {
            self.username(person).is_none() && self.standing(person) == Standing::In
        });
        nameless
            .filter(|person| self.has_id_of(person, account))
            .count()
    }

    /// True if, matched by username, somebody's identifier is the account's.
    fn has_id_of(&self, person: &Person, account: &Account) -> bool {
        let id = account.external_id.as_ref().map(|id| id.as_str());
        !self.by_id() && is_own(account) && id.is_some() && id == person.id.as_deref()
    }

    /// Matched by username, a new person and a missing account are likely one if
    /// they have one identifier, or one e-mail and name.
    pub(super) fn likely_renames(
        &mut self,
        candidates: &mut Vec<Candidate<'w>>,
        missing: Vec<&'w Account>,
    ) -> Vec<&'w Account> {
        if self.by_id() {
            return missing;
        }
        let text = |value: Option<&Value>| match value {
            Some(Value::Text(text)) if !text.is_empty() => Some(text.clone()),
            _ => None,
        };
        let mut kept = missing.clone();
        let (mut same_id, mut alike) = (missing.clone(), missing);
        if self.world.reach == Reach::Delta {
            // Who was not delivered is still there.
            let anonymous = self.anonymous_strangers();
            alike.retain(|account| {
                self.is_told_otherwise(account)
                    || account.block_reasons.contains(&BlockReason::LeftScope)
                    || (anonymous && account.external_id.is_none())
            });
            let removed = self.removed();
            same_id.extend(&removed);
            alike.extend(removed);
        }
        let mut held = BTreeSet::new();
        candidates.retain(|candidate| {
            let id = candidate.person.id.as_deref();
            let by_id: Vec<&Account> = same_id
                .iter()
                .copied()
                .filter(|account| {
                    id.is_some() && account.external_id.as_ref().map(|known| known.as_str()) == id
                })
                .collect();
            let field =
                |name: &str| text(candidate.fields.get(name).and_then(|(new, _)| new.as_ref()));
            let by_look: Vec<&Account> = alike
                .iter()
                .copied()
                .filter(|account| {
                    let same = |name: &str| {
                        let held = text(account.fields.get(name));
                        held.is_some() && held == field(name)
                    };
                    same("email") && same("name")
                })
                .collect();
            let likely = if by_id.is_empty() { by_look } else { by_id };
            if likely.is_empty() {
                return true;
            }
            held.extend(likely.iter().map(|account| account.id));
            kept.retain(|account| !likely.iter().any(|found| found.id == account.id));
            let who = Some(candidate.username.clone());
            self.out.findings.insert((Fault::LikelyRename, who, true));
            false
        });
        self.held.extend(held);
        kept
    }

    /// True if the source gives somebody in scope without an account no identifier.
    fn anonymous_strangers(&self) -> bool {
        let known = |person: &Person| {
            let mut own = self.world.accounts.iter().filter(|account| is_own(account));
            own.any(|account| self.is_of(person, account))
        };
        let mut people = self.world.people.iter();
        people.any(|person| {
            person.id.is_none() && self.standing(person) == Standing::In && !known(person)
        })
    }
}
