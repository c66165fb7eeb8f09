//! Numbers, without loss: digits in, digits out.

use crate::transform::Odd;

/// Digits that a number has at most.
const LONGEST: usize = 400;

/// Reads a number and writes it with a point, without blanks and without what
/// means nothing: `1234.5`.
///
/// A point alone is the decimal point, as programs write it; of a comma alone
/// it must be clear whether it is one.
pub(super) fn read(text: &str) -> Result<String, Odd> {
    let odd = || "is no number".to_owned();
    let (negative, unsigned) = match text.strip_prefix(['-', '\u{2212}']) {
        Some(rest) => (true, rest),
        None => (false, text.strip_prefix('+').unwrap_or(text)),
    };
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, exponent.parse::<i32>().map_err(|_| odd())?),
        None => (unsigned, 0),
    };
    let (whole, fraction) = parts(mantissa)?;
    if exponent.unsigned_abs() as usize + whole.len() + fraction.len() > LONGEST {
        return Err(format!("has more than {LONGEST} digits"));
    }
    Ok(written(negative, &whole, &fraction, exponent))
}

/// The digits before and behind the decimal point.
fn parts(text: &str) -> Result<(String, String), Odd> {
    let odd = || "is no number".to_owned();
    let ambiguous = || "can be read as a fraction and as a whole number".to_owned();
    let count = |mark: char| text.matches(mark).count();
    let blanks = text.contains(is_blank);
    // The last mark of two kinds is the decimal one.
    let decimal = match (count('.'), count(',')) {
        (0, 0) => None,
        (1, 0) => Some('.'),
        (0, 1) if blanks || !may_be_thousands(text) => Some(','),
        (0, 1) => return Err(ambiguous()),
        (1, 1) if text.rfind('.') > text.rfind(',') => Some('.'),
        (1, 1) => Some(','),
        (1, _) if text.rfind('.') > text.rfind(',') => Some('.'),
        (_, 1) if text.rfind(',') > text.rfind('.') => Some(','),
        (0, _) | (_, 0) => None,
        _ => return Err(odd()),
    };
    let (whole, fraction) = match decimal {
        Some(mark) => text.rsplit_once(mark).unwrap_or((text, "")),
        None => (text, ""),
    };
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let whole = ungrouped(whole).ok_or_else(odd)?;
    let is_bare = whole.is_empty() && fraction.is_empty();
    // `.5` and `5.` are written by programs.
    if is_bare || !digits(fraction) {
        return Err(odd());
    }
    Ok((whole, fraction.to_owned()))
}

/// A text with one comma: true if it may part thousands, as in `1,234`.
fn may_be_thousands(text: &str) -> bool {
    let Some((whole, behind)) = text.split_once(',') else {
        return false;
    };
    behind.len() == 3 && (1..=3).contains(&whole.len()) && !whole.starts_with('0')
}

fn is_blank(letter: char) -> bool {
    matches!(letter, ' ' | '\u{a0}' | '\u{2009}' | '\u{202f}')
}

fn is_group_mark(letter: char) -> bool {
    is_blank(letter) || matches!(letter, '.' | ',' | '\'' | '\u{2019}')
}

/// Takes the marks between groups of three digits away. They must all be alike.
fn ungrouped(text: &str) -> Option<String> {
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(text.to_owned());
    }
    let mark = text.chars().find(|letter| is_group_mark(*letter))?;
    let mut groups = text.split(mark);
    let first = groups.next()?;
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    let fits = (1..=3).contains(&first.len())
        && digits(first)
        && groups.all(|group| group.len() == 3 && digits(group));
    fits.then(|| text.chars().filter(char::is_ascii_digit).collect())
}

fn written(negative: bool, whole: &str, fraction: &str, exponent: i32) -> String {
    let mut digits = format!("{whole}{fraction}");
    let mut point = whole.len() as i64 + i64::from(exponent);
    if point < 0 {
        digits.insert_str(0, &"0".repeat(point.unsigned_abs() as usize));
        point = 0;
    }
    let point = usize::try_from(point).unwrap_or(0);
    if digits.len() < point {
        digits.push_str(&"0".repeat(point - digits.len()));
    }
    let (whole, fraction) = digits.split_at_checked(point).unwrap_or((&digits, ""));
    let whole = whole.trim_start_matches('0');
    let fraction = fraction.trim_end_matches('0');
    let mut text = String::new();
    if negative && !(whole.is_empty() && fraction.is_empty()) {
        text.push('-');
    }
    text.push_str(if whole.is_empty() { "0" } else { whole });
    if !fraction.is_empty() {
        text.push('.');
        text.push_str(fraction);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn numbers_have_one_form() {
        for (text, means) in [
            ("0", "0"),
            ("-0", "0"),
            ("007", "7"),
            ("+5", "5"),
            ("-5", "-5"),
            ("\u{2212}5", "-5"),
            ("1.50", "1.5"),
            ("1.0", "1"),
            (".5", "0.5"),
            ("5.", "5"),
            ("1e3", "1000"),
            ("1.5E-3", "0.0015"),
            (
                "12345678901234567890.123456789",
                "12345678901234567890.123456789",
            ),
            ("1.234", "1.234"),
            ("3,5", "3.5"),
            ("0,125", "0.125"),
            ("1234,567", "1234.567"),
            ("3,1415", "3.1415"),
            ("1.234,5", "1234.5"),
            ("1,234.5", "1234.5"),
            ("1,234,567", "1234567"),
            ("1.234.567", "1234567"),
            ("1,234,567.89", "1234567.89"),
            ("1.234.567,89", "1234567.89"),
            ("1 234 567", "1234567"),
            ("1\u{a0}234,567", "1234.567"),
            ("1\u{202f}234", "1234"),
            ("1'234.5", "1234.5"),
            ("1’234", "1234"),
        ] {
            assert_eq!(read(text), Ok(means.to_owned()), "{text}");
            assert_eq!(read(means), Ok(means.to_owned()), "{means} again");
        }
    }

    #[test]
    fn what_may_be_two_numbers_is_not_guessed() {
        for text in [
            "1,234",
            "12 34",
            "1 2345",
            "1.2.3",
            "1,2,3",
            "1,23,456",
            "1.234,567,8",
            "",
            ".",
            ",",
            "-",
            "x",
            "1x",
            "0x10",
            "1e",
            "1e9999",
            "NaN",
            "inf",
            "--1",
            "1 234'567",
            "٣",
            "1,234 567",
            "1_000",
            "50 %",
        ] {
            assert!(read(text).is_err(), "{text}: {:?}", read(text));
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn programs_numbers_are_read_without_loss(number in any::<f64>().prop_filter("finite", |n| n.is_finite())) {
            let plain = number.to_string();
            let found = read(&plain).map(|text| text.parse::<f64>());
            prop_assert_eq!(found, Ok(Ok(number)));
            let found = read(&format!("{number:e}")).map(|text| text.parse::<f64>());
            prop_assert_eq!(found, Ok(Ok(number)));
        }

        #[test]
        fn no_text_makes_it_panic_and_one_form_is_stable(text in "[0-9.,' e+\\-\u{a0}]{0,12}|\\PC{0,8}") {
            if let Ok(number) = read(text.trim()) {
                prop_assert_eq!(read(&number), Ok(number.clone()));
            }
        }
    }
}
