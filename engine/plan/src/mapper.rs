//! Computes mapped fields, and compares them with what accounts hold: without
//! building a string for people in whom nothing changed.

use crate::accounts::{AccountTable, Row, Synced};
use crate::desired::Desired;
use crate::words;
use muster_model::{Cause, EntryView, Fault, FieldChange, FieldName, PolicyLine};
use muster_policy::{FieldMapping, MappingFailed, Mode, OnError, Policy, Texts, Valuer};
use std::collections::BTreeMap;

/// Computes fields, mapping by mapping.
#[derive(Debug)]
pub(crate) struct Mapper<'p> {
    policy: &'p Policy,
    /// One per field.
    valuers: Vec<Valuer<'p>>,
    /// Digests of the mappings at the last run.
    before: Option<&'p BTreeMap<FieldName, String>>,
}

/// What is wrong with one field of one person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Oddity {
    pub(crate) fault: Fault,
    pub(crate) text: String,
    pub(crate) at: PolicyLine,
    /// True if none of the person's fields is written because of it.
    pub(crate) holds: bool,
}

/// When fields are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Occasion {
    /// The account is the directory's own.
    Sync,
    /// It is to become so: what is written once is written now, where the account
    /// has nothing.
    Adoption,
}

/// How an account's mapped fields compare with the entry.
#[derive(Debug, Default)]
pub(crate) struct Comparison {
    /// Values to change.
    pub(crate) changes: Vec<FieldChange>,
    /// True if all agree now but sync's memory of them does not.
    pub(crate) unsettled: bool,
    /// What is wrong; nothing is to change if any of it holds the person.
    pub(crate) oddities: Vec<Oddity>,
}

impl Comparison {
    /// True if none of the fields may be written.
    pub(crate) fn is_held(&self) -> bool {
        self.oddities.iter().any(|oddity| oddity.holds)
    }
}

impl<'p> Mapper<'p> {
    pub(crate) fn new(
        policy: &'p Policy,
        now: jiff::Timestamp,
        before: Option<&'p BTreeMap<FieldName, String>>,
    ) -> Self {
        let valuers = policy.fields.iter();
        Self {
            policy,
            valuers: valuers.map(|field| Valuer::of_field(field, now)).collect(),
            before,
        }
    }

