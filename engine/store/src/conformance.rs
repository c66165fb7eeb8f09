//! What every store must do, as one suite that each implementation runs.
#![expect(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test suite: a failure is a panic"
)]

mod accounts;
mod history;
mod samples;

use crate::check::check;
use crate::contract::Store;
pub use samples::{account, contents, some_audit, some_directory, some_run};

/// A named case, which is given a new store.
pub type Case = (&'static str, fn(&mut dyn Store));

/// All cases.
pub const CASES: &[Case] = &[
    ("a new store is empty", accounts::new_is_empty),
    (
        "accounts come back as they were",
        accounts::accounts_come_back,
    ),
    ("a scan goes by number", accounts::scan_by_number),
    ("usernames are found by their key", accounts::found_by_key),
    ("accounts are counted by owner", accounts::populations),
    (
        "a taken username is refused, and both are named",
        accounts::username_taken,
    ),
    (
        "a taken username is refused within one commit",
        accounts::username_taken_within,
    ),
    ("two usernames are swapped in one commit", accounts::swap),
    ("a username goes round in one commit", accounts::chain),
    (
        "a deleted account's username is free",
        accounts::reuse_after_delete,
    ),
    (
        "a person of a directory has one account",
        accounts::one_account_per_person,
    ),
    (
        "local accounts may share an external id",
        accounts::local_external_ids,
    ),
    ("a number is never given twice", accounts::ids_are_spent),
    ("an account is named once in a commit", accounts::named_once),
    (
        "who is not there cannot be deleted",
        accounts::delete_nobody,
    ),
    ("a stale writer is refused", accounts::stale_writer),
    (
        "a refused commit changes nothing",
        accounts::refused_changes_nothing,
    ),
    (
        "only changes move the version",
        history::what_moves_the_version,
    ),
    ("runs are numbered and kept", history::runs_are_kept),
    ("a run's proof is kept with it", history::proofs_are_kept),
    ("audit is numbered and kept by run", history::audit_is_kept),
    ("audit needs a run", history::audit_needs_run),
    ("a plan applies once", history::plan_applies_once),
    ("a stopped plan may still be applied", history::stopped_plan),
    (
        "directories keep their cursors",
        history::directories_keep_cursors,
    ),
    ("many accounts in one commit", accounts::many),
    ("an empty store is restored", history::restored),
    (
        "a restore that is wrong does nothing",
        history::restore_refused,
    ),
];

/// Runs all cases, each on a store of its own.
pub fn run(mut make: impl FnMut() -> Box<dyn Store>) {
    for (name, case) in CASES {
        let mut store = make();
        let done = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| case(store.as_mut())));
        assert!(done.is_ok(), "the store fails at: {name}");
        let report = check(store.as_ref()).unwrap();
        assert!(report.is_well(), "after {name}: {:?}", report.problems);
    }
}
