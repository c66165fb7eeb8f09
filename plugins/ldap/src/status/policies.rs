//! How long a lock lasts, by the password policies of an OpenLDAP server.

use super::{ANYTHING, LockDuration};
use crate::directory::{Found, Lookup, below, gather, lookup, open};
use crate::dn::{Digest, Names};
use crate::outcome;
use crate::root::Root;
use crate::settings::Settings;
use crate::time::integer;
use muster_sdk::Failure;

/// The policies that were found.
#[derive(Clone, Debug, Default)]
pub struct Policies {
    default: Option<LockDuration>,
    all: Vec<(Digest, LockDuration)>,
}

impl Policies {
    /// Reads the policy that the settings name, or all below the naming
    /// contexts of the base: the server does not tell which one is its default.
    pub fn read(settings: &Settings, root: &Root) -> Result<Self, Failure> {
        let attribute = ["pwdLockoutDuration"];
        if let Some(dn) = &settings.ppolicy_dn {
            return match lookup(dn, ANYTHING, &attribute)? {
                Lookup::Found(found) => Ok(Self {
                    default: Some(duration(&found)),
                    ..Self::default()
                }),
                Lookup::Hidden => Err(Failure::config(format!(
                    "the password policy `{dn}` cannot be read"
                ))
                .hint("give the login the right to read it, or leave `ppolicy_dn` out")),
                Lookup::Refused(said) => Err(outcome::failure(
                    &said,
                    &format!("the password policy `{dn}`"),
                )),
            };
        }
        let mut policies = Self::default();
        for context in &root.naming_contexts {
            let attributes = attribute.map(str::to_owned).to_vec();
            let query = below(
                context,
                "(objectClass=pwdPolicy)".to_owned(),
                attributes,
                settings.page_size,
            );
            let (found, _) = gather(&open(&query)?)?;
            let mut names = Names::default();
            policies.all.extend(
                found
                    .iter()
                    .filter_map(|one| Some((names.digest(&one.dn).ok()?, duration(one)))),
            );
        }
        if let [(_, first), others @ ..] = policies.all.as_slice()
            && others.iter().all(|(_, other)| other == first)
        {
            policies.default = Some(*first);
        }
        Ok(policies)
    }

    /// True if an entry's own policy decides.
    pub fn differ(&self) -> bool {
        self.default.is_none() && !self.all.is_empty()
    }

    /// How long the lock of an entry with this policy lasts.
    pub fn duration(&self, own: Option<&[u8]>) -> LockDuration {
        let own = own.and_then(|dn| Names::default().digest(dn).ok());
        let named = self.all.iter().find(|(policy, _)| Some(*policy) == own);
        named
            .map(|(_, duration)| *duration)
            .or(self.default)
            .unwrap_or(LockDuration::Unknown)
    }

    #[cfg(test)]
    pub fn of(default: Option<LockDuration>) -> Self {
        Self {
            default,
            all: Vec::new(),
        }
    }
}

/// Seconds; absent or 0 is without end.
fn duration(policy: &Found) -> LockDuration {
    match policy.column(0).first().map(|value| integer(value)) {
        None | Some(Some(0)) => LockDuration::Forever,
        Some(Some(seconds)) if seconds > 0 => LockDuration::Millis(seconds.saturating_mul(1000)),
        Some(_) => LockDuration::Unknown,
    }
}
