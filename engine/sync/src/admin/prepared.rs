//! A commit that is ready, with its audit, its run and what to tell.

use muster_model::{
    Account, Action, Actor, AuditRecord, BlockReason, Cause, DirectoryName, DirectoryRecord,
    ExternalId, FieldChange, FieldName, Owner, Reason, Run, RunId, RunOutcome, SensitiveFields,
    StateVersion, Value,
};
use muster_store::{Commit, Store};
use std::collections::{BTreeMap, BTreeSet};

use super::Refused;

/// When and by whom an operation is asked for.
#[derive(Clone, Copy, Debug)]
pub struct AdminContext<'a> {
    /// RFC 3339 in UTC.
    pub at: &'a str,
    /// Who, and with which command.
    pub actor: &'a Actor,
}

/// What an operation would write, and what its user ought to know.
#[derive(Clone, Debug)]
pub struct Prepared {
    /// What is to be written.
    pub effect: Effect,
    /// Consequences that are not seen in the account itself.
    pub notices: Vec<Notice>,
}

/// What is to be written.
#[derive(Clone, Debug)]
pub enum Effect {
    /// To be given to the store, which refuses it if the state has moved.
    Commit(Box<Commit>),
    /// Everything is already as it was asked for.
    Nothing,
}

/// A consequence of an operation.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Notice {
    /// Sync set these reasons and will set them again if they still hold.
    MayBlockAgain {
        /// The directory that owns the account.
        directory: DirectoryName,
        /// The policy file of its last sync, if one is known.
        policy_file: Option<String>,
        /// The reasons.
        reasons: Vec<BlockReason>,
    },
    /// The account stays blocked for these reasons.
    StillBlocked {
        /// The reasons.
        reasons: Vec<BlockReason>,
    },
    /// Who is in scope and has no account gets a new one.
    MayBeMadeAgain {
        /// The directory that owned the account.
        directory: DirectoryName,
    },
    /// The person may still be in scope: then the next sync reports a clash.
    MayClash {
        /// The directory that owned the account.
        directory: DirectoryName,
        /// With which the account could be given back.
        external_id: Option<ExternalId>,
    },
    /// From the next sync on, the directory writes the mapped fields.
    SyncTakesOver {
        /// The directory.
        directory: DirectoryName,
    },
    /// The next sync looks for the person under the new name.
    ExpectedAtSource {
        /// The directory.
        directory: DirectoryName,
    },
    /// A block for a reason of one's own that is undone by an administrator only.
    KeptBySync,
}

/// What was done to one account, for its audit record.
pub(super) struct Deed<'a> {
    /// The account after the change; before it, if it is deleted.
    pub account: &'a Account,
    /// An [`Action`]'s word, or an administrator's verb.
    pub verb: Verb,
    /// A sentence.
    pub text: String,
    /// Values that change, in order of their names.
    pub fields: Vec<FieldChange>,
}

/// What an administrator does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verb {
    /// One of the actions that sync has, too.
    Action(Action),
    /// What sync never does.
    Delete,
}

impl Verb {
    fn as_str(self) -> &'static str {
        match self {
            Self::Action(action) => action.as_str(),
            Self::Delete => "delete",
        }
    }
}

/// Puts accounts that are to be stored, and their audit, into a commit.
pub(super) fn commit_of(
    store: &dyn Store,
    context: AdminContext<'_>,
    deeds: &[Deed<'_>],
) -> Result<Commit, Refused> {
    let expected = store.version()?;
    let fields = SensitiveFields::of(&store.directories()?);
    let mut commit = Commit {
        expected,
        audit: deeds
            .iter()
            .map(|deed| record(context, deed, &fields))
            .collect(),
        run: Some(run(context, deeds)),
        ..Commit::default()
    };
    for deed in deeds {
        match deed.verb {
            Verb::Action(_) => commit.put.push(deed.account.clone()),
            Verb::Delete => commit.delete.push(deed.account.id),
        }
    }
    commit.directories = read_anew(store, deeds)?;
    Ok(commit)
}

/// Directories whose accounts are touched by hand, without their places in the
/// feed: sync has to look at people again whom the source has not touched.
fn read_anew(store: &dyn Store, deeds: &[Deed<'_>]) -> Result<Vec<DirectoryRecord>, Refused> {
    let mut owners = BTreeSet::new();
    for deed in deeds {
        // Fields that are edited by hand are none of sync's.
        if deed.verb == Verb::Action(Action::Update) {
            continue;
        }
        let before = store.account(deed.account.id)?;
        let before = before.map(|account| account.owner);
        for owner in before.into_iter().chain([deed.account.owner.clone()]) {
            if let Owner::Directory(name) = owner {
                owners.insert(name);
            }
        }
    }
    Ok(crate::record::without_cursors(owners, store)?)
}

/// Prepares one deed on one account.
pub(super) fn one(
    store: &dyn Store,
    context: AdminContext<'_>,
    deed: Deed<'_>,
    notices: Vec<Notice>,
) -> Result<Prepared, Refused> {
    let commit = commit_of(store, context, &[deed])?;
    Ok(Prepared {
        effect: Effect::Commit(Box::new(commit)),
        notices,
    })
}

fn record(context: AdminContext<'_>, deed: &Deed<'_>, sensitive: &SensitiveFields) -> AuditRecord {
    let owner = &deed.account.owner;
    let changes = deed.fields.iter().cloned();
    AuditRecord {
        seq: 0,
        run: RunId::default(),
        at: context.at.to_owned(),
        actor: context.actor.clone(),
        account_id: deed.account.id,
        username: deed.account.username.clone(),
        action: deed.verb.as_str().to_owned(),
        reason: Reason {
            code: "administrator".to_owned(),
            text: deed.text.clone(),
            policy: None,
        },
        fields: changes
            .map(|change| FieldChange {
                sensitive: sensitive.contains(owner, &change.name),
                ..change
            })
            .collect(),
    }
}

fn run(context: AdminContext<'_>, deeds: &[Deed<'_>]) -> Run {
    let mut summary: BTreeMap<Action, u64> = Action::ALL.map(|action| (action, 0)).into();
    for deed in deeds {
        if let Verb::Action(action) = deed.verb {
            *summary.entry(action).or_default() += 1;
        }
    }
    Run {
        id: RunId::default(),
        at: context.at.to_owned(),
        actor: context.actor.clone(),
        directory: None,
        outcome: RunOutcome::Applied,
        summary,
        held: 0,
        coverage: None,
        plan: None,
        policy: None,
        overrides: BTreeMap::new(),
        review: Default::default(),
        approvals: Vec::new(),
        text: None,
        read: None,
        proof: None,
        undoes: None,
        version: StateVersion::default(),
    }
}

/// A value's way from old to new, by an administrator's hand.
pub(super) fn field_change(name: &str, old: Option<Value>, new: Option<Value>) -> FieldChange {
    FieldChange {
        name: FieldName::from(name),
        old,
        new,
        cause: Cause::LocalEdit,
        policy: None,
        sensitive: false,
    }
}

/// Block reasons as a field's value; none is absent.
pub(super) fn reasons_value<'a>(
    reasons: impl IntoIterator<Item = &'a BlockReason>,
) -> Option<Value> {
    let names: Vec<String> = reasons.into_iter().map(ToString::to_string).collect();
    (!names.is_empty()).then(|| Value::list(names))
}
