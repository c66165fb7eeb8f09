//! The changes that take a run back, and what stands in their way.

use super::Created;
use super::net::{self, Fate, Net, Shift};
use crate::edits::{DIRECTORY, current, is_reasons};
use muster_model::plan::{BLOCK_REASONS, reasons_of};
use muster_model::{
    Account, AccountId, Action, AuditRecord, BlockReason, Cause, Change, DirectoryName, ExternalId,
    Fault, FieldChange, FieldName, Finding, Owner, Reason, RunId, Username, UsernameKey, Value,
};
use muster_store::{Store, StoreError};
use std::collections::{BTreeMap, BTreeSet};

const USERNAME: &str = "username";
const EXTERNAL_ID: &str = "external_id";

/// The reason's code of changes that take others back.
pub(super) const UNDO: &str = "undo";

/// One account on its way back.
struct Back<'n> {
    net: &'n Net,
    now: Account,
    fields: BTreeMap<FieldName, FieldChange>,
}

/// The changes that take back what was done, by action and username, and findings
/// about what stays.
pub(super) fn of(
    run: RunId,
    chosen: &[&Net],
    store: &dyn Store,
    created: Created,
) -> Result<(Vec<Change>, Vec<Finding>), StoreError> {
    let accounts: BTreeSet<AccountId> = chosen.iter().map(|net| net.account).collect();
    let mut way = Way {
        run,
        since: net::since(run, &accounts, store)?,
        findings: Vec::new(),
    };
    let mut all = Vec::new();
    for net in chosen {
        let back = match (net.fate, store.account(net.account)?) {
            (Fate::Deleted, _) => {
                way.stays(&net.username, "it was deleted, and that cannot be undone");
                None
            }
            (_, None) => {
                way.stays(&net.username, "the account was deleted since");
                None
            }
            (Fate::Created, Some(now)) => way.created(net, now, created),
            (Fate::Stayed, Some(now)) => way.back(net, now),
        };
        all.extend(back);
    }
    way.release_before_claim(&mut all, store)?;
    let mut changes: Vec<Change> = all.into_iter().flat_map(|back| back.changes(run)).collect();
    changes.sort_by(|one, other| {
        let key = |change: &Change| (change.action, change.username.clone(), change.account_id);
        key(one).cmp(&key(other))
    });
    way.findings.sort_unstable();
    Ok((changes, way.findings))
}

/// What stands in the way of a return.
struct Way {
    run: RunId,
    since: BTreeMap<(AccountId, FieldName), AuditRecord>,
    findings: Vec<Finding>,
}

impl Way {
    fn stays(&mut self, username: &Username, why: &str) {
        self.findings.push(Finding {
            code: Fault::NotUndone,
            username: Some(username.to_string()),
            text: why.to_owned(),
            policy: None,
            held: true,
        });
    }

    /// A value that is not what the run has written.
    fn moved(&mut self, net: &Net, name: &FieldName) {
        let by = match self.since.get(&(net.account, name.clone())) {
            Some(record) => format!(
                "{} ({} by {}) has changed it since",
                record.run, record.actor.command, record.actor.name
            ),
            None => format!("it is not what run {} wrote", self.run),
        };
        self.stays(&net.username, &format!("`{name}` stays as it is: {by}"));
    }

    fn created<'n>(&mut self, net: &'n Net, now: Account, created: Created) -> Option<Back<'n>> {
        if created == Created::Stay {
            let name = &now.username;
            let text = format!(
                "the run has made this account, and no run deletes one: it stays as it is. `muster account block {name}` or `--block-created` blocks it, `muster account delete {name}` deletes it"
            );
            self.stays(&now.username, &text);
            return None;
        }
        let mut reasons = now.block_reasons.clone();
        reasons.insert(BlockReason::Manual);
        let field = reasons_change(&now, &reasons, Cause::Source)?;
        Some(Back {
            net,
            now,
            fields: BTreeMap::from([(field.name.clone(), field)]),
        })
    }

    fn back<'n>(&mut self, net: &'n Net, now: Account) -> Option<Back<'n>> {
        let owner = net.fields.get(&FieldName::from(DIRECTORY));
        let expected = owner.and_then(|shift| shift.new.clone());
        if expected.is_some_and(|owner| owner != Value::from(now.owner.as_str())) {
            self.moved(net, &FieldName::from(DIRECTORY));
            return None;
        }
        let mut fields = BTreeMap::new();
        for (name, shift) in &net.fields {
            let field = match is_reasons(name) {
                true => reasons_change(&now, &reasons_back(&now, shift), shift.cause),
                false if current(&now, name) == shift.new => Some(FieldChange {
                    name: name.clone(),
                    old: shift.new.clone(),
                    new: shift.old.clone(),
                    cause: shift.cause,
                    policy: shift.policy.clone(),
                    sensitive: shift.sensitive,
                }),
                // Somebody did it by hand already.
                false if current(&now, name) == shift.old => None,
                false => {
                    self.moved(net, name);
                    None
                }
            };
            fields.extend(field.map(|field| (name.clone(), field)));
        }
        (!fields.is_empty()).then_some(Back { net, now, fields })
    }

    /// Takes out who would need a name, or be a person, that somebody else has by now.
    /// Whoever stays releases nothing, so this goes on until all who are left can go.
    fn release_before_claim(
        &mut self,
        all: &mut Vec<Back<'_>>,
        store: &dyn Store,
    ) -> Result<(), StoreError> {
        loop {
            let releasing = |names: &[&str]| -> BTreeSet<AccountId> {
                let gives_up =
                    |back: &&Back<'_>| names.iter().any(|name| back.new_of(name).is_some());
                all.iter()
                    .filter(gives_up)
                    .map(|back| back.now.id)
                    .collect()
            };
            let names = releasing(&[USERNAME]);
            let people = releasing(&[EXTERNAL_ID, DIRECTORY]);
            let mut is_over = true;
            for back in all.iter_mut() {
                if let Some(holder) = back.name_is_taken(store, &names)? {
                    let text = format!(
                        "its username stays: {holder} has the old one by now, and usernames are unique"
                    );
                    self.stays(&back.now.username, &text);
                    back.fields.remove(&FieldName::from(USERNAME));
                    is_over = false;
                }
                if let Some(holder) = back.person_is_taken(store, &people)? {
                    let text = format!("it stays as it is: {holder} is that person by now");
                    self.stays(&back.now.username, &text);
                    back.fields.clear();
                    is_over = false;
                }
            }
            all.retain(|back| !back.fields.is_empty());
            if is_over {
                return Ok(());
            }
        }
    }
}

