//! Who will be blocked before long, by time alone.

use crate::accounts::Row;
use crate::blocking::{Judgement, Verdict};
use crate::changes::Decided;
use crate::claims::Claimant;
use crate::grace;
use crate::planner::{Planner, Seen, Stranger};
use hashbrown::HashMap;
use jiff::civil::Date;
use muster_model::{
    AccountId, Action, BlockReason, Change, EntryView, Missing, PolicyLine, Upcoming, Username,
};
use muster_policy::Grace;
use std::collections::BTreeMap;

/// Somebody who will be blocked, if nothing else happens to them.
#[derive(Debug)]
pub(crate) struct Coming {
    who: Claimant,
    reason: BlockReason,
    day: Option<Date>,
    text: String,
    policy: PolicyLine,
    /// The username of a new person.
    new: Option<Username>,
}

impl Planner<'_> {
    /// Looks ahead for a person in scope who will be active.
    pub(crate) fn look_ahead(&mut self, who: Claimant, entry: EntryView<'_>) {
        for (at, watch) in &mut self.ahead.rules {
            if self.verdicts.get(*at) != Some(&Verdict::HoldsNot) {
                continue;
            }
            let rule = self.policy.blocks.get(*at);
            if let (Some(rule), Some(day)) = (rule, watch.day(entry)) {
                let name = &rule.name;
                let text = match &rule.reason {
                    Some(reason) => reason.clone(),
                    None => format!("rule `{name}` will hold"),
                };
                self.coming.push(Coming {
                    who,
                    reason: BlockReason::Rule(name.clone()),
                    day: Some(day),
                    text: with_grace(text, rule.grace),
                    policy: rule.at.clone(),
                    new: None,
                });
            }
        }
        let watch = self.ahead.condition.as_mut();
        if let Some((watch, day)) = watch.and_then(|watch| watch.day(entry).map(|day| (watch, day)))
        {
            let text = format!(
                "`where` will not be true of them: {}",
                watch.expression.text
            );
            self.coming.push(Coming {
                who,
                reason: BlockReason::LeftScope,
                day: Some(day),
                text: with_grace(text, (watch.grace > 0).then_some(watch.grace)),
                policy: watch.expression.at.clone(),
                new: None,
            });
        }
    }

    /// Tells of rules that hold for an active account and are in their grace.
    pub(crate) fn tell_of_rules(&mut self, row: Row, judgement: &Judgement) {
        let memory = judgement.memory.as_ref().or(self.accounts.memory(row));
        let Some(memory) = memory else { return };
        for (name, since) in &memory.rules {
            let rule = self.policy.blocks.iter().find(|rule| rule.name == *name);
            let Some((rule, days)) = rule.and_then(|rule| Some((rule, rule.grace?))) else {
                continue;
            };
            let day = grace::end(since, days).and_then(|end| self.ahead.near(end));
            self.coming.extend(day.map(|day| Coming {
                who: Claimant::Account(row),
                reason: BlockReason::Rule(name.clone()),
                day: Some(day),
                text: format!(
                    "{}; holds since {}, the grace of {} ends",
                    rule.sentence(),
                    grace::day(since),
                    Grace::Days(days)
                ),
                policy: rule.at.clone(),
                new: None,
            }));
        }
    }

    /// Tells of an active account whose person is missing.
    pub(crate) fn tell_of_missing(&mut self, row: Row, missing: &Missing) {
        let Some(grace) = self.policy.scope.grace else {
            return;
        };
        if self.ahead.days.is_none() || !self.accounts.reasons(row).is_empty() {
            return;
        }
        let since = grace::day(&missing.since);
        let (day, text) = match grace {
            Grace::Days(days) => {
                let end = grace::end(&missing.since, days);
                let Some(day) = end.and_then(|end| self.ahead.near(end)) else {
                    return;
                };
                let text = format!("out of scope since {since}, the grace of {grace} ends");
                (Some(day), text)
            }
            Grace::Reads(most) => {
                let reads = missing.reads;
                let text = format!(
                    "out of scope since {since}: missed by {reads} of {most} complete reads"
                );
                (None, text)
            }
        };
        self.coming.push(Coming {
            who: Claimant::Account(row),
            reason: BlockReason::LeftScope,
            day,
            text,
            policy: self.policy.scope.at.clone(),
            new: None,
        });
    }

    /// Somebody who looked new has an account after all.
    pub(crate) fn is_known_by_now(&mut self, place: usize, row: Row) {
        for one in &mut self.coming {
            if one.who == Claimant::Stranger(place) {
                one.who = Claimant::Account(row);
            }
        }
    }

    /// Keeps those of whom the plan leaves an active account.
    pub(crate) fn settle_coming(&mut self, decided: &Decided) {
        if self.coming.is_empty() {
            return;
        }
        let mut coming = std::mem::take(&mut self.coming);
        let after = decided.reasons_by_row();
        let new: HashMap<usize, &Stranger> = decided
            .strangers
            .iter()
            .filter(|(place, _)| !decided.unseated.contains(place))
            .map(|(place, stranger)| (*place, stranger))
            .collect();
        coming.retain_mut(|one| match one.who {
            Claimant::Account(row) => {
                let reasons = after.get(&row).copied();
                let reasons = reasons.unwrap_or_else(|| self.accounts.reasons(row));
                self.seen_of(row) != Seen::Held && reasons.is_empty()
            }
            Claimant::Stranger(place) => {
                one.new = new
                    .get(&place)
                    .and_then(|stranger| stranger.username.clone());
                one.new.is_some()
            }
        });
        self.coming = coming;
    }

    /// Who will be blocked, in order of time.
    pub(crate) fn upcoming(&mut self, changes: &[Change]) -> Vec<Upcoming> {
        if self.coming.is_empty() {
            return Vec::new();
        }
        let of = |action: Action| changes.iter().filter(move |change| change.action == action);
        let renamed: BTreeMap<AccountId, &Username> = of(Action::Rename)
            .chain(of(Action::Adopt))
            .map(|change| (change.account_id, &change.username))
            .collect();
        let created: BTreeMap<&str, AccountId> = of(Action::Create)
            .map(|change| (change.username.as_str(), change.account_id))
            .collect();
        let mut upcoming: Vec<Upcoming> = std::mem::take(&mut self.coming)
            .into_iter()
            .filter_map(|one| {
                let (username, account_id) = match (one.who, one.new) {
                    (Claimant::Account(row), _) => {
                        let id = self.accounts.id(row);
                        let old = || Username::new(self.accounts.username(row));
                        (renamed.get(&id).copied().cloned().or_else(old)?, id)
                    }
                    (Claimant::Stranger(_), new) => {
                        let username = new?;
                        let id = *created.get(username.as_str())?;
                        (username, id)
                    }
                };
                Some(Upcoming {
                    on: one.day.map(|day| day.to_string()),
                    username,
                    account_id,
                    reason: one.reason.to_string(),
                    text: one.text,
                    policy: Some(one.policy),
                })
            })
            .collect();
        upcoming.sort_by_cached_key(|one| {
            let on = (one.on.is_none(), one.on.clone());
            (on, one.username.key(), one.account_id, one.reason.clone())
        });
        upcoming
    }
}

fn with_grace(text: String, grace: Option<u32>) -> String {
    match grace {
        Some(days) => format!("{text}; the grace of {} is added", Grace::Days(days)),
        None => text,
    }
}
