//! What is other in an entry than in the one before it.

use super::Entry;

/// One difference between what was accepted and what is to be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// It calls itself something else.
    Name(String, String),
    /// It has another version.
    Version(String, String),
    /// It was made for another interface.
    Api(String, String),
    /// Its bytes are others.
    Digest(String, String),
    /// It may use another amount of memory, in MiB.
    Memory(u32, u32),
    /// It needs something that it did not.
    NeedMore(String),
    /// It needs something no more.
    NeedLess(String),
    /// It has to be signed from now on.
    KeyNew(String),
    /// Somebody else has to sign it from now on.
    KeyOther(String, String),
    /// It has to be signed no more.
    KeyGone(String),
}

impl Change {
    /// True if the plugin, or whoever publishes it, may do more than before, or if it
    /// is an older one again.
    pub fn is_more(&self) -> bool {
        match self {
            Self::NeedMore(_) | Self::KeyGone(_) | Self::KeyOther(..) => true,
            Self::Memory(old, new) => new > old,
            // Whoever rules a registry can offer what is known to be broken.
            Self::Version(old, new) => is_older(new, old),
            _ => false,
        }
    }
}

/// Compares versions by their numbers, as far as there are some: what follows a `-`
/// comes before the version itself.
fn is_older(this: &str, that: &str) -> bool {
    let numbers = |text: &str| {
        let (main, before) = match text.split('+').next().unwrap_or_default().split_once('-') {
            Some((main, _)) => (main.to_owned(), true),
            None => (text.split('+').next().unwrap_or_default().to_owned(), false),
        };
        let parts: Option<Vec<u64>> = main.split('.').map(|part| part.parse().ok()).collect();
        parts.map(|parts| (parts, !before))
    };
    match (numbers(this), numbers(that)) {
        (Some(this), Some(that)) => this < that,
        _ => false,
    }
}

/// All differences, in the order in which a person wants to read them.
pub fn changes(old: &Entry, new: &Entry) -> Vec<Change> {
    let text = |old: &String, new: &String, change: fn(String, String) -> Change| {
        (old != new).then(|| change(old.clone(), new.clone()))
    };
    let (was, is) = (old.digest.to_string(), new.digest.to_string());
    let first = [
        text(&old.name, &new.name, Change::Name),
        text(&old.version, &new.version, Change::Version),
        text(&old.api, &new.api, Change::Api),
        text(&was, &is, Change::Digest),
    ];
    let memory = (old.memory_mib, new.memory_mib);
    let memory = (memory.0 != memory.1).then_some(Change::Memory(memory.0, memory.1));
    let without = |these: &Entry, those: &Entry, change: fn(String) -> Change| {
        let those = those.needs.clone();
        let other = these.needs.clone().into_iter();
        other.filter(move |need| !those.contains(need)).map(change)
    };
    first
        .into_iter()
        .chain([memory])
        .flatten()
        .chain(without(new, old, Change::NeedMore))
        .chain(without(old, new, Change::NeedLess))
        .chain(key(old, new))
        .collect()
}

fn key(old: &Entry, new: &Entry) -> Option<Change> {
    match (&old.key, &new.key) {
        (None, Some(new)) => Some(Change::KeyNew(new.to_string())),
        (Some(old), None) => Some(Change::KeyGone(old.to_string())),
        (Some(old), Some(new)) if old != new => {
            Some(Change::KeyOther(old.to_string(), new.to_string()))
        }
        _ => None,
    }
}
