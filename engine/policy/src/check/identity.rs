//! `identity:` – how an entry finds its account.

use super::attributes::Attributes;
use super::transform::transform;
use super::{keys, reader, value};
use crate::policy::{Identity, Key, UsernameMapping};
use crate::source::Source;
use crate::yaml::{Entry, Kind};

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
    let username = username(source, attributes, map.entry("username")?)?;
    Some(Identity {
        key: key?,
        username,
        adopt: Default::default(),
        at: source.line(entry.at.start),
    })
}

/// An attribute, or how the username is made.
fn username(
    source: &mut Source<'_>,
    attributes: &mut Attributes,
    entry: &Entry,
) -> Option<UsernameMapping> {
    let at = source.line(entry.at.start);
    let mut mapping = UsernameMapping::of_attribute(0, at);
    match &entry.value.kind {
        Kind::Scalar(_) => {
            mapping.value = value::candidates(source, attributes, &entry.value, "`username`")?;
        }
        Kind::Map(_) => {
            let map = reader::mapping(source, &entry.value, &entry.at, &keys::USERNAME)?;
            let transform = transform(source, &map);
            mapping.value = value::value(source, attributes, &map, entry)?;
            mapping.transform = transform?;
        }
        _ => {
            let wanted = "an attribute, or a mapping such as `{from: [uid, mail]}`";
            reader::wrong_type(source, &entry.value, "`username`", wanted);
            return None;
        }
    }
    Some(mapping)
}