impl Back<'_> {
    fn new_of(&self, name: &str) -> Option<&Option<Value>> {
        let field = self.fields.get(&FieldName::from(name))?;
        Some(&field.new)
    }

    fn name_is_taken(
        &self,
        store: &dyn Store,
        releasing: &BTreeSet<AccountId>,
    ) -> Result<Option<String>, StoreError> {
        let Some(Some(name)) = self.new_of(USERNAME) else {
            return Ok(None);
        };
        let holder = store.find(&UsernameKey::of(&name.to_string()))?;
        let other = holder.filter(|holder| holder.id != self.now.id);
        let stays = other.filter(|holder| !releasing.contains(&holder.id));
        Ok(stays.map(|holder| format!("account {} of {}", holder.id, holder.owner)))
    }

    fn person_is_taken(
        &self,
        store: &dyn Store,
        releasing: &BTreeSet<AccountId>,
    ) -> Result<Option<String>, StoreError> {
        let owner = match self.new_of(DIRECTORY) {
            Some(Some(owner)) => Owner::from_name(&owner.to_string()),
            _ => self.now.owner.clone(),
        };
        let id = match self.new_of(EXTERNAL_ID) {
            Some(id) => id.as_ref().map(|id| ExternalId::new(id.to_string())),
            None => self.now.external_id.clone(),
        };
        let (Owner::Directory(directory), Some(id)) = (owner, id) else {
            return Ok(None);
        };
        let holder = store.find_external(&DirectoryName::new(directory.as_str()), &id)?;
        let other = holder.filter(|holder| holder.id != self.now.id);
        let stays = other.filter(|holder| !releasing.contains(&holder.id));
        Ok(stays.map(|holder| format!("account `{}` ({})", holder.username, holder.id)))
    }

    /// One change for each kind of thing that is taken back.
    fn changes(self, run: RunId) -> Vec<Change> {
        let mut kinds: BTreeMap<Action, Vec<FieldChange>> = BTreeMap::new();
        let owner = self.owner_action();
        for field in self.fields.into_values() {
            let action = match (owner, field.name.as_str()) {
                (_, BLOCK_REASONS) => reasons_action(&field),
                (Some(action), _) => action,
                (None, USERNAME) => Action::Rename,
                (None, _) => Action::Update,
            };
            kinds.entry(action).or_default().push(field);
        }
        let username = kinds.values().flatten().find_map(|field| {
            let is_name = field.name.as_str() == USERNAME;
            let name = field.new.as_ref().filter(|_| is_name)?;
            Username::new(&name.to_string())
        });
        let username = username.unwrap_or(self.now.username);
        let done = self.net.reasons.join("; ");
        kinds
            .into_iter()
            .map(|(action, fields)| Change {
                action,
                username: username.clone(),
                external_id: self.now.external_id.clone(),
                account_id: self.now.id,
                reason: Reason {
                    code: UNDO.to_owned(),
                    text: format!("takes back what {run} did: {done}"),
                    policy: self.net.policy.clone(),
                },
                fields,
            })
            .collect()
    }

    fn owner_action(&self) -> Option<Action> {
        let owner = self.new_of(DIRECTORY)?.as_ref()?;
        Some(match Owner::from_name(&owner.to_string()) {
            Owner::Local => Action::Detach,
            Owner::Directory(_) => Action::Adopt,
        })
    }
}

/// A block opens or closes an account; more or fewer reasons are an update.
fn reasons_action(field: &FieldChange) -> Action {
    let is_active = |value: &Option<Value>| reasons_of(value.as_ref()).is_empty();
    match (is_active(&field.old), is_active(&field.new)) {
        (true, false) => Action::Block,
        (false, true) => Action::Unblock,
        _ => Action::Update,
    }
}

/// Reasons that the run has taken away come back, and those that it has given go;
/// whatever others did since stays.
fn reasons_back(now: &Account, shift: &Shift) -> BTreeSet<BlockReason> {
    let (old, new) = (
        reasons_of(shift.old.as_ref()),
        reasons_of(shift.new.as_ref()),
    );
    let given: BTreeSet<&BlockReason> = new.difference(&old).collect();
    let kept = now.block_reasons.iter().filter(|r| !given.contains(r));
    kept.chain(old.difference(&new)).cloned().collect()
}

fn reasons_change(
    now: &Account,
    reasons: &BTreeSet<BlockReason>,
    cause: Cause,
) -> Option<FieldChange> {
    let list = |reasons: &BTreeSet<BlockReason>| {
        Some(Value::list(
            reasons.iter().map(ToString::to_string).collect(),
        ))
    };
    (*reasons != now.block_reasons).then(|| FieldChange {
        name: FieldName::from(BLOCK_REASONS),
        old: list(&now.block_reasons),
        new: list(reasons),
        cause,
        policy: None,
        sensitive: false,
    })
}
