//! The expressions of `filter` and `search`: `status eq "ACTIVE" and (… or …)`.

use serde_json::Value;

/// What may be compared, and how.
#[derive(Clone, Copy, Debug)]
pub(super) struct Rules {
    /// Properties that may be named; none means all.
    pub(super) properties: &'static [&'static str],
    /// Those of them that know more than `eq`; none means all.
    pub(super) ordered: &'static [&'static str],
    /// Values are compared without regard to case.
    pub(super) fold: bool,
}

#[derive(Clone, Debug)]
pub(super) enum Expression {
    And(Box<Expression>, Box<Expression>),
    Or(Box<Expression>, Box<Expression>),
    Compare {
        path: String,
        operator: String,
        value: String,
        fold: bool,
    },
}

impl Expression {
    /// Reads an expression; the error says what is wrong with it.
    pub(super) fn parse(text: &str, rules: Rules) -> Result<Self, String> {
        let tokens = tokens(text)?;
        let mut parser = Parser {
            tokens: &tokens,
            rules,
        };
        let expression = parser.any()?;
        match parser.tokens.first() {
            None => Ok(expression),
            Some(more) => Err(format!("unexpected `{more}`")),
        }
    }

    pub(super) fn holds(&self, of: &Value) -> bool {
        match self {
            Self::And(a, b) => a.holds(of) && b.holds(of),
            Self::Or(a, b) => a.holds(of) || b.holds(of),
            Self::Compare {
                path,
                operator,
                value,
                fold,
            } => values(of, path).any(|found| compare(&found, operator, value, *fold)),
        }
    }
}

/// All values at a path; lists are walked through.
fn values<'a>(of: &'a Value, path: &'a str) -> Box<dyn Iterator<Item = String> + 'a> {
    match of {
        Value::Array(items) => Box::new(items.iter().flat_map(move |item| values(item, path))),
        Value::Object(members) => {
            let (name, rest) = path.split_once('.').unwrap_or((path, ""));
            match members.get(name) {
                Some(found) => values(found, rest),
                None => Box::new(std::iter::empty()),
            }
        }
        Value::Null => Box::new(std::iter::empty()),
        Value::String(text) => Box::new(std::iter::once(text.clone())),
        other => Box::new(std::iter::once(other.to_string())),
    }
}

fn compare(found: &str, operator: &str, value: &str, fold: bool) -> bool {
    let (found, value) = if fold {
        (found.to_lowercase(), value.to_lowercase())
    } else {
        (found.to_owned(), value.to_owned())
    };
    match operator {
        "eq" => found == value,
        "sw" => found.starts_with(&value),
        "co" => found.contains(&value),
        "gt" => found > value,
        "ge" => found >= value,
        "lt" => found < value,
        _ => found <= value,
    }
}

struct Parser<'a> {
    tokens: &'a [String],
    rules: Rules,
}

impl Parser<'_> {
    fn next(&mut self) -> Result<&str, String> {
        let (first, rest) = self.tokens.split_first().ok_or("unexpected end")?;
        self.tokens = rest;
        Ok(first)
    }

    fn takes(&mut self, word: &str) -> bool {
        let found = self.tokens.first().is_some_and(|token| token == word);
        if found {
            self.tokens = &self.tokens[1..];
        }
        found
    }

    fn any(&mut self) -> Result<Expression, String> {
        let mut left = self.all()?;
        while self.takes("or") {
            left = Expression::Or(Box::new(left), Box::new(self.all()?));
        }
        Ok(left)
    }

    fn all(&mut self) -> Result<Expression, String> {
        let mut left = self.term()?;
        while self.takes("and") {
            left = Expression::And(Box::new(left), Box::new(self.term()?));
        }
        Ok(left)
    }

    fn term(&mut self) -> Result<Expression, String> {
        if self.takes("(") {
            let inner = self.any()?;
            return if self.takes(")") {
                Ok(inner)
            } else {
                Err("a bracket is not closed".to_owned())
            };
        }
        let path = self.next()?.to_owned();
        let operator = self.next()?.to_lowercase();
        let value = self.next()?;
        let value = value
            .strip_prefix('"')
            .ok_or("a value is not in double quotes")?
            .to_owned();
        let Rules {
            properties,
            ordered,
            fold,
        } = self.rules;
        if !properties.is_empty() && !properties.contains(&path.as_str()) {
            return Err(format!("`{path}` cannot be filtered"));
        }
        let known = ["eq", "sw", "co", "gt", "ge", "lt", "le"].contains(&operator.as_str());
        let only_equal = !ordered.is_empty() && !ordered.contains(&path.as_str());
        if !known || (only_equal && operator != "eq") {
            return Err(format!("`{path}` does not know `{operator}`"));
        }
        Ok(Expression::Compare {
            path,
            operator,
            value,
            fold,
        })
    }
}

/// Words, brackets, and values, which keep their opening quote.
fn tokens(text: &str) -> Result<Vec<String>, String> {
    let mut tokens = Vec::new();
    let mut letters = text.chars().peekable();
    while let Some(letter) = letters.next() {
        match letter {
            ' ' => {}
            '(' | ')' => tokens.push(letter.to_string()),
            '"' => {
                let mut value = String::from('"');
                loop {
                    match letters.next().ok_or("a quote is not closed")? {
                        '"' => break,
                        '\\' => value.push(letters.next().ok_or("a quote is not closed")?),
                        other => value.push(other),
                    }
                }
                tokens.push(value);
            }
            first => {
                let mut word = String::from(first);
                while let Some(next) = letters.next_if(|c| !" ()\"".contains(*c)) {
                    word.push(next);
                }
                tokens.push(word);
            }
        }
    }
    Ok(tokens)
}