    /// What a field should hold, and what is wrong with it.
    fn desired<'e>(
        valuer: &mut Valuer<'p>,
        field: &'p FieldMapping,
        entry: EntryView<'e>,
        found: &mut Comparison,
    ) -> Desired<'e>
    where
        'p: 'e,
    {
        match valuer.texts(entry) {
            Ok(texts) => Desired::of(field, texts),
            Err(failed) => {
                found.oddities.push(failure(field, &failed));
                match field.on_error {
                    OnError::Hold | OnError::Keep => Desired::Kept,
                    OnError::Absent => Desired::of(field, Texts::Absent),
                }
            }
        }
    }

    /// What a field would hold for a person of whom only one value of one
    /// attribute is known.
    pub(crate) fn of_one<'e>(&self, place: usize, value: &'e str) -> Texts<'e> {
        let texts = Texts::One(value.into());
        let valuer = self.valuers.get(place);
        let made = valuer.and_then(|valuer| valuer.transformed(texts).ok());
        made.unwrap_or(Texts::Absent)
    }

    /// What the source gives for one field, without what the policy takes in its
    /// place; nothing if it cannot be computed.
    pub(crate) fn texts<'e>(&mut self, place: usize, entry: EntryView<'e>) -> Texts<'e>
    where
        'p: 'e,
    {
        let valuer = self.valuers.get_mut(place);
        let texts = valuer.and_then(|valuer| valuer.texts(entry).ok());
        texts.unwrap_or(Texts::Absent)
    }

    /// The changes that make a new account.
    pub(crate) fn initial(&mut self, entry: EntryView<'_>) -> Comparison {
        let mut found = Comparison::default();
        let fields = self.policy.fields.iter().zip(&mut self.valuers);
        for (field, valuer) in fields {
            let known = found.oddities.len();
            let desired = Self::desired(valuer, field, entry, &mut found);
            let is_told = holding(&found.oddities, known);
            let is_blank = desired.is_blank() || desired == Desired::Kept;
            if field.required && is_blank && !is_told {
                found.oddities.push(missing(field));
            }
            if let Some(new) = desired.into_value() {
                found.changes.push(FieldChange {
                    name: field.name.clone(),
                    old: None,
                    new: Some(new),
                    cause: Cause::Source,
                    policy: Some(field.at.clone()),
                    sensitive: field.sensitive,
                });
            }
        }
        found
    }

    /// Finds what is to change in an account.
    pub(crate) fn compare(
        &mut self,
        accounts: &AccountTable,
        row: Row,
        entry: EntryView<'_>,
        occasion: Occasion,
    ) -> Comparison {
        let mut found = Comparison::default();
        let fields = self.policy.fields.iter().zip(&mut self.valuers);
        for (place, (field, valuer)) in fields.enumerate() {
            let wanted = match field.mode {
                Mode::Always => true,
                Mode::Create if occasion == Occasion::Sync => false,
                Mode::Create | Mode::IfEmpty => accounts.is_blank(row, place),
            };
            if !wanted {
                continue;
            }
            let known = found.oddities.len();
            let desired = Self::desired(valuer, field, entry, &mut found);
            let is_told = holding(&found.oddities, known);
            if field.required && !is_told && !desired.fills(accounts, row, place) {
                found.oddities.push(missing(field));
            }
            let tracked = field.mode == Mode::Always;
            if desired == Desired::Kept {
                // Sync owns the field all the same, from the first time on.
                found.unsettled |= tracked && accounts.synced(row, place) == Synced::Never;
            } else if desired.is_held(accounts, row, place) {
                found.unsettled |= tracked && accounts.is_unsettled(row, place);
            } else if tracked || !desired.is_blank() {
                let cause = match tracked {
                    true => cause(self.before, field, accounts, row, place, &desired),
                    false => Cause::Source,
                };
                found.changes.push(FieldChange {
                    name: field.name.clone(),
                    old: accounts.value(row, place),
                    new: desired.into_value(),
                    cause,
                    policy: Some(field.at.clone()),
                    sensitive: field.sensitive,
                });
            }
        }
        found
    }
}

/// True if one of the oddities behind the known ones holds the person.
fn holding(oddities: &[Oddity], known: usize) -> bool {
    oddities.iter().skip(known).any(|oddity| oddity.holds)
}

fn failure(field: &FieldMapping, failed: &MappingFailed) -> Oddity {
    let said = match field.sensitive {
        // The step says what is wrong without the value.
        true => format!("{failed}."),
        false => words::failure(failed),
    };
    let follows = match field.on_error {
        OnError::Hold => "",
        OnError::Keep => " The field is left as it is.",
        OnError::Absent => " It counts as absent.",
    };
    Oddity {
        fault: words::fault_of(failed),
        text: format!(
            "field `{}` could not be computed: {said}{follows}",
            field.name
        ),
        at: words::line_of(failed).unwrap_or(&field.at).clone(),
        holds: field.on_error == OnError::Hold,
    }
}

fn missing(field: &FieldMapping) -> Oddity {
    Oddity {
        fault: Fault::RequiredMissing,
        text: format!(
            "field `{}` must have a value, and this person has none",
            field.name
        ),
        at: field.at.clone(),
        holds: true,
    }
}

/// Why a field that was synced before gets another value.
fn cause(
    before: Option<&BTreeMap<FieldName, String>>,
    field: &FieldMapping,
    accounts: &AccountTable,
    row: Row,
    place: usize,
    desired: &Desired<'_>,
) -> Cause {
    let digest = before.and_then(|before| before.get(&field.name));
    let was_remapped = digest.is_some_and(|digest| *digest != field.digest);
    match accounts.synced(row, place) {
        Synced::Never => Cause::Policy,
        _ if was_remapped => Cause::Policy,
        Synced::Same => Cause::Source,
        Synced::Differs if desired.is(accounts.last_synced(row, place)) => Cause::LocalEdit,
        Synced::Differs => Cause::Source,
    }
}
