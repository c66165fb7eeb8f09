//! Values of fields.

use super::*;

impl<'w> Oracle<'w> {
    /// Values to write; `None` if one cannot be computed. Without an account,
    /// all that there is.
    pub(super) fn desired(
        &self,
        person: &Person,
        account: Option<&Account>,
    ) -> Option<BTreeMap<String, (Option<Value>, Cause)>> {
        let mut changes = BTreeMap::new();
        for name in ["name", "email", "phones", "title", "about", "note"] {
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
            let right = self.right_values(person, name)?;
            let good = right.contains(&held.cloned());
            let new = right.first().cloned().flatten();
            let Some(account) = account else {
                if new.is_some() {
                    changes.insert(name.to_owned(), (new, Cause::Source));
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
            changes.insert(name.to_owned(), (new, cause));
        }
        Some(changes)
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
