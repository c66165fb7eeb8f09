//! Things of which there are few, as JSON: runs, directories, the counters.

use super::seal::{Kind, Unreadable, seal, unseal};
use serde::Serialize;
use serde::de::DeserializeOwned;

/// Writes one thing. `None` if it has no JSON form, which no thing of ours has.
pub(crate) fn to_json(thing: &impl Serialize) -> Option<Vec<u8>> {
    serde_json::to_vec(thing)
        .ok()
        .map(|text| seal(Kind::Json, &text))
}

/// Reads one thing.
pub(crate) fn from_json<T: DeserializeOwned>(record: &[u8]) -> Result<T, Unreadable> {
    let text = unseal(Kind::Json, record)?;
    serde_json::from_slice(text).map_err(|_| Unreadable::Content("it is not the expected JSON"))
}
