//! The five steps of one person, each with its values and the line that decides.

mod conditions;
mod decide;
mod fields;
mod map;
mod matching;
mod read;
mod scope;

pub(super) use decide::decide;
pub(super) use map::map;
pub(super) use matching::matching;
pub(super) use read::read;
pub(super) use scope::scope;

/// "`a`, `b` and `c`".
pub(in crate::explain) fn listed<T: AsRef<str>>(names: &[T]) -> String {
    let quoted: Vec<String> = names
        .iter()
        .map(|name| format!("`{}`", name.as_ref()))
        .collect();
    match quoted.as_slice() {
        [] => String::new(),
        [one] => one.clone(),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
    }
}

/// The day of an instant.
pub(in crate::explain) fn day(instant: &str) -> &str {
    instant.split('T').next().unwrap_or(instant)
}
