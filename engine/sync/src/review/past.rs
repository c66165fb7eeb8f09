//! A saved plan is let past a guard that stops it, with a reason that is kept.

use super::Reviewer;
use muster_model::{Overriding, Plan};

/// Why a plan is not let past a guard. Nothing was written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NoOverride {
    /// It does not stop the plan.
    #[error("the guard `{guard}` does not stop this plan; {}", stopping(.others))]
    NotStopping {
        /// The guard.
        guard: String,
        /// Those that do.
        others: Vec<String>,
    },
    /// There is no reason.
    #[error("the override of guard `{guard}` needs a reason: `{guard}=WHY`")]
    NoReason {
        /// The guard.
        guard: String,
    },
}

fn stopping(others: &[String]) -> String {
    match others {
        [] => "nothing does".to_owned(),
        others => format!("these do: {}", others.join(", ")),
    }
}

/// Lets a plan past guards: a whole name, `block.max`, or its family, `block`.
pub fn let_past(
    plan: &Plan,
    guard: &str,
    reason: &str,
    reviewer: &Reviewer,
) -> Result<Plan, NoOverride> {
    let reason = reason.trim();
    if reason.is_empty() {
        let guard = guard.to_owned();
        return Err(NoOverride::NoReason { guard });
    }
    let mut after = plan.clone();
    let mut passed = Vec::new();
    for result in &mut after.guards {
        let is_meant = result.name == guard || result.name.split('.').next() == Some(guard);
        if is_meant && result.tripped && result.overridden.is_none() {
            result.overridden = Some(reason.to_owned());
            passed.push(Overriding {
                guard: result.name.clone(),
                reason: reason.to_owned(),
                by: reviewer.name.clone(),
                at: reviewer.now.to_string(),
            });
        }
    }
    if passed.is_empty() {
        let stops = plan.guards.iter();
        let stops = stops.filter(|guard| guard.tripped && guard.overridden.is_none());
        return Err(NoOverride::NotStopping {
            guard: guard.to_owned(),
            others: stops.map(|guard| guard.name.clone()).collect(),
        });
    }
    after.review.overrides.extend(passed);
    Ok(after)
}
