//! A condition, or a part of it, that holds for nobody.

use super::{Condition, parts};
use crate::diagnostic::Code;
use crate::expression::{Truth, truth};

const HELP: &str = "Nobody can be all of this at once; `||` holds if one of several is so.";

pub(super) fn check(condition: &mut Condition<'_, '_, '_, '_>) {
    for part in parts(condition.tree, &|part| truth(part) == Truth::Never) {
        let at = condition.marks.extent(part);
        let message = if !std::ptr::eq(part, condition.tree) {
            "This part of the condition can never hold"
        } else if condition.what == "`where`" {
            "The condition can never hold: nobody is in scope"
        } else {
            "The condition can never hold: nobody is blocked by it"
        };
        condition
            .place
            .report(Code::NeverHolds, at, message)
            .help(HELP);
    }
}
