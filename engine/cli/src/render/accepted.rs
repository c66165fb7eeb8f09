//! What a person reads before a plugin may run: what is new about it.

use super::Palette;
use super::text::safe;
use muster_registry::{Change, Entry, changes};

/// What accepting would change.
pub fn standing(before: Option<&Entry>, after: &Entry, palette: Palette) -> String {
    let Some(before) = before else {
        let signed = after.key.as_ref().map_or_else(String::new, |key| {
            format!("  from now on it has to be signed by {key}\n")
        });
        let first = palette.strong("accepted for the first time");
        return format!("\n{first}\n{signed}");
    };
    let changes = changes(before, after);
    if before == after {
        return "\naccepted already; nothing is new\n".to_owned();
    }
    let head = format!("since {} {} was accepted", before.name, before.version);
    let lines: String = changes.iter().map(|change| line(change, palette)).collect();
    let package = match before.manifest != after.manifest {
        true => "  the package in the registry is another one\n",
        false => "",
    };
    format!("\n{}\n{lines}{package}", palette.strong(safe(&head)))
}

fn line(change: &Change, palette: Palette) -> String {
    let text = match change {
        Change::Name(old, new) => format!("it calls itself {new}, and no more {old}"),
        Change::Version(old, new) if change.is_more() => {
            format!("version {old} → {new}, which is older")
        }
        Change::Version(old, new) => format!("version {old} → {new}"),
        Change::Api(old, new) => format!("interface {old} → {new}"),
        Change::Digest(old, new) => format!("{old} → {new}"),
        Change::Memory(old, new) => format!("memory {old} → {new} MiB"),
        Change::NeedMore(need) => format!("asks for more: {need}"),
        Change::NeedLess(need) => format!("no longer asks for: {need}"),
        Change::KeyNew(key) => format!("from now on it has to be signed by {key}"),
        Change::KeyOther(old, new) => {
            format!("from now on it has to be signed by {new}, and no more by {old}")
        }
        Change::KeyGone(key) => format!("it no longer has to be signed by {key}"),
    };
    let (sign, text) = match change.is_more() {
        true => (palette.bad("!"), palette.bad(safe(&text))),
        false => ("·".to_owned(), safe(&text)),
    };
    format!("  {sign} {text}\n")
}
