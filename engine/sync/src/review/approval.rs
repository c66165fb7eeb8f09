//! Which approvals of a plan count, and who is lacking.

use crate::plan_file::{PublicKey, SealedPlan, is_signed_by};
use muster_model::{Approval, Plan, UsernameKey};
use muster_policy::{ApprovalTerms, Policy};
use std::collections::BTreeSet;

/// Approvals of one plan file that count by its policy. Only [`counted`] makes any.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Approved {
    good: Vec<Approval>,
    idle: Vec<Idle>,
    is_rehearsal: bool,
}

/// An approval that does not count.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Idle {
    /// Whose.
    pub name: String,
    /// Why not, as the end of a sentence.
    pub why: String,
}

impl Approved {
    /// For a store in memory that nobody's accounts are in: nobody has to be asked.
    pub fn rehearsal() -> Self {
        Self {
            is_rehearsal: true,
            ..Self::default()
        }
    }

    /// Those that count, in order of time.
    pub fn good(&self) -> &[Approval] {
        &self.good
    }

    /// Those that do not.
    pub fn idle(&self) -> &[Idle] {
        &self.idle
    }
}

/// A plan that not enough people have approved of.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{}", told(self))]
pub struct Lacking {
    /// Where the policy asks for it.
    pub at: String,
    /// So many people have to approve.
    pub required: u64,
    /// Those whose approval counts.
    pub given: Vec<String>,
    /// Those who may approve and have not; nothing if that is anybody.
    pub waiting: Vec<String>,
    /// Approvals that do not count.
    pub idle: Vec<Idle>,
}

fn told(lacking: &Lacking) -> String {
    let mut text = format!(
        "this plan needs {} ({})",
        match lacking.required {
            1 => "1 approval".to_owned(),
            required => format!("{required} approvals"),
        },
        lacking.at
    );
    text.push_str(&match lacking.given.as_slice() {
        [] => " and has none".to_owned(),
        given => format!(" and has {} ({})", given.len(), given.join(", ")),
    });
    if !lacking.waiting.is_empty() {
        let waiting = lacking.waiting.join(", ");
        text.push_str(&format!("; who may still approve: {waiting}"));
    }
    for idle in &lacking.idle {
        text.push_str(&format!(
            "; that of `{}` does not count: {}",
            idle.name, idle.why
        ));
    }
    text
}

/// Finds the approvals of a plan file that count.
pub fn counted(file: &SealedPlan, policy: Option<&Policy>) -> Approved {
    let terms = policy.and_then(|policy| policy.approval.as_ref());
    let Some(terms) = terms else {
        // Nobody is asked; who approved all the same stands in the record.
        return Approved {
            good: file.approvals.clone(),
            ..Approved::default()
        };
    };
    let mut approved = Approved::default();
    let mut names = BTreeSet::new();
    for approval in &file.approvals {
        let why = why_idle(file, approval, terms);
        let why = why.or_else(|| {
            let is_new = names.insert(UsernameKey::of(&approval.name));
            (!is_new).then(|| "they have approved already".to_owned())
        });
        match why {
            None => approved.good.push(approval.clone()),
            Some(why) => approved.idle.push(Idle {
                name: approval.name.clone(),
                why,
            }),
        }
    }
    approved
}

fn why_idle(file: &SealedPlan, approval: &Approval, terms: &ApprovalTerms) -> Option<String> {
    if terms.by_others {
        let is_author = |name: &str| {
            let key = UsernameKey::of(name);
            let mut authors = file.plan.review.authors();
            authors.any(|author| UsernameKey::of(author) == key)
        };
        if is_author(&approval.name) || is_author(&approval.actor) {
            return Some("they made this plan, or let it past a guard".to_owned());
        }
    }
    if terms.keys.is_empty() {
        let why = "it was given without the state, and the policy lists no keys";
        return approval.seal.is_none().then(|| why.to_owned());
    }
    match terms.keys.get(&approval.name) {
        None => Some("the policy lists no key of theirs".to_owned()),
        Some(_) if approval.signature.is_none() => Some("it is not signed".to_owned()),
        Some(key) if !is_signed_by(file, approval, PublicKey(*key)) => {
            Some("the signature is not by the key that the policy lists".to_owned())
        }
        Some(_) => None,
    }
}

/// Says who is lacking. A plan that changes nobody needs no approval.
pub fn lacking(plan: &Plan, policy: Option<&Policy>, approved: &Approved) -> Option<Lacking> {
    let terms = policy?.approval.as_ref()?;
    let given: Vec<String> = approved.good.iter().map(|one| one.name.clone()).collect();
    if approved.is_rehearsal || plan.changes.is_empty() || given.len() as u64 >= terms.required {
        return None;
    }
    let is_given = |name: &&String| given.contains(name);
    let waiting = terms.keys.keys().filter(|name| !is_given(name));
    Some(Lacking {
        at: terms.at.to_string(),
        required: terms.required,
        waiting: waiting.cloned().collect(),
        given,
        idle: approved.idle.clone(),
    })
}
