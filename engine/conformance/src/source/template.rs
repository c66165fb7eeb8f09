//! Values with `{names}` in them.

use crate::people::{FIELDS, Person, SEVERAL};
use serde_json::{Map, Value, json};

/// A placeholder that stands for nothing.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{{{name}}}` stands for nothing; known are {known}")]
pub struct Unknown {
    /// Its name.
    pub name: String,
    /// Names that would stand for something.
    pub known: String,
}

/// Fills every text of a value; `find` knows what a name stands for.
pub fn filled(
    value: &Value,
    find: &dyn Fn(&str) -> Result<String, Unknown>,
) -> Result<Value, Unknown> {
    Ok(match value {
        Value::String(text) => Value::String(text_filled(text, find)?),
        Value::Array(values) => {
            let values = values.iter().map(|value| filled(value, find));
            Value::Array(values.collect::<Result<_, _>>()?)
        }
        Value::Object(members) => {
            let members = members
                .iter()
                .map(|(name, value)| Ok((name.clone(), filled(value, find)?)));
            Value::Object(members.collect::<Result<_, _>>()?)
        }
        other => other.clone(),
    })
}

fn text_filled(
    text: &str,
    find: &dyn Fn(&str) -> Result<String, Unknown>,
) -> Result<String, Unknown> {
    let mut out = String::new();
    let mut rest = text;
    while let Some((before, name, behind)) = placeholder(rest) {
        out.push_str(before);
        out.push_str(&find(name)?);
        rest = behind;
    }
    out.push_str(rest);
    Ok(out)
}

/// The next `{name}`: what is before it, the name, what is behind it. Braces
/// around anything but a name are text.
fn placeholder(text: &str) -> Option<(&str, &str, &str)> {
    for (start, _) in text.match_indices('{') {
        let (before, inside) = text.split_at(start);
        let inside = inside.strip_prefix('{')?;
        let (name, behind) = inside.split_once('}')?;
        let is_name = |letter: char| letter.is_ascii_lowercase() || letter == '_';
        if !name.is_empty() && name.chars().all(is_name) {
            return Some((before, name, behind));
        }
    }
    None
}

/// Writes a person as a template says. A text that is one placeholder alone
/// becomes what it stands for: a truth value, a list, or nothing at all, and then
/// its member is left out.
pub(super) fn person(
    template: &Value,
    one: &Person,
    words: &[String; 2],
) -> Result<Value, Unknown> {
    Ok(written(template, one, words)?.unwrap_or(Value::Null))
}

fn written(template: &Value, one: &Person, words: &[String; 2]) -> Result<Option<Value>, Unknown> {
    Ok(match template {
        Value::String(text) => match placeholder(text) {
            Some(("", name, "")) => alone(name, one, words)?,
            _ => {
                let find = |name: &str| {
                    let value = alone(name, one, words)?.unwrap_or_default();
                    Ok(value
                        .as_str()
                        .map_or_else(|| value.to_string(), str::to_owned))
                };
                Some(Value::String(text_filled(text, &find)?))
            }
        },
        Value::Array(values) => {
            let mut all = Vec::new();
            for value in values {
                all.extend(written(value, one, words)?);
            }
            Some(Value::Array(all))
        }
        Value::Object(members) => {
            let mut all = Map::new();
            for (name, value) in members {
                if let Some(value) = written(value, one, words)? {
                    all.insert(name.clone(), value);
                }
            }
            Some(Value::Object(all))
        }
        other => Some(other.clone()),
    })
}

fn alone(name: &str, one: &Person, words: &[String; 2]) -> Result<Option<Value>, Unknown> {
    let [active, blocked] = words;
    Ok(match name {
        "active" => Some(json!(one.active)),
        "status" => Some(json!(if one.active { active } else { blocked })),
        "groups" => Some(json!(one.groups)),
        name if SEVERAL.contains(&name) => Some(json!(one.values(name))),
        name if FIELDS.contains(&name) => one.values(name).first().map(|value| json!(value)),
        name => {
            return Err(Unknown {
                name: name.to_owned(),
                known: format!("{}, active, status, groups", FIELDS.join(", ")),
            });
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::people;

    #[test]
    fn a_person_is_written_as_the_template_says() {
        let words = ["on", "off"].map(str::to_owned);
        let mut one = people::person(5);
        one.fields.remove("about");
        let template = json!({
            "uid": "{id}", "mails": [{"value": "{mail}"}], "on": "{active}", "state": "{status}",
            "about": "{about}", "phones": "{phones}", "text": "of {city}, {} {Aa}", "n": 1,
        });
        let found = person(&template, &one, &words).unwrap();
        assert_eq!(
            found,
            json!({
                "uid": one.text("id"), "mails": [{"value": one.text("mail")}], "on": false,
                "state": "off", "phones": one.values("phones"),
                "text": format!("of {}, {{}} {{Aa}}", one.text("city")), "n": 1,
            })
        );
        let wrong = person(&json!({"x": "{email}"}), &one, &words).unwrap_err();
        assert!(
            wrong
                .to_string()
                .starts_with("`{email}` stands for nothing; known are id, ")
        );
    }
}
