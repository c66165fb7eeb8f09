//! Names of plugins, which become names of packages.

use std::fmt;

/// Longest name.
const LONGEST: usize = 40;

/// Names that a package manager, a compiler or a file system keeps for itself,
/// or that the project uses.
const TAKEN: [&str; 83] = [
    "abstract",
    "alloc",
    "app",
    "as",
    "async",
    "await",
    "become",
    "box",
    "break",
    "build",
    "con",
    "const",
    "continue",
    "core",
    "crate",
    "deps",
    "do",
    "dyn",
    "else",
    "enum",
    "examples",
    "extern",
    "false",
    "favicon",
    "final",
    "fn",
    "for",
    "gen",
    "http",
    "if",
    "impl",
    "in",
    "incremental",
    "let",
    "local",
    "loop",
    "macro",
    "match",
    "mod",
    "move",
    "mut",
    "muster",
    "muster-sdk",
    "node-modules",
    "nul",
    "override",
    "plugin",
    "priv",
    "proc-macro",
    "prn",
    "provider",
    "pub",
    "ref",
    "return",
    "self",
    "serde",
    "serde-json",
    "static",
    "std",
    "struct",
    "super",
    "target",
    "test",
    "tests",
    "trait",
    "true",
    "try",
    "type",
    "typeof",
    "union",
    "unsafe",
    "unsized",
    "use",
    "virtual",
    "where",
    "while",
    "wit",
    "wit-bindgen",
    "wit-world",
    "yield",
    "aux",
    "com1",
    "lpt1",
];

/// A plugin's name: lower case letters, digits and hyphens.
///
/// ```
/// use muster_kit::Name;
/// assert_eq!(Name::parse("my-people")?.as_str(), "my-people");
/// assert!(Name::parse("My People").is_err());
/// # Ok::<(), muster_kit::NameFault>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Name(String);

/// Why a name is none.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum NameFault {
    /// It holds something else, begins or ends with a hyphen, or is empty.
    #[error(
        "`{name}` is no name of a plugin: that is lower case letters, digits and single hyphens, beginning with a letter"
    )]
    Letters {
        /// What was given.
        name: String,
        /// A name that is like it.
        like: Option<String>,
    },
    /// It is too long.
    #[error("`{name}` has more than {LONGEST} characters")]
    Long {
        /// What was given.
        name: String,
    },
    /// A tool keeps it for itself.
    #[error("`{name}` is a word that a toolchain keeps for itself")]
    Taken {
        /// What was given.
        name: String,
    },
}

impl NameFault {
    /// Says what to do about it.
    pub fn hint(&self) -> String {
        match self {
            Self::Letters {
                like: Some(like), ..
            } => format!("`{like}`, say"),
            Self::Letters { like: None, .. } => "`my-people`, say".to_owned(),
            Self::Long { .. } => "choose a shorter one".to_owned(),
            Self::Taken { name } => format!("`{name}-people`, say"),
        }
    }
}

impl Name {
    /// Takes a text that is a name.
    pub fn parse(text: &str) -> Result<Self, NameFault> {
        let name = || text.to_owned();
        if !is_plain(text) {
            let like = Some(like(text)).filter(|like| is_plain(like));
            return Err(NameFault::Letters { name: name(), like });
        }
        if text.len() > LONGEST {
            return Err(NameFault::Long { name: name() });
        }
        match TAKEN.contains(&text) {
            true => Err(NameFault::Taken { name: name() }),
            false => Ok(Self(name())),
        }
    }

    /// The name.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// As files of compilers are called: with `_` for `-`.
    pub fn underscored(&self) -> String {
        self.0.replace('-', "_")
    }
}

fn is_plain(text: &str) -> bool {
    let is_letter = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    text.starts_with(|c: char| c.is_ascii_lowercase())
        && text
            .split('-')
            .all(|part| !part.is_empty() && part.chars().all(is_letter))
}

/// The nearest name: letters in lower case, and hyphens for the rest.
fn like(text: &str) -> String {
    let parts = text.split(|c: char| !c.is_ascii_alphanumeric());
    let parts: Vec<String> = parts
        .filter(|part| !part.is_empty())
        .map(str::to_ascii_lowercase)
        .collect();
    parts.join("-")
}

impl fmt::Display for Name {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_what_every_package_manager_takes() {
        for name in ["a", "people", "my-people-2", "x1", &"a".repeat(40)] {
            assert_eq!(Name::parse(name).unwrap().to_string(), name);
        }
        for name in [
            "",
            "-",
            "a-",
            "-a",
            "a--b",
            "2people",
            "People",
            "my_people",
            "a b",
            "é",
            "a/b",
            "..",
            "a\n",
            ".",
            "@a/b",
            "ａ",
        ] {
            let fault = Name::parse(name).unwrap_err();
            assert!(
                matches!(fault, NameFault::Letters { .. }),
                "{name:?}: {fault}"
            );
        }
        let long = Name::parse(&"a".repeat(41)).unwrap_err();
        assert!(matches!(long, NameFault::Long { .. }));
    }

    #[test]
    fn words_of_the_toolchains_are_refused() {
        for name in [
            "test",
            "async",
            "serde",
            "muster-sdk",
            "con",
            "std",
            "wit-world",
        ] {
            let fault = Name::parse(name).unwrap_err();
            assert!(matches!(fault, NameFault::Taken { .. }), "{name}");
            let hint = fault.hint();
            let other = hint.split('`').nth(1).unwrap();
            assert!(Name::parse(other).is_ok(), "{hint}");
        }
    }

    #[test]
    fn a_slip_is_answered_with_a_name_that_is_like_it() {
        let hint = |name| Name::parse(name).unwrap_err().hint();
        assert_eq!(hint("My People"), "`my-people`, say");
        assert_eq!(hint("my_people"), "`my-people`, say");
        assert_eq!(hint("/tmp/../x"), "`tmp-x`, say");
        assert_eq!(hint("42"), "`my-people`, say");
    }
}
