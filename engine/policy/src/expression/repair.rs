//! Operators of other languages, put into those of CEL.

use super::limits::token;
use std::ops::Range;

/// A replacement within the expression's text.
pub(super) type Part = (Range<usize>, &'static str);

/// The parts of a text that are written as other languages do, each with what
/// CEL has for it. In quotes nothing is changed.
pub(super) fn foreign(text: &str) -> Vec<Part> {
    let tokens = tokens(text);
    let mut parts = Vec::new();
    for (number, token) in tokens.iter().enumerate() {
        let word = text.get(token.clone()).unwrap_or("");
        let before = number.checked_sub(1).and_then(|before| tokens.get(before));
        let named = before.is_some_and(|before| text.get(before.clone()) == Some("."));
        match word.to_ascii_lowercase().as_str() {
            _ if named => {}
            "and" => parts.push((token.clone(), "&&")),
            "or" => parts.push((token.clone(), "||")),
            "not" => negation(text, &tokens, number, &mut parts),
            _ => parts.extend(sign(word).map(|sign| (token.clone(), sign))),
        }
    }
    parts.sort_by_key(|(at, _)| (at.start, at.end));
    parts
}

fn sign(word: &str) -> Option<&'static str> {
    Some(match word {
        "=" | "===" => "==",
        "<>" | "!==" => "!=",
        "=<" => "<=",
        "&" => "&&",
        "|" => "||",
        _ => return None,
    })
}

/// `not` binds less than a comparison, `!` more: `not a == b` is `!(a == b)`.
fn negation(text: &str, tokens: &[Range<usize>], number: usize, parts: &mut Vec<Part>) {
    let word = |token: &Range<usize>| text.get(token.clone()).unwrap_or("").to_ascii_lowercase();
    let mut depth = 0_usize;
    let mut compares = false;
    let mut end = None;
    for token in tokens.iter().skip(number + 1) {
        match word(token).as_str() {
            "(" | "[" | "{" => depth += 1,
            ")" | "]" | "}" | "," | "and" | "or" | "&&" | "||" | "&" | "|" | "?" | ":"
                if depth == 0 =>
            {
                break;
            }
            ")" | "]" | "}" => depth -= 1,
            "=" | "==" | "===" | "!=" | "!==" | "<>" | "<" | "<=" | ">" | ">=" | "in"
                if depth == 0 =>
            {
                compares = true;
            }
            _ => {}
        }
        end = Some(token.end);
    }
    let (Some(here), Some(next), Some(end)) = (tokens.get(number), tokens.get(number + 1), end)
    else {
        return;
    };
    let sign = if compares { "!(" } else { "!" };
    parts.push((here.start..next.start, sign));
    if compares {
        parts.push((end..end, ")"));
    }
}

/// Words, signs of comparison and quoted texts, each as one token, without the
/// white space between them.
fn tokens(text: &str) -> Vec<Range<usize>> {
    let mut tokens = Vec::new();
    let mut at = 0;
    while let Some(rest) = text.get(at..)
        && let Some(first) = rest.chars().next()
    {
        let signs = rest.find(|c| !"=!<>&|".contains(c)).unwrap_or(rest.len());
        let length = match signs {
            0 => token(rest, first),
            // A negation ends a sign: `&&!a` is two of them.
            _ => of_sign(rest.get(..signs).unwrap_or(rest)),
        };
        if !first.is_whitespace() {
            tokens.push(at..at + length);
        }
        at += length;
    }
    tokens
}

fn of_sign(signs: &str) -> usize {
    const SIGNS: [&str; 14] = [
        "===", "!==", "==", "!=", "<=", ">=", "<>", "=<", "=>", "&&", "||", "=", "&", "|",
    ];
    let found = SIGNS.iter().find(|sign| signs.starts_with(**sign));
    found.map_or(1, |sign| sign.len())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::super::place::replaced;
    use super::*;

    #[test]
    fn operators_of_other_languages_become_those_of_cel() {
        for (written, meant) in [
            ("entry.a = \"x\"", "entry.a == \"x\""),
            ("a == b and c == d", "a == b && c == d"),
            ("a AND b Or c", "a && b || c"),
            ("not has(entry.a)", "!has(entry.a)"),
            ("not a == b", "!(a == b)"),
            ("not a.b(c == d) and e", "!a.b(c == d) && e"),
            ("x && not (a = b)", "x && !(a == b)"),
            ("not not a", "!!a"),
            ("not not a = b", "!(!(a == b))"),
            ("a <> b & c | d", "a != b && c || d"),
            ("a === b || c !== d", "a == b || c != d"),
            ("a =< b && c => d", "a <= b && c => d"),
            ("a&&!b", "a&&!b"),
            ("\"and = or\" == entry.and", "\"and = or\" == entry.and"),
            ("a.not == 'not'", "a.not == 'not'"),
            ("not", "not"),
            ("é and ü", "é && ü"),
        ] {
            assert_eq!(replaced(written, &foreign(written)).unwrap(), meant);
        }
    }
}
