//! Expressions as far as a cursor is concerned: words, and what they are.

use crate::outline::Style;
use std::ops::Range;

/// A text as an expression's reader sees it, with the places at which its letters
/// are written.
#[derive(Clone, Debug)]
pub(crate) struct Written {
    pub(crate) text: String,
    /// For each byte of the text, and for its end, the byte in the document.
    places: Vec<usize>,
}

impl Written {
    /// Takes the quotes of YAML off a text that begins at a byte of a document.
    pub(crate) fn of(raw: &str, begin: usize, style: Style) -> Self {
        let mut written = Self {
            text: String::with_capacity(raw.len()),
            places: Vec::with_capacity(raw.len() + 1),
        };
        let mut letters = raw.char_indices().peekable();
        while let Some((at, letter)) = letters.next() {
            let next = letters.peek().map(|(_, next)| *next);
            let letter = match (style, letter, next) {
                (Style::Single, '\'', Some('\'')) | (Style::Double, '\\', Some('"' | '\\')) => {
                    letters.next().map_or(letter, |(_, letter)| letter)
                }
                _ => letter,
            };
            written.text.push(letter);
            let bytes = std::iter::repeat_n(begin + at, letter.len_utf8());
            written.places.extend(bytes);
        }
        written.places.push(begin + raw.len());
        written
    }

    /// Where a part of it stands in the document.
    pub(crate) fn span(&self, part: &Range<usize>) -> Range<usize> {
        let end = self.places.last().copied().unwrap_or(0);
        let place = |at: usize| self.places.get(at).copied().unwrap_or(end);
        place(part.start)..place(part.end)
    }

    /// The byte of the text that stands at a byte of the document.
    pub(crate) fn at(&self, offset: usize) -> usize {
        self.places
            .partition_point(|&place| place < offset)
            .min(self.text.len())
    }
}

/// A word or a sign of an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Token {
    pub(crate) kind: Kind,
    pub(crate) range: Range<usize>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Name,
    /// A text in quotes, with them; the second quote may be missing.
    Text,
    /// Digits, operators, brackets: one sign each.
    Sign(char),
}

/// The tokens of an expression, whatever is wrong with it.
pub(crate) fn tokens(text: &str) -> Vec<Token> {
    let mut tokens = Vec::new();
    let mut letters = text.char_indices().peekable();
    while let Some((start, letter)) = letters.next() {
        if letter.is_whitespace() {
            continue;
        }
        let mut end = start + letter.len_utf8();
        let kind = if letter.is_ascii_alphabetic() || letter == '_' {
            while let Some(&(at, next)) = letters.peek()
                && (next.is_ascii_alphanumeric() || next == '_')
            {
                end = at + next.len_utf8();
                letters.next();
            }
            Kind::Name
        } else if letter == '"' || letter == '\'' {
            while let Some((at, next)) = letters.next() {
                end = at + next.len_utf8();
                if next == '\\' {
                    if let Some((at, escaped)) = letters.next() {
                        end = at + escaped.len_utf8();
                    }
                } else if next == letter {
                    break;
                }
            }
            Kind::Text
        } else {
            Kind::Sign(letter)
        };
        tokens.push(Token {
            kind,
            range: start..end,
        });
    }
    tokens
}

/// What a name or a text of an expression is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Role {
    /// An attribute, behind `entry.` or in `entry["…"]`.
    Attribute(String),
    /// A value of the environment, behind `values.`.
    Value(String),
    /// A function behind a dot.
    Member(String),
    /// A function in front of its arguments.
    Function(String),
    /// A variable.
    Variable(String),
}

/// What a token is, by those around it.
pub(crate) fn role(text: &str, tokens: &[Token], place: usize) -> Option<Role> {
    let token = tokens.get(place)?;
    let name = text.get(token.range.clone())?;
    let before = |back: usize| {
        let place = place.checked_sub(back)?;
        tokens.get(place)
    };
    let is_name = |token: Option<&Token>, name: &str| {
        token.is_some_and(|token| {
            token.kind == Kind::Name && text.get(token.range.clone()) == Some(name)
        })
    };
    let is_sign = |token: Option<&Token>, sign: char| {
        token.is_some_and(|token| token.kind == Kind::Sign(sign))
    };
    let calls = is_sign(tokens.get(place + 1), '(');
    match token.kind {
        Kind::Sign(_) => None,
        Kind::Text => {
            let is_index = is_sign(before(1), '[') && is_name(before(2), "entry");
            is_index.then(|| Role::Attribute(inside(name).to_owned()))
        }
        Kind::Name if !is_sign(before(1), '.') => Some(match calls {
            true => Role::Function(name.to_owned()),
            false => Role::Variable(name.to_owned()),
        }),
        Kind::Name if is_name(before(2), "entry") && !is_sign(before(3), '.') => {
            Some(Role::Attribute(name.to_owned()))
        }
        Kind::Name if is_name(before(2), "values") && !is_sign(before(3), '.') => {
            Some(Role::Value(name.to_owned()))
        }
        Kind::Name => Some(Role::Member(name.to_owned())),
    }
}

