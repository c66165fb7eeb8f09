//! Files as addresses that code hosts understand.

use std::fmt::Write as _;
use std::path::{Component, Path, PathBuf};

/// The folder that addresses are relative to: a repository's, mostly.
#[derive(Clone, Debug)]
pub struct Base {
    /// Where the program runs.
    pub here: PathBuf,
    /// The folder that addresses are relative to.
    pub root: PathBuf,
}

impl Base {
    /// A file's path from the root, with `/` between its parts. One outside of it
    /// keeps its absolute path.
    pub fn path(&self, file: &str) -> String {
        let whole = tidy(&self.here.join(file));
        let path = whole.strip_prefix(tidy(&self.root)).unwrap_or(&whole);
        let mut out = String::new();
        for part in path.components() {
            match part {
                Component::RootDir => out.push('/'),
                part => {
                    if !out.is_empty() && !out.ends_with('/') {
                        out.push('/');
                    }
                    out.push_str(&part.as_os_str().to_string_lossy());
                }
            }
        }
        out
    }

    /// The same as a URI: relative, or of the scheme `file`.
    pub fn uri(&self, file: &str) -> String {
        let path = self.path(file);
        match path.starts_with('/') {
            true => format!("file://{}", encoded(&path)),
            false => encoded(&path),
        }
    }
}

/// Without `.` and `..`, as far as the text alone shows.
fn tidy(path: &Path) -> PathBuf {
    let mut tidy = PathBuf::new();
    for part in path.components() {
        match part {
            Component::CurDir => {}
            Component::ParentDir => drop(tidy.pop()),
            part => tidy.push(part),
        }
    }
    tidy
}

/// Everything but letters, digits and four signs is encoded (RFC 3986).
fn encoded(path: &str) -> String {
    let mut out = String::with_capacity(path.len());
    for byte in path.bytes() {
        match byte {
            b'/' | b'-' | b'_' | b'.' | b'~' => out.push(char::from(byte)),
            byte if byte.is_ascii_alphanumeric() => out.push(char::from(byte)),
            // Writing to a string cannot fail.
            byte => drop(write!(out, "%{byte:02X}")),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_relative_to_the_root() {
        let base = Base {
            here: "/repo/policies".into(),
            root: "/repo".into(),
        };
        for (file, path, uri) in [
            ("staff.yaml", "policies/staff.yaml", "policies/staff.yaml"),
            (
                "./a/../staff.yaml",
                "policies/staff.yaml",
                "policies/staff.yaml",
            ),
            ("../x y#1%.yaml", "x y#1%.yaml", "x%20y%231%25.yaml"),
            ("/repo/ü.yaml", "ü.yaml", "%C3%BC.yaml"),
            (
                "../../other/a.yaml",
                "/other/a.yaml",
                "file:///other/a.yaml",
            ),
            ("/etc/a b.yaml", "/etc/a b.yaml", "file:///etc/a%20b.yaml"),
        ] {
            assert_eq!(base.path(file), path);
            assert_eq!(base.uri(file), uri);
        }
    }
}
