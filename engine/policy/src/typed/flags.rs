//! Truth values, in the spellings of providers.

use crate::transform::Odd;

const TRUE: [&str; 6] = ["true", "1", "yes", "y", "t", "on"];
const FALSE: [&str; 6] = ["false", "0", "no", "n", "f", "off"];

/// Reads a truth value, in any letter case.
pub(super) fn read(text: &str) -> Result<bool, Odd> {
    let is = |words: [&str; 6]| words.iter().any(|word| word.eq_ignore_ascii_case(text));
    match (is(TRUE), is(FALSE)) {
        (true, _) => Ok(true),
        (_, true) => Ok(false),
        _ => Err("is neither true nor false".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Entra's SCIM client writes `"False"`, LDAP `TRUE`, spreadsheets `1`.
    #[test]
    fn spellings_of_providers_are_understood() {
        for text in ["true", "True", "TRUE", "1", "yes", "Y", "t", "on"] {
            assert_eq!(read(text), Ok(true), "{text}");
        }
        for text in ["false", "False", "FALSE", "0", "No", "n", "F", "off"] {
            assert_eq!(read(text), Ok(false), "{text}");
        }
        for text in ["2", "truee", "ja", "-", "1.0", "true false"] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
