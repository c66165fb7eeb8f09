//! `approval:` – who has to approve of a plan before it may be applied.

use super::{keys, reader};
use crate::approval::{ApprovalTerms, KEY_KIND};
use crate::diagnostic::Code;
use crate::source::Source;
use crate::yaml::{Entry, Node};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use std::collections::BTreeMap;

/// Nobody asks more people.
const MOST: u64 = 100;

pub(super) fn approval(source: &mut Source<'_>, entry: &Entry) -> Option<ApprovalTerms> {
    let map = reader::mapping(source, &entry.value, &entry.at, &keys::APPROVAL)?;
    let keys = map.get("keys");
    let keys = keys.map_or(Some(BTreeMap::new()), |node| public_keys(source, node));
    let required = map.get("required");
    let required = required.and_then(|node| {
        let number = reader::whole(source, node, "`required`", MOST)?;
        is_possible(source, node, number, keys.as_ref()).then_some(number)
    });
    let by_others = map.get("by_others");
    let by_others = by_others.and_then(|node| reader::flag(source, node, "`by_others`"));
    Some(ApprovalTerms {
        required: required?,
        keys: keys?,
        by_others: by_others.unwrap_or(false),
        at: source.line(entry.at.start),
    })
}

/// Nobody could ever apply a plan that needs more approvals than there are keys; and
/// one that needs none needs no such key.
fn is_possible(
    source: &mut Source<'_>,
    node: &Node,
    number: u64,
    keys: Option<&BTreeMap<String, [u8; 32]>>,
) -> bool {
    if number == 0 {
        source
            .report(
                Code::OutOfRange,
                node.span.clone(),
                "`required` must be 1 at least",
            )
            .help("Leave `approval` out if nobody has to approve.");
        return false;
    }
    let known = keys.map_or(0, BTreeMap::len) as u64;
    let possible = known == 0 || number <= known;
    if !possible {
        let are = if known == 1 { "is" } else { "are" };
        source
            .report(
                Code::OutOfRange,
                node.span.clone(),
                format!("{number} people have to approve, and there {are} {known} in `keys`"),
            )
            .help("No plan could ever be applied. Ask fewer people, or add keys.");
    }
    possible
}

fn public_keys(source: &mut Source<'_>, node: &Node) -> Option<BTreeMap<String, [u8; 32]>> {
    let mut keys = BTreeMap::new();
    let mut all_are_good = true;
    for entry in reader::entries(source, node, "`keys`")? {
        let Some(key) = public_key(source, &entry.value) else {
            all_are_good = false;
            continue;
        };
        let twice = keys.iter().find(|(_, known)| **known == key);
        if let Some((other, _)) = twice {
            let message = format!("`{}` has the key of `{other}`", entry.key);
            source
                .report(Code::DuplicateName, entry.value.span.clone(), message)
                .help("Each approver has a key of their own: `muster plan key NAME` makes one.");
            all_are_good = false;
        }
        keys.insert(entry.key.clone(), key);
    }
    all_are_good.then_some(keys)
}

fn public_key(source: &mut Source<'_>, node: &Node) -> Option<[u8; 32]> {
    let text = reader::filled(source, node, "A public key")?;
    let packed = text.strip_prefix(KEY_KIND);
    let key = packed.and_then(|packed| STANDARD.decode(packed).ok());
    let key = key.and_then(|key| <[u8; 32]>::try_from(key).ok());
    if key.is_none() {
        source
            .report(
                Code::BadConstant,
                node.span.clone(),
                "This is no public ed25519 key",
            )
            .help(format!(
                "It is `{KEY_KIND}` and base64 of 32 bytes, as `muster plan key NAME` prints it."
            ));
    }
    key
}
