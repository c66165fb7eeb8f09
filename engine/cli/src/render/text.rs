//! Words on a terminal. How values are written is [`muster_review::words`]'
//! business.

pub use muster_review::words::{count, hidden, instant, pair, safe, value};

/// Pads with spaces to a width counted in characters.
pub fn pad(text: &str, width: usize) -> String {
    let missing = width.saturating_sub(text.chars().count());
    format!("{text}{}", " ".repeat(missing))
}

/// Indents every line.
pub fn indent(text: &str, by: usize) -> String {
    let margin = " ".repeat(by);
    text.lines()
        .map(|line| format!("{margin}{line}"))
        .collect::<Vec<_>>()
        .join("\n")
}
