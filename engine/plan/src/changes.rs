//! Decisions become changes: one action on one account each, with its reason.

use crate::accounts::{Row, Synced};
use crate::blocking::{ReasonShift, Why};
use crate::claims::Claimant;
use crate::planner::{Edit, Fate, Planner, Stranger};
use hashbrown::HashMap;
use muster_model::plan::BLOCK_REASONS;
use muster_model::{
    AccountId, Action, BlockReason, Cause, Change, ExternalId, Fault, FieldChange, FieldName,
    Finding, PolicyLine, Reason, Username, UsernameKey, Value,
};
use std::collections::{BTreeMap, BTreeSet};

/// Everything that was decided about accounts and new people.
#[derive(Debug)]
pub(crate) struct Decided {
    pub(crate) edits: Vec<Edit>,
    pub(crate) strangers: Vec<(usize, Stranger)>,
    /// Who needs the name that which account gives up.
    pub(crate) needs: BTreeMap<Claimant, Row>,
    /// New people without a seat.
    pub(crate) unseated: BTreeSet<usize>,
    /// New people who get no account yet, lest they overtake others.
    pub(crate) left_out: BTreeSet<usize>,
}

impl Decided {
    /// The block reasons that accounts will have, where they change.
    pub(crate) fn reasons_by_row(&self) -> HashMap<Row, &BTreeSet<BlockReason>> {
        let shifts = self.edits.iter();
        shifts
            .filter_map(|edit| Some((edit.row, &edit.reasons.as_ref()?.new)))
            .collect()
    }
}

/// Builds all changes in their order; with `only`, also the findings about
/// changes that need another one that was left out.
pub(crate) fn build(planner: &Planner<'_>, decided: Decided) -> (Vec<Change>, Vec<Finding>) {
    let only = planner.context.only.as_ref();
    let mut lost = Vec::new();
    let lacking = lacking(planner, &decided);
    let lacks = |claimant: Claimant| lacking.get(&claimant).copied();
    let mut changes = Vec::new();
    for (place, stranger) in decided.strangers {
        let Some(username) = stranger.username else {
            continue;
        };
        if only.is_some_and(|only| username.key() != *only) {
            continue;
        }
        match (lacks(Claimant::Stranger(place)), stranger.fate) {
            (Some(holder), _) => lost.push(needs_other(planner, username.as_str(), holder)),
            (None, Fate::Create(fields)) => {
                let reason = planner.creation_reason(stranger.about);
                let mut change = create(username, stranger.external_id, fields, reason);
                if decided.unseated.contains(&place) {
                    without_seat(planner, &mut change);
                }
                changes.push(change);
            }
            (None, _) => {}
        }
    }
    for mut edit in decided.edits {
        if only.is_some_and(|only| !concerns(planner, &edit, only)) {
            continue;
        }
        if let Some(holder) = lacks(Claimant::Account(edit.row)) {
            edit.rename = None;
            lost.push(needs_other(
                planner,
                planner.accounts.username(edit.row),
                holder,
            ));
        }
        push_edit(planner, edit, &mut changes);
    }
    changes.sort_by_cached_key(|change| (change.action, change.username.key(), change.account_id));
    (changes, lost)
}

/// Who needs a name that its holder does not give up in this plan.
pub(crate) fn lacking(planner: &Planner<'_>, decided: &Decided) -> BTreeMap<Claimant, Row> {
    let only = planner.context.only.as_ref();
    let chosen = |edit: &Edit| only.is_none_or(|only| concerns(planner, edit, only));
    let moving: BTreeSet<Row> = decided
        .edits
        .iter()
        .filter(|edit| edit.rename.is_some() && chosen(edit))
        .map(|edit| edit.row)
        .collect();
    let needs = decided.needs.iter().map(|(&who, &holder)| (who, holder));
    needs
        .filter(|(_, holder)| !moving.contains(holder))
        .collect()
}

/// The numbers that new people will get, by their places: creates come first in a
/// plan, in order of their usernames.
pub(crate) fn numbers(planner: &Planner<'_>, decided: &Decided) -> BTreeMap<usize, AccountId> {
    let only = planner.context.only.as_ref();
    let lacking = lacking(planner, decided);
    let mut made: Vec<(UsernameKey, usize)> = decided
        .strangers
        .iter()
        .filter(|(place, stranger)| {
            let is_made = matches!(stranger.fate, Fate::Create(_));
            is_made && !lacking.contains_key(&Claimant::Stranger(*place))
        })
        .filter_map(|(place, stranger)| Some((stranger.username.as_ref()?.key(), *place)))
        .filter(|(key, _)| only.is_none_or(|only| key == only))
        .collect();
    made.sort_unstable();
    let numbers = planner.context.next_account_id.0..;
    let made = made.into_iter().zip(numbers);
    made.map(|((_, place), number)| (place, AccountId(number)))
        .collect()
}

