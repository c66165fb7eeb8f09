//! Holds settings against their schema, and fills in what was left out.

use super::schema::{Additional, Schema, Type};
use crate::words::{listed, nearest};
use serde_json::{Map, Value};
use std::fmt;

/// Something wrong with one setting.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SettingProblem {
    /// Where it stands below `provider.config`: `columns.id`, or nothing.
    pub setting: String,
    /// What is wrong.
    pub text: String,
    /// What was likely meant, or may stand there.
    pub hint: Option<String>,
}

impl fmt::Display for SettingProblem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.setting.as_str() {
            "" => f.write_str(&self.text),
            setting => write!(f, "`{setting}` {}", self.text),
        }
    }
}

impl Schema {
    /// Returns the settings with the schema's defaults, or everything that is
    /// wrong with them.
    pub fn check(
        &self,
        settings: &Map<String, Value>,
    ) -> Result<Map<String, Value>, Vec<SettingProblem>> {
        let mut check = Check::default();
        let checked = check.object(self, settings);
        match check.problems.is_empty() {
            true => Ok(checked),
            false => Err(check.problems),
        }
    }
}

#[derive(Default)]
struct Check {
    path: Vec<String>,
    problems: Vec<SettingProblem>,
}

impl Check {
    fn problem(&mut self, text: impl Into<String>, hint: Option<String>) {
        self.problems.push(SettingProblem {
            setting: self.path.join("."),
            text: text.into(),
            hint,
        });
    }

    /// Checks what stands at one place below the present one.
    fn below(&mut self, name: impl Into<String>, schema: &Schema, value: &Value) -> Value {
        self.path.push(name.into());
        let checked = self.value(schema, value);
        self.path.pop();
        checked
    }

    fn value(&mut self, schema: &Schema, value: &Value) -> Value {
        let types = schema.types.as_slice();
        if !types.is_empty() && !types.iter().any(|one| one.fits(value)) {
            let wanted: Vec<_> = types.iter().map(|one| one.in_words()).collect();
            self.problem(
                format!("must be {}", wanted.join(" or ")),
                schema.description.clone(),
            );
            return value.clone();
        }
        self.choice(schema, value);
        match value {
            Value::String(text) => self.size(
                schema.min_length,
                schema.max_length,
                text.chars().count(),
                "characters",
            ),
            Value::Number(number) => self.range(schema, number.as_f64().unwrap_or(f64::NAN)),
            Value::Array(items) => {
                self.size(schema.min_items, schema.max_items, items.len(), "items");
                return self.array(schema, items);
            }
            Value::Object(object) => return Value::Object(self.object(schema, object)),
            Value::Null | Value::Bool(_) => {}
        }
        value.clone()
    }

    fn choice(&mut self, schema: &Schema, value: &Value) {
        let choices = schema
            .choices
            .as_deref()
            .or_else(|| schema.constant.as_ref().map(std::slice::from_ref));
        let Some(choices) = choices.filter(|choices| !choices.contains(value)) else {
            return;
        };
        let names: Vec<String> = choices.iter().map(plain).collect();
        let meant = nearest(&plain(value), names.iter().map(String::as_str));
        let hint = meant.map(|meant| format!("did you mean `{meant}`?"));
        self.problem(
            format!(
                "must be one of {}",
                listed(names.iter().map(String::as_str))
            ),
            hint,
        );
    }

    fn size(&mut self, min: Option<usize>, max: Option<usize>, count: usize, of: &str) {
        if min.is_some_and(|min| count < min) {
            match (min, count) {
                (Some(1), _) => self.problem("must not be empty", None),
                (min, _) => self.problem(format!("needs at least {} {of}", min.unwrap_or(0)), None),
            }
        }
        if let Some(max) = max.filter(|&max| count > max) {
            self.problem(format!("takes at most {max} {of}"), None);
        }
    }

    fn range(&mut self, schema: &Schema, number: f64) {
        if let Some(least) = schema.minimum.filter(|&least| number < least) {
            self.problem(format!("must be at least {least}"), None);
        }
        if let Some(most) = schema.maximum.filter(|&most| number > most) {
            self.problem(format!("must be at most {most}"), None);
        }
    }

    fn array(&mut self, schema: &Schema, items: &[Value]) -> Value {
        let Some(each) = &schema.items else {
            return Value::Array(items.to_vec());
        };
        let checked = items
            .iter()
            .enumerate()
            .map(|(at, item)| self.below(at.to_string(), each, item));
        Value::Array(checked.collect())
    }

