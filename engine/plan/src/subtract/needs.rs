//! Who cannot be done without whom: names and identifiers that would have become
//! free, accounts that would have been there, seats.

use super::seats::Line;
use super::{Facts, Held, accounts_in, brings, name_before};
use muster_model::{AccountId, Action, Change, Plan, Username, Value};
use muster_policy::Policy;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// Why somebody is held whom nobody named.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Because {
    /// The username stays with somebody who is held.
    Username {
        /// Whose it is.
        holder: Username,
        /// The name.
        name: String,
    },
    /// The identifier stays with somebody who is held.
    Identifier {
        /// Whose it is.
        holder: Username,
    },
    /// A field would name somebody who does not become the directory's.
    Reference {
        /// Whom.
        to: Username,
        /// The field.
        field: String,
    },
    /// The seat would have been that of somebody who is held.
    Seat,
}

impl fmt::Display for Because {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Username { holder, name } => {
                write!(
                    f,
                    "the username `{name}` stays with `{holder}`, who is held"
                )
            }
            Self::Identifier { holder } => {
                write!(f, "the identifier stays with `{holder}`, who is held")
            }
            Self::Reference { to, field } => {
                write!(f, "`{field}` would name `{to}`, who is held")
            }
            Self::Seat => f.write_str("the seat would have been that of somebody who is held"),
        }
    }
}

/// Everybody who is held together with those who were chosen.
pub fn closure(plan: &Plan, policy: &Policy, facts: &Facts, chosen: &BTreeSet<AccountId>) -> Held {
    let needs = Needs::of(plan);
    let mut line = Line::of(plan, policy, facts);
    let mut held = Held::new();
    let mut next: Vec<(AccountId, Option<Because>)> = chosen.iter().map(|id| (*id, None)).collect();
    loop {
        while let Some((id, because)) = next.pop() {
            if held.contains_key(&id) {
                continue;
            }
            // Who was chosen is held for that reason, whomever they need besides.
            held.insert(id, because.filter(|_| !chosen.contains(&id)));
            line.hold(id);
            next.extend(needs.who_needs(id).map(|(id, why)| (id, Some(why))));
        }
        match line.over(&held) {
            Some(id) => next.push((id, Some(Because::Seat))),
            None => return held,
        }
    }
}

const EXTERNAL_ID: &str = "external_id";

/// Who lets go of what, and who takes it.
#[derive(Default)]
struct Needs<'p> {
    changes: BTreeMap<AccountId, Vec<&'p Change>>,
    /// Who claims a username, by its key.
    names: BTreeMap<String, AccountId>,
    /// Who claims an identifier.
    identifiers: BTreeMap<&'p str, AccountId>,
    /// Whose fields name an account that is new to the directory.
    references: BTreeMap<AccountId, Vec<(AccountId, &'p str)>>,
}

impl<'p> Needs<'p> {
    fn of(plan: &'p Plan) -> Self {
        let mut needs = Self::default();
        let brought = plan.changes.iter().filter(|change| brings(change));
        let brought: BTreeSet<AccountId> = brought.map(|change| change.account_id).collect();
        for change in &plan.changes {
            let id = change.account_id;
            needs.changes.entry(id).or_default().push(change);
            if change.action == Action::Create || name_before(change).is_some() {
                let key = change.username.key();
                needs.names.insert(key.as_str().to_owned(), id);
            }
            if let Some(identifier) = claimed(change) {
                needs.identifiers.insert(identifier, id);
            }
            for field in &change.fields {
                if !plan.references.contains(&field.name) {
                    continue;
                }
                for to in field.new.iter().flat_map(accounts_in) {
                    if brought.contains(&to) {
                        let from = (id, field.name.as_str());
                        needs.references.entry(to).or_default().push(from);
                    }
                }
            }
        }
        needs
    }

    /// Those who need what somebody would have let go of, or become.
    fn who_needs(&self, held: AccountId) -> impl Iterator<Item = (AccountId, Because)> {
        let mut found = Vec::new();
        let changes = self
            .changes
            .get(&held)
            .map(Vec::as_slice)
            .unwrap_or_default();
        for change in changes {
            if let Some(name) = name_before(change)
                && let Some(&who) = self.names.get(name.key().as_str())
            {
                let (holder, name) = (name.clone(), name.as_str().to_owned());
                found.push((who, Because::Username { holder, name }));
            }
            let holder = name_before(change).unwrap_or_else(|| change.username.clone());
            if let Some(&who) = given_up(change).and_then(|id| self.identifiers.get(id)) {
                let holder = holder.clone();
                found.push((who, Because::Identifier { holder }));
            }
            for (who, field) in self.references.get(&held).into_iter().flatten() {
                let (to, field) = (holder.clone(), (*field).to_owned());
                found.push((*who, Because::Reference { to, field }));
            }
        }
        found.into_iter().filter(move |(who, _)| *who != held)
    }
}

/// The identifier that a change takes for its account.
fn claimed(change: &Change) -> Option<&str> {
    if change.action == Action::Create {
        return change.external_id.as_ref().map(|id| id.as_str());
    }
    let field = change
        .fields
        .iter()
        .find(|field| field.name.as_str() == EXTERNAL_ID)?;
    text(field.new.as_ref())
}

/// The identifier that it gives up.
fn given_up(change: &Change) -> Option<&str> {
    let field = change
        .fields
        .iter()
        .find(|field| field.name.as_str() == EXTERNAL_ID)?;
    text(field.old.as_ref())
}

fn text(value: Option<&Value>) -> Option<&str> {
    match value {
        Some(Value::Text(text)) => Some(text),
        _ => None,
    }
}