/// A text without its quotes.
fn inside(text: &str) -> &str {
    let rest = text.get(1..).unwrap_or("");
    let quote = text.get(..1).unwrap_or("");
    rest.strip_suffix(quote).unwrap_or(rest)
}

/// What is being written where an expression ends.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Writing {
    /// Nothing that could be offered.
    Nothing,
    /// A variable, or a function in front of its arguments.
    Word,
    /// An attribute behind `entry.`, which begins `back` bytes before the name.
    Attribute { back: usize },
    /// An attribute in `entry["`.
    Index,
    /// A value behind `values.`.
    Value,
    /// A function behind a dot.
    Member,
    /// A text that `status` is compared with.
    Status,
}

/// What is being written at the end of an expression, and the bytes of it that are
/// there.
pub(crate) fn writing(text: &str) -> (Writing, usize) {
    let tokens = tokens(text);
    let ends_here = |token: &&Token| token.range.end == text.len();
    let Some(last) = tokens.last().filter(ends_here) else {
        return (Writing::Word, 0);
    };
    let before = tokens.get(..tokens.len() - 1).unwrap_or_default();
    let names = |token: Option<&Token>, name: &str| {
        token.is_some_and(|token| text.get(token.range.clone()) == Some(name))
    };
    let behind_dot = |chain: &[Token], typed: usize| {
        let rest = chain
            .get(..chain.len().saturating_sub(1))
            .unwrap_or_default();
        let is_deep = rest.len() >= 2 && names(rest.get(rest.len() - 2), ".");
        let dot = chain.last().map_or(text.len(), |dot| dot.range.start);
        match rest.last() {
            Some(_) if !is_deep && names(rest.last(), "entry") => Writing::Attribute {
                back: text.len() - typed - dot,
            },
            Some(_) if !is_deep && names(rest.last(), "values") => Writing::Value,
            Some(operand) => match operand.kind {
                Kind::Name | Kind::Text | Kind::Sign(')' | ']') => Writing::Member,
                // A number with a point.
                Kind::Sign(_) => Writing::Nothing,
            },
            None => Writing::Nothing,
        }
    };
    match last.kind {
        Kind::Name if names(before.last(), ".") => {
            let typed = last.range.len();
            (behind_dot(before, typed), typed)
        }
        Kind::Name => {
            // `1e3`, `5u` are no words.
            let is_number = before.last().is_some_and(|token| {
                matches!(token.kind, Kind::Sign(sign) if sign.is_ascii_digit())
                    && token.range.end == last.range.start
            });
            match is_number {
                true => (Writing::Nothing, 0),
                false => (Writing::Word, last.range.len()),
            }
        }
        Kind::Text => in_text(text, last, before),
        Kind::Sign('.') => (behind_dot(&tokens, 0), 0),
        Kind::Sign(sign) if sign.is_alphanumeric() => (Writing::Nothing, 0),
        Kind::Sign(_) => (Writing::Word, 0),
    }
}

/// Within quotes there is something to offer in two cases.
fn in_text(text: &str, last: &Token, before: &[Token]) -> (Writing, usize) {
    let written = text.get(last.range.clone()).unwrap_or("");
    let is_closed = written.len() > 1 && inside(written).len() + 2 == written.len();
    let names = |back: usize, name: &str| {
        let token = before.len().checked_sub(back).and_then(|at| before.get(at));
        token.is_some_and(|token| text.get(token.range.clone()) == Some(name))
    };
    let compared = ["=", "!"].iter().any(|sign| names(2, sign)) && names(1, "=");
    let writing = match is_closed {
        true => Writing::Nothing,
        false if names(1, "[") && names(2, "entry") => Writing::Index,
        false if compared && names(3, "status") => Writing::Status,
        false => Writing::Nothing,
    };
    (writing, written.len().saturating_sub(1))
}

