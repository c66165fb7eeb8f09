//! Identifiers and usernames: what only one may have, as a set.

use super::*;

impl<'w> Oracle<'w> {
    /// Within the directory an identifier is one account's. Of several who want
    /// one nobody gets it, and who has it keeps it unless they get another.
    pub(super) fn identifiers(&mut self, candidates: &mut Vec<Candidate<'w>>) {
        let world = self.world;
        let held = self.held.clone();
        let mut learned: BTreeMap<AccountId, String> = self
            .out
            .accounts
            .iter()
            .filter(|(id, _)| !held.contains(id))
            .filter_map(|(id, outcome)| Some((*id, outcome.external_id.clone()?)))
            .collect();
        let mut new: BTreeSet<usize> = (0..candidates.len()).collect();
        let wants: Vec<String> = learned
            .values()
            .cloned()
            .chain(candidates.iter().filter_map(|new| new.person.id.clone()))
            .collect();
        let contested = |id: &str| wants.iter().filter(|wanted| *wanted == id).count() > 1;
        loop {
            let keeps = |id: &str, learned: &BTreeMap<AccountId, String>| {
                world.accounts.iter().any(|account| {
                    is_own(account)
                        && account
                            .external_id
                            .as_ref()
                            .is_some_and(|known| known.as_str() == id)
                        && !learned.contains_key(&account.id)
                })
            };
            let fallen = learned
                .iter()
                .find(|(_, id)| contested(id) || keeps(id, &learned));
            if let Some(fallen) = fallen.map(|(account, _)| *account) {
                learned.remove(&fallen);
                continue;
            }
            let fallen = new.iter().find(|&&place| {
                let id = candidates[place].person.id.as_deref();
                id.is_some_and(|id| contested(id) || keeps(id, &learned))
            });
            let Some(&fallen) = fallen else { break };
            new.remove(&fallen);
        }
        for account in self.out.accounts.keys().copied().collect::<Vec<_>>() {
            let Some(outcome) = self.out.accounts.get_mut(&account) else {
                continue;
            };
            if !held.contains(&account)
                && outcome.external_id.is_some()
                && !learned.contains_key(&account)
            {
                outcome.external_id = None;
                self.find(Fault::DuplicateId, None, true);
            }
        }
        for place in (0..candidates.len()).rev() {
            if !new.contains(&place) {
                candidates.remove(place);
                self.find(Fault::DuplicateId, None, true);
            }
        }
    }

    pub(super) fn usernames(&mut self, candidates: Vec<Candidate<'w>>) {
        let world = self.world;
        // Who has which name in the end, if all get what they want.
        let mut renames: BTreeMap<AccountId, String> = BTreeMap::new();
        if self.by_id() {
            for account in world.accounts.iter().filter(|account| is_own(account)) {
                let person = world
                    .people
                    .iter()
                    .find(|person| self.is_of(person, account));
                let Some(person) = person.filter(|person| self.standing(person) == Standing::In)
                else {
                    continue;
                };
                let wanted = self.username(person);
                if let Some(wanted) = wanted.filter(|wanted| wanted != account.username.as_str())
                    && !self.held.contains(&account.id)
                {
                    renames.insert(account.id, wanted);
                }
            }
        }
        let mut creates: Vec<Candidate<'_>> = candidates;
        // Take wishes back until nobody shares a name. Of those who want one
        // name, whoever has it already stays, and all others lose.
        let mut lost: Vec<(Option<AccountId>, String)> = Vec::new();
        loop {
            let now = |account: &Account, renames: &BTreeMap<AccountId, String>| {
                renames
                    .get(&account.id)
                    .map_or(account.username.key(), |wanted| UsernameKey::of(wanted))
            };
            let wishes = |key: &UsernameKey| {
                let renamed = renames
                    .values()
                    .filter(|wanted| UsernameKey::of(wanted) == *key)
                    .count();
                renamed
                    + creates
                        .iter()
                        .filter(|new| UsernameKey::of(&new.username) == *key)
                        .count()
            };
            // Wishes are counted as they were at first: a contest is a contest,
            // even if one of the two loses for another reason.
            let contested_before = |key: &UsernameKey| {
                lost.iter()
                    .any(|(_, wanted)| UsernameKey::of(wanted) == *key)
            };
            let mut losers: Vec<(Option<AccountId>, String)> = Vec::new();
            for (id, wanted) in &renames {
                let key = UsernameKey::of(wanted);
                let account = world
                    .accounts
                    .iter()
                    .find(|account| account.id == *id)
                    .unwrap();
                let own_spelling = account.username.key() == key;
                let taken = world.accounts.iter().any(|other| {
                    other.id != *id
                        && now(other, &BTreeMap::new()) == key
                        && now(other, &renames) == key
                });
                if !own_spelling && (taken || wishes(&key) > 1 || contested_before(&key)) {
                    losers.push((Some(*id), wanted.clone()));
                }
            }
            for new in &creates {
                let key = UsernameKey::of(&new.username);
                let taken = world.accounts.iter().any(|other| {
                    now(other, &BTreeMap::new()) == key && now(other, &renames) == key
                });
                if taken || wishes(&key) > 1 || contested_before(&key) {
                    losers.push((None, new.username.clone()));
                }
            }
            if losers.is_empty() {
                break;
            }
            for (id, wanted) in &losers {
                match id {
                    Some(id) => {
                        renames.remove(id);
                    }
                    None => creates.retain(|new| new.username != *wanted),
                }
            }
            lost.extend(losers);
        }
        for (id, wanted) in lost {
            let account = id.map(|id| {
                world
                    .accounts
                    .iter()
                    .find(|account| account.id == id)
                    .unwrap()
            });
            let who = account.map_or(wanted, |account| account.username.to_string());
            self.find(Fault::UsernameClash, who, true);
        }
        for (id, wanted) in renames {
            self.out.accounts.entry(id).or_default().username = Some(wanted);
        }
        for new in creates {
            for fault in &new.oddities {
                self.find(*fault, new.username.clone(), false);
            }
            let outcome = Outcome {
                username: None,
                external_id: new.person.id.clone(),
                fields: new.fields,
                reasons: None,
            };
            self.out.created.insert(new.username, outcome);
        }
    }
}
