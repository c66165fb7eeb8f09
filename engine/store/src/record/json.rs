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

#[cfg(test)]
mod tests {
    use super::*;
    use muster_model::DirectoryRecord;

    #[test]
    fn a_directory_of_an_older_program_is_read() {
        let text = br#"{"name":"staff","key":"username","policy_file":"p.yaml","policy":"d","mappings":{},"cursor":[1]}"#;
        let record: Option<DirectoryRecord> = from_json(&seal(Kind::Json, text)).ok();
        let record = record.map(|record| (record.cursor, record.feed));
        assert_eq!(record, Some((Some(vec![1]), None)));
    }
}
