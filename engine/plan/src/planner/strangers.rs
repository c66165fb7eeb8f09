//! Entries without an account.

use super::{Fate, Named, Planner, Stranger, Until};
use crate::blocking::Verdict;
use crate::claims::Claimant;
use crate::exceptions::About;
use crate::mapper::Oddity;
use crate::pins::Link;
use crate::words;
use muster_model::{EntryView, ExternalId, Fault, Removal, SourceStatus, Username, UsernameKey};
use muster_policy::Key;

impl<'p> Planner<'p> {
    pub(super) fn stranger(
        &mut self,
        entry: EntryView<'_>,
        named: &Named<'_>,
        about: About,
        link: Link,
    ) {
        let username = named.username();
        if self.policy.identity.key == Key::ExternalId && entry.id().is_none() {
            return self.nameless(entry, username);
        }
        let known_by = match self.policy.identity.key {
            Key::ExternalId => entry.id().map(str::to_owned),
            Key::Username => username.map(|name| UsernameKey::of(name).as_str().to_owned()),
        };
        if let Some(known_by) = &known_by {
            if let Some(&twin) = self.known_strangers.get(known_by) {
                self.twin_of_stranger(known_by.clone(), twin, username);
                // A broken record may name the second of the two as well.
                return self.strangers.push(Stranger {
                    external_id: entry.id().map(ExternalId::from),
                    username: username.and_then(Username::new),
                    fate: Fate::Reported,
                    oddities: Vec::new(),
                    about,
                    pin: link.pin,
                    finds: None,
                });
            }
            self.known_strangers
                .insert(known_by.clone(), self.strangers.len());
        }
        let refused = link.pin.and_then(|place| self.refused_pin(place));
        let (mut fate, oddities) = match refused {
            Some(fate) => (fate, Vec::new()),
            None => self.fate(entry, named),
        };
        let finds = self.finds(entry, username, link.pin, &mut fate);
        if matches!(fate, Fate::Create(_)) {
            self.look_ahead(Claimant::Stranger(self.strangers.len()), entry);
        }
        self.strangers.push(Stranger {
            external_id: entry.id().map(ExternalId::from),
            username: username.and_then(Username::new),
            fate,
            oddities,
            about,
            pin: link.pin,
            finds,
        });
    }

    /// What is to become of a new person, and what is odd about their fields.
    fn fate(&mut self, entry: EntryView<'_>, named: &Named<'_>) -> (Fate, Vec<Oddity>) {
        if let Some(fate) = self.obstacle(entry, named) {
            return (fate, Vec::new());
        }
        let place = self.strangers.len();
        let found = self.mapper.initial(place, entry);
        let who = Claimant::Stranger(place);
        self.mapper.asked.tell(who, &self.accounts, entry);
        let (mut oddities, holding) = (found.oddities, |oddity: &Oddity| oddity.holds);
        match oddities.iter().position(holding) {
            None => (Fate::Create(found.changes), oddities),
            Some(place) => {
                let Oddity {
                    fault, text, at, ..
                } = oddities.remove(place);
                (Fate::Hold(fault, text, at), oddities)
            }
        }
    }

    /// Why no account is made, whatever it would hold.
    fn obstacle(&mut self, entry: EntryView<'_>, named: &Named<'_>) -> Option<Fate> {
        match named {
            Named::As(_) => {}
            Named::Not => {
                let (text, at) = words::no_username(self.policy);
                return Some(Fate::Hold(Fault::NoUsername, text, at));
            }
            Named::Failed(failed) => {
                let (text, at) = words::username_failed(self.policy, failed);
                return Some(Fate::Hold(words::fault_of(failed), text, at));
            }
        }
        let at = &self.policy.provider.at;
        let skip = |text: String| {
            let policy = at.clone();
            let until = Until::Open;
            Some(Fate::Skip {
                text,
                policy,
                until,
            })
        };
        match entry.status() {
            SourceStatus::Active => {}
            SourceStatus::Unknown => {
                let (text, at) = words::status_unknown(self.policy, "no account is made");
                return Some(Fate::Hold(Fault::StatusUnknown, text, at));
            }
            SourceStatus::Pending => {
                return Some(Fate::Skip {
                    text: "pending at the source".to_owned(),
                    policy: at.clone(),
                    until: Until::Begun,
                });
            }
            SourceStatus::Blocked(cause) => {
                return skip(format!("{} at the source", cause.as_str()));
            }
            SourceStatus::Removed(Removal::LeftScope) => return skip("not in scope".to_owned()),
            SourceStatus::Removed(Removal::Restorable | Removal::Final) => {
                return skip("removed at the source".to_owned());
            }
        }
        if let Some((at, text)) = self.evaluate_rules(entry).into_iter().next() {
            return Some(Fate::Hold(Fault::ExpressionFailed, text, at));
        }
        let holds = self.verdicts.iter().position(|v| *v == Verdict::Holds);
        let rule = holds.and_then(|place| self.policy.blocks.get(place))?;
        Some(Fate::Skip {
            text: rule.sentence(),
            policy: rule.at.clone(),
            until: Until::Open,
        })
    }

    /// An entry without an identifier, where the policy matches by it. The
    /// account of its username is held, so that nobody is blocked by a gap.
    fn nameless(&mut self, entry: EntryView<'_>, username: Option<&str>) {
        self.nameless.extend(username.map(str::to_owned));
        let (text, at) = words::no_external_id(self.policy);
        self.hold(None, entry, username, Fault::NoExternalId, text, Some(at));
    }

    fn twin_of_stranger(&mut self, known_by: String, twin: usize, username: Option<&str>) {
        let fault = match self.policy.identity.key {
            Key::ExternalId => Fault::DuplicateId,
            Key::Username => Fault::UsernameClash,
        };
        let names = self.twins.entry((fault, known_by)).or_default();
        if let Some(stranger) = self.strangers.get_mut(twin) {
            stranger.fate = Fate::Reported;
            names.extend(
                stranger
                    .username
                    .as_ref()
                    .map(|name| name.key().as_str().to_owned()),
            );
        }
        names.extend(username.map(|name| UsernameKey::of(name).as_str().to_owned()));
    }
}
