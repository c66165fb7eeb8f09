//! The filters that the service understands.

use serde_json::Value;

/// Whether a resource is found; nothing if the filter is not understood:
/// `ATTRIBUTE eq "TEXT"`, `meta.lastModified gt "INSTANT"`, and `(A) and B`.
pub fn finds(filter: &str, resource: &Value) -> Option<bool> {
    let filter = filter.trim();
    if let Some(rest) = filter.strip_prefix('(') {
        let (inner, rest) = rest.split_once(')')?;
        let rest = rest.trim().strip_prefix("and ")?;
        return Some(finds(inner, resource)? & finds(rest, resource)?);
    }
    let (name, rest) = filter.split_once(' ')?;
    let (operator, literal) = rest.split_once(' ')?;
    let wanted: String = serde_json::from_str(literal).ok()?;
    let found = name
        .split('.')
        .try_fold(resource, |value, part| value.get(part));
    let found = found.and_then(Value::as_str);
    match operator {
        "eq" => Some(found.is_some_and(|found| found.eq_ignore_ascii_case(&wanted))),
        // Texts of one form are in the order of their instants.
        "gt" => Some(found.is_some_and(|found| found > wanted.as_str())),
        _ => None,
    }
}
