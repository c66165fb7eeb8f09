//! People that the suite makes up: it knows the truth, so whoever is lost,
//! doubled or garbled has a name.
//!
//! The same number gives the same people, whenever and wherever they are made.

mod names;
pub(crate) mod odd;

use crate::case::Without;
use odd::Odd;
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// What is known of a made-up person, by name. Those in [`SEVERAL`] hold any
/// number of values, the others at most one.
pub const FIELDS: [&str; 14] = [
    "id",
    "username",
    "mail",
    "name",
    "given",
    "family",
    "title",
    "department",
    "city",
    "phone",
    "about",
    "phones",
    "labels",
    "changed",
];

/// Fields with any number of values.
pub const SEVERAL: [&str; 2] = ["phones", "labels"];

/// Fields that hold whatever a person may write: odd texts go here.
pub const FREE: [&str; 6] = ["name", "given", "family", "title", "department", "about"];

const EVERYBODY: &str = "Staff";
const ENGINEERS: &str = "Engineers";
const NIGHT_SHIFT: &str = "Night Shift";

/// Groups that people are in; everybody is in the first.
pub const GROUPS: [&str; 3] = [EVERYBODY, ENGINEERS, NIGHT_SHIFT];

/// Second at which nobody had changed yet.
const BEGINNING: u64 = 1_767_225_600;

/// A made-up person.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Person {
    /// Values by field. A field that is not there is absent.
    pub fields: BTreeMap<&'static str, Vec<String>>,
    /// Whether they may log in.
    pub active: bool,
    /// Groups that they are in.
    pub groups: Vec<&'static str>,
    /// What is odd about their texts.
    pub odd: Option<Odd>,
}

impl Person {
    /// Values of a field; none if it is absent.
    pub fn values(&self, field: &str) -> &[String] {
        self.fields.get(field).map_or(&[], Vec::as_slice)
    }

    /// The only value of a field that everybody has.
    pub fn text(&self, field: &str) -> &str {
        self.values(field).first().map_or("", String::as_str)
    }

    /// Sets a field's only value.
    pub fn set(&mut self, field: &'static str, value: impl Into<String>) {
        self.fields.insert(field, vec![value.into()]);
    }

    /// Notes that something has changed, a number of seconds after the beginning.
    pub fn touch(&mut self, seconds: u64) {
        self.set("changed", instant(BEGINNING + seconds));
    }

    /// The person as a line of `MUSTER_PEOPLE` has them.
    pub fn to_json(&self) -> Value {
        let mut members = Map::new();
        for (field, values) in &self.fields {
            let value = match SEVERAL.contains(field) {
                true => json!(values),
                false => json!(values.first()),
            };
            members.insert((*field).to_owned(), value);
        }
        members.insert("active".to_owned(), json!(self.active));
        members.insert("groups".to_owned(), json!(self.groups));
        Value::Object(members)
    }
}

/// Makes up ordinary people.
pub fn plain(count: usize) -> Vec<Person> {
    (0..count).map(person).collect()
}

/// Makes up people whose texts are odd, one for each kind of oddity that the
/// source can carry, with ordinary people before and behind.
pub fn odd(without: &[Without]) -> Vec<Person> {
    let mut people = plain(3);
    for odd in odd::all(without) {
        let mut one = person(people.len());
        for field in FREE {
            one.fields.insert(field, vec![odd.text.clone()]);
        }
        let label = match odd.text.contains([';', '|', ',', '\n', '\r'])
            || odd.text.trim() != odd.text
            || odd.text.is_empty()
        {
            true => "label".to_owned(),
            false => odd.text.clone(),
        };
        one.fields.insert("labels", vec![label, "plain".to_owned()]);
        one.odd = Some(odd);
        people.push(one);
    }
    people.extend((0..3).map(|n| person(1000 + n)));
    if without.contains(&Without::SeveralValues) {
        for one in &mut people {
            one.fields.entry("labels").or_default().truncate(1);
            one.fields.entry("phones").or_default().truncate(1);
        }
    }
    people
}

