//! Photos: one request for each person who has one.

use crate::api::{self, Wrong};
use crate::refusal::{About, Cause};
use crate::settings::Settings;
use base64::Engine;
use base64::alphabet::URL_SAFE;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use muster_sdk::Failure;
use serde::Deserialize;
use std::collections::BTreeMap;

/// Google's padding, if there is any, is taken off before.
const WEB_SAFE: GeneralPurpose = GeneralPurpose::new(
    &URL_SAFE,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::RequireNone)
        .with_decode_allow_trailing_bits(true),
);

/// Photos of one page, by identifier.
#[derive(Debug, Default)]
pub struct Photos {
    found: BTreeMap<String, Vec<u8>>,
    /// Whose photo could not be read, and why: their fields must not be emptied.
    pub broken: BTreeMap<String, String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Body {
    #[serde(default)]
    photo_data: String,
}

impl Photos {
    /// Asks for the photos of these people.
    pub fn fetch(ids: &[String], settings: &Settings) -> Result<Self, Failure> {
        let mut photos = Self::default();
        let targets: Vec<String> = ids.iter().map(|id| api::photo(id)).collect();
        for (id, answer) in ids.iter().zip(api::get_all(&targets)) {
            match answer {
                Ok(response) => match decoded(&response.body) {
                    Ok(bytes) => {
                        photos.found.insert(id.clone(), bytes);
                    }
                    Err(why) => photos.is_broken(id, why),
                },
                Err(wrong) => photos.refused(id, wrong, settings)?,
            }
        }
        Ok(photos)
    }

    /// A person's photo.
    pub fn of(&self, id: &str) -> Option<&[u8]> {
        self.found.get(id).map(Vec::as_slice)
    }

    fn is_broken(&mut self, id: &str, why: impl Into<String>) {
        self.broken.insert(id.to_owned(), why.into());
    }

    fn refused(&mut self, id: &str, wrong: Wrong, settings: &Settings) -> Result<(), Failure> {
        match (&wrong, wrong.cause()) {
            // It was taken away since the user was listed.
            (_, Some(Cause::NotFound)) => Ok(()),
            (Wrong::Refused(refusal), Some(Cause::Forbidden)) => {
                self.is_broken(id, format!("the photo may not be read{}", refusal.said()));
                Ok(())
            }
            _ => Err(wrong.failure(About::Users, settings)),
        }
    }
}

/// The bytes of a photo: base64 with `-` and `_`, padded with `=`, `*` or `.`.
fn decoded(body: &[u8]) -> Result<Vec<u8>, String> {
    let body: Body = serde_json::from_slice(body)
        .map_err(|error| format!("the photo's answer cannot be read: {error}"))?;
    let text = body.photo_data.trim().trim_end_matches(['=', '*', '.']);
    WEB_SAFE
        .decode(text)
        .map_err(|error| format!("the photo is not in web-safe base64: {error}"))
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn every_padding_is_understood() {
        let plain = b"\xfb\xff\xfe!";
        for text in ["-__-IQ", "-__-IQ==", "-__-IQ**", "-__-IQ.."] {
            let body =
                format!(r#"{{"kind": "admin#directory#user#photo", "photoData": "{text}"}}"#);
            assert_eq!(decoded(body.as_bytes()).unwrap(), plain, "{text}");
        }
        assert!(decoded(br#"{"photoData": "+//+"}"#).is_err());
        assert!(decoded(b"<html>").is_err());
    }
}
