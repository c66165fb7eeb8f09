//! Bounds on an expression's text, checked before the parser sees it: the
//! parser and the interpreter recurse, and a deep text would end the process.

/// Bytes of one expression.
pub(super) const LONGEST: usize = 4096;
/// Words, numbers, texts and signs of one expression.
pub(super) const MOST_TOKENS: usize = 1000;
/// Brackets in brackets, and conditionals.
pub(super) const DEEPEST_TEXT: usize = 16;
/// Stack of the parser, which takes 180 KiB for each bracket without
/// optimisation.
pub(super) const PARSER_STACK: usize = 16 << 20;
/// Operations in operations; the interpreter takes 40 KiB of the caller's stack
/// for each without optimisation.
pub(super) const DEEPEST_TREE: usize = 32;
/// Loops in loops.
pub(super) const DEEPEST_LOOPS: usize = 2;
/// Bytes of a text that an expression computes.
pub(super) const LONGEST_TEXT: usize = 64 * 1024;
/// Items of a list that an expression computes.
pub(super) const LONGEST_LIST: usize = 100_000;

/// Says why a text is too large to be parsed, if it is.
pub(super) fn excess(text: &str) -> Option<String> {
    if text.len() > LONGEST {
        return Some(format!(
            "The expression has {} bytes; at most {LONGEST} are allowed",
            text.len()
        ));
    }
    let mut tokens = 0;
    let mut open = 0_usize;
    let mut deepest = 0;
    let mut conditionals = 0;
    let mut rest = text;
    while let Some(first) = rest.chars().next() {
        let length = token(rest, first);
        match first {
            '(' | '[' | '{' => open += 1,
            ')' | ']' | '}' => open = open.saturating_sub(1),
            '?' => conditionals += 1,
            _ => {}
        }
        deepest = deepest.max(open + conditionals);
        tokens += usize::from(!first.is_whitespace());
        rest = rest.get(length..).unwrap_or("");
    }
    if tokens > MOST_TOKENS {
        return Some(format!(
            "The expression has {tokens} words and signs; at most {MOST_TOKENS} are allowed"
        ));
    }
    (deepest > DEEPEST_TEXT).then(|| {
        format!("Brackets and conditionals are nested more than {DEEPEST_TEXT} levels deep")
    })
}

/// Length from an opening bracket to behind the one that closes it.
pub(super) fn closing(text: &str) -> Option<usize> {
    let mut open = 0_usize;
    let mut at = 0;
    while let Some(rest) = text.get(at..)
        && let Some(first) = rest.chars().next()
    {
        at += token(rest, first);
        match first {
            '(' | '[' | '{' => open += 1,
            ')' | ']' | '}' => {
                open = open.checked_sub(1)?;
                if open == 0 {
                    return Some(at);
                }
            }
            _ => {}
        }
    }
    None
}

/// Length of the token that begins with `first`; white space counts as one.
pub(crate) fn token(rest: &str, first: char) -> usize {
    let run = |keep: fn(char) -> bool| rest.find(|c| !keep(c)).unwrap_or(rest.len());
    match first {
        '"' | '\'' => quoted(rest, first),
        c if c.is_whitespace() => run(char::is_whitespace),
        c if c.is_alphanumeric() || c == '_' => run(|c| c.is_alphanumeric() || c == '_'),
        c => c.len_utf8(),
    }
}

/// Length of a quoted text, to its end or to the end of all.
fn quoted(rest: &str, quote: char) -> usize {
    let triple: String = std::iter::repeat_n(quote, 3).collect();
    let mark = if rest.starts_with(&triple) {
        triple
    } else {
        quote.to_string()
    };
    let mut at = mark.len();
    while let Some(tail) = rest.get(at..) {
        if tail.starts_with(&mark) {
            return at + mark.len();
        }
        let mut letters = tail.chars();
        match letters.next() {
            // A raw text ends at a quote behind a backslash; reading on past it
            // only makes the count smaller by what stands in quotes anyway.
            Some('\\') => at += 1 + letters.next().map_or(0, char::len_utf8),
            Some(letter) => at += letter.len_utf8(),
            None => return rest.len(),
        }
    }
    rest.len()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn ordinary_expressions_pass() {
        for text in [
            "entry.a == \"(((((((((((((((((((((((((((\"",
            "a ? b : c",
            "has(entry.x) && timestamp(entry.x) < now",
            "r'\\' + '''it's'''",
            "",
        ] {
            assert_eq!(excess(text), None, "{text}");
        }
    }

    #[test]
    fn a_bracket_is_closed_by_its_own_and_not_in_quotes() {
        assert_eq!(closing("(a[1], \")\") == b"), Some(11));
        assert_eq!(closing("(a"), None);
        assert_eq!(closing(")"), None);
    }

    #[test]
    fn deep_and_long_ones_do_not() {
        assert!(excess(&"x".repeat(LONGEST + 1)).unwrap().contains("bytes"));
        assert!(excess(&"1+".repeat(MOST_TOKENS)).unwrap().contains("words"));
        assert!(excess(&"(".repeat(40)).unwrap().contains("nested"));
        assert!(excess(&"a?b:".repeat(40)).unwrap().contains("nested"));
    }
}
