//! People of a test: what everybody has, what the file says of somebody, what the
//! test says.

use super::words::STATUS;
use crate::cases::language;
use crate::cases::scene::Person;
use muster_model::SourceStatus;
use muster_policy::document::{Document, Item, Keys};
use muster_policy::{Code, Policy};
use std::collections::BTreeMap;

/// The attribute of directories of the LDAP kind that says in which sub-tree
/// somebody is: the test's source reads it, whether or not the policy does.
pub(in crate::cases) const PLACE: &str = "dn";

/// People whom the file names.
pub(super) struct Cast {
    anybody: Person,
    people: BTreeMap<String, Person>,
}

impl Cast {
    pub(super) fn read(
        doc: &mut Document<'_>,
        policy: &Policy,
        defaults: Option<Item<'_>>,
        people: Option<Item<'_>>,
    ) -> Self {
        let mut anybody = Person {
            label: String::new(),
            id: None,
            status: SourceStatus::Active,
            groups: Vec::new(),
            under: Vec::new(),
            values: BTreeMap::new(),
        };
        if let Some(keys) = defaults.and_then(|item| doc.keys(item, &language::DEFAULTS)) {
            describe(doc, policy, &mut anybody, &keys);
        }
        let mut cast = Self {
            anybody,
            people: BTreeMap::new(),
        };
        if let Some(item) = people {
            let people = cast.given(doc, policy, item);
            let named = people.into_iter().map(|one| (one.label.clone(), one));
            cast.people = named.collect();
        }
        cast
    }

    pub(super) fn people(&self) -> impl Iterator<Item = &Person> {
        self.people.values()
    }

    /// People by their names alone, or with what is so of them in one test.
    pub(super) fn given(
        &self,
        doc: &mut Document<'_>,
        policy: &Policy,
        item: Item<'_>,
    ) -> Vec<Person> {
        if item.is_mapping() {
            let mut people = Vec::new();
            for entry in doc.entries(item, "`people`") {
                people.push(self.person(doc, policy, entry));
            }
            return people;
        }
        let mut people: Vec<Person> = Vec::new();
        for (item, label) in doc.texts(item, "`people`") {
            match self.people.get(label) {
                Some(_) if people.iter().any(|one| one.label == label) => {
                    let message = format!("`{label}` is there twice");
                    doc.report(Code::DuplicateName, item.span(), message, None);
                }
                Some(person) => people.push(person.clone()),
                None => {
                    let message = format!("The file says nothing of `{label}`");
                    let known = self.people.keys().map(String::as_str);
                    doc.unknown(Code::UnknownPerson, item.span(), message, (label, known));
                }
            }
        }
        people
    }

    fn person(&self, doc: &mut Document<'_>, policy: &Policy, item: Item<'_>) -> Person {
        let label = item.name().to_owned();
        let mut person = match self.people.get(&label) {
            Some(known) => known.clone(),
            None => Person {
                id: Some(label.clone()),
                label,
                ..self.anybody.clone()
            },
        };
        if item.is_nothing() {
            return person;
        }
        if let Some(keys) = doc.keys(item, &language::PERSON) {
            match keys.get("id") {
                Some(id) if id.is_nothing() => person.id = None,
                Some(id) => {
                    let id = doc.filled(id, "`id`").map(str::to_owned);
                    person.id = id.or(person.id);
                }
                None => {}
            }
            describe(doc, policy, &mut person, &keys);
        }
        person
    }
}

/// What the source says of somebody.
fn describe(doc: &mut Document<'_>, policy: &Policy, person: &mut Person, keys: &Keys<'_>) {
    if let Some(item) = keys.get("status") {
        let status = doc.word(item, "`status`", &STATUS);
        person.status = status.unwrap_or(person.status);
    }
    let mut listed = |key: &str, list: &mut Vec<String>| {
        if let Some(item) = keys.get(key) {
            let texts = doc.texts(item, "the list").into_iter();
            *list = texts.map(|(_, text)| text.to_owned()).collect();
        }
    };
    listed("groups", &mut person.groups);
    listed("under", &mut person.under);
    let attributes = keys.get("attributes");
    let attributes = attributes.map(|item| doc.entries(item, "`attributes`"));
    for item in attributes.into_iter().flatten() {
        attribute(doc, policy, person, item);
    }
}

fn attribute(doc: &mut Document<'_>, policy: &Policy, person: &mut Person, item: Item<'_>) {
    let name = item.name().to_lowercase();
    let read = || policy.attributes.iter().map(String::as_str);
    if name != PLACE && !read().any(|known| known.to_lowercase() == name) {
        let message = format!(
            "The policy `{}` does not read the attribute `{}`",
            policy.file,
            item.name()
        );
        let known: Vec<&str> = read().collect();
        let known = known.iter().copied();
        doc.unknown(
            Code::UnreadAttribute,
            item.at(),
            message,
            (item.name(), known),
        );
    }
    let values = values(doc, item);
    person.values.insert(name, values);
}

fn values(doc: &mut Document<'_>, item: Item<'_>) -> Vec<String> {
    if item.is_nothing() {
        return Vec::new();
    }
    if item.is_list() {
        let mut values = Vec::new();
        for item in doc.items(item, "an attribute") {
            values.extend(doc.text(item, "a value").map(str::to_owned));
        }
        return values;
    }
    let text = doc.text(item, "an attribute");
    text.into_iter().map(str::to_owned).collect()
}
