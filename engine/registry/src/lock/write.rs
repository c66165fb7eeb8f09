//! A lock as text: one value a line, in one order, so that a change of it reads
//! well in a pull request.

use super::{Entry, FORMAT, Lock};
use std::fmt::{self, Write};

const HEAD: &str = "\
# Which plugins the policies here may run, each by the digest of its bytes.
# Made by `muster provider accept POLICY`. It belongs into version control.
";

impl fmt::Display for Lock {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{HEAD}\nformat = {FORMAT}\n")?;
        self.entries().try_for_each(|entry| write_entry(entry, f))
    }
}

fn write_entry(entry: &Entry, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    f.write_str("\n[[plugin]]\n")?;
    line(f, "source", &entry.source)?;
    line(f, "name", &entry.name)?;
    line(f, "version", &entry.version)?;
    line(f, "api", &entry.api)?;
    line(f, "digest", &entry.digest.to_string())?;
    if let Some(manifest) = entry.manifest {
        line(f, "manifest", &manifest.to_string())?;
    }
    if let Some(key) = &entry.key {
        line(f, "key", &key.to_string())?;
    }
    writeln!(f, "memory_mib = {}", entry.memory_mib)?;
    if entry.needs.is_empty() {
        return f.write_str("needs = []\n");
    }
    f.write_str("needs = [\n")?;
    for need in &entry.needs {
        writeln!(f, "    {},", quoted(need))?;
    }
    f.write_str("]\n")
}

fn line(f: &mut fmt::Formatter<'_>, key: &str, value: &str) -> fmt::Result {
    writeln!(f, "{key} = {}", quoted(value))
}

/// A basic string of TOML. What could change how the line looks is written by
/// its number.
fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for letter in text.chars() {
        match letter {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            letter if is_unseen(letter) => {
                // Writing into a text cannot fail.
                let _ = write!(out, "\\U{:08X}", u32::from(letter));
            }
            letter => out.push(letter),
        }
    }
    out.push('"');
    out
}

/// Controls, and what turns the direction of writing or has no width.
fn is_unseen(letter: char) -> bool {
    letter.is_control()
        || matches!(letter,
            '\u{ad}' | '\u{61c}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}'
            | '\u{2060}'..='\u{206f}' | '\u{feff}')
}
