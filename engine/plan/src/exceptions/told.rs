//! What exceptions hold back, and which of them are over.

use super::in_words;
use crate::pins::Outcome;
use crate::planner::{Edit, Fate, Planner, Seen};
use crate::words;
use jiff::SignedDuration;
use muster_model::{Coverage, Fault};
use muster_policy::{Exception, ExceptionDeed};

/// So long before its end, a plan reminds of an exception.
const REMINDED: SignedDuration = SignedDuration::from_hours(14 * 24);

impl Planner<'_> {
    /// Drops what was decided about accounts that stay as they are, and says so.
    pub(crate) fn keep_held_accounts(&mut self) {
        let kept = std::mem::take(&mut self.exceptions.kept);
        if !kept.is_empty() {
            let edits = std::mem::take(&mut self.edits);
            let (dropped, left): (Vec<Edit>, Vec<Edit>) = edits
                .into_iter()
                .partition(|edit| kept.contains_key(&edit.row));
            self.edits = left;
            for edit in dropped {
                if let Some(exception) = kept.get(&edit.row).and_then(|&at| self.exceptions.get(at))
                {
                    let name = self.accounts.username(edit.row).to_owned();
                    let text = format!(
                        "stays as it is {}; held back: {}",
                        in_words(exception),
                        left_out(&edit)
                    );
                    self.tell(&name, text, exception);
                }
            }
            for &row in kept.keys() {
                self.mark(row, Seen::Held);
            }
        }
        for place in 0..self.strangers.len() {
            self.keep_stranger(place);
        }
    }

    /// Nobody who is held gets an account.
    fn keep_stranger(&mut self, place: usize) {
        let Some(stranger) = self.strangers.get_mut(place) else {
            return;
        };
        let hold = stranger.about.hold.and_then(|at| self.exceptions.get(at));
        if let (Some(exception), Fate::Create(_)) = (hold, &stranger.fate) {
            stranger.fate = Fate::Reported;
            let name = stranger.name().unwrap_or_default();
            let text = format!("held {}: no account is made", in_words(exception));
            self.tell(&name, text, exception);
        }
    }

    fn tell(&mut self, name: &str, text: String, exception: &Exception) {
        let at = Some(exception.at.clone());
        self.find_fault(None, Fault::HeldByException, Some(name), text, at, false);
    }

    /// Tells of exceptions that are over, soon will be, or are about nobody.
    pub(crate) fn report_exceptions(&mut self, coverage: &Coverage) {
        for (place, exception) in self.policy.exceptions.iter().enumerate() {
            let met = self.exceptions.met.get(place).copied().unwrap_or(true);
            let met = met || self.pins.outcome_of_pin(place) > Outcome::Nobody;
            let end = exception.end();
            let deed = exception.deed.as_str();
            let found = match end {
                Some(end) if end <= self.context.now => Some((
                    Fault::ExceptionExpired,
                    format!(
                        "the exception `{deed}` expired{} and does nothing any more; take it out, or \
                         decide anew ({}: {})",
                        exception
                            .expires
                            .map_or(String::new(), |day| format!(" on {day}")),
                        exception.owner,
                        exception.reason
                    ),
                )),
                _ if !met && coverage.proves_absence() => Some((
                    Fault::ExceptionIdle,
                    format!(
                        "the exception `{deed}` is about nobody: a complete read did not find \
                         `{}`",
                        exception.deed.person().as_str()
                    ),
                )),
                Some(end) if end.duration_since(self.context.now) <= REMINDED => Some((
                    Fault::ExceptionEnding,
                    format!(
                        "the exception `{deed}` ends{} ({}: {}); {}",
                        exception
                            .expires
                            .map_or(String::new(), |day| format!(" after {day}")),
                        exception.owner,
                        exception.reason,
                        afterwards(&exception.deed)
                    ),
                )),
                _ => None,
            };
            if let Some((fault, text)) = found {
                let person = exception.deed.person();
                let at = Some(exception.at.clone());
                self.find_fault(None, fault, Some(person.as_str()), text, at, false);
            }
        }
    }
}

/// What becomes of the person once the exception is over.
fn afterwards(deed: &ExceptionDeed) -> &'static str {
    match deed {
        ExceptionDeed::Exclude(_) => "then the policy's scope counts again",
        ExceptionDeed::Rename { .. } => "then the account has the source's username again",
        ExceptionDeed::Pin { .. } => "then the policy's matching counts again",
        ExceptionDeed::Hold(_) => "then the account follows the source again",
    }
}

/// What an edit would have changed, in words.
fn left_out(edit: &Edit) -> String {
    let mut parts = Vec::new();
    parts.extend(edit.adoption.as_ref().map(|_| "its adoption".to_owned()));
    let renamed = edit.rename.as_ref();
    parts.extend(renamed.map(|new| format!("the username `{new}`")));
    parts.extend(edit.fields.iter().map(|field| format!("`{}`", field.name)));
    if let Some(shift) = &edit.reasons {
        let whys = shift.begins.iter().chain(&shift.ends);
        let texts: Vec<&str> = whys.map(|why| why.text.as_str()).collect();
        parts.push(format!("block reasons ({})", texts.join("; ")));
    }
    words::and(parts)
}
