//! Paths and queries of requests.

use std::fmt::Write as _;

/// Percent-encodes a text for one segment of a path or one value of a query:
/// all but letters, digits and `-._~` (RFC 3986).
pub fn encode(text: &str) -> String {
    let mut encoded = String::with_capacity(text.len());
    push_encoded(&mut encoded, text);
    encoded
}

fn push_encoded(target: &mut String, text: &str) {
    for byte in text.bytes() {
        match byte {
            b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => {
                target.push(char::from(byte));
            }
            // Writing to a text cannot fail.
            _ => drop(write!(target, "%{byte:02X}")),
        }
    }
}

/// A path and its query, for [`Request::get`](super::Request::get).
///
/// ```
/// use muster_sdk::http::Target;
/// let target = Target::new("/Users").query("filter", r#"id eq "a b""#).query("count", 100);
/// assert_eq!(target.to_string(), "/Users?filter=id%20eq%20%22a%20b%22&count=100");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Target(String);

impl Target {
    /// Begins with a path, or with a whole target that may have a query already.
    pub fn new(path: impl Into<String>) -> Self {
        Self(path.into())
    }

    /// Adds a segment to the path: an identifier, say, whatever it consists of.
    /// Comes before the first query.
    #[must_use]
    pub fn segment(mut self, text: &str) -> Self {
        self.0.push('/');
        push_encoded(&mut self.0, text);
        self
    }

    /// Adds a name and a value to the query. Names are sent as they are, for
    /// some services want their `$` plain.
    #[must_use]
    pub fn query(mut self, name: &str, value: impl ToString) -> Self {
        self.0.push(if self.0.contains('?') { '&' } else { '?' });
        self.0.push_str(name);
        self.0.push('=');
        push_encoded(&mut self.0, &value.to_string());
        self
    }

    /// Adds them only if there is a value.
    #[must_use]
    pub fn query_some(self, name: &str, value: Option<impl ToString>) -> Self {
        match value {
            Some(value) => self.query(name, value),
            None => self,
        }
    }
}

impl std::fmt::Display for Target {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<Target> for String {
    fn from(target: Target) -> Self {
        target.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_of_a_value_is_taken_for_syntax() {
        assert_eq!(encode("a+b&c=d#é/%"), "a%2Bb%26c%3Dd%23%C3%A9%2F%25");
        let target = Target::new("/groups").segment("../a?b").segment("users");
        assert_eq!(target.to_string(), "/groups/..%2Fa%3Fb/users");
    }

    #[test]
    fn a_query_goes_on_where_it_is() {
        let target = Target::new("/Users?a=1")
            .query("$top", 5)
            .query_some("x", None::<&str>)
            .query_some("y", Some("z"));
        assert_eq!(String::from(target), "/Users?a=1&$top=5&y=z");
    }
}
