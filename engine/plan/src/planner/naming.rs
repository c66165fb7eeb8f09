//! What an entry is called.

use super::Planner;
use crate::accounts::Row;
use crate::exceptions::About;
use crate::pins::Link;
use crate::words;
use muster_model::{EntryView, Fault, Finding, UsernameKey};
use muster_policy::{Key, MappingFailed, Texts, USERNAME_FIELD};
use std::borrow::Cow;

/// What an entry is called, as far as it can be said.
#[derive(Debug)]
pub(crate) enum Named<'e> {
    /// By this username.
    As(Cow<'e, str>),
    /// The mapping gives nothing.
    Not,
    /// The mapping fails for this entry.
    Failed(MappingFailed),
}

/// Whose accounts those may be whose usernames could not be computed. Each
/// outweighs the ones before it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Unnamed {
    /// There is no such entry.
    #[default]
    Nobody,
    /// Of accounts that have no identifier.
    Unidentified,
    /// Any account.
    Anybody,
}

impl Named<'_> {
    /// The username, if there is one.
    pub(crate) fn username(&self) -> Option<&str> {
        match self {
            Self::As(username) => Some(username),
            Self::Not | Self::Failed(_) => None,
        }
    }
}

impl Planner<'_> {
    /// The entry's username. Of several, the one that the person's account has:
    /// sources promise no order, and nobody shall be renamed to and fro.
    pub(crate) fn named<'e>(&mut self, entry: EntryView<'e>) -> Named<'e> {
        match self.usernames.of(entry) {
            Ok(Texts::Absent) => Named::Not,
            Ok(Texts::One(username)) => Named::As(username),
            Ok(Texts::Many(usernames)) => self.choose(entry, usernames),
            Err(failed) => Named::Failed(failed),
        }
    }

    fn choose<'e>(&mut self, entry: EntryView<'_>, mut all: Vec<Cow<'e, str>>) -> Named<'e> {
        all.sort_unstable();
        let by_id = entry.id().and_then(|id| self.accounts.by_external_id(id));
        let same = by_id.and_then(|row| {
            let (current, key) = (self.accounts.username(row), self.accounts.key(row));
            let is_same = |name: &Cow<'_, str>| UsernameKey::of(name).as_str() == key;
            let exact = all.iter().position(|name| *name == current);
            exact.or_else(|| all.iter().position(is_same))
        });
        let key = self.policy.identity.key;
        let mut place = |finds: fn(&mut Self, &str) -> Option<Row>| {
            all.iter().position(|name| finds(self, name).is_some())
        };
        let kept = match (key, by_id) {
            (Key::ExternalId, Some(_)) => same,
            // An account that is somebody else's by its identifier is not meant.
            (Key::ExternalId, None) => place(Self::unidentified),
            (Key::Username, _) => same.or_else(|| place(Self::own_by_username)),
        };
        let chosen = all.into_iter().nth(kept.unwrap_or(0));
        chosen.map_or(Named::Not, Named::As)
    }

    /// True if the policy made usernames in another way at the last run.
    pub(crate) fn username_was_remapped(&self) -> bool {
        let before = self.context.directory.as_ref();
        let before = before.and_then(|record| record.mappings.get(USERNAME_FIELD));
        before.is_some_and(|digest| *digest != self.policy.identity.username.digest)
    }

    /// An entry in scope that has no username, and no account by the policy's key. It
    /// is no evidence that the person of an account is gone who has its identifier:
    /// that account is held, once all who bear its username are known.
    pub(super) fn without_name(&mut self, entry: EntryView<'_>, about: About, link: Link) {
        let Some(row) = entry.id().and_then(|id| self.accounts.by_external_id(id)) else {
            return self.stranger(entry, &Named::Not, about, link);
        };
        let (text, at) = words::no_username(self.policy);
        let finding = Finding {
            code: Fault::NoUsername,
            username: Some(self.accounts.username(row).to_owned()),
            text,
            policy: Some(at),
            held: true,
        };
        self.findings.push((Some(row), finding));
        self.gaps.push(row);
    }

    /// An entry in scope whose username could not be computed, and that has no
    /// account by the policy's key. Whoever it may be is held.
    pub(super) fn unnamed(
        &mut self,
        entry: EntryView<'_>,
        failed: MappingFailed,
        about: About,
        link: Link,
    ) {
        let known = entry.id().and_then(|id| self.accounts.by_external_id(id));
        if known.is_some() {
            let (text, at) = words::username_failed(self.policy, &failed);
            return self.hold(known, entry, None, words::fault_of(&failed), text, Some(at));
        }
        self.unnamed = match (self.policy.identity.key, entry.id()) {
            (Key::ExternalId, Some(_)) => self.unnamed.max(Unnamed::Unidentified),
            (Key::ExternalId, None) | (Key::Username, _) => Unnamed::Anybody,
        };
        self.stranger(entry, &Named::Failed(failed), about, link);
    }
}