    fn object(&mut self, schema: &Schema, object: &Map<String, Value>) -> Map<String, Value> {
        let mut checked = Map::new();
        for (name, value) in object {
            let value = match (schema.properties.get(name), &schema.additional_properties) {
                (Some(known), _) => self.below(name, known, value),
                (None, Some(Additional::Like(like))) => self.below(name, like, value),
                (None, Some(Additional::Allowed(true))) => value.clone(),
                (None, None) if schema.properties.is_empty() => value.clone(),
                (None, _) => {
                    self.unknown(schema, name);
                    continue;
                }
            };
            checked.insert(name.clone(), value);
        }
        for name in schema
            .required
            .iter()
            .filter(|name| !object.contains_key(*name))
        {
            self.missing(schema, name);
        }
        for (name, property) in &schema.properties {
            if let (Some(default), false) = (&property.default, object.contains_key(name)) {
                checked.insert(name.clone(), default.clone());
            }
        }
        checked
    }

    fn unknown(&mut self, schema: &Schema, name: &str) {
        let known = || schema.properties.keys().map(String::as_str);
        let hint = match nearest(name, known()) {
            Some(meant) => format!("did you mean `{meant}`?"),
            None => format!("known are {}", listed(known())),
        };
        self.path.push(name.to_owned());
        self.problem("is no setting of this plugin", Some(hint));
        self.path.pop();
    }

    fn missing(&mut self, schema: &Schema, name: &str) {
        let hint = schema.properties.get(name).and_then(example);
        self.path.push(name.to_owned());
        self.problem("is missing", hint);
        self.path.pop();
    }
}

fn example(schema: &Schema) -> Option<String> {
    let kind = schema
        .types
        .as_slice()
        .first()
        .map(|one: &Type| one.in_words());
    match (&schema.description, kind) {
        (Some(what), _) => Some(what.clone()),
        (None, Some(kind)) => Some(format!("it is {kind}")),
        (None, None) => None,
    }
}

fn plain(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn schema() -> Schema {
        Schema::parse(
            r#"{
                "$schema": "https://json-schema.org/draft/2020-12/schema",
                "type": "object",
                "title": "CSV",
                "required": ["path"],
                "properties": {
                    "path": {"type": "string", "minLength": 1, "description": "the file"},
                    "format": {"enum": ["csv", "jsonl", "ldif"], "default": "csv"},
                    "rows": {"type": "integer", "minimum": 0},
                    "columns": {"type": "object", "additionalProperties": {"type": "string"}},
                    "groups": {"type": ["array", "null"], "items": {"type": "string"}}
                },
                "additionalProperties": false
            }"#,
        )
        .unwrap()
    }

    fn problems(settings: Value) -> Vec<String> {
        let Value::Object(settings) = settings else {
            panic!("no object")
        };
        let problems = schema().check(&settings).unwrap_err();
        let hint = |hint: &Option<String>| {
            hint.as_ref()
                .map(|hint| format!(" ({hint})"))
                .unwrap_or_default()
        };
        problems
            .iter()
            .map(|problem| format!("{problem}{}", hint(&problem.hint)))
            .collect()
    }

    #[test]
    fn defaults_are_filled_in() {
        let Value::Object(settings) = json!({"path": "a", "columns": {"id": "x"}}) else {
            panic!()
        };
        let checked = schema().check(&settings).unwrap();
        assert_eq!(
            Value::Object(checked),
            json!({"path": "a", "columns": {"id": "x"}, "format": "csv"})
        );
    }

    #[test]
    fn all_that_is_wrong_is_said_at_once() {
        let wrong = json!({
            "pth": "a", "format": "cvs", "rows": -1, "columns": {"id": 3}, "groups": ["a", 1]
        });
        assert_eq!(
            problems(wrong),
            [
                "`pth` is no setting of this plugin (did you mean `path`?)",
                "`format` must be one of `csv`, `jsonl`, `ldif` (did you mean `csv`?)",
                "`rows` must be at least 0",
                "`columns.id` must be a text",
                "`groups.1` must be a text",
                "`path` is missing (the file)",
            ]
        );
        assert_eq!(
            problems(json!({"path": "", "rows": 1.5})),
            ["`path` must not be empty", "`rows` must be a whole number",]
        );
    }

    #[test]
    fn a_schema_that_cannot_be_kept_is_refused() {
        let unknown = Schema::parse(r#"{"type": "object", "oneOf": []}"#).unwrap_err();
        assert!(unknown.contains("oneOf"), "{unknown}");
        assert!(Schema::parse(r#"{"type": "string"}"#).is_err());
    }
}
