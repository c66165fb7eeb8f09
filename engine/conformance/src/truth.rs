//! What was delivered, held against who was there.

use crate::case::{Case, Without};
use crate::people::{Person, SEVERAL};
use muster_model::SourceStatus;
use muster_model::page::PlainRow;
use std::collections::BTreeMap;

/// People who are named in one sentence.
const NAMED: usize = 3;

/// Longest piece of a value that is shown, in characters.
const SHOWN: usize = 80;

/// What is wrong with what was delivered.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Wrong {
    /// Who is missing.
    pub lost: Vec<String>,
    /// Who came more than once.
    pub doubled: Vec<String>,
    /// Who was never there.
    pub made_up: Vec<String>,
    /// What came otherwise than it is.
    pub garbled: Vec<String>,
}

impl Wrong {
    /// True if nothing is wrong.
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }

    /// What is wrong, a sentence for each kind.
    pub fn sentences(&self) -> Vec<String> {
        let mut all = Vec::new();
        let mut say = |people: &[String], one: &str, many: &str| {
            if let Some(first) = people.first() {
                all.push(match people.len() {
                    1 => format!("{first} {one}"),
                    count => format!("{count} people {many}: {}", named(people)),
                });
            }
        };
        say(&self.lost, "is missing", "are missing");
        say(&self.doubled, "came twice", "came more than once");
        say(
            &self.made_up,
            "came, who was never there",
            "came who were never there",
        );
        all.extend(self.garbled.iter().take(NAMED).cloned());
        if self.garbled.len() > NAMED {
            all.push(format!("and {} more like that", self.garbled.len() - NAMED));
        }
        all
    }
}

/// Some, and how many more.
pub(crate) fn named(people: &[String]) -> String {
    let mut text = people
        .iter()
        .take(NAMED)
        .cloned()
        .collect::<Vec<_>>()
        .join(", ");
    if people.len() > NAMED {
        text.push_str(&format!(" and {} more", people.len() - NAMED));
    }
    text
}

/// How a person is named in reports.
pub(crate) fn name(one: &Person) -> String {
    format!("`{}`", one.text("username"))
}

/// Holds rows against people who should be there, each once.
pub(crate) fn compare<'a>(
    case: &Case,
    people: impl IntoIterator<Item = &'a Person>,
    rows: &[PlainRow],
) -> Wrong {
    let mut by_id: BTreeMap<&str, Vec<&PlainRow>> = BTreeMap::new();
    for row in rows {
        by_id.entry(case.who(row)).or_default().push(row);
    }
    let mut wrong = Wrong::default();
    for one in people {
        match by_id.remove(one.text(case.id)).as_deref() {
            None => wrong.lost.push(name(one)),
            Some([row]) => wrong.garbled.extend(differences(case, one, row)),
            Some(_) => wrong.doubled.push(name(one)),
        }
    }
    for id in by_id.into_keys().filter(|id| !case.is_of_the_source(id)) {
        wrong.made_up.push(match id {
            "" => "somebody without an external id".to_owned(),
            id => format!("somebody with the id `{}`", shown(id)),
        });
    }
    wrong
}

/// What a row says otherwise than the person is.
pub(crate) fn differences(case: &Case, one: &Person, row: &PlainRow) -> Vec<String> {
    let who = match &one.odd {
        Some(odd) => format!("{} ({})", name(one), odd.what),
        None => name(one),
    };
    let mut all = Vec::new();
    for (at, (attribute, field)) in case.attributes.iter().enumerate() {
        let came = row.values.get(at).map_or(&[][..], Vec::as_slice);
        let expected = one.values(field);
        let same = match SEVERAL.contains(field) {
            true => sorted(came) == sorted(expected),
            false => came == expected,
        };
        let empty = |values: &[String]| values.iter().all(String::is_empty);
        let is_told = !case.without.contains(&Without::AbsentValues);
        let same = same || !is_told && empty(came) && empty(expected);
        if !same {
            all.push(format!("{who}: {attribute} {}", difference(expected, came)));
        }
    }
    if case.groups {
        let (came, expected) = (sorted(&row.groups), sorted(&one.groups));
        if came != expected {
            let (came, expected) = (listed(&came), listed(&expected));
            all.push(format!("{who}: groups are {expected}, and came as {came}"));
        }
    }
    if case.status {
        let fits = match row.status {
            SourceStatus::Active => one.active,
            SourceStatus::Blocked(_) => !one.active,
            SourceStatus::Pending | SourceStatus::Removed(_) | SourceStatus::Unknown => false,
        };
        if !fits {
            let is = if one.active { "active" } else { "blocked" };
            all.push(format!(
                "{who}: is {is}, and came as {}",
                status(row.status)
            ));
        }
    }
    all
}