/// Makes up one ordinary person. A person of a number is always the same.
pub fn person(number: usize) -> Person {
    let (given, family) = names::of(number);
    let username = format!("user{number:06}");
    let mut one = Person {
        fields: BTreeMap::new(),
        active: number % 7 != 5,
        groups: vec![EVERYBODY],
        odd: None,
    };
    one.set("id", identifier(number as u64));
    one.set("mail", format!("{username}@example.org"));
    one.set("username", username);
    one.set("name", format!("{given} {family}"));
    one.set("given", given);
    one.set("family", family);
    one.set("department", names::department(number));
    one.set("city", names::city(number));
    one.set("phone", format!("+49 30 {:07}", number));
    one.touch(0);
    if number % 3 != 1 {
        one.set("title", names::title(number));
    }
    if number % 5 == 2 {
        one.set("about", format!("Number {number} of the crowd"));
    }
    let phones = (0..number % 3).map(|n| format!("+49 40 {number:06}{n}"));
    one.fields.insert("phones", phones.collect());
    let labels = ["blue", "green", "red"];
    let labels = labels
        .iter()
        .take(number % 4)
        .map(|&label| label.to_owned());
    one.fields.insert("labels", labels.collect());
    if number.is_multiple_of(2) {
        one.groups.push(ENGINEERS);
    }
    if number.is_multiple_of(5) {
        one.groups.push(NIGHT_SHIFT);
    }
    one
}

/// An identifier that looks like those of directories, and whose order is not
/// that of the people.
fn identifier(number: u64) -> String {
    let (a, b) = (mixed(number), mixed(number ^ 0x5EED_0000_0000));
    format!(
        "{:08x}-{:04x}-4{:03x}-8{:03x}-{:012x}",
        a >> 32,
        a >> 16 & 0xffff,
        a & 0xfff,
        b >> 52,
        b & 0xffff_ffff_ffff
    )
}

/// SplitMix64: far apart for neighbours, and never twice the same.
fn mixed(number: u64) -> u64 {
    let mut mixed = number.wrapping_add(0x9E37_79B9_7F4A_7C15);
    mixed = (mixed ^ mixed >> 30).wrapping_mul(0xBF58_476D_1CE4_E5B9);
    mixed = (mixed ^ mixed >> 27).wrapping_mul(0x94D0_49BB_1331_11EB);
    mixed ^ mixed >> 31
}

/// RFC 3339, of a second of 2026: `2026-01-01T00:00:00Z` and the days after it.
fn instant(seconds: u64) -> String {
    const MONTHS: [u64; 12] = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];
    let since = seconds.saturating_sub(BEGINNING);
    let (mut day, clock) = (since / 86_400, since % 86_400);
    let mut month = 1;
    for days in MONTHS {
        if day < days {
            break;
        }
        day -= days;
        month += 1;
    }
    format!(
        "2026-{month:02}-{:02}T{:02}:{:02}:{:02}Z",
        day + 1,
        clock / 3600,
        clock / 60 % 60,
        clock % 60
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn nobody_shares_what_is_one_persons_own() {
        let people = plain(20_000);
        for field in ["id", "username", "mail"] {
            let values: BTreeSet<&str> = people.iter().map(|one| one.text(field)).collect();
            assert_eq!(values.len(), people.len(), "{field}");
        }
        assert_eq!(plain(5), people[..5]);
    }

    #[test]
    fn whoever_is_odd_is_odd_in_all_free_fields() {
        let people = odd(&[]);
        let odd: Vec<&Person> = people.iter().filter(|one| one.odd.is_some()).collect();
        assert!(odd.len() > 20);
        for one in odd {
            let text = &one.odd.as_ref().unwrap().text;
            assert!(FREE.iter().all(|field| one.text(field) == text));
        }
        let carried = super::odd(&[Without::EmptyValues, Without::LongValues]);
        assert_eq!(carried.len(), people.len() - 2);
    }

    #[test]
    fn instants_are_dates() {
        assert_eq!(instant(BEGINNING), "2026-01-01T00:00:00Z");
        assert_eq!(
            instant(BEGINNING + 31 * 86_400 + 61),
            "2026-02-01T00:01:01Z"
        );
    }
}
