//! What is kept between pages and between runs.

use crate::key::fingerprint;
use crate::settings::Settings;
use muster_sdk::{Failure, ReadRequest};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Longest cursor that the host keeps.
const LONGEST: usize = 64 << 10;

#[derive(Serialize, Deserialize)]
struct Envelope<T> {
    /// Of what is kept.
    version: u32,
    /// Of what was asked for: another question cannot go on from here.
    question: String,
    kept: T,
}

/// The version of what is kept.
const VERSION: u32 = 2;

/// Identifies what is asked for: tenant, scope, attributes, and the settings that
/// decide about people.
pub fn question(settings: &Settings, request: &ReadRequest) -> String {
    let mut attributes = request.attributes.clone();
    attributes.sort();
    let scope = &request.scope;
    let asked = json!([
        settings.url,
        settings.tenant,
        format!("{:?} {:?}", settings.photos, settings.guests),
        scope.groups,
        scope.except_groups,
        scope.report,
        attributes,
    ]);
    fingerprint(&asked.to_string())
}

/// Packs a cursor; nothing if it would be too long to be kept.
pub fn pack<T: Serialize>(question: &str, kept: &T) -> Option<Vec<u8>> {
    let envelope = Envelope {
        version: VERSION,
        question: question.to_owned(),
        kept,
    };
    let packed = serde_json::to_vec(&envelope).ok()?;
    (packed.len() <= LONGEST).then_some(packed)
}

/// Opens a cursor that was made for this question.
pub fn open<T: DeserializeOwned>(question: &str, cursor: &[u8]) -> Result<T, Failure> {
    let unknown =
        |_| Failure::stale_cursor("the stored position is not one of this plugin's version");
    let envelope: Envelope<T> = serde_json::from_slice(cursor).map_err(unknown)?;
    match envelope.version == VERSION && envelope.question == question {
        true => Ok(envelope.kept),
        false => Err(Failure::stale_cursor(
            "the stored position belongs to another tenant, scope or set of attributes",
        )),
    }
}
