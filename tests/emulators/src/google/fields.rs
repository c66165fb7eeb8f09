//! `fields` masks: `kind,users(id,name/givenName)`.

use super::refusal::Refusal;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// What is asked for; empty stands for everything below.
#[derive(Debug, Default, PartialEq)]
pub struct Mask(BTreeMap<String, Mask>);

impl Mask {
    /// Reads a mask; without one, everything is asked for.
    pub fn parse(text: Option<&str>) -> Result<Self, Refusal> {
        let Some(text) = text else {
            return Ok(Self::default());
        };
        let mut rest = text;
        let mask = list(&mut rest).ok_or_else(|| Refusal::unknown_field(text))?;
        match rest.is_empty() && !mask.0.is_empty() {
            true => Ok(mask),
            false => Err(Refusal::unknown_field(text)),
        }
    }

    /// Cuts a value to the mask.
    pub fn cut(&self, value: Value) -> Value {
        if self.0.is_empty() || self.0.contains_key("*") {
            return value;
        }
        match value {
            Value::Object(map) => {
                let kept: Map<String, Value> = map
                    .into_iter()
                    .filter_map(|(name, value)| Some((name.clone(), self.0.get(&name)?.cut(value))))
                    .collect();
                Value::Object(kept)
            }
            Value::Array(list) => list.into_iter().map(|value| self.cut(value)).collect(),
            other => other,
        }
    }

    /// Names at the top, or below one of them.
    pub fn names(&self, below: Option<&str>) -> Vec<&str> {
        let mask = match below {
            Some(name) => self.0.get(name),
            None => Some(self),
        };
        mask.into_iter()
            .flat_map(|mask| mask.0.keys())
            .map(String::as_str)
            .collect()
    }
}

fn list(rest: &mut &str) -> Option<Mask> {
    let mut mask = Mask::default();
    loop {
        path(rest, &mut mask)?;
        match rest.strip_prefix(',') {
            Some(after) => *rest = after,
            None => return Some(mask),
        }
    }
}

fn path(rest: &mut &str, mask: &mut Mask) -> Option<()> {
    let end = rest.find([',', '/', '(', ')']).unwrap_or(rest.len());
    let (name, after) = rest.split_at(end);
    if name.is_empty() || name.contains(' ') {
        return None;
    }
    *rest = after;
    let below = mask.0.entry(name.to_owned()).or_default();
    if let Some(after) = rest.strip_prefix('/') {
        *rest = after;
        return path(rest, below);
    }
    if let Some(after) = rest.strip_prefix('(') {
        *rest = after;
        let inner = list(rest)?;
        below.0.extend(inner.0);
        *rest = rest.strip_prefix(')')?;
    }
    Some(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_mask_cuts() {
        let mask = Mask::parse(Some("kind,users(id,name/givenName)")).unwrap();
        let value = json!({"kind": "k", "etag": "e", "users": [
            {"id": "1", "name": {"givenName": "A", "familyName": "B"}, "suspended": true},
        ]});
        let cut = json!({"kind": "k", "users": [{"id": "1", "name": {"givenName": "A"}}]});
        assert_eq!(mask.cut(value.clone()), cut);
        assert_eq!(Mask::parse(None).unwrap().cut(value.clone()), value);
        assert_eq!(Mask::parse(Some("*")).unwrap().cut(value.clone()), value);
        for wrong in ["", "a(", "a()", "a)", "a,,b", "a b"] {
            assert!(Mask::parse(Some(wrong)).is_err(), "{wrong}");
        }
    }
}