fn status(status: SourceStatus) -> String {
    match status {
        SourceStatus::Active => "active".to_owned(),
        SourceStatus::Pending => "pending".to_owned(),
        SourceStatus::Blocked(cause) => format!("blocked ({})", cause.as_str()),
        SourceStatus::Removed(_) => "removed".to_owned(),
        SourceStatus::Unknown => "unknown".to_owned(),
    }
}

fn difference(expected: &[String], came: &[String]) -> String {
    match (expected, came) {
        ([expected], [came]) => one_value(expected, came),
        ([], _) => format!("is absent, and came as {}", listed(came)),
        (_, []) => format!("is {}, and came as absent", listed(expected)),
        _ => format!("is {}, and came as {}", listed(expected), listed(came)),
    }
}

fn one_value(expected: &str, came: &str) -> String {
    let (long, short) = (expected.len(), came.len());
    if short < long && !came.is_empty() && expected.starts_with(came) {
        return format!("has {long} bytes, and came cut to {short}");
    }
    if came.contains('\u{fffd}') && !expected.contains('\u{fffd}') {
        return format!(
            "is {}, and came with letters that could not be read: {}",
            shown(expected),
            shown(came)
        );
    }
    if long > SHOWN && short > SHOWN {
        return format!("has {long} bytes, and came as {short} others");
    }
    format!("is `{}`, and came as `{}`", shown(expected), shown(came))
}

fn listed<T: AsRef<str>>(values: &[T]) -> String {
    match values {
        [] => "none".to_owned(),
        values => {
            let values = values
                .iter()
                .map(|value| format!("`{}`", shown(value.as_ref())));
            values.collect::<Vec<_>>().join(", ")
        }
    }
}

/// A value on one line, and not too long; what cannot be seen is escaped.
pub(crate) fn shown(text: &str) -> String {
    let mut out = String::new();
    for (count, letter) in text.chars().enumerate() {
        if count == SHOWN {
            out.push('…');
            break;
        }
        let hidden = letter.is_control()
            || matches!(letter, '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}' | '\u{a0}');
        match hidden {
            true => out.extend(letter.escape_unicode()),
            false => out.push(letter),
        }
    }
    out
}

fn sorted<T: AsRef<str>>(values: &[T]) -> Vec<&str> {
    let mut values: Vec<&str> = values.iter().map(AsRef::as_ref).collect();
    values.sort_unstable();
    values
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::people;
    use std::path::Path;

    fn case() -> Case {
        let text = "attributes: {labels: labels, name: name}\ngroups: true\nsource: {file: a.csv}";
        Case::parse(text, "case.yaml", Path::new(".")).unwrap()
    }

    fn row(one: &Person) -> PlainRow {
        PlainRow {
            id: Some(one.text("id").to_owned()),
            groups: one.groups.iter().map(|&group| group.to_owned()).collect(),
            status: match one.active {
                true => SourceStatus::Active,
                false => SourceStatus::Blocked(muster_model::BlockCause::Other),
            },
            values: vec![one.values("labels").into(), one.values("name").into()],
        }
    }

    #[test]
    fn whoever_is_wrong_is_named() {
        let people = people::plain(6);
        let good: Vec<PlainRow> = people.iter().map(row).collect();
        assert!(compare(&case(), &people, &good).is_nothing());
        let mut rows = good.clone();
        rows.remove(0);
        rows.push(good[1].clone());
        rows[2].values[1] = vec!["Dmi\u{fffd}".to_owned()];
        rows[3].status = SourceStatus::Unknown;
        rows[4].id = Some("x".to_owned());
        let wrong = compare(&case(), &people, &rows);
        let text = wrong.sentences().join("\n");
        assert!(
            text.starts_with("2 people are missing: `user000000`, `user000005`"),
            "{text}"
        );
        assert!(text.contains("`user000001` came twice"), "{text}");
        assert!(
            text.contains("somebody with the id `x` came, who was never there"),
            "{text}"
        );
        assert!(text.contains("could not be read: Dmi\u{fffd}"), "{text}");
        assert!(
            text.contains("`user000004`: is active, and came as unknown"),
            "{text}"
        );
    }

    #[test]
    fn values_are_shown_so_that_the_difference_is_seen() {
        let long = "x".repeat(300);
        assert_eq!(
            one_value(&long, &long[..255]),
            "has 300 bytes, and came cut to 255"
        );
        assert_eq!(
            one_value("a\u{200d}b", "ab"),
            "is `a\\u{200d}b`, and came as `ab`"
        );
        assert_eq!(
            difference(&[], &[String::new()]),
            "is absent, and came as ``"
        );
        assert_eq!(
            difference(&[String::new()], &[]),
            "is ``, and came as absent"
        );
    }
}
