//! Who gets which username, and what the others are told.

use crate::accounts::Row;
use crate::changes::Decided;
use crate::claims::{self, Claimant, Refusal};
use crate::mapper::Oddity;
use crate::planner::{Fate, Planner, Stranger};
use muster_model::Fault;
use muster_policy::Key;
use std::collections::BTreeMap;

impl Planner<'_> {
    /// Grants usernames as a set; what is refused becomes a finding.
    pub(crate) fn settle_usernames(&mut self) -> Decided {
        let claims = self.claims();
        let verdicts = claims::resolve(&|key| self.accounts.by_username(key), &claims);
        let keys: BTreeMap<Claimant, &String> = claims
            .iter()
            .map(|(claimant, key)| (*claimant, key))
            .collect();
        for (claimant, refusal) in &verdicts.refused {
            let key = keys.get(claimant).map_or("", |key| key.as_str());
            self.report_refusal(*claimant, refusal, key);
        }
        for edit in &mut self.edits {
            if verdicts.refused.contains_key(&Claimant::Account(edit.row)) {
                edit.rename = None;
            }
        }
        Decided {
            edits: std::mem::take(&mut self.edits),
            strangers: self.admitted(&verdicts.refused),
            needs: verdicts.needs,
        }
    }

    fn claims(&self) -> Vec<(Claimant, String)> {
        let renames = self.edits.iter().filter_map(|edit| {
            let wanted = edit.rename.as_ref()?.key();
            Some((Claimant::Account(edit.row), wanted.as_str().to_owned()))
        });
        let newcomers = self.strangers.iter().enumerate();
        let newcomers = newcomers.filter_map(|(place, stranger)| match stranger.fate {
            Fate::Create(_) => {
                let key = stranger.username.as_ref()?.key();
                Some((Claimant::Stranger(place), key.as_str().to_owned()))
            }
            _ => None,
        });
        renames.chain(newcomers).collect()
    }

    /// Strangers who get an account; the others become findings.
    fn admitted(&mut self, refused: &BTreeMap<Claimant, Refusal>) -> Vec<(usize, Stranger)> {
        let mut admitted = Vec::new();
        for (place, mut stranger) in std::mem::take(&mut self.strangers).into_iter().enumerate() {
            let name = stranger
                .username
                .as_ref()
                .map(|name| name.as_str())
                .or_else(|| stranger.external_id.as_ref().map(|id| id.as_str()))
                .map(str::to_owned);
            let oddities = std::mem::take(&mut stranger.oddities);
            let name_of = name.as_deref();
            match stranger.fate {
                Fate::Create(_) if refused.contains_key(&Claimant::Stranger(place)) => {}
                Fate::Create(_) => {
                    self.tell(oddities, name_of);
                    admitted.push((place, stranger));
                }
                Fate::Skip { text, policy } => {
                    let text = format!("{text}, and without an account: none is made");
                    self.find_fault(None, Fault::Skipped, name_of, text, Some(policy), false);
                }
                Fate::Hold(fault, text, at) => {
                    self.find_fault(None, fault, name_of, text, Some(at), true);
                    self.tell(oddities, name_of);
                }
                Fate::Reported => {}
            }
        }
        admitted
    }

    fn tell(&mut self, oddities: Vec<Oddity>, name: Option<&str>) {
        for Oddity {
            fault,
            text,
            at,
            holds,
        } in oddities
        {
            self.find_fault(None, fault, name, text, Some(at), holds);
        }
    }

    fn report_refusal(&mut self, claimant: Claimant, refusal: &Refusal, key: &str) {
        let (name, who) = self.introduce(claimant);
        let (fault, text) = match refusal {
            Refusal::Contested(others) => {
                let mut others: Vec<String> = others
                    .iter()
                    .map(|&other| self.introduce(other).1)
                    .collect();
                others.sort_unstable();
                (
                    Fault::UsernameClash,
                    format!(
                        "the username `{key}` is wanted by {who} and also by {}; it is given to none \
                         of them",
                        others.join(" and ")
                    ),
                )
            }
            Refusal::Held(holder) => self.refused_by(*holder, claimant, &who),
        };
        let at = Some(self.policy.identity.at.clone());
        self.find_fault(None, fault, Some(&name), text, at, true);
    }

    fn refused_by(&self, holder: Row, claimant: Claimant, who: &str) -> (Fault, String) {
        let username = self.accounts.username(holder);
        let id = self.accounts.id(holder);
        let is_new = matches!(claimant, Claimant::Stranger(_));
        let is_gone = self.accounts.is_own(holder) && self.is_gone(holder);
        if is_new && is_gone && self.policy.identity.key == Key::ExternalId {
            let directory = &self.policy.directory;
            let new_id = match claimant {
                Claimant::Stranger(place) => self.strangers.get(place),
                Claimant::Account(_) => None,
            }
            .and_then(|stranger| stranger.external_id.as_ref())
            .map_or("ID", |id| id.as_str());
            return (
                Fault::Recreated,
                format!(
                    "{who} carries the username of account `{username}` ({id}), whose own entry is \
                     not at the source. If they are one person, made anew at the source: `muster \
                     account detach {username}`, then `muster account attach {username} --directory \
                     {directory} --external-id {new_id}`; if not, give one of them another username"
                ),
            );
        }
        (
            Fault::UsernameClash,
            format!(
                "{who} cannot have the username `{username}`: it belongs to account {id}, {}; nobody \
                 is overwritten",
                self.accounts.owner_in_words(holder)
            ),
        )
    }

    /// A claimant's name, and who they are in words.
    pub(crate) fn introduce(&self, claimant: Claimant) -> (String, String) {
        match claimant {
            Claimant::Account(row) => {
                let name = self.accounts.username(row);
                (
                    name.to_owned(),
                    format!("account `{name}` ({})", self.accounts.id(row)),
                )
            }
            Claimant::Stranger(place) => {
                let stranger = self.strangers.get(place);
                let name = stranger
                    .and_then(|stranger| stranger.username.as_ref())
                    .map_or(String::new(), ToString::to_string);
                let id = stranger.and_then(|stranger| stranger.external_id.as_ref());
                let who = match id {
                    Some(id) => format!("the new entry `{name}` (id `{id}`)"),
                    None => format!("the new entry `{name}`"),
                };
                (name, who)
            }
        }
    }
}
