//! A condition, or a part of it, that holds for everybody.

use super::{Condition, parts};
use crate::diagnostic::Code;
use crate::expression::{Truth, truth};

const HELP: &str =
    "Everybody is one or the other; `&&` holds only if both are so: `a != \"x\" && a != \"y\"`.";

pub(super) fn check(condition: &mut Condition<'_, '_, '_, '_>) {
    for part in parts(condition.tree, &|part| truth(part) == Truth::Always) {
        let at = condition.marks.extent(part);
        let message = if !std::ptr::eq(part, condition.tree) {
            "This part of the condition holds for everybody"
        } else if condition.what == "`where`" {
            "The condition holds for everybody: it leaves nobody out"
        } else {
            "The condition holds for everybody: all accounts would be blocked"
        };
        condition
            .place
            .report(Code::MatchesEverybody, at, message)
            .help(HELP);
    }
}
