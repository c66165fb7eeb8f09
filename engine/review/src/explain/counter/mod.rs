//! What would change the answer: the smallest edits, at the source, in the intranet or
//! in the policy, each of them tried out by planning again.
//!
//! INVARIANT: nothing is offered that was not planned. A condition's own value says
//! beforehand which edits are worth a plan, so that there are few plans; with many
//! people, a small world of those who have to do with the person is planned, if it
//! shows that its plan does to them what the whole one does.

mod attributes;
mod candidates;
mod edits;
mod standing;
mod vicinity;
mod world;

pub(super) use edits::What;

use super::case::Case;
use super::report::{Counterfactual, Explanation, OutcomeKind};
use candidates::Candidate;
use muster_sync::PreviewError;
use standing::Standing;
use world::World;

/// Plans that may be made for one explanation.
const PLANS: usize = 40;

/// What is offered at most.
const OFFERED: usize = 6;

/// What would change the answer, the smallest edits first.
pub(super) fn would_change(
    case: &Case<'_>,
    base: &Explanation,
) -> Result<Vec<Counterfactual>, PreviewError> {
    let before = Standing::of(base);
    let mut offered = Vec::new();
    let mut trial = Trial::begin(case, base, before)?;
    let singles = candidates::of(case, base);
    for candidate in &singles {
        if offered.len() < OFFERED {
            offered.extend(trial.attempt(&[candidate])?);
        }
    }
    if offered.is_empty() {
        for (place, one) in singles.iter().enumerate() {
            for other in singles.iter().skip(place + 1) {
                if offered.len() < OFFERED && one.goes_with(other) {
                    offered.extend(trial.attempt(&[one, other])?);
                }
            }
        }
    }
    offered.extend(trial.past_guards(base)?);
    Ok(offered)
}

/// One person in a world in which things can be tried out.
struct Trial<'c> {
    case: &'c Case<'c>,
    /// Those who have to do with the person, where that will do.
    small: Option<World<'c>>,
    whole: World<'c>,
    before: Standing,
    plans: usize,
}

impl<'c> Trial<'c> {
    /// A small world if it will do, the whole one otherwise.
    fn begin(
        case: &'c Case<'c>,
        base: &Explanation,
        before: Standing,
    ) -> Result<Self, PreviewError> {
        let whole = case.question.whole;
        let is_small = case.question.read.len() <= whole && case.question.store.count()? <= whole;
        let reaches_all = case.policy().licences.is_some();
        if !is_small && !reaches_all {
            let small = vicinity::around(case)?;
            let same = small.explain(case, &[])?;
            if same.is_some_and(|same| world::is_same(&same, base)) {
                return Ok(Self {
                    case,
                    small: Some(small),
                    whole: World::whole(case)?,
                    before,
                    plans: 1,
                });
            }
        }
        Ok(Self {
            case,
            small: None,
            whole: World::whole(case)?,
            before,
            plans: 1,
        })
    }

    /// Plans with some edits; gives what came of it if that is something else.
    fn attempt(
        &mut self,
        candidates: &[&Candidate],
    ) -> Result<Option<Counterfactual>, PreviewError> {
        if self.plans >= PLANS {
            return Ok(None);
        }
        self.plans += 1;
        let edits: Vec<&What> = candidates.iter().map(|candidate| &candidate.what).collect();
        // Another name may be anybody's.
        let is_last = self
            .case
            .plan
            .situations
            .get("in-scope")
            .is_none_or(|all| *all <= 1);
        let reaches_others = edits.iter().any(|edit| {
            // Once nobody is left, absence proves nothing.
            let empties = is_last && matches!(edit, What::Leave);
            empties || edit.reaches_others(self.case.policy())
        });
        let small = self.small.as_ref().filter(|_| !reaches_others);
        let world = small.unwrap_or(&self.whole);
        let Some(then) = world.explain(self.case, &edits)? else {
            return Ok(None);
        };
        let is_other = Standing::of(&then) != self.before;
        let helps = candidates
            .iter()
            .all(|candidate| candidate.wants.is_none_or(|wants| wants(&then)));
        Ok((is_other && helps).then(|| Counterfactual {
            edits: candidates
                .iter()
                .map(|candidate| candidate.edit.clone())
                .collect(),
            kind: then.outcome.kind,
            outcome: then.answer.clone(),
            changes: then.outcome.changes,
            findings: then.outcome.findings,
        }))
    }

    /// Goes past the guards that stop the plan, if it does something to the person.
    fn past_guards(&mut self, base: &Explanation) -> Result<Option<Counterfactual>, PreviewError> {
        if base.outcome.stopped_by.is_empty() || base.outcome.changes.is_empty() {
            return Ok(None);
        }
        let candidates: Vec<Candidate> = candidates::guards(base);
        let edits: Vec<&What> = candidates.iter().map(|candidate| &candidate.what).collect();
        let world = World::guarded(self.case)?;
        let Some(then) = world.explain(self.case, &edits)? else {
            return Ok(None);
        };
        let goes = then.outcome.stopped_by.is_empty();
        Ok(goes.then(|| Counterfactual {
            edits: candidates
                .into_iter()
                .map(|candidate| candidate.edit)
                .collect(),
            kind: then.outcome.kind,
            outcome: then.answer,
            changes: then.outcome.changes,
            findings: then.outcome.findings,
        }))
    }
}

/// True for somebody who may log in.
fn is_let_in(explanation: &Explanation) -> bool {
    let kind = explanation.outcome.kind;
    let made = matches!(kind, OutcomeKind::Created | OutcomeKind::Adopted);
    let has_account = explanation.person.account_id.is_some();
    (made || has_account) && explanation.decide.after.is_empty()
}
