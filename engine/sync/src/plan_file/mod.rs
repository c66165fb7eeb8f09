//! A plan on its way from preview to apply: readable, and sealed.
//!
//! The file is the plan's JSON with one more member at its end, `seal`: a keyed
//! BLAKE3 hash of every byte before it. The key lives in the state that the plan
//! was made for, so a file that was edited, or made for another state, is told
//! from one that was not.
//!
//! Values of sensitive fields are masked in it. Encrypted, they stand in a member of
//! their own beside the plan, so that exactly what was planned can be applied.

//!
//! Behind the seal may stand approvals, which are bound to it.

mod approvals;
mod values;

pub use approvals::{Hands, NoKey, PublicKey, SigningKey, approve, is_signed_by};
pub use values::Once;

use muster_model::{Approval, Plan};
use std::fmt::Write;

const VALUES: &str = ",\n  \"sealed_values\": \"";
const SEAL: &str = ",\n  \"seal\": \"";
const CLOSE: &str = "\n}\n";

/// A plan that was read from a file, with the digest that identifies it.
#[derive(Clone, Debug)]
pub struct SealedPlan {
    /// The plan.
    pub plan: Plan,
    /// Identifies the file: a plan applies once.
    pub digest: String,
    /// What the seal is on, as a hash that needs no key.
    pub content: String,
    /// Who approved of it. Those with the state's seal are genuine; signatures
    /// are held against the keys of the policy when the plan is applied.
    pub approvals: Vec<Approval>,
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
    /// An approval was changed, or is one of another plan.
    #[error("the approval of `{name}` does not fit: it was edited, or is one of another plan")]
    Approval {
        /// Whose.
        name: String,
    },
    /// The seal fits, and the encrypted values do not.
    #[error("the sensitive values in the plan file cannot be read")]
    Values,
    /// The seal fits, but the content is not a plan.
    #[error("the plan file cannot be read")]
    Json(#[from] serde_json::Error),
}

/// Why a plan cannot be written.
#[derive(Debug, thiserror::Error)]
pub enum Unwritable {
    /// It is no JSON.
    #[error("the plan cannot be written as JSON")]
    Json(#[from] serde_json::Error),
    /// Its sensitive values cannot be encrypted.
    #[error("the sensitive values of the plan cannot be encrypted")]
    Values,
}

/// Writes a plan as a sealed file. `once` is random, and is used if the plan has
/// sensitive values.
pub fn write(plan: &Plan, key: &[u8; 32], once: Once) -> Result<Vec<u8>, Unwritable> {
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
    if values::has_any(plan) {
        let values = values::seal(plan, key, once)?.ok_or(Unwritable::Values)?;
        bytes.extend_from_slice(VALUES.as_bytes());
        bytes.extend_from_slice(values.as_bytes());
        bytes.push(b'"');
    }
    let seal = seal_of(&bytes, key);
    bytes.extend_from_slice(SEAL.as_bytes());
    bytes.extend_from_slice(seal.as_bytes());
    bytes.push(b'"');
    bytes.extend_from_slice(CLOSE.as_bytes());
    Ok(bytes)
}

/// Puts approvals behind the seal of a plan file, in place of those that are there.
pub fn with_approvals(file: &[u8], approvals: &[Approval]) -> Result<Vec<u8>, Unreadable> {
    let parts = parts(file)?;
    let list = approvals::write(approvals)?;
    let (body, seal) = (parts.body, parts.seal);
    Ok(format!("{body}{SEAL}{seal}\"{list}").into_bytes())
}

/// Reads a sealed file; one that was edited is refused.
pub fn read(bytes: &[u8], key: &[u8; 32]) -> Result<SealedPlan, Unreadable> {
    let parts = parts(bytes)?;
    let expected = seal_of(parts.body.as_bytes(), key);
    if !same(expected.as_bytes(), parts.seal.as_bytes()) {
        return Err(Unreadable::Broken);
    }
    let values = parts.body.rsplit_once(VALUES);
    let values = values.and_then(|(_, values)| values.strip_suffix('"'));
    let mut sealed = parts.loose()?;
    values::unseal(&mut sealed.plan, values, key).ok_or(Unreadable::Values)?;
    approvals::check(&sealed, key)?;
    Ok(sealed)
}

/// Reads a file without the state that it was made for: whether it was edited is
/// not known, sensitive values are not there, and it can only be looked at.
pub fn peek(bytes: &[u8]) -> Result<SealedPlan, Unreadable> {
    parts(bytes)?.loose()
}

/// What a file consists of.
struct Parts<'a> {
    body: &'a str,
    seal: &'a str,
    approvals: Vec<Approval>,
}

impl Parts<'_> {
    fn loose(self) -> Result<SealedPlan, Unreadable> {
        Ok(SealedPlan {
            plan: serde_json::from_str(&format!("{}\n}}", self.body))?,
            digest: self.seal.to_owned(),
            content: blake3::hash(self.body.as_bytes()).to_hex().to_string(),
            approvals: self.approvals,
        })
    }
}

fn parts(bytes: &[u8]) -> Result<Parts<'_>, Unreadable> {
    let text = std::str::from_utf8(bytes).map_err(|_| Unreadable::NoSeal)?;
    let (body, rest) = text.rsplit_once(SEAL).ok_or(Unreadable::NoSeal)?;
    let (seal, rest) = rest.split_once('"').ok_or(Unreadable::Broken)?;
    check_format(text)?;
    Ok(Parts {
        body,
        seal,
        approvals: approvals::read(rest)?,
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
        undoes: None,
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
        given: Default::default(),
        references: Default::default(),
        names: Default::default(),
        review: Default::default(),
        bindings: muster_model::Bindings {
            policy_file: "p.yaml".into(),
            environment: None,
            policy: "0".into(),
            snapshot: "1".into(),
            texts: Vec::new(),
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
mod tests;
