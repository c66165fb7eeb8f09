//! Decides whether a condition can be true, and whether it can be false, from
//! its structure alone.
//!
//! The condition is taken for a formula over simple questions: what an attribute
//! equals, whether it is there, what the status is, whether somebody is in a
//! group. Questions about one thing are answered together, so that they fit:
//! nobody's status is two words, and what is absent equals no text. Everything
//! else, `timestamp(entry.x) < now` for example, may be true or false as it
//! likes. All combinations of answers are tried; where there are too many,
//! nothing is said.
//!
//! A question that cannot be answered for a person (the attribute is no point in
//! time) needs no case of its own: if a formula is true with a question left
//! open, it is true with either answer.

mod formula;
mod subject;

use cel::common::ast::IdedExpr;
use formula::{Formula, Reading};
use subject::Subject;

/// Steps of one decision. What takes more is no condition that anybody reads.
const MOST: u64 = 1 << 18;

/// What can be said of a condition for any person whatsoever.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Truth {
    /// True for some and false for others, as far as can be told.
    Open,
    /// False, or without an answer, for everybody.
    Never,
    /// True, or without an answer, for everybody.
    Always,
}

/// Decides about a bound condition.
pub(crate) fn truth(condition: &IdedExpr) -> Truth {
    let mut reading = Reading::default();
    let formula = reading.formula(condition);
    let Reading { subjects, size, .. } = reading;
    let cases = subjects.iter().map(Subject::cases);
    // A condition without questions is the same for everybody; that is told by
    // another diagnostic, or it is so in one environment only.
    if subjects.is_empty() || cases.fold(size, u64::saturating_mul) > MOST {
        return Truth::Open;
    }
    decide(&formula, &subjects)
}

fn decide(formula: &Formula, subjects: &[Subject]) -> Truth {
    let mut world = vec![0; subjects.len()];
    let first = formula.holds(subjects, &world);
    while next(&mut world, subjects) {
        if formula.holds(subjects, &world) != first {
            return Truth::Open;
        }
    }
    if first { Truth::Always } else { Truth::Never }
}

/// Goes on to the next combination of cases. False behind the last.
fn next(world: &mut [u64], subjects: &[Subject]) -> bool {
    for (case, subject) in world.iter_mut().zip(subjects) {
        *case += 1;
        if *case < subject.cases() {
            return true;
        }
        *case = 0;
    }
    false
}
