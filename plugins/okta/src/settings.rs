//! The policy's `provider.config`.

use muster_sdk::{Failure, ReadRequest, Scope};
use serde::Deserialize;

/// What a policy says of an org. Logins and rates are the host's business.
#[derive(Clone, Debug, Deserialize)]
pub struct Settings {
    /// `https://example.okta.com`.
    pub url: String,
    /// People per page.
    pub page_size: u32,
    /// Where changes come from.
    pub feed: Feed,
    /// Whether the deactivated are listed.
    pub deactivated: Deactivated,
    /// What a lock after wrong passwords means.
    pub temporary_lock: TemporaryLock,
}

/// Where changes come from.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum Feed {
    /// From the System Log.
    Log,
    /// From nowhere: every run reads everybody.
    None,
}

/// Whether the deactivated are listed.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum Deactivated {
    /// They are told apart from those who left the scope.
    Read,
    /// They are missing like anybody else who left.
    Skip,
}

/// What a lock after wrong passwords means.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Eq)]
#[serde(rename_all = "lowercase")]
pub enum TemporaryLock {
    /// It blocks while it lasts.
    Block,
    /// It changes nothing.
    Ignore,
}

impl Settings {
    /// Refuses URLs with which Okta's API cannot work.
    pub fn check(&self) -> Result<(), Failure> {
        let rest = self.url.split_once("://").map_or("", |(_, rest)| rest);
        let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
        if let Some((org, domain)) = host.split_once("-admin.") {
            return Err(Failure::config(format!(
                "`{}` is the address of the administrators' pages",
                self.url
            ))
            .hint(format!("write `url: https://{org}.{domain}`")));
        }
        if !path.is_empty() {
            return Err(Failure::config(format!(
                "`{}` has a path, and the org's URL has none",
                self.url
            ))
            .hint(format!("write `url: https://{host}`")));
        }
        Ok(())
    }

    /// Identifies what a position in the feed was made for: other attributes or
    /// another scope need everybody again.
    pub fn fingerprint(&self, request: &ReadRequest) -> String {
        let mut attributes = request.attributes.clone();
        attributes.sort_unstable();
        let mut sum = Sum::default();
        sum.add(&self.url);
        sum.add(&format!("{:?}", self.temporary_lock));
        for part in [
            &attributes,
            &request.scope.groups,
            &request.scope.except_groups,
            &request.scope.report,
        ] {
            sum.add(&part.len().to_string());
            part.iter().for_each(|text| sum.add(text));
        }
        sum.text()
    }
}

/// FNV-1a: the same in every version of everything.
pub struct Sum(u64);

impl Default for Sum {
    fn default() -> Self {
        Self(0xcbf2_9ce4_8422_2325)
    }
}

impl Sum {
    /// Takes a text in.
    pub fn add(&mut self, text: &str) {
        for byte in text.bytes().chain([0]) {
            self.0 = (self.0 ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
        }
    }

    /// What stands for all texts.
    pub fn text(&self) -> String {
        format!("{:016x}", self.0)
    }
}

/// Refuses parts of a scope that Okta does not have.
pub fn check_scope(scope: &Scope) -> Result<(), Failure> {
    if scope.under.is_empty() && scope.except_under.is_empty() {
        return Ok(());
    }
    Err(Failure::config(
        "`scope.under` and `scope.except_under` mean nothing here: Okta's users stand in no tree",
    )
    .hint("choose people by groups; a group rule of Okta's can make one out of any property"))
}
