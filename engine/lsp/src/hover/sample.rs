//! A person of a snapshot, seen through a policy.

use crate::surroundings::Sample;
use jiff::Timestamp;
use muster_model::page::PlainRow;
use muster_model::{EntryView, MASK, Page, SourceStatus};
use muster_policy::{
    Draft, Evaluator, Expression, FieldMapping, OnAbsent, OnEmpty, Shape, Texts, Usernames,
    ValueSource, Valuer,
};
use std::collections::BTreeSet;

/// Letters of a value that are shown.
const LONGEST: usize = 100;

/// Attributes that something reads, by their places in the policy.
pub(super) struct Reads(pub(super) Vec<usize>);

impl Reads {
    pub(super) fn of(value: &ValueSource) -> Self {
        Self(match value {
            ValueSource::Attributes(ids) => ids.clone(),
            ValueSource::Expression(expression) => expression.attributes().collect(),
            ValueSource::Reference(reference) => reference.from.clone(),
            ValueSource::Groups(_) => Vec::new(),
        })
    }
}

/// What something gives: a value, and what is to be said of it.
pub(super) struct Given {
    value: String,
    note: String,
}

impl Given {
    fn value(value: impl Into<String>) -> Self {
        Self {
            value: value.into(),
            note: String::new(),
        }
    }

    fn note(self, note: impl Into<String>) -> Self {
        Self {
            note: note.into(),
            ..self
        }
    }

    fn hidden() -> Self {
        Self::value(MASK).note(" (sensitive)")
    }

    fn failed(failed: &impl std::fmt::Display) -> Self {
        Self::value("?").note(format!(
            " – it cannot be computed: {}",
            in_line(&failed.to_string())
        ))
    }

    /// The line that says whose value it is.
    fn line(&self, who: &str) -> String {
        let Self { value, note } = self;
        format!("{}{note}", code(&format!("{} → {value}", in_line(who))))
    }
}

/// People of a sample, with the columns of a policy.
pub(super) struct Person<'d> {
    draft: &'d Draft,
    sample: &'d Sample,
    people: Page,
    /// Attributes of the policy that were not recorded.
    lacking: BTreeSet<usize>,
    /// Attributes of the policy whose values are not shown.
    hidden: BTreeSet<usize>,
    now: Timestamp,
}

impl<'d> Person<'d> {
    pub(super) fn of(draft: &'d Draft, sample: &'d Sample, now: Timestamp) -> Self {
        let recorded: Vec<String> = sample
            .attributes
            .iter()
            .map(|name| name.to_lowercase())
            .collect();
        let wanted: Vec<String> = draft
            .attributes()
            .iter()
            .map(|name| name.to_lowercase())
            .collect();
        let places: Vec<Option<usize>> = wanted
            .iter()
            .map(|name| recorded.iter().position(|known| known == name))
            .collect();
        let rows: Vec<PlainRow> = sample
            .people
            .entries()
            .map(|entry| row(entry, &places))
            .collect();
        let chosen =
            |wanted: &dyn Fn(usize) -> bool| (0..places.len()).filter(|at| wanted(*at)).collect();
        Self {
            draft,
            sample,
            people: Page::from_rows(places.len(), &rows, Vec::new()),
            lacking: chosen(&|at| places.get(at).copied().flatten().is_none()),
            hidden: chosen(&|at| {
                let name = wanted.get(at);
                name.is_some_and(|name| draft.hides(name) || sample.sensitive.contains(name))
            }),
            now,
        }
    }

    /// The person who is shown: the one that was named, or else the first who may
    /// log in, is in scope, and has a username.
    fn shown(&self) -> Option<(EntryView<'_>, String)> {
        let named = self.people.entries().map(|entry| (entry, self.name(entry)));
        let named: Vec<(EntryView<'_>, Option<String>)> = named.collect();
        let is_wanted = |name: &Option<String>| {
            self.sample.person.as_ref().is_some_and(|wanted| {
                name.as_ref()
                    .is_some_and(|name| name.to_lowercase() == wanted.to_lowercase())
            })
        };
        let usual = |entry: EntryView<'_>, name: &Option<String>| {
            entry.status() == SourceStatus::Active && name.is_some()
        };
        let found = named
            .iter()
            .find(|(_, name)| is_wanted(name))
            .or_else(|| {
                let mut usual = named.iter().filter(|(entry, name)| usual(*entry, name));
                usual.find(|(entry, _)| self.in_scope(*entry))
            })
            .or_else(|| named.iter().find(|(entry, name)| usual(*entry, name)))
            .or_else(|| named.first());
        found.map(|(entry, name)| {
            let id = || entry.id().map(str::to_owned);
            let who = name.clone().or_else(id);
            (*entry, who.unwrap_or_else(|| "the first person".to_owned()))
        })
    }

