//! A value is declared, and used nowhere.

use crate::diagnostic::Code;
use crate::source::Source;
use crate::yaml::{Kind, Node};

/// Looks at the values that a policy declares; `included` are the texts of the
/// files that it includes.
pub(crate) fn check(source: &mut Source<'_>, root: Option<&Node>, included: &[&str]) {
    let declared = root.and_then(|root| root.entry("values"));
    let Some(Kind::Map(entries)) = declared.map(|entry| &entry.value.kind) else {
        return;
    };
    // A slip in one place makes the name look unused; it is told there.
    if source.has(Code::UnknownValue) {
        return;
    }
    for entry in entries {
        let texts = std::iter::once(source.text).chain(included.iter().copied());
        if texts.into_iter().any(|text| is_used(text, &entry.key)) {
            continue;
        }
        source
            .report(
                Code::UnusedValue,
                entry.at.clone(),
                format!("The value `{}` is used nowhere", entry.key),
            )
            .help("Take it out, here and in the files of environments; or another name was meant where it should be used.");
    }
}

/// True if a text names a value in either way. What only looks like it counts too:
/// a warning that is wrong is worse than one that is missing.
fn is_used(text: &str, name: &str) -> bool {
    let ends = |rest: &str| !rest.starts_with(|c: char| c.is_ascii_alphanumeric() || c == '_');
    let behind = |mark: &str| {
        let rests = text
            .match_indices(mark)
            .filter_map(|(at, _)| text.get(at + mark.len()..));
        rests
            .map(str::trim_start)
            .any(|rest| rest.strip_prefix(name).is_some_and(ends))
    };
    behind("${{") || behind("values.")
}
