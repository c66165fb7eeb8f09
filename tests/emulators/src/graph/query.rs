//! OData options of a request.

use super::error::Refusal;
use super::properties;

/// `$select`, `$top` and their kin, as they were written.
#[derive(Clone, Debug, Default)]
pub(super) struct Query {
    options: Vec<(String, String)>,
}

impl Query {
    /// Reads the part behind the `?`.
    pub fn of(text: &str) -> Self {
        let options = text
            .split('&')
            .filter(|option| !option.is_empty())
            .map(|option| option.split_once('=').unwrap_or((option, "")))
            .map(|(name, value)| (decoded(name), decoded(value)))
            .collect();
        Self { options }
    }

    pub fn get(&self, name: &str) -> Option<&str> {
        let found = self.options.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    }

    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.options.iter().map(|(name, _)| name.as_str())
    }

    pub fn counts(&self) -> bool {
        self.get("$count") == Some("true")
    }

    /// Refuses options that the resource does not know.
    pub fn only(&self, allowed: &[&str]) -> Result<(), Refusal> {
        match self.names().find(|name| !allowed.contains(name)) {
            Some(other) => Err(Refusal::bad(format!(
                "Query option '{other}' is not supported for this resource."
            ))),
            None => Ok(()),
        }
    }

    /// Names of `$select`, checked; none if it is not there.
    pub fn select(&self) -> Result<Option<Vec<String>>, Refusal> {
        let Some(text) = self.get("$select") else {
            return Ok(None);
        };
        let names: Vec<String> = text.split(',').map(|name| name.trim().to_owned()).collect();
        match names.iter().find(|name| !properties::is_known(name)) {
            Some(other) => Err(Refusal::new(
                400,
                "BadRequest",
                format!(
                    "Parsing OData Select and Expand failed: Could not find a property named '{other}' on type 'microsoft.graph.user'."
                ),
            )),
            None => Ok(Some(names)),
        }
    }

    /// `$top`, within what the resource allows.
    pub fn top(&self, most: usize) -> Result<usize, Refusal> {
        let Some(text) = self.get("$top") else {
            return Ok(100);
        };
        let size = text.parse().ok().filter(|size| (1..=most).contains(size));
        size.ok_or_else(|| {
            Refusal::bad(format!(
                "Invalid page size specified: '{text}'. Must be between 1 and {most} inclusive."
            ))
        })
    }

    /// The ids of `id eq 'a' or id eq 'b'`.
    pub fn ids(&self) -> Result<Option<Vec<String>>, Refusal> {
        let Some(text) = self.get("$filter") else {
            return Ok(None);
        };
        let wrong = || Refusal::bad(format!("Invalid filter clause: {text}"));
        let ids: Result<Vec<String>, Refusal> = text
            .split(" or ")
            .map(|part| {
                let quoted = part.trim().strip_prefix("id eq '");
                let id = quoted.and_then(|rest| rest.strip_suffix('\''));
                id.map(str::to_owned).ok_or_else(wrong)
            })
            .collect();
        let ids = ids?;
        match ids.len() {
            0..=50 => Ok(Some(ids)),
            many => Err(Refusal::bad(format!(
                "The filter has {many} ids; at most 50 are supported."
            ))),
        }
    }
}

/// Undoes percent encoding; `+` stands for a space.
pub(super) fn decoded(text: &str) -> String {
    let mut bytes = text.bytes();
    let mut plain = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        plain.push(match byte {
            b'+' => b' ',
            b'%' => {
                let digits: Vec<u8> = bytes.by_ref().take(2).collect();
                let digits = String::from_utf8_lossy(&digits).into_owned();
                u8::from_str_radix(&digits, 16).unwrap_or(b'%')
            }
            other => other,
        });
    }
    String::from_utf8_lossy(&plain).into_owned()
}
