//! Tests of policies: what a sync would do to some people, and whether it is what
//! was expected.
//!
//! A file of tests is YAML beside a policy ([`language`] has every key). [`read()`]
//! turns it into a [`Suite`], or says what is wrong with it, as of a policy;
//! [`run`] makes a plan for each test and compares. Nothing is simulated but the
//! source: people are delivered as a provider would deliver them, by the policy's
//! groups and units, and everything else is `muster_sync::preview`.
//!
//! A test says everything that happens: whoever is not mentioned and changed all
//! the same makes it fail. A mistake in a policy mostly shows in people of whom
//! nobody thought, so silence must not mean consent; `others: any` says that it
//! does.
//!
//! Reading order: `scene` is what a test consists of, `read` makes it of a text,
//! `source` delivers its people, `world` is its intranet, `run` plans, `judge`
//! compares; `coverage` counts which rules of the policy made a difference;
//! `report` shows what came of it.

mod coverage;
mod judge;
pub mod language;
mod read;
mod report;
mod run;
mod scene;
mod source;
mod subject;
mod world;

pub use coverage::{Coverage, RuleHits, Side};
pub use judge::{Failure, Found};
pub use read::{Beside, Checked, read};
pub use report::{Detail, TEST_FORMAT, json, junit, text};
pub use run::{Outcome, Results, run};
pub use scene::{Decision, Suite, Test};

#[cfg(test)]
mod tests;
