//! What a field's mapping says beside where the value comes from.

use super::reader::{self, Mapping};
use super::transform::transform;
use crate::diagnostic::Code;
use crate::policy::{FieldMapping, Mode, OnAbsent, OnEmpty, OnError, Shape};
use crate::source::Source;
use crate::typed::{MAX_BYTES, MOST_BYTES};

const MODES: [(&str, Mode); 3] = [
    ("always", Mode::Always),
    ("create", Mode::Create),
    ("if-empty", Mode::IfEmpty),
];
const SHAPES: [(&str, Shape); 6] = [
    ("text", Shape::Text),
    ("list", Shape::List),
    ("bool", Shape::Bool),
    ("number", Shape::Number),
    ("date", Shape::Date),
    (
        "image",
        Shape::Image {
            max_bytes: MAX_BYTES,
        },
    ),
];
const EMPTY: [(&str, OnEmpty); 3] = [
    ("write", OnEmpty::Write),
    ("absent", OnEmpty::Absent),
    ("keep", OnEmpty::Keep),
];
const ABSENT: [(&str, OnAbsent); 2] = [("remove", OnAbsent::Remove), ("keep", OnAbsent::Keep)];
const ON_ERROR: [(&str, OnError); 3] = [
    ("hold", OnError::Hold),
    ("keep", OnError::Keep),
    ("absent", OnError::Absent),
];

/// Reads all options into the mapping. `None` if the chain cannot be used.
pub(super) fn options(
    source: &mut Source<'_>,
    map: &Mapping<'_>,
    mapping: &mut FieldMapping,
) -> Option<()> {
    let transform = transform(source, map);
    word(source, map, "mode", &MODES, &mut mapping.mode);
    word(source, map, "type", &SHAPES, &mut mapping.shape);
    word(source, map, "empty", &EMPTY, &mut mapping.empty);
    word(source, map, "absent", &ABSENT, &mut mapping.absent);
    word(source, map, "on_error", &ON_ERROR, &mut mapping.on_error);
    if let Some(node) = map.get("sensitive") {
        // Whoever slips here does not want it shown.
        mapping.sensitive = reader::flag(source, node, "`sensitive`").unwrap_or(true);
    }
    if let Some(node) = map.get("required") {
        mapping.required = reader::flag(source, node, "`required`")?;
    }
    max_bytes(source, map, &mut mapping.shape);
    default(source, map, mapping);
    conflicts(source, map);
    idle(source, map, mapping);
    mapping.transform = transform?;
    Some(())
}

fn word<T: Copy>(
    source: &mut Source<'_>,
    map: &Mapping<'_>,
    key: &str,
    words: &[(&'static str, T)],
    into: &mut T,
) {
    let what = format!("`{key}`");
    let node = map.get(key);
    if let Some(found) = node.and_then(|node| reader::word(source, node, &what, words)) {
        *into = found;
    }
}

fn max_bytes(source: &mut Source<'_>, map: &Mapping<'_>, shape: &mut Shape) {
    let Some(entry) = map.entry("max_bytes") else {
        return;
    };
    let number = reader::whole(source, &entry.value, "`max_bytes`", MOST_BYTES.into());
    match shape {
        Shape::Image { max_bytes } => {
            if number == Some(0) {
                source
                    .report(
                        Code::OutOfRange,
                        entry.value.span.clone(),
                        "`max_bytes` allows no picture at all",
                    )
                    .help("Without it, a picture has up to 102400 bytes.");
            }
            let number = number.and_then(|number| u32::try_from(number).ok());
            *max_bytes = number.unwrap_or(*max_bytes);
        }
        other => {
            let message = format!(
                "`max_bytes` is for pictures, and the field is a {}",
                other.as_str()
            );
            source
                .report(Code::KeyConflict, entry.at.clone(), message)
                .help("Say `type: image` as well, or take it out.");
        }
    }
}

/// The default stands in the account as a value of the source would.
fn default(source: &mut Source<'_>, map: &Mapping<'_>, mapping: &mut FieldMapping) {
    let Some(node) = map.get("default") else {
        return;
    };
    let Some(text) = reader::text(source, node, "`default`") else {
        return;
    };
    match mapping.shape.constant(text) {
        Ok(default) => mapping.default = Some(default),
        Err(why) => {
            let message = format!(
                "The default {why}, and the field is a {}",
                mapping.shape.as_str()
            );
            source
                .report(Code::BadConstant, node.span.clone(), message)
                .help("A default is a value of the field's type.");
        }
    }
}

/// With a default there is always a value: then nothing else can be said of a
/// source that has none.
fn conflicts(source: &mut Source<'_>, map: &Mapping<'_>) {
    if map.get("default").is_none() {
        return;
    }
    for key in ["empty", "absent"] {
        if let Some(entry) = map.entry(key) {
            source
                .report(
                    Code::KeyConflict,
                    entry.at.clone(),
                    format!("A field has `default` or `{key}`, not both"),
                )
                .help("A default is taken where the source has no value or an empty one.");
        }
    }
}

/// Keys that can never make a difference.
fn idle(source: &mut Source<'_>, map: &Mapping<'_>, mapping: &FieldMapping) {
    let filled = mapping
        .default
        .as_ref()
        .is_some_and(|text| !text.is_empty());
    let mode = match mapping.mode {
        Mode::Always => None,
        Mode::Create => Some("written once, a field is never taken away again"),
        Mode::IfEmpty => Some("written while it is empty, a field keeps what it has"),
    };
    let reasons = [
        ("absent", mode),
        ("required", filled.then_some("the default is always there")),
    ];
    for (key, why) in reasons {
        if let (Some(entry), Some(why)) = (map.entry(key), why) {
            source
                .report(
                    Code::IdleKey,
                    entry.at.clone(),
                    format!("`{key}` makes no difference here: {why}"),
                )
                .help("Take it out.");
        }
    }
}