    fn name(&self, entry: EntryView<'_>) -> Option<String> {
        let reads = Reads::of(&self.draft.identity().username.value);
        if reads.0.iter().any(|id| self.hidden.contains(id)) {
            return None;
        }
        let mut usernames = Usernames::new(self.draft.identity(), self.now);
        let names = usernames.of(entry).ok()?;
        names.as_slice().first().map(|name| name.to_string())
    }

    fn in_scope(&self, entry: EntryView<'_>) -> bool {
        self.draft
            .condition()
            .is_none_or(|condition| Evaluator::new(condition, self.now).test(entry) == Ok(true))
    }

    /// What something gives for the person who is shown.
    pub(super) fn told(
        &self,
        reads: &Reads,
        what: impl Fn(&Self, EntryView<'_>) -> Given,
    ) -> String {
        let lacking = reads.0.iter().filter(|id| self.lacking.contains(id));
        let lacking: Vec<String> = lacking
            .filter_map(|&id| self.draft.attributes().get(id))
            .map(|name| format!("`{name}`"))
            .collect();
        if !lacking.is_empty() {
            return format!(
                "The snapshot has no {}: `muster snapshot record` makes a new one.",
                lacking.join(", ")
            );
        }
        let Some((entry, who)) = self.shown() else {
            return "There is nobody in the snapshot.".to_owned();
        };
        let given = match reads.0.iter().any(|id| self.hidden.contains(id)) {
            true => Given::hidden(),
            false => what(self, entry),
        };
        given.line(&who)
    }

    /// What a field holds.
    pub(super) fn field(&self, field: &FieldMapping, entry: EntryView<'_>) -> Given {
        if field.sensitive {
            return Given::hidden();
        }
        match &field.value {
            ValueSource::Reference(reference) => {
                let mut named = reference.from.iter().map(|&id| entry.values(id));
                let named = named.find(|values| values.len() > 0);
                let value = named.map_or_else(|| "absent".to_owned(), quoted);
                Given::value(value).note(" at the source; the account is found when it is planned")
            }
            ValueSource::Groups(rules) => {
                let given = |group: &str| {
                    rules
                        .iter()
                        .filter_map(|rule| rule.items(group))
                        .flatten()
                        .collect::<Vec<_>>()
                };
                let items: BTreeSet<String> = entry.groups().flat_map(given).collect();
                let texts = items
                    .iter()
                    .map(|item| std::borrow::Cow::Borrowed(item.as_str()));
                outcome(Texts::Many(texts.collect()), field, Shape::List)
            }
            ValueSource::Attributes(_) | ValueSource::Expression(_) => {
                match Valuer::of_field(field, self.now).texts(entry) {
                    Err(failed) => Given::failed(&failed),
                    Ok(texts) => outcome(texts, field, field.shape),
                }
            }
        }
    }

    /// The username.
    pub(super) fn username(&self, entry: EntryView<'_>) -> Given {
        let mut usernames = Usernames::new(self.draft.identity(), self.now);
        match usernames.of(entry) {
            Err(failed) => Given::failed(&failed),
            Ok(texts) => Given::value(quoted(texts.as_slice().iter().map(AsRef::as_ref))),
        }
    }

    /// Whether a condition holds, for the person and for how many of the others.
    pub(super) fn condition(&self, condition: &Expression, entry: EntryView<'_>) -> Given {
        let mut evaluator = Evaluator::new(condition, self.now);
        let own = match evaluator.test(entry) {
            Ok(holds) => Given::value(holds.to_string()),
            Err(failed) => Given::failed(&failed),
        };
        let holds = self
            .people
            .entries()
            .filter(|entry| evaluator.test(*entry) == Ok(true));
        let (holds, all) = (holds.count(), self.people.len());
        let people = if all == 1 { "person" } else { "people" };
        let recorded = self
            .sample
            .recorded
            .get(..10)
            .unwrap_or(&self.sample.recorded);
        let note = format!(
            "{}\n\nIt holds for {holds} of the first {all} {people} of the snapshot of {recorded}.",
            own.note
        );
        own.note(note)
    }

    /// The values of an attribute, whether the policy reads it or not.
    pub(super) fn attribute(&self, name: &str) -> Option<String> {
        let name = name.to_lowercase();
        let mut recorded = self.sample.attributes.iter();
        let column = recorded.position(|known| known.to_lowercase() == name)?;
        let (shown, who) = self.shown()?;
        let row = self.people.entries().position(|entry| same(entry, shown))?;
        let entry = self.sample.people.entries().nth(row)?;
        let is_hidden = self.draft.hides(&name) || self.sample.sensitive.contains(&name);
        let given = match is_hidden {
            true => Given::hidden(),
            false => Given::value(quoted(entry.values(column))),
        };
        Some(given.line(&who))
    }
}

fn same(a: EntryView<'_>, b: EntryView<'_>) -> bool {
    a.to_plain() == b.to_plain()
}

fn row(entry: EntryView<'_>, places: &[Option<usize>]) -> PlainRow {
    let cell = |place: &Option<usize>| {
        let values = place.map(|place| entry.values(place).map(str::to_owned));
        values.map_or_else(Vec::new, Iterator::collect)
    };
    PlainRow {
        id: entry.id().map(str::to_owned),
        groups: entry.groups().map(str::to_owned).collect(),
        status: entry.status(),
        values: places.iter().map(cell).collect(),
    }
}

/// What becomes of the texts that a mapping gives.
fn outcome(texts: Texts<'_>, field: &FieldMapping, shape: Shape) -> Given {
    let is_absent = texts == Texts::Absent;
    let is_blank = texts.as_slice().iter().all(|text| text.is_empty());
    if let (Some(default), true) = (&field.default, is_blank) {
        return Given::value(one(default)).note(" (the default)");
    }
    if is_blank && field.required {
        return Given::value("absent").note(" – the person would be held: the field is `required`");
    }
    let keeps = match (is_absent, field.empty) {
        (true, _) => Some(field.absent == OnAbsent::Keep),
        (false, OnEmpty::Absent) if is_blank => Some(field.absent == OnAbsent::Keep),
        (false, OnEmpty::Keep) if is_blank => Some(true),
        _ => None,
    };
    match keeps {
        Some(true) => return Given::value("absent").note(" – the account keeps what it has"),
        Some(false) => return Given::value("absent"),
        None => {}
    }
    if shape != Shape::List {
        return Given::value(quoted(texts.as_slice().iter().map(AsRef::as_ref)));
    }
    let items = texts.as_slice().iter().map(AsRef::as_ref);
    let items: BTreeSet<&str> = items.filter(|item: &&str| !item.is_empty()).collect();
    Given::value(listed(items.into_iter()))
}

/// Values as the language writes them: none, one, or a list.
fn quoted<'v>(mut values: impl ExactSizeIterator<Item = &'v str>) -> String {
    match values.len() {
        0 => "absent".to_owned(),
        1 => values.next().map_or_else(String::new, one),
        _ => listed(values),
    }
}

fn listed<'v>(values: impl Iterator<Item = &'v str>) -> String {
    let texts: Vec<String> = values.map(one).collect();
    format!("[{}]", texts.join(", "))
}

/// One text in quotes; of a long one the beginning, and its length.
fn one(value: &str) -> String {
    let cut: String = value.chars().take(LONGEST).collect();
    let quoted = serde_json::Value::from(cut.as_str()).to_string();
    match cut.len() < value.len() {
        true => format!(
            "{}…\" ({} bytes)",
            quoted.trim_end_matches('"'),
            value.len()
        ),
        false => quoted,
    }
}

/// A text between as many backticks as it needs.
fn code(text: &str) -> String {
    let mut ticks = "`".to_owned();
    while text.contains(&ticks) {
        ticks.push('`');
    }
    match ticks.len() {
        1 => format!("`{text}`"),
        _ => format!("{ticks} {text} {ticks}"),
    }
}

/// A text on one line.
fn in_line(text: &str) -> String {
    let letters = text.chars().map(|letter| match letter {
        '\n' | '\r' | '\t' => ' ',
        letter => letter,
    });
    letters.filter(|letter| !letter.is_control()).collect()
}