/// Names that loops give to their items.
pub(crate) fn locals(text: &str) -> Vec<String> {
    const LOOPS: [&str; 5] = ["all", "exists", "exists_one", "map", "filter"];
    let tokens = tokens(text);
    let found = tokens.windows(4).filter_map(|window| {
        let [function, open, name, comma] = window else {
            return None;
        };
        let is_loop = LOOPS.contains(&text.get(function.range.clone())?);
        let is_name = name.kind == Kind::Name
            && open.kind == Kind::Sign('(')
            && comma.kind == Kind::Sign(',');
        (is_loop && is_name).then(|| text.get(name.range.clone()).map(str::to_owned))?
    });
    let mut names: Vec<String> = found.collect();
    names.sort();
    names.dedup();
    names
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn what_is_being_written_is_known() {
        use Writing::*;
        for (text, expected, typed) in [
            ("", Word, 0),
            ("ent", Word, 3),
            ("entry.", Attribute { back: 1 }, 0),
            ("entry.ma", Attribute { back: 1 }, 2),
            ("entry . ma", Attribute { back: 2 }, 2),
            ("has(entry.", Attribute { back: 1 }, 0),
            ("x.entry.a", Member, 1),
            ("entry.mail.", Member, 0),
            ("entry.mail.lo", Member, 2),
            ("entry[\"mail\"].", Member, 0),
            ("first(x).", Member, 0),
            ("\"a\".", Member, 0),
            ("values.si", Value, 2),
            ("entry[\"giv", Index, 3),
            ("entry['", Index, 0),
            ("entry[\"a\"]", Word, 0),
            ("entry[\"a\"", Nothing, 2),
            ("x == \"ac", Nothing, 2),
            ("status == \"ac", Status, 2),
            ("status != '", Status, 0),
            ("\"entry.", Nothing, 6),
            ("a && ", Word, 0),
            ("a && b", Word, 1),
            ("!", Word, 0),
            ("1.", Nothing, 0),
            ("10u", Nothing, 0),
            ("12", Nothing, 0),
            (".", Nothing, 0),
            ("\"it\\\"s entry.", Nothing, 12),
        ] {
            assert_eq!(writing(text), (expected, typed), "{text}");
        }
        assert_eq!(locals("entry.mail.map(v, v.all(w, w =="), ["v", "w"]);
    }

    fn roles(text: &str) -> Vec<Option<Role>> {
        let all = tokens(text);
        (0..all.len())
            .map(|place| role(text, &all, place))
            .flat_map(|role| role.map(Some))
            .collect()
    }

    #[test]
    fn names_are_told_by_what_stands_around_them() {
        use Role::*;
        let some = |role| Some(role);
        assert_eq!(
            roles("lower(entry.mail).split(values.at) + entry[\"given name\"] + now"),
            [
                Function("lower".to_owned()),
                Variable("entry".to_owned()),
                Attribute("mail".to_owned()),
                Member("split".to_owned()),
                Variable("values".to_owned()),
                Value("at".to_owned()),
                Variable("entry".to_owned()),
                Attribute("given name".to_owned()),
                Variable("now".to_owned()),
            ]
            .map(some)
        );
    }

    #[test]
    fn quotes_of_yaml_are_taken_off_and_places_stay() {
        let written = Written::of("it''s é", 10, Style::Single);
        assert_eq!(written.text, "it's é");
        assert_eq!(written.span(&(2..4)), 12..15);
        assert_eq!(written.span(&(5..7)), 16..18);
        assert_eq!(written.at(12), 2);
        let written = Written::of("a\\\"b\\n", 0, Style::Double);
        assert_eq!(written.text, "a\"b\\n");
        assert_eq!(written.span(&(2..3)), 3..4);
        assert_eq!(Written::of("a''", 0, Style::Plain).text, "a''");
    }

    proptest! {
        #[test]
        fn nothing_is_too_odd(text in "[a-z.\"'\\\\ ()\\[\\]é😀0-9=!,]{0,30}") {
            let all = tokens(&text);
            for (place, token) in all.iter().enumerate() {
                prop_assert!(text.get(token.range.clone()).is_some());
                role(&text, &all, place);
            }
            let (_, typed) = writing(&text);
            prop_assert!(text.is_char_boundary(text.len() - typed));
            for style in [Style::Plain, Style::Single, Style::Double] {
                let written = Written::of(&text, 5, style);
                for (at, _) in written.text.char_indices() {
                    let span = written.span(&(at..at + 1));
                    prop_assert!(text.is_char_boundary(span.start - 5));
                    prop_assert_eq!(written.at(span.start), at);
                }
            }
        }
    }
}
