//! Who gets which username, and what the others are told.

use crate::accounts::Row;
use crate::changes::Decided;
use crate::claims::{self, Claimant, Refusal};
use crate::mapper::Oddity;
use crate::planner::{Edit, Fate, Planner, Stranger};
use muster_model::Fault;
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
        let is_refused = |edit: &Edit| verdicts.refused.contains_key(&Claimant::Account(edit.row));
        // Nobody's account becomes the directory's under a name that is not theirs.
        self.edits
            .retain(|edit| edit.adoption.is_none() || !is_refused(edit));
        for edit in &mut self.edits {
            if is_refused(edit) {
                edit.rename = None;
            }
        }
        Decided {
            edits: std::mem::take(&mut self.edits),
            strangers: self.admitted(&verdicts.refused),
            needs: verdicts.needs,
            unseated: Default::default(),
            left_out: Default::default(),
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
            let name = stranger.name();
            let oddities = std::mem::take(&mut stranger.oddities);
            let name_of = name.as_deref();
            match stranger.fate {
                Fate::Create(_) if refused.contains_key(&Claimant::Stranger(place)) => {}
                Fate::Create(_) => {
                    self.tell_oddities(oddities, name_of);
                    admitted.push((place, stranger));
                }
                Fate::Skip { text, policy, .. } => {
                    let text = format!("{text}, and without an account: none is made");
                    self.find_fault(None, Fault::Skipped, name_of, text, Some(policy), false);
                }
                Fate::Hold(fault, text, at) => {
                    self.find_fault(None, fault, name_of, text, Some(at), true);
                    self.tell_oddities(oddities, name_of);
                }
                Fate::Leave(fault, text, at) => {
                    self.find_fault(None, fault, name_of, text, Some(at), false);
                }
                Fate::Reported => {}
            }
        }
        admitted
    }

    pub(crate) fn tell_oddities(&mut self, oddities: Vec<Oddity>, name: Option<&str>) {
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
        let at = self.wish(claimant).and_then(|edit| {
            let reason = edit.rename_reason.as_ref()?;
            reason.policy.clone()
        });
        let at = at.unwrap_or_else(|| self.policy.identity.at.clone());
        self.find_fault(None, fault, Some(&name), text, Some(at), true);
    }

    /// The edit behind a claim.
    fn wish(&self, claimant: Claimant) -> Option<&Edit> {
        match claimant {
            Claimant::Account(row) => self.edits.iter().find(|edit| edit.row == row),
            Claimant::Stranger(_) => None,
        }
    }

    fn refused_by(&self, holder: Row, claimant: Claimant, who: &str) -> (Fault, String) {
        let username = self.accounts.username(holder);
        let id = self.accounts.id(holder);
        let owner = self.accounts.owner_in_words(holder);
        let advice = match claimant {
            Claimant::Stranger(place) => self.adoption_advice(place, holder),
            Claimant::Account(_) => String::new(),
        };
        (
            Fault::UsernameClash,
            format!(
                "{who} cannot have the username `{username}`: it belongs to account {id}, {owner}; \
                 nobody is overwritten{advice}"
            ),
        )
    }

    /// A claimant's name, and who they are in words.
    pub(crate) fn introduce(&self, claimant: Claimant) -> (String, String) {
        match claimant {
            Claimant::Account(row) => {
                let (name, id) = (self.accounts.username(row), self.accounts.id(row));
                let wish = self.wish(claimant);
                let who = match wish.and_then(|edit| edit.adoption.as_ref()) {
                    Some(_) => format!("account `{name}` ({id}), which is to be adopted,"),
                    None => format!("account `{name}` ({id})"),
                };
                (name.to_owned(), who)
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
