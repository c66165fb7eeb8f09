//! Takes secrets out of what a source answered.

use crate::binding::Secret;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};
use url::form_urlencoded::byte_serialize;

/// A shorter secret stands anywhere by chance; it is not looked for.
const SHORTEST: usize = 4;

/// Headers whose values are a session's keys.
const KEYS: [&str; 4] = [
    "set-cookie",
    "authorization",
    "proxy-authorization",
    "dpop-nonce",
];

/// Secrets in the forms in which a source may repeat them.
pub(super) struct Scrub {
    /// The form, and what stands in its place. Longer ones first: one may hold
    /// another.
    forms: Vec<(String, String)>,
    /// Names of those that are too short to be looked for.
    pub short: BTreeSet<String>,
}

impl Scrub {
    pub fn new(secrets: &BTreeMap<String, Secret>) -> Self {
        let mut forms = Vec::new();
        let mut short = BTreeSet::new();
        for (name, secret) in secrets.iter().filter(|(_, secret)| !secret.stands_in()) {
            let text = secret.reveal();
            if text.len() < SHORTEST {
                short.insert(name.clone());
                continue;
            }
            let percent: String = byte_serialize(text.as_bytes()).collect();
            let base64 = STANDARD.encode(text);
            let url_safe = URL_SAFE_NO_PAD.encode(text);
            for form in [text.to_owned(), percent, base64, url_safe] {
                forms.push((form, format!("[secret {name}]")));
            }
        }
        forms.sort_by(|(a, _), (b, _)| b.len().cmp(&a.len()).then_with(|| a.cmp(b)));
        forms.dedup_by(|(a, _), (b, _)| a == b);
        Self { forms, short }
    }

    /// Looks through all texts of a line; true if something was taken out.
    pub fn clean(&self, line: &mut Value) -> bool {
        match line {
            Value::String(text) => self.clean_text(text),
            Value::Array(values) => {
                if let [Value::String(name), Value::String(value)] = values.as_mut_slice()
                    && KEYS.contains(&name.to_ascii_lowercase().as_str())
                {
                    *value = "[removed]".to_owned();
                    return false;
                }
                values
                    .iter_mut()
                    .fold(false, |any, value| self.clean(value) | any)
            }
            Value::Object(members) => {
                if let Some(Value::String(base64)) = members.get("base64")
                    && let Ok(bytes) = STANDARD.decode(base64)
                    && self.is_in(&bytes)
                {
                    *line = Value::String(self.placeholder(&bytes));
                    return true;
                }
                members
                    .values_mut()
                    .fold(false, |any, value| self.clean(value) | any)
            }
            Value::Null | Value::Bool(_) | Value::Number(_) => false,
        }
    }

    fn clean_text(&self, text: &mut String) -> bool {
        let mut found = false;
        for (form, stand_in) in &self.forms {
            if text.contains(form.as_str()) {
                *text = text.replace(form.as_str(), stand_in);
                found = true;
            }
        }
        found
    }

    fn is_in(&self, bytes: &[u8]) -> bool {
        let has = |form: &str| {
            let mut windows = bytes.windows(form.len());
            windows.any(|window| window == form.as_bytes())
        };
        self.forms.iter().any(|(form, _)| has(form))
    }

    /// Of bytes that are no text and hold a secret, nothing is kept.
    fn placeholder(&self, bytes: &[u8]) -> String {
        format!("[{} bytes with a secret]", bytes.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn scrub(secrets: &[(&str, &str)]) -> Scrub {
        let secrets = secrets.iter();
        Scrub::new(
            &secrets
                .map(|(name, text)| ((*name).to_owned(), Secret::new(*text)))
                .collect(),
        )
    }

    #[test]
    fn every_form_of_a_secret_is_found() {
        let scrub = scrub(&[("token", "p&ss wörd/+?"), ("pin", "123")]);
        for form in [
            "p&ss wörd/+?".to_owned(),
            byte_serialize("p&ss wörd/+?".as_bytes()).collect(),
            STANDARD.encode("p&ss wörd/+?"),
            URL_SAFE_NO_PAD.encode("p&ss wörd/+?"),
        ] {
            let mut line = json!({"body": format!("you sent `{form}`!"), "n": 1});
            assert!(scrub.clean(&mut line), "{form}");
            assert_eq!(line["body"], "you sent `[secret token]`!", "{form}");
        }
        assert!(scrub.short.contains("pin"));
        let mut line = json!({"body": "123", "headers": [["a", "b"]]});
        assert!(!scrub.clean(&mut line));
        assert_eq!(line["body"], "123");
    }

    #[test]
    fn a_secret_in_bytes_that_are_no_text_takes_them_with_it() {
        let scrub = scrub(&[("token", "canary-1")]);
        let bytes = [b"\xff\xfe".as_slice(), b"canary-1"].concat();
        let mut line = json!([{"base64": STANDARD.encode(bytes)}]);
        assert!(scrub.clean(&mut line));
        assert_eq!(line, json!(["[10 bytes with a secret]"]));
    }

    #[test]
    fn a_longer_secret_goes_before_one_that_it_holds() {
        let scrub = scrub(&[("short", "canary"), ("long", "canary-and-more")]);
        let mut line = json!("canary-and-more, canary");
        assert!(scrub.clean(&mut line));
        assert_eq!(line, "[secret long], [secret short]");
    }

    #[test]
    fn keys_of_sessions_are_never_kept() {
        let mut line = json!({"headers": [["Set-Cookie", "sid=1"], ["etag", "x"]]});
        scrub(&[]).clean(&mut line);
        assert_eq!(
            line,
            json!({"headers": [["Set-Cookie", "[removed]"], ["etag", "x"]]})
        );
    }
}
