//! Computes mapped fields, and compares them with what accounts hold: without
//! building a string for people in whom nothing changed.

use crate::accounts::{AccountTable, Row, Synced};
use crate::claims::Claimant;
use crate::desired::Desired;
use crate::merges::Merges;
use crate::references::Asked;
use crate::words;
use muster_model::{Cause, EntryView, Fault, FieldChange, FieldName, PolicyLine};
use muster_policy::{
    FieldMapping, MappingFailed, Mode, OnError, Policy, Texts, ValueSource, Valuer,
};
use std::collections::BTreeMap;

/// Computes fields, mapping by mapping.
#[derive(Debug)]
pub(crate) struct Mapper<'p> {
    policy: &'p Policy,
    /// One per field.
    valuers: Vec<Valuer<'p>>,
    /// Digests of the mappings at the last run.
    before: Option<&'p BTreeMap<FieldName, String>>,
    /// What only the end of the read can tell: whom references name.
    pub(crate) asked: Asked,
    /// And which items of merged fields change.
    pub(crate) merges: Merges,
}

/// What a desired value means for an account.
pub(crate) enum Outcome {
    /// Nothing is to be done.
    Agreed,
    /// The account is as it should be, and sync does not know yet.
    Unsettled,
    /// A value is to be written.
    Changed(FieldChange),
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
    /// It is to become so, if nobody else finds it, for the person at this place
    /// among those without one: what is written once is written now, where the
    /// account has nothing.
    Adoption(usize),
}

impl Occasion {
    /// Who else has to adopt the account, before anything is written.
    pub(crate) fn adopter(self) -> Option<usize> {
        match self {
            Self::Sync => None,
            Self::Adoption(place) => Some(place),
        }
    }
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
            asked: Asked::new(policy),
            merges: Merges::default(),
        }
    }

    /// What a field should hold, and what is wrong with it.
    fn desired<'e>(
        valuer: &mut Valuer<'p>,
        merges: &mut Merges,
        (place, field): (usize, &'p FieldMapping),
        entry: EntryView<'e>,
        found: &mut Comparison,
    ) -> Desired<'e>
    where
        'p: 'e,
    {
        if let ValueSource::Groups(rules) = &field.value {
            return Desired::of(field, merges.texts(place, rules, entry));
        }
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

    /// The changes that make a new account, but for references: they come at the
    /// end of the read. `stranger` is the person's place among those without one.
    pub(crate) fn initial(&mut self, stranger: usize, entry: EntryView<'_>) -> Comparison {
        let mut found = Comparison::default();
        let fields = self.policy.fields.iter().zip(&mut self.valuers);
        for (place, (field, valuer)) in fields.enumerate() {
            let who = Claimant::Stranger(stranger);
            if field.reference().is_some() && self.asked.ask(who, None, place, field, entry) {
                continue;
            }
            let known = found.oddities.len();
            let (merges, mapping) = (&mut self.merges, (place, field));
            let desired = Self::desired(valuer, merges, mapping, entry, &mut found);
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

    /// Finds what is to change in an account, but for what only the end of the
    /// read can tell.
    pub(crate) fn compare(
        &mut self,
        accounts: &AccountTable,
        row: Row,
        entry: EntryView<'_>,
        occasion: Occasion,
    ) -> Comparison {
        let marks = (self.asked.mark(), self.merges.mark());
        let found = self.compare_all(accounts, row, entry, occasion);
        if found.is_held() {
            // Of a person whose fields are held, none changes.
            self.asked.forget(marks.0);
            self.merges.forget(marks.1);
        }
        found
    }

    fn compare_all(
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
            let who = Claimant::Account(row);
            let by = occasion.adopter();
            if field.reference().is_some() && self.asked.ask(who, by, place, field, entry) {
                continue;
            }
            if field.is_merged() {
                self.merges.note(accounts, (row, by), place, field, entry);
                continue;
            }
            let known = found.oddities.len();
            let (merges, mapping) = (&mut self.merges, (place, field));
            let desired = Self::desired(valuer, merges, mapping, entry, &mut found);
            let is_told = holding(&found.oddities, known);
            if field.required && !is_told && !desired.fills(accounts, row, place) {
                found.oddities.push(missing(field));
            }
            match outcome(self.before, field, accounts, row, place, desired) {
                Outcome::Agreed => {}
                Outcome::Unsettled => found.unsettled = true,
                Outcome::Changed(change) => found.changes.push(change),
            }
        }
        found
    }

    /// Compares what a field should hold with what it holds.
    pub(crate) fn outcome(
        &self,
        accounts: &AccountTable,
        row: Row,
        place: usize,
        desired: Desired<'_>,
    ) -> Outcome {
        match self.policy.fields.get(place) {
            Some(field) => outcome(self.before, field, accounts, row, place, desired),
            None => Outcome::Agreed,
        }
    }

    /// True if the policy mapped the field in another way at the last run.
    pub(crate) fn was_remapped(&self, field: &FieldMapping) -> bool {
        was_remapped(self.before, field)
    }
}

fn outcome(
    before: Option<&BTreeMap<FieldName, String>>,
    field: &FieldMapping,
    accounts: &AccountTable,
    row: Row,
    place: usize,
    desired: Desired<'_>,
) -> Outcome {
    let tracked = field.mode == Mode::Always;
    let unsettled = |is_unsettled: bool| match tracked && is_unsettled {
        true => Outcome::Unsettled,
        false => Outcome::Agreed,
    };
    if desired == Desired::Kept {
        // Sync owns the field all the same, from the first time on.
        return unsettled(accounts.synced(row, place) == Synced::Never);
    }
    if desired.is_held(accounts, row, place) {
        return unsettled(accounts.is_unsettled(row, place));
    }
    if !tracked && desired.is_blank() {
        return Outcome::Agreed;
    }
    let cause = match tracked {
        true => cause(before, field, accounts, row, place, &desired),
        false => Cause::Source,
    };
    Outcome::Changed(FieldChange {
        name: field.name.clone(),
        old: accounts.value(row, place),
        new: desired.into_value(),
        cause,
        policy: Some(field.at.clone()),
        sensitive: field.sensitive,
    })
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
    match accounts.synced(row, place) {
        Synced::Never => Cause::Policy,
        _ if was_remapped(before, field) => Cause::Policy,
        Synced::Same => Cause::Source,
        Synced::Differs if desired.is(accounts.last_synced(row, place)) => Cause::LocalEdit,
        Synced::Differs => Cause::Source,
    }
}

fn was_remapped(before: Option<&BTreeMap<FieldName, String>>, field: &FieldMapping) -> bool {
    let digest = before.and_then(|before| before.get(&field.name));
    digest.is_some_and(|digest| *digest != field.digest)
}
