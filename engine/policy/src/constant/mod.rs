//! Constant texts that mean more than they are, compiled when the policy is read:
//! patterns, notations of a time, time zones. Expressions and transform chains
//! share them.

mod notation;

pub(crate) use notation::{Notation, earliest};

use crate::nearest::nearest;
use chrono_tz::{TZ_VARIANTS, Tz};
use regex::{Regex, RegexBuilder};

/// Why a text cannot be compiled.
#[derive(Clone, Debug)]
pub(crate) struct Unusable {
    pub(crate) why: String,
    pub(crate) help: String,
}

/// Bytes that a compiled pattern takes at most.
const LARGEST_PATTERN: usize = 10 << 20;

/// Compiles a pattern, or says why it cannot be.
pub(crate) fn pattern(text: &str) -> Result<Regex, String> {
    RegexBuilder::new(text)
        .size_limit(LARGEST_PATTERN)
        .build()
        .map_err(|error| format!("The pattern cannot be used: {}", reason(&error)))
}

/// The last line of a regex error says what is wrong.
fn reason(error: &regex::Error) -> String {
    if let regex::Error::CompiledTooBig(_) = error {
        return "it grows too large; `{n,m}` repeats all that stands before it".to_owned();
    }
    let text = error.to_string();
    let last = text.lines().last().unwrap_or_default();
    last.strip_prefix("error: ").unwrap_or(last).to_owned()
}

/// Finds a time zone by its name.
pub(crate) fn zone(text: &str) -> Result<Tz, Unusable> {
    if let Ok(zone) = text.parse() {
        return Ok(zone);
    }
    let names = || TZ_VARIANTS.iter().map(|zone| zone.name());
    // Most people know the city.
    let city = |name: &&str| name.ends_with(text) && name.trim_end_matches(text).ends_with('/');
    let near = names().find(city).or_else(|| nearest(text, names()));
    Err(Unusable {
        why: format!("There is no time zone `{}`", text.escape_debug()),
        help: match near {
            Some(near) => format!("Did you mean `{near}`?"),
            None => "Time zones are called by continent and city: `Europe/Berlin`.".to_owned(),
        },
    })
}
