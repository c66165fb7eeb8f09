//! Who gets a seat: in a stated order that does not depend on the order of
//! entries, and never from somebody who has one.
//!
//! First come those who wait, then those who come back from another block, each
//! by the number of their account; then new people, in the policy's order.

use crate::accounts::Row;
use crate::blocking::{self, Why};
use crate::changes::Decided;
use crate::planner::{Edit, Planner};
use crate::queue::{Turn, Wish, Wisher};
use hashbrown::HashMap;
use muster_model::{BlockReason, Coverage, Fault};
use muster_policy::{LicenceTerms, SeatCount};
use std::collections::BTreeSet;

/// What somebody in line lacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Lack {
    /// None is left.
    Seat,
    /// Others come first.
    Turn,
    /// The read says nothing of them.
    News,
}

impl Planner<'_> {
    /// Gives seats to those who are first in line, and tells the others.
    pub(crate) fn settle_seats(&mut self, decided: &mut Decided, coverage: &Coverage) {
        let Some(terms) = &self.policy.licences else {
            return;
        };
        let wishes = self.wishes(terms, decided, coverage);
        let taken = self.taken(terms, decided, &wishes);
        let mut free = terms.limit.saturating_sub(taken);
        // True once somebody is passed over who comes first all the same: whom a
        // plan about one person, or a partial read, cannot let in.
        let mut kept = false;
        let mut beyond = Vec::new();
        let edits = decided.edits.iter().enumerate();
        let mut places: HashMap<Row, usize> = edits.map(|(at, edit)| (edit.row, at)).collect();
        for wish in wishes {
            let (has_seat, planned) = (free > 0, self.is_wish_planned(wish.who, decided));
            free = free.saturating_sub(1);
            let lack = match (has_seat, wish.turn) {
                (true, Turn::Now) if planned => {
                    self.seat(terms, wish.who, decided, &mut places);
                    continue;
                }
                (true, Turn::Later) => Lack::News,
                _ if kept => Lack::Turn,
                _ => Lack::Seat,
            };
            kept |= has_seat || (!planned && wish.who.may_be_overtaken());
            if !has_seat {
                self.unseat(terms, (wish.who, lack), decided, &mut places);
            }
            beyond.push((wish.who, lack));
        }
        self.report_beyond(terms, decided, &places, &beyond);
        let left_out = &decided.left_out;
        decided
            .strangers
            .retain(|(place, _)| !left_out.contains(place));
    }

    /// Seats in use that nobody in line can be given: all active accounts, less
    /// those that the plan blocks and those about whom it decides again.
    fn taken(&self, terms: &LicenceTerms, decided: &Decided, wishes: &[Wish]) -> u64 {
        let blocks = |edit: &&Edit| {
            let shift = edit.reasons.as_ref();
            let blocks = shift.is_some_and(|shift| shift.old.is_empty() && !shift.new.is_empty());
            blocks && self.is_planned(edit.row)
        };
        let freed = decided.edits.iter().filter(blocks).count() as u64;
        let open = |wish: &&Wish| matches!(wish.who, Wisher::LetIn(_));
        let open = wishes.iter().filter(open).count() as u64;
        let taken_over = match terms.count {
            SeatCount::Directory => self.taken_over(decided),
            SeatCount::Intranet => 0,
        };
        (self.in_use(terms) + taken_over).saturating_sub(freed + open)
    }

    pub(crate) fn in_use(&self, terms: &LicenceTerms) -> u64 {
        match terms.count {
            SeatCount::Directory => self.accounts.active(),
            SeatCount::Intranet => self.accounts.intranet(),
        }
    }

    fn seat(
        &mut self,
        terms: &LicenceTerms,
        who: Wisher,
        decided: &mut Decided,
        places: &mut HashMap<Row, usize>,
    ) {
        match who {
            Wisher::Waiting(row) => {
                let why = Why {
                    reason: BlockReason::NoLicence,
                    text: "has a seat now".to_owned(),
                    policy: terms.at.clone(),
                };
                self.shift(row, decided, places, |edit, current| {
                    match &mut edit.reasons {
                        Some(shift) => {
                            shift.new.remove(&why.reason);
                            shift.ends.push(why);
                        }
                        None => edit.reasons = blocking::end(current, why),
                    }
                });
            }
            Wisher::LetIn(row) => self.forget_let_in(row),
            Wisher::Back(_) | Wisher::New(_) => {}
        }
    }

    fn unseat(
        &mut self,
        terms: &LicenceTerms,
        (who, lack): (Wisher, Lack),
        decided: &mut Decided,
        places: &mut HashMap<Row, usize>,
    ) {
        let why = || Why {
            reason: BlockReason::NoLicence,
            text: format!("no seat is left, the limit is {}", terms.limit),
            policy: terms.at.clone(),
        };
        match who {
            Wisher::Waiting(_) => {}
            Wisher::LetIn(row) => {
                self.forget_let_in(row);
                self.shift(row, decided, places, |edit, current| {
                    edit.reasons = blocking::begin(current, vec![why()]);
                });
            }
            Wisher::Back(place) => {
                let Some(edit) = decided.edits.get_mut(place) else {
                    return;
                };
                match &mut edit.reasons {
                    // They do not join the line: by the number of their account
                    // they might stand before those for whom the seats are kept.
                    reasons if lack == Lack::Turn => *reasons = None,
                    Some(shift) => {
                        shift.new.insert(BlockReason::NoLicence);
                        shift.begins.push(why());
                    }
                    None => {}
                }
            }
            Wisher::New(place) => {
                // With an account, they would stand before new people who come first.
                let alone = lack == Lack::Turn && self.context.only.is_some();
                let places = match alone {
                    true => &mut decided.left_out,
                    false => &mut decided.unseated,
                };
                places.extend(decided.strangers.get(place).map(|(place, _)| *place));
            }
        }
    }

    fn forget_let_in(&mut self, row: Row) {
        let mut memory = self.memory(row).cloned().unwrap_or_default();
        memory.let_in = None;
        self.remember(row, memory);
    }

    /// Changes the reasons of an account that has an edit already, or not.
    fn shift(
        &self,
        row: Row,
        decided: &mut Decided,
        places: &mut HashMap<Row, usize>,
        change: impl FnOnce(&mut Edit, &BTreeSet<BlockReason>),
    ) {
        let place = *places.entry(row).or_insert_with(|| {
            decided.edits.push(Edit {
                row,
                ..Edit::default()
            });
            decided.edits.len() - 1
        });
        if let Some(edit) = decided.edits.get_mut(place) {
            change(edit, self.accounts.reasons(row));
        }
    }

    fn report_beyond(
        &mut self,
        terms: &LicenceTerms,
        decided: &Decided,
        places: &HashMap<Row, usize>,
        beyond: &[(Wisher, Lack)],
    ) {
        let all = beyond.len();
        for (number, &(who, lack)) in (1..).zip(beyond) {
            let edit = match who {
                Wisher::Waiting(row) | Wisher::LetIn(row) => places.get(&row).copied(),
                Wisher::Back(place) => Some(place),
                Wisher::New(_) => None,
            };
            let renamed = edit.and_then(|at| decided.edits.get(at)?.rename.as_ref());
            let (row, new) = match who {
                Wisher::Waiting(row) | Wisher::LetIn(row) => (Some(row), None),
                Wisher::Back(place) => (decided.edits.get(place).map(|edit| edit.row), None),
                Wisher::New(place) => {
                    let new = decided.strangers.get(place);
                    (
                        None,
                        new.and_then(|(_, stranger)| stranger.username.as_ref()),
                    )
                }
            };
            let name = new.or(renamed).map(ToString::to_string);
            let line = format!("number {number} of {all} in line");
            let text = match lack {
                Lack::Seat => format!("no seat is left, the limit is {}; {line}", terms.limit),
                Lack::Turn => format!("others come first, for whom the seats are kept; {line}"),
                Lack::News => format!(
                    "this read does not tell whether they may have a seat; {line}, and their turn is \
                     kept"
                ),
            };
            let at = Some(terms.at.clone());
            self.find_fault(row, Fault::NoLicence, name.as_deref(), text, at, false);
        }
    }
}
