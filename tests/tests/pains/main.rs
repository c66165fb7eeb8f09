//! What broke for users of other tools, each as a test that holds here.
//!
//! The classes of failure are taken from the public issue threads of programs
//! that do the same job: people removed by an edit of a filter, duplicates after
//! a rename, values wiped by an attribute that was not sent. One module a class;
//! the first line of each says what happened to others.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod case_of_letters;
mod desk;
mod dry_runs;
mod empty_or_unmapped;
mod filter_edits;
mod made_anew;
mod no_way_back;
mod one_bad_record;
mod renames;
mod review_of_removals;
mod roles_and_nesting;
mod saved_plans;
mod seats;
mod several_directories;
mod short_answers;
mod swaps;
mod typos_and_thresholds;
mod unexplained;
mod who_blocked_whom;
mod wishes;
mod wrong_names_in_the_record;

#[path = "../golden/read.rs"]
#[allow(dead_code, reason = "the golden plans use all of it")]
mod read;
