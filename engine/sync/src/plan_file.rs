//! A plan on its way from preview to apply: readable, and sealed.
//!
//! The file is the plan's JSON with one more member at its end, `seal`: a keyed
//! BLAKE3 hash of every byte before it. The key lives in the state that the plan
//! was made for, so a file that was edited, or made for another state, is told
//! from one that was not.

use muster_model::Plan;
use std::fmt::Write;

const SEAL: &str = ",\n  \"seal\": \"";
const END: &str = "\"\n}\n";

/// A plan that was read from a file, with the digest that identifies it.
#[derive(Clone, Debug)]
pub struct SealedPlan {
    /// The plan.
    pub plan: Plan,
    /// Identifies the file: a plan applies once.
    pub digest: String,
}

/// Why a plan file cannot be used. Nothing was changed.
#[derive(Debug, thiserror::Error)]
pub enum Unreadable {
    /// It is not a plan at all.
    #[error("this is not a plan file: it does not end with a seal")]
    NoSeal,
    /// Its format is of another version.
    #[error(
        "the plan file has the format `{found}`; this program reads `{}`",
        muster_model::plan::PLAN_FORMAT
    )]
    Format {
        /// The format that it names.
        found: String,
    },
    /// Some byte of it was changed, or it was made for another state.
    #[error(
        "the seal does not fit: the plan file was edited after it was made, or was made for \
         another state folder"
    )]
    Broken,
    /// The seal fits, but the content is not a plan.
    #[error("the plan file cannot be read")]
    Json(#[from] serde_json::Error),
}

/// Why a plan cannot be written.
#[derive(Debug, thiserror::Error)]
#[error("the plan cannot be written as JSON")]
pub struct Unwritable(#[from] serde_json::Error);

/// Writes a plan as a sealed file.
pub fn write(plan: &Plan, key: &[u8; 32]) -> Result<Vec<u8>, Unwritable> {
    let mut bytes = serde_json::to_vec_pretty(plan)?;
    // The last two bytes are the object's end; the seal becomes its last member.
    while bytes.last().is_some_and(|byte| b"}\n ".contains(byte)) {
        let byte = bytes.pop();
        if byte == Some(b'}') {
            break;
        }
    }
    while bytes.last() == Some(&b'\n') {
        bytes.pop();
    }
    let seal = seal_of(&bytes, key);
    bytes.extend_from_slice(SEAL.as_bytes());
    bytes.extend_from_slice(seal.as_bytes());
    bytes.extend_from_slice(END.as_bytes());
    Ok(bytes)
}

/// Reads a sealed file; one that was edited is refused.
pub fn read(bytes: &[u8], key: &[u8; 32]) -> Result<SealedPlan, Unreadable> {
    let text = std::str::from_utf8(bytes).map_err(|_| Unreadable::NoSeal)?;
    let (body, rest) = text.rsplit_once(SEAL).ok_or(Unreadable::NoSeal)?;
    let seal = rest.strip_suffix(END).ok_or(Unreadable::Broken)?;
    check_format(text)?;
    let expected = seal_of(body.as_bytes(), key);
    if !same(expected.as_bytes(), seal.as_bytes()) {
        return Err(Unreadable::Broken);
    }
    let plan = serde_json::from_str(&format!("{body}\n}}"))?;
    Ok(SealedPlan {
        plan,
        digest: seal.to_owned(),
    })
}

/// A newer format is a clearer message than a field that cannot be read.
fn check_format(text: &str) -> Result<(), Unreadable> {
    #[derive(serde::Deserialize)]
    struct Head {
        format: String,
    }
    match serde_json::from_str::<Head>(text) {
        Ok(head) if head.format == muster_model::plan::PLAN_FORMAT => Ok(()),
        Ok(head) => Err(Unreadable::Format { found: head.format }),
        Err(_) => Err(Unreadable::Broken),
    }
}

fn seal_of(body: &[u8], key: &[u8; 32]) -> String {
    let hash = blake3::keyed_hash(key, body);
    let mut text = String::new();
    for byte in hash.as_bytes() {
        // Writing into a String cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}

/// Compares without telling by its time where the first difference is.
fn same(a: &[u8], b: &[u8]) -> bool {
    a.len() == b.len() && a.iter().zip(b).fold(0, |all, (a, b)| all | (a ^ b)) == 0
}

/// A plan without changes, for tests.
#[cfg(test)]
pub(crate) fn sample() -> Plan {
    Plan {
        format: muster_model::plan::PLAN_FORMAT.to_owned(),
        directory: "staff".into(),
        summary: Default::default(),
        situations: Default::default(),
        reasons: Default::default(),
        read: None,
        coverage: muster_model::Coverage::Complete {
            evidence: muster_model::Evidence::default(),
        },
        changes: vec![],
        findings: vec![],
        upcoming: vec![],
        guards: vec![],
        licences: None,
        tracked: vec![],
        settled: vec![],
        remembered: Default::default(),
        pending: Default::default(),
        bindings: muster_model::Bindings {
            policy_file: "p.yaml".into(),
            environment: None,
            policy: "0".into(),
            snapshot: "1".into(),
            state: "s".into(),
            state_version: muster_model::StateVersion(3),
            plugin: "csv 0.1.0".into(),
            plugin_digest: "2".into(),
            created: "2026-01-01T00:00:00Z".into(),
            expires: "2026-01-02T00:00:00Z".into(),
        },
        cursor_kept: None,
        cursor: None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

    use super::*;
    use crate::plan_file;

    #[test]
    fn a_sealed_plan_comes_back() {
        let bytes = plan_file::write(&sample(), &[7; 32]).unwrap();
        assert!(serde_json::from_slice::<serde_json::Value>(&bytes).is_ok());
        let sealed = plan_file::read(&bytes, &[7; 32]).unwrap();
        assert_eq!(sealed.plan, sample());
        assert_eq!(sealed.digest.len(), 64);
    }

    #[test]
    fn every_edited_byte_is_noticed() {
        let bytes = plan_file::write(&sample(), &[7; 32]).unwrap();
        for place in 0..bytes.len() {
            let mut edited = bytes.clone();
            if let Some(byte) = edited.get_mut(place) {
                *byte = if *byte == b'x' { b'y' } else { b'x' };
            }
            assert!(plan_file::read(&edited, &[7; 32]).is_err(), "byte {place}");
        }
    }

    #[test]
    fn another_states_plan_is_refused() {
        let bytes = plan_file::write(&sample(), &[7; 32]).unwrap();
        assert!(matches!(
            plan_file::read(&bytes, &[8; 32]),
            Err(Unreadable::Broken)
        ));
    }
}
