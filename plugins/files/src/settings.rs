//! The policy's `provider.config`, as `settings.schema.json` describes it.

use crate::cells::same_name;
use crate::encoding::Encoding;
use muster_sdk::Failure;
use serde::Deserialize;
use std::collections::BTreeMap;

/// The checksum is in a file beside the other one.
pub const SIDECAR: &str = "sidecar";

/// What the operator says about the file.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Settings {
    /// The file or the folder. The host opens it; here it only tells the format.
    pub path: String,
    /// In place of the path: where the file is fetched from.
    pub url: Option<String>,
    /// Of a folder: the names of the files that count, with `*` and `?`.
    pub pattern: Option<String>,
    /// Of a folder: which of these files are read.
    pub pick: Pick,
    /// What makes a file of a folder newer than another.
    pub newest_by: NewestBy,
    /// Of a folder: how long a file must have been left alone.
    pub settle_seconds: u64,
    /// How records are written.
    pub format: Format,
    /// JSON: the names that lead to the array, with dots between them.
    pub records: Option<String>,
    /// XLSX: the sheet.
    pub sheet: Option<String>,
    /// XLSX: the row of the header, from 1.
    pub header_row: Option<u32>,
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
    /// The file's SHA-256 in hex, or `sidecar`.
    pub checksum: Option<String>,
    /// The host's: as whom to log in at the URL.
    pub username: Option<String>,
    /// The host's: whose signature is believed.
    pub ca: Option<String>,
    /// The host's: that the URL may be without TLS.
    pub allow_plaintext: bool,
    /// The host's: a proxy on the way.
    pub proxy: Option<String>,
}

/// Which files of a folder are read.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Pick {
    /// The newest one alone.
    #[default]
    Newest,
    /// All, one after the other, as if they were one.
    All,
}

/// What makes a file newer than another.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum NewestBy {
    /// Its name is the last in the order of the alphabet, as of names with a
    /// date in them.
    #[default]
    Name,
    /// It was changed last.
    Time,
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
    /// CSV with tabs in place of commas.
    Tsv,
    /// One JSON array of objects.
    Json,
    /// JSON Lines.
    Jsonl,
    /// LDIF.
    Ldif,
    /// A workbook.
    Xlsx,
}

impl Format {
    /// True if a header names all columns before the first record.
    pub fn is_table(self) -> bool {
        matches!(self, Self::Csv | Self::Tsv | Self::Xlsx)
    }

    /// By the end of a file's name; none if it tells nothing.
    pub fn by_name(name: &str) -> Option<Self> {
        let (_, extension) = name.rsplit_once('.')?;
        Some(match extension.to_ascii_lowercase().as_str() {
            "csv" | "txt" => Self::Csv,
            "tsv" | "tab" => Self::Tsv,
            "json" => Self::Json,
            "jsonl" | "ndjson" => Self::Jsonl,
            "ldif" | "ldf" => Self::Ldif,
            "xlsx" | "xlsm" => Self::Xlsx,
            _ => return None,
        })
    }
}

impl Settings {
    /// Refuses what makes no sense together, whatever the file.
    pub fn check(&self) -> Result<(), Failure> {
        if self.path.is_empty() == self.url.is_none() {
            return Err(Failure::config("a file has either a `path` or a `url`")
                .hint("set one of the two in the provider's config"));
        }
        self.delimiter()?;
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
        self.check_checksum()?;
        match Format::by_name(&self.path).is_some() || self.format != Format::Auto {
            true => self.check_format(),
            false => Ok(()),
        }
    }

    fn check_checksum(&self) -> Result<(), Failure> {
        let Some(checksum) = &self.checksum else {
            return Ok(());
        };
        if checksum == SIDECAR {
            return Ok(());
        }
        if checksum.len() != 64 || !checksum.bytes().all(|byte| byte.is_ascii_hexdigit()) {
            return Err(Failure::config(format!(
                "`{checksum}` is no SHA-256: that has 64 hexadecimal digits"
            ))
            .hint("or set `checksum: sidecar`, and put it into a file beside the other: `people.csv.sha256`"));
        }
        match self.pick {
            Pick::Newest => Ok(()),
            Pick::All => Err(Failure::config("several files do not have one checksum")
                .hint("set `checksum: sidecar`")),
        }
    }

    /// Refuses what does not fit the format; for this the file's name must be
    /// known.
    pub fn check_format(&self) -> Result<(), Failure> {
        let format = self.format();
        let delimited = matches!(format, Format::Csv | Format::Tsv);
        let wrong = |text: &str| Err(Failure::config(text));
        if !format.is_table() && !self.multi.is_empty() {
            return wrong(
                "`multi` is for CSV: other formats say themselves which attributes have several values",
            );
        }
        if format != Format::Csv && self.delimiter.is_some() {
            return wrong("`delimiter` is for CSV: the file is of another format");
        }
        if format != Format::Ldif && self.binary.is_some() {
            return wrong("`binary` is for LDIF: other formats hold text alone");
        }
        if format != Format::Json && self.records.is_some() {
            return wrong("`records` is for JSON: the file is of another format");
        }
        if format != Format::Xlsx && (self.sheet.is_some() || self.header_row.is_some()) {
            return wrong("`sheet` and `header_row` are for XLSX: the file is of another format");
        }
        if !delimited
            && !matches!(format, Format::Jsonl | Format::Ldif)
            && self.end_marker.is_some()
        {
            return wrong(
                "`end_marker` is for files of lines; JSON and XLSX show by themselves that they are whole",
            );
        }
        Ok(())
    }

    /// The same settings for a file that was found under this name.
    pub fn of(&self, name: &str) -> Self {
        Self {
            path: name.to_owned(),
            ..self.clone()
        }
    }

    /// The format, by the file's name if the operator does not say it.
    pub fn format(&self) -> Format {
        match self.format {
            Format::Auto => Format::by_name(&self.path).unwrap_or(Format::Csv),
            format => format,
        }
    }

    /// The delimiter; `None` if the header is to tell it.
    pub fn delimiter(&self) -> Result<Option<u8>, Failure> {
        match self.delimiter.as_deref() {
            None if self.format() == Format::Tsv => Ok(Some(b'\t')),
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
            ("people.tsv", Format::Tsv),
            ("people.json", Format::Json),
            ("People.XLSX", Format::Xlsx),
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
            (
                r#"{"path": "a.json", "end_marker": "END"}"#,
                "by themselves",
            ),
            (
                r#"{"path": "a.csv", "records": "x"}"#,
                "`records` is for JSON",
            ),
            (r#"{"path": "a.csv", "sheet": "x"}"#, "are for XLSX"),
            (r#"{"path": "a.csv", "checksum": "abc"}"#, "is no SHA-256"),
            (r#"{}"#, "either a `path` or a `url`"),
            (r#"{"path": "a", "url": "https://x/a"}"#, "either"),
        ] {
            let failure = settings(json).check().unwrap_err();
            assert!(failure.message.contains(word), "{}", failure.message);
        }
        assert!(settings(r#"{"path": "a.csv"}"#).check().is_ok());
    }
}
