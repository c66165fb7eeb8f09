//! Values of fields.

use super::*;

/// What a person's fields should hold.
#[derive(Default)]
pub(super) struct Wanted {
    pub(super) fields: BTreeMap<String, (Option<Value>, Cause)>,
    /// What is odd, and whether it holds the person.
    pub(super) oddities: Vec<(Fault, bool)>,
}

impl Wanted {
    pub(super) fn is_held(&self) -> bool {
        self.oddities.iter().any(|(_, holds)| *holds)
    }
}

impl<'w> Oracle<'w> {
    /// Values to write. Without an account, all that there is.
    pub(super) fn desired(&self, person: &Person, account: Option<&Account>) -> Wanted {
        let mut wanted = Wanted::default();
        for name in ["name", "email", "phones", "title", "about", "note", "room"] {
            let held = account.and_then(|account| account.fields.get(name));
            let is_blank = |value: Option<&Value>| value.is_none_or(Value::is_empty);
            let (asked, tracked) = match name {
                "about" => (account.is_none(), false),
                "note" => (is_blank(held), false),
                _ => (true, true),
            };
            if !asked {
                continue;
            }
            let right = match name {
                "room" => self.room(person, held, &mut wanted),
                _ => self.right_values(person, name),
            };
            let Some(right) = right else {
                if name != "room" {
                    wanted.oddities.push((Fault::ExpressionFailed, true));
                }
                continue;
            };
            let good = right.contains(&held.cloned());
            let new = right.first().cloned().flatten();
            let Some(account) = account else {
                if new.is_some() {
                    wanted.fields.insert(name.to_owned(), (new, Cause::Source));
                }
                continue;
            };
            if good || (!tracked && is_blank(new.as_ref())) {
                continue;
            }
            let cause = match account.synced.get(name) {
                _ if !tracked => Cause::Source,
                None => Cause::Policy,
                Some(synced) if *synced == held.cloned() => Cause::Source,
                Some(synced) if right.contains(synced) => Cause::LocalEdit,
                Some(_) => Cause::Source,
            };
            wanted.fields.insert(name.to_owned(), (new, cause));
        }
        wanted
    }

    /// The right values of `room`; `None` if it is to stay as it is.
    fn room(
        &self,
        person: &Person,
        held: Option<&Value>,
        wanted: &mut Wanted,
    ) -> Option<Vec<Option<Value>>> {
        let terms = self.world.terms.room;
        let source: Option<Vec<&str>> = match person.values("room") {
            [] => None,
            texts => Some(
                texts
                    .iter()
                    .map(|text| text.trim_start_matches('0'))
                    .collect(),
            ),
        };
        let mut right: Option<Vec<Option<Value>>> = match source {
            Some(texts) if texts.contains(&"seven") => {
                let holds = terms.on_error == "hold";
                wanted.oddities.push((Fault::TransformFailed, holds));
                if holds {
                    return None;
                }
                (terms.on_error == "absent").then(|| vec![None])
            }
            Some(texts) if texts == [""] => match terms.empty {
                "write" => Some(vec![Some(Value::from(""))]),
                "absent" => Some(vec![None]),
                _ => None,
            },
            Some(mut texts) => {
                texts.sort_unstable();
                Some(
                    texts
                        .into_iter()
                        .map(|text| Some(Value::from(text)))
                        .collect(),
                )
            }
            None => Some(vec![None]),
        };
        if right == Some(vec![None]) && terms.absent == "keep" {
            right = None;
        }
        let will_hold = match &right {
            None => held.cloned(),
            Some(values) => values.first().cloned().flatten(),
        };
        if terms.required && will_hold.is_none_or(|value| value.is_empty()) {
            wanted.oddities.push((Fault::RequiredMissing, true));
        }
        right
    }

    /// Every value that is right for a field, the one to write first.
    pub(super) fn right_values(&self, person: &Person, name: &str) -> Option<Vec<Option<Value>>> {
        let attribute = |attribute: &str| person.values(attribute).to_vec();
        let values = match name {
            "name" if self.world.terms.computed => match person.values("cn") {
                [one] => vec![format!("{one}!")],
                _ => return None,
            },
            "name" => attribute("cn"),
            // The first candidate with a value; an empty one is a value of last resort.
            "email" => {
                let filled = |values: &Vec<String>| values.iter().any(|value| !value.is_empty());
                let both = [attribute("mail"), attribute("other")];
                let found = both.iter().find(|values| filled(values));
                found
                    .or(both.iter().find(|values| !values.is_empty()))
                    .cloned()
                    .unwrap_or_default()
            }
            "phones" => attribute("phone"),
            other => attribute(other),
        };
        let mut filled: Vec<String> = values
            .iter()
            .filter(|value| !value.is_empty())
            .cloned()
            .collect();
        filled.sort();
        filled.dedup();
        if name == "phones" {
            return Some(vec![(!values.is_empty()).then(|| Value::list(filled))]);
        }
        if filled.is_empty() && name == "title" {
            return Some(vec![Some(Value::from("none"))]);
        }
        if filled.is_empty() {
            return Some(vec![
                values.first().map(|empty| Value::from(empty.as_str())),
            ]);
        }
        Some(
            filled
                .iter()
                .map(|value| Some(Value::from(value.as_str())))
                .collect(),
        )
    }
}
