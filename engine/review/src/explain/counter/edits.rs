//! What can be tried out, and how it is done to a world.

use muster_model::page::PlainRow;
use muster_model::{Account, BlockReason, Memory, SourceStatus, Username, UsernameKey};
use muster_policy::{
    Exception, ExceptionDeed, FieldMapping, MatchKey, OnError, Policy, ValueSource, is_same_group,
};
use std::collections::BTreeSet;

/// One thing that is tried out.
#[derive(Clone, Debug)]
pub(in crate::explain) enum What {
    /// The person's entry has this status.
    Status(SourceStatus),
    /// It has other values of an attribute.
    Attribute(usize, Vec<String>),
    /// It is in a group.
    Join(String),
    /// It is not in a group.
    Quit(String),
    /// It is in no syncing group any more: it is not delivered.
    Leave,
    /// The source delivers this entry.
    Deliver(PlainRow),
    /// The other entries of the same person are not delivered.
    DropTwins,
    /// Records of theirs that could not be read can be read: then there is this entry,
    /// unless there is one already.
    Mend(Option<PlainRow>),
    /// The read is complete.
    Complete,
    /// The account has no block reasons.
    Unblock,
    /// The account of this username has another one.
    Rename(String, String),
    /// The policy has no `where`.
    NoCondition,
    /// It has not this block rule, by its place.
    NoRule(usize),
    /// It leaves nobody of this name out.
    NoExclusion(UsernameKey),
    /// It has not this exception, by its place.
    NoException(usize),
    /// It has one more.
    Except(Box<Exception>),
    /// It has so many seats.
    Limit(u64),
    /// A field need not have a value, and one that cannot be computed is left alone.
    Relax(usize),
    /// The plan goes past a guard.
    Override(String),
}

impl What {
    /// Does it to the person's entry.
    pub(super) fn on_entry(&self, row: &mut PlainRow) {
        match self {
            Self::Status(status) => row.status = *status,
            Self::Attribute(place, values) => {
                if let Some(cell) = row.values.get_mut(*place) {
                    cell.clone_from(values);
                }
            }
            Self::Join(group) => row.groups.push(group.clone()),
            Self::Quit(group) => row.groups.retain(|one| !is_same_group(one, group)),
            _ => {}
        }
    }

    /// Does it to an account; `is_theirs` is whether it is the person's.
    pub(super) fn on_account(&self, account: &mut Account, is_theirs: bool, now: &str) {
        match self {
            Self::Unblock if is_theirs => {
                let waited = account.block_reasons.contains(&BlockReason::NoLicence);
                let mut memory = Memory::of(account);
                memory.let_in = waited.then(|| now.to_owned());
                memory.write(&mut account.synced);
                account.block_reasons.clear();
            }
            Self::Rename(from, to) if account.username.key() == UsernameKey::of(from) => {
                if let Some(name) = Username::new(to) {
                    account.username = name;
                }
            }
            _ => {}
        }
    }

    /// True if it changes an account.
    pub(super) fn is_of_accounts(&self) -> bool {
        matches!(self, Self::Unblock | Self::Rename(..))
    }

    /// True if people may have to do with each other then who have not now.
    pub(super) fn reaches_others(&self, policy: &Policy) -> bool {
        match self {
            Self::Attribute(place, _) => telling(policy).contains(place),
            Self::Deliver(_) | Self::Mend(_) | Self::Rename(..) | Self::Except(_) => true,
            Self::DropTwins | Self::Complete | Self::Limit(_) => true,
            _ => false,
        }
    }

    /// Does it to the policy.
    pub(super) fn on_policy(&self, policy: &mut Policy) {
        match self {
            Self::NoCondition => policy.scope.condition = None,
            Self::NoRule(place) if *place < policy.blocks.len() => {
                policy.blocks.remove(*place);
            }
            Self::NoExclusion(key) => policy.scope.except_usernames.retain(|one| one != key),
            Self::NoException(place) if *place < policy.exceptions.len() => {
                policy.exceptions.remove(*place);
            }
            Self::Except(exception) => policy.exceptions.push((**exception).clone()),
            Self::Limit(limit) => {
                if let Some(terms) = &mut policy.licences {
                    terms.limit = *limit;
                }
            }
            Self::Relax(place) => {
                if let Some(field) = policy.fields.get_mut(*place) {
                    field.required = false;
                    field.on_error = OnError::Keep;
                }
            }
            _ => {}
        }
    }
}

/// A pin, as somebody might write it.
pub(super) fn pin(id: &str, account: &str, policy: &Policy) -> Option<Exception> {
    Some(Exception {
        deed: ExceptionDeed::Pin {
            id: id.into(),
            account: Username::new(account)?,
        },
        owner: "YOU".to_owned(),
        reason: "WHY".to_owned(),
        expires: None,
        at: policy.identity.at.clone(),
    })
}

/// Attributes that tell who somebody is: of which usernames, addresses and what finds
/// accounts are made, and which name other people.
pub(super) fn telling(policy: &Policy) -> BTreeSet<usize> {
    let mut all: BTreeSet<usize> = policy
        .identity
        .username
        .value
        .origins()
        .into_iter()
        .collect();
    for field in &policy.fields {
        match &field.value {
            ValueSource::Reference(reference) => all.extend(reference.attributes()),
            value if is_telling(policy, field) => all.extend(value.origins()),
            _ => {}
        }
    }
    all
}

/// True for an address, a part of a name, and whatever finds accounts.
pub(super) fn is_telling(policy: &Policy, field: &FieldMapping) -> bool {
    let name = field.name.as_str();
    let keys = &policy.identity.adopt.keys;
    name.contains("mail")
        || name.contains("name")
        || keys.contains(&MatchKey::Field(field.name.clone()))
}
