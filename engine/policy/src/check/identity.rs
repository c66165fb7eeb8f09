//! `identity:` – how an entry finds its account.

use super::attributes::Attributes;
use super::{keys, reader};
use crate::policy::{Identity, Key};
use crate::source::Source;
use crate::yaml::Entry;

pub(super) fn identity(
    source: &mut Source<'_>,
    attributes: &mut Attributes,
    entry: &Entry,
) -> Option<Identity> {
    let map = reader::mapping(source, &entry.value, &entry.at, &keys::IDENTITY)?;
    let words = [
        (Key::ExternalId.as_str(), Key::ExternalId),
        (Key::Username.as_str(), Key::Username),
    ];
    let key = match map.get("key") {
        Some(node) => reader::word(source, node, "`key`", &words),
        // What survives a rename is the safer choice.
        None => Some(Key::ExternalId),
    };
    let node = map.get("username")?;
    let name = reader::filled(source, node, "`username`")?;
    let username = attributes.add(source, name, node.span.clone())?;
    Some(Identity {
        key: key?,
        username,
        at: source.line(entry.at.start),
    })
}
