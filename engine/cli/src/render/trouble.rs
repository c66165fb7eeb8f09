//! What went wrong: a short summary, then why, then what to do.

use super::Palette;
use super::text::{indent, safe};
use crate::trouble::Trouble;

/// Renders one failure.
pub fn trouble(trouble: &Trouble, palette: Palette) -> String {
    let mut out = format!(
        "{} {}\n",
        palette.alarm("error:"),
        keep_lines(&trouble.summary)
    );
    for cause in &trouble.causes {
        out.push_str(&format!(
            "{}\n",
            indent(&format!("because {}", keep_lines(cause)), 2)
        ));
    }
    if let Some(detail) = &trouble.detail {
        out.push_str(detail.trim_end());
        out.push('\n');
    }
    for hint in &trouble.hints {
        let hint = keep_lines(hint).replace('\n', "\n        ");
        out.push_str(&format!("  {} {hint}\n", palette.name("help:")));
    }
    out
}

/// One line of talk that is no error.
pub fn warning(text: &str, palette: Palette) -> String {
    format!("{} {}\n", palette.change("note:"), keep_lines(text))
}

/// Text of ours may have several lines; everything else in it is made safe.
fn keep_lines(text: &str) -> String {
    text.lines().map(safe).collect::<Vec<_>>().join("\n")
}