fn concerns(planner: &Planner<'_>, edit: &Edit, only: &UsernameKey) -> bool {
    planner.accounts.key(edit.row) == only.as_str()
        || edit.rename.as_ref().is_some_and(|new| new.key() == *only)
}

fn needs_other(planner: &Planner<'_>, username: &str, holder: Row) -> Finding {
    Finding {
        code: Fault::NeedsOther,
        username: Some(username.to_owned()),
        text: format!(
            "the new username is still that of account `{}` ({}), whose own rename is not in this \
             plan; plan without `--only`",
            planner.accounts.username(holder),
            planner.accounts.id(holder)
        ),
        policy: Some(planner.policy.identity.at.clone()),
        held: true,
    }
}

fn create(
    username: Username,
    external_id: Option<ExternalId>,
    fields: Vec<FieldChange>,
    reason: Reason,
) -> Change {
    Change {
        action: Action::Create,
        username,
        external_id,
        account_id: AccountId(0),
        reason,
        fields,
    }
}

/// A new account that waits for a seat.
fn without_seat(planner: &Planner<'_>, change: &mut Change) {
    let policy = planner
        .policy
        .licences
        .as_ref()
        .map(|terms| terms.at.clone());
    change.reason.text = format!("{}; no seat is left", change.reason.text);
    change.fields.push(FieldChange {
        name: FieldName::from(BLOCK_REASONS),
        old: None,
        new: Some(Value::list(vec![BlockReason::NoLicence.to_string()])),
        cause: Cause::Policy,
        policy,
        sensitive: false,
    });
    change.fields.sort_by(|a, b| a.name.cmp(&b.name));
}

fn push_edit(planner: &Planner<'_>, mut edit: Edit, changes: &mut Vec<Change>) {
    let row = edit.row;
    let accounts = &planner.accounts;
    let old = accounts.username(row);
    let username = edit.rename.clone().or_else(|| Username::new(old));
    let Some(username) = username else {
        return;
    };
    let external_id = edit
        .new_id()
        .or_else(|| accounts.external_id(row))
        .map(ExternalId::from);
    let mut push = |action: Action, reason: Reason, fields: Vec<FieldChange>| {
        changes.push(Change {
            action,
            username: username.clone(),
            external_id: external_id.clone(),
            account_id: accounts.id(row),
            reason,
            fields,
        });
    };
    if let Some(adoption) = edit.adoption.take() {
        let fields = edit.take_adopted(planner, &adoption);
        push(Action::Adopt, adoption.reason, fields);
    }
    if let Some(new) = &edit.rename {
        let (reason, field) = rename(planner, row, old, new, edit.rename_reason.take());
        push(Action::Rename, reason, vec![field]);
    }
    let mut fields = edit.fields;
    let transition = edit.reasons.map(|shift| (transition(&shift), shift));
    let quiet = match &transition {
        Some((None, shift)) => Some(shift),
        _ => None,
    };
    if !fields.is_empty() || quiet.is_some() {
        let learns = fields.iter().any(is_id);
        let decision = edit.decision.filter(|_| learns);
        let reason = update_reason(planner, &fields, quiet, decision);
        fields.extend(quiet.map(block_reasons));
        fields.sort_by(|a, b| a.name.cmp(&b.name));
        push(Action::Update, reason, fields);
    }
    if let Some((Some(action), shift)) = &transition {
        push(
            *action,
            shift_reason(*action, shift),
            vec![block_reasons(shift)],
        );
    }
}

fn is_id(field: &FieldChange) -> bool {
    field.name.as_str() == crate::accounts::EXTERNAL_ID_FIELD
}

/// `given` is why the source's username does not count.
fn rename(
    planner: &Planner<'_>,
    row: Row,
    old: &str,
    new: &Username,
    given: Option<Reason>,
) -> (Reason, FieldChange) {
    let accounts = &planner.accounts;
    let place = accounts.username_field();
    let reverted = accounts.synced(row, place) == Synced::Differs
        && accounts.last_synced(row, place) == Some(&Value::from(new.as_str()));
    let policy = Some(planner.policy.identity.at.clone());
    let (cause, code, text) = if planner.username_was_remapped() {
        (
            Cause::Policy,
            "changed-by-policy",
            "the policy makes the username anew",
        )
    } else if reverted {
        (
            Cause::LocalEdit,
            "reverted-local-edit",
            "reverted local edit of the username",
        )
    } else {
        (Cause::Source, "renamed", "renamed at the source")
    };
    let by_policy = given.is_some();
    let reason = given.unwrap_or_else(|| Reason {
        code: code.to_owned(),
        text: text.to_owned(),
        policy,
    });
    let cause = if by_policy { Cause::Policy } else { cause };
    let field = username(old, new, cause, reason.policy.clone());
    (reason, field)
}

