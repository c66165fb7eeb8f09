//! From the text of a path to its segments.

use crate::Failure;

/// One step of a path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Segment {
    pub name: String,
    /// Conditions on the elements; all must hold.
    pub filter: Vec<Condition>,
}

/// `type eq "work"`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Condition {
    pub name: String,
    pub comparison: Comparison,
    /// The text of the literal.
    pub text: String,
}

/// How a condition compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Comparison {
    Equal,
    Different,
}

/// Reads a path.
pub fn parse(path: &str) -> Result<Vec<Segment>, Failure> {
    let (urn, rest) = split_urn(path);
    let mut segments = Vec::new();
    if let Some(urn) = urn {
        segments.push(Segment {
            name: urn.to_owned(),
            filter: Vec::new(),
        });
    }
    let mut reading = Reading { rest };
    loop {
        let segment = reading.segment().map_err(|why| wrong(path, &why))?;
        segments.push(segment);
        if reading.rest.is_empty() {
            return Ok(segments);
        }
        if !reading.take(".") {
            return Err(wrong(path, "a `.` is missing between two names"));
        }
    }
}

fn wrong(path: &str, why: &str) -> Failure {
    Failure::config(format!("`{path}` is no path: {why}"))
        .hint("paths look like `name.givenName` or `emails[type eq \"work\"].value`")
}

/// Takes the URN off that stands before the last colon of the first names.
fn split_urn(path: &str) -> (Option<&str>, &str) {
    let is_urn = path
        .get(..4)
        .is_some_and(|start| start.eq_ignore_ascii_case("urn:"));
    let names = path.split('[').next().unwrap_or_default();
    match names.rfind(':') {
        Some(colon) if is_urn && colon > 4 => {
            let (urn, rest) = path.split_at(colon);
            (Some(urn), rest.strip_prefix(':').unwrap_or(rest))
        }
        _ => (None, path),
    }
}

struct Reading<'a> {
    rest: &'a str,
}

impl<'a> Reading<'a> {
    fn take(&mut self, token: &str) -> bool {
        match self.rest.strip_prefix(token) {
            Some(rest) => {
                self.rest = rest;
                true
            }
            None => false,
        }
    }

    fn skip_space(&mut self) {
        self.rest = self.rest.trim_start_matches(' ');
    }

    fn segment(&mut self) -> Result<Segment, String> {
        let name = match self.rest.starts_with("[\"") {
            true => self.bracketed_name()?,
            false => self.plain_name()?,
        };
        let mut filter = Vec::new();
        while self.rest.starts_with('[') && !self.rest.starts_with("[\"") {
            self.take("[");
            self.filter(&mut filter)?;
        }
        Ok(Segment { name, filter })
    }

    fn plain_name(&mut self) -> Result<String, String> {
        let name = self.until(|c| matches!(c, '.' | '[' | ']'));
        match name.is_empty() {
            true => Err("a name is missing".to_owned()),
            false => Ok(name.to_owned()),
        }
    }

    fn bracketed_name(&mut self) -> Result<String, String> {
        self.take("[");
        let name = self.literal()?;
        match self.take("]") {
            true => Ok(name),
            false => Err("`]` is missing after the name in brackets".to_owned()),
        }
    }

    fn filter(&mut self, conditions: &mut Vec<Condition>) -> Result<(), String> {
        loop {
            conditions.push(self.condition()?);
            self.skip_space();
            if self.take("]") {
                return Ok(());
            }
            let word = self.until(|c| c == ' ' || c == ']');
            if !word.eq_ignore_ascii_case("and") {
                return Err(match word {
                    "" => "`]` is missing after the condition".to_owned(),
                    word => format!("`{word}` is not known here; conditions are joined by `and`"),
                });
            }
        }
    }

    fn condition(&mut self) -> Result<Condition, String> {
        self.skip_space();
        let name = self.until(|c| matches!(c, ' ' | ']' | '['));
        if name.is_empty() {
            return Err("a condition begins with a name".to_owned());
        }
        self.skip_space();
        let word = self.until(|c| matches!(c, ' ' | ']' | '"'));
        let comparison = match word.to_ascii_lowercase().as_str() {
            "eq" => Comparison::Equal,
            "ne" => Comparison::Different,
            _ => {
                return Err(format!(
                    "after `{name}`, `eq` or `ne` is expected, not `{word}`"
                ));
            }
        };
        self.skip_space();
        Ok(Condition {
            name: name.to_owned(),
            comparison,
            text: self.literal()?,
        })
    }

    /// A JSON string, number or boolean.
    fn literal(&mut self) -> Result<String, String> {
        if !self.rest.starts_with('"') {
            let word = self.until(|c| matches!(c, ' ' | ']'));
            return match serde_json::from_str(word) {
                Ok(serde_json::Value::Bool(_) | serde_json::Value::Number(_)) => {
                    Ok(word.to_owned())
                }
                _ => Err(format!(
                    "`{word}` is neither text in double quotes nor a number nor `true` or `false`"
                )),
            };
        }
        let mut strings = serde_json::Deserializer::from_str(self.rest).into_iter::<String>();
        match strings.next() {
            Some(Ok(text)) => {
                self.rest = self.rest.get(strings.byte_offset()..).unwrap_or_default();
                Ok(text)
            }
            _ => Err("the text in double quotes does not end".to_owned()),
        }
    }

    fn until(&mut self, is_end: impl Fn(char) -> bool) -> &'a str {
        let end = self.rest.find(is_end).unwrap_or(self.rest.len());
        let (word, rest) = self.rest.split_at(end);
        self.rest = rest;
        word
    }
}
