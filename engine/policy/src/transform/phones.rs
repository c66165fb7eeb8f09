//! `phone:` – telephone numbers by E.164: `+49301234567`.
//!
//! The rules and the table of all countries are those of libphonenumber. They
//! are loaded when the first policy asks for them.

use super::{Made, Odd};
use rlibphonenumber::{PHONE_NUMBER_UTIL, PhoneNumberFormat, Region};
use serde_json::{Value as Json, json};

/// Writes telephone numbers by E.164. A number without a country is of the
/// region; an extension has no place in E.164 and is left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Phones {
    region: Region,
}

impl Phones {
    /// `None` if there is no such region, or no telephones in it.
    pub(crate) fn new(region: &str) -> Option<Self> {
        let region: Region = region.to_ascii_uppercase().parse().ok()?;
        PHONE_NUMBER_UTIL.get_country_code_for_region(region)?;
        Some(Self { region })
    }

    pub(super) fn canonical(self) -> Json {
        json!(self.region.as_region_str().as_str())
    }

    pub(super) fn apply(self, text: &str) -> Result<Made, Odd> {
        let odd = || {
            let region = self.region.as_region_str();
            format!("is no valid telephone number (region {})", region.as_str())
        };
        let number = PHONE_NUMBER_UTIL
            .parse(text, Some(self.region))
            .map_err(|_| odd())?;
        if !PHONE_NUMBER_UTIL.is_valid_number(&number) {
            return Err(odd());
        }
        let written = PHONE_NUMBER_UTIL.format(&number, PhoneNumberFormat::E164);
        Ok(Made::of(text, written.into_owned()))
    }
}