/// The way from one username to another.
pub(crate) fn username(
    old: &str,
    new: &Username,
    cause: Cause,
    policy: Option<PolicyLine>,
) -> FieldChange {
    FieldChange {
        name: FieldName::from(crate::accounts::USERNAME_FIELD),
        old: Some(Value::from(old)),
        new: Some(Value::from(new.as_str())),
        cause,
        policy,
        sensitive: false,
    }
}

/// Whether the person is blocked now, unblocked now, or neither.
fn transition(shift: &ReasonShift) -> Option<Action> {
    match (shift.old.is_empty(), shift.new.is_empty()) {
        (true, false) => Some(Action::Block),
        (false, true) => Some(Action::Unblock),
        _ => None,
    }
}

pub(crate) fn block_reasons(shift: &ReasonShift) -> FieldChange {
    let list = |reasons: &BTreeSet<BlockReason>| {
        Some(Value::list(
            reasons.iter().map(ToString::to_string).collect(),
        ))
    };
    let why = shift.begins.first().or_else(|| shift.ends.first());
    let by_policy = why.is_some_and(|why| {
        let reason = &why.reason;
        matches!(reason, BlockReason::Rule(_) | BlockReason::NoLicence)
    });
    FieldChange {
        name: FieldName::from(BLOCK_REASONS),
        old: list(&shift.old),
        new: list(&shift.new),
        cause: if by_policy {
            Cause::Policy
        } else {
            Cause::Source
        },
        policy: why.map(|why| why.policy.clone()),
        sensitive: false,
    }
}

fn shift_reason(action: Action, shift: &ReasonShift) -> Reason {
    let whys: &[Why] = match action {
        Action::Block => &shift.begins,
        _ => &shift.ends,
    };
    let texts: Vec<&str> = whys.iter().map(|why| why.text.as_str()).collect();
    Reason {
        code: whys
            .first()
            .map_or(String::new(), |why| why.reason.to_string()),
        text: texts.join("; "),
        policy: whys.first().map(|why| why.policy.clone()),
    }
}

/// Why values change; `quiet` are block reasons that come and go while the
/// account stays blocked.
fn update_reason(
    planner: &Planner<'_>,
    fields: &[FieldChange],
    quiet: Option<&ReasonShift>,
    decision: Option<Reason>,
) -> Reason {
    let told = |field: &&FieldChange| decision.is_none() || !is_id(field);
    let has = |cause: Cause| fields.iter().filter(told).any(|f| f.cause == cause);
    let all = [
        (Cause::Source, "changed-at-source", "changed at source"),
        (
            Cause::LocalEdit,
            "reverted-local-edit",
            "reverted local edit",
        ),
        (
            Cause::Policy,
            "changed-by-policy",
            "mapped anew by the policy",
        ),
    ];
    let present: Vec<_> = all.into_iter().filter(|(cause, ..)| has(*cause)).collect();
    // That there is no seat follows from what has ended.
    let follows = |why: &&Why| why.reason == BlockReason::NoLicence;
    let whys = || {
        quiet.into_iter().flat_map(|shift| {
            let begins = || shift.begins.iter();
            let first = begins().filter(move |why| !follows(why));
            first.chain(&shift.ends).chain(begins().filter(follows))
        })
    };
    let decided = decision.iter().map(|decision| decision.text.clone());
    let present_texts = present.iter().map(|(.., text)| (*text).to_owned());
    let mut texts: Vec<String> = decided.chain(present_texts).collect();
    texts.extend(whys().map(|why| why.text.clone()));
    texts.extend(quiet.map(|shift| {
        let left: Vec<String> = shift.new.iter().map(ToString::to_string).collect();
        format!("stays blocked ({})", left.join(", "))
    }));
    if let Some(decision) = decision {
        return Reason {
            text: texts.join("; "),
            ..decision
        };
    }
    let first = present.first();
    let line = first.and_then(|(cause, ..)| fields.iter().find(|field| field.cause == *cause));
    let why = quiet.and_then(|shift| shift.begins.first().or(shift.ends.first()));
    let code = match (first, why) {
        (Some((_, code, _)), _) => (*code).to_owned(),
        (None, Some(why)) => why.reason.to_string(),
        (None, None) => "changed-at-source".to_owned(),
    };
    Reason {
        code,
        text: texts.join("; "),
        policy: line
            .and_then(|field| field.policy.clone())
            .or_else(|| why.map(|why| why.policy.clone()))
            .or_else(|| Some(planner.policy.scope.at.clone())),
    }
}
