//! The policy's `provider.config`, as `settings.schema.json` describes it.

use crate::cells::same_name;
use crate::encoding::Encoding;
use muster_sdk::Failure;
use serde::Deserialize;
use std::collections::BTreeMap;

/// What the operator says about the file.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// The file. The host opens it; here it only tells the format.
    pub path: String,
    /// How records are written.
    pub format: Format,
    /// Between two cells of a CSV: `auto`, `tab` or a character.
    pub delimiter: Option<String>,
    /// How characters are written.
    pub encoding: Encoding,
    /// The column with the immutable identifier.
    pub id: Option<String>,
    /// The column that says whether a person may log in.
    pub status: Option<String>,
    /// Words in it that mean yes.
    pub active: Option<Vec<String>>,
    /// Words in it that mean no.
    pub blocked: Option<Vec<String>>,
    /// The column with the person's groups.
    pub groups: Option<String>,
    /// Between two groups in one cell.
    pub groups_separator: Option<String>,
    /// The column with the person's unit.
    pub unit: Option<String>,
    /// CSV columns that hold several values, and what stands between these.
    pub multi: BTreeMap<String, String>,
    /// Columns that may be missing in the whole file.
    pub optional: Vec<String>,
    /// LDIF attributes that hold bytes.
    pub binary: Option<Vec<String>>,
    /// How many rows there are, if whoever writes the file says so.
    pub rows: Option<u64>,
    /// The text of the last line, if whoever writes the file puts one there.
    pub end_marker: Option<String>,
}

/// How records are written.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Format {
    /// By the file's name.
    #[default]
    Auto,
    /// CSV with a header.
    Csv,
    /// JSON Lines.
    Jsonl,
    /// LDIF.
    Ldif,
}

impl Settings {
    /// Refuses what makes no sense together.
    pub fn check(&self) -> Result<(), Failure> {
        self.delimiter()?;
        let format = self.format();
        if format != Format::Csv && !self.multi.is_empty() {
            return Err(Failure::config(
                "`multi` is for CSV: other formats say themselves which attributes have several values",
            ));
        }
        if format != Format::Csv && self.delimiter.is_some() {
            return Err(Failure::config(
                "`delimiter` is for CSV: the file is of another format",
            ));
        }
        if format != Format::Ldif && self.binary.is_some() {
            return Err(Failure::config(
                "`binary` is for LDIF: other formats hold text alone",
            ));
        }
        if self.multi.values().any(String::is_empty) || self.groups_separator() == "" {
            return Err(Failure::config(
                "a separator of no characters separates nothing",
            ));
        }
        if self.status.is_none() && (self.active.is_some() || self.blocked.is_some()) {
            return Err(Failure::config(
                "`active` and `blocked` are words of the `status` column, and none is named",
            )
            .hint("add `status: COLUMN`"));
        }
        if self
            .end_marker
            .as_ref()
            .is_some_and(|marker| marker.trim().is_empty())
        {
            return Err(Failure::config(
                "`end_marker` is an empty line, which proves nothing",
            ));
        }
        Ok(())
    }

    /// The format, by the file's name if the operator does not say it.
    pub fn format(&self) -> Format {
        if self.format != Format::Auto {
            return self.format;
        }
        let extension = self
            .path
            .rsplit_once('.')
            .map_or("", |(_, extension)| extension);
        match extension.to_ascii_lowercase().as_str() {
            "jsonl" | "ndjson" | "json" => Format::Jsonl,
            "ldif" | "ldf" => Format::Ldif,
            _ => Format::Csv,
        }
    }

    /// The delimiter; `None` if the header is to tell it.
    pub fn delimiter(&self) -> Result<Option<u8>, Failure> {
        match self.delimiter.as_deref() {
            None | Some("auto") => Ok(None),
            Some("tab") => Ok(Some(b'\t')),
            Some(text) => match text.as_bytes() {
                [byte] if byte.is_ascii() && !matches!(byte, b'"' | b'\r' | b'\n') => {
                    Ok(Some(*byte))
                }
                _ => Err(Failure::config(format!(
                    "`{text}` cannot be a delimiter; it is one character, `tab` or `auto`"
                ))),
            },
        }
    }

    /// True for a column that holds several values.
    pub fn is_multi(&self, name: &str) -> bool {
        self.multi.keys().any(|column| same_name(column, name))
            || (self.groups.as_deref()).is_some_and(|groups| same_name(groups, name))
    }

    /// What stands between two groups in one cell.
    pub fn groups_separator(&self) -> &str {
        self.groups_separator.as_deref().unwrap_or(";")
    }

    /// The end marker as it is compared.
    pub fn marker(&self) -> Option<&str> {
        self.end_marker.as_deref().map(str::trim)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn settings(json: &str) -> Settings {
        serde_json::from_str(json).unwrap()
    }

    #[test]
    fn the_name_tells_the_format() {
        for (path, format) in [
            ("people.csv", Format::Csv),
            ("export/People.JSONL", Format::Jsonl),
            ("a.b.ndjson", Format::Jsonl),
            ("dump.ldif", Format::Ldif),
            ("people.txt", Format::Csv),
            ("people", Format::Csv),
        ] {
            assert_eq!(
                settings(&format!(r#"{{"path": "{path}"}}"#)).format(),
                format,
                "{path}"
            );
        }
        let said = settings(r#"{"path": "people.csv", "format": "ldif"}"#);
        assert_eq!(said.format(), Format::Ldif);
    }

    #[test]
    fn delimiters_are_one_character() {
        let delimiter = |text: &str| {
            settings(&format!(r#"{{"path": "a.csv", "delimiter": "{text}"}}"#)).delimiter()
        };
        assert_eq!(delimiter("auto").unwrap(), None);
        assert_eq!(delimiter("tab").unwrap(), Some(b'\t'));
        assert_eq!(delimiter("|").unwrap(), Some(b'|'));
        for wrong in ["", ",,", "\\\"", "\\n", "é"] {
            assert!(delimiter(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn nonsense_is_refused_in_words() {
        for (json, word) in [
            (
                r#"{"path": "a.jsonl", "multi": {"phones": ";"}}"#,
                "`multi` is for CSV",
            ),
            (
                r#"{"path": "a.ldif", "delimiter": ";"}"#,
                "`delimiter` is for CSV",
            ),
            (
                r#"{"path": "a.csv", "binary": ["photo"]}"#,
                "`binary` is for LDIF",
            ),
            (
                r#"{"path": "a.csv", "multi": {"phones": ""}}"#,
                "separates nothing",
            ),
            (
                r#"{"path": "a.csv", "active": ["ja"]}"#,
                "words of the `status` column",
            ),
            (r#"{"path": "a.csv", "end_marker": " "}"#, "proves nothing"),
        ] {
            let failure = settings(json).check().unwrap_err();
            assert!(failure.message.contains(word), "{}", failure.message);
        }
        assert!(settings(r#"{"path": "a.csv"}"#).check().is_ok());
    }
}
