//! What a read has counted, and what follows from it for its coverage.

use crate::nearest;
use crate::records::{Event, Reach};
use crate::scope::InScope;
use crate::settings::Settings;
use muster_sdk::{Coverage, PartialReason};

/// Counts of one read.
#[derive(Debug, Default)]
pub struct Tally {
    /// Records of the file, whole and broken.
    pub records: u64,
    /// People who were delivered.
    pub delivered: u64,
    /// Records of people who are not in scope.
    pub out_of_scope: u64,
    /// Records that could not be read.
    pub broken: u64,
    /// Broken records that nobody can be found for.
    pub unattributed: u64,
    /// Records whose identifier was met before.
    pub repeated: u64,
    /// People whose status is not known.
    pub status_unknown: u64,
    /// Where the last record, or the end marker, begins.
    pub last_line: u64,
    declared: Declared,
    marker: Option<u64>,
    after_marker: Option<u64>,
    /// Why the file is believed to be cut off.
    cut: Option<String>,
    /// Where a broken record may have swallowed others.
    swallowed: Option<u64>,
    /// What the exporting program says went wrong.
    refusal: Option<String>,
    verdict: Option<String>,
    /// Files that were read to their end.
    files: u64,
    /// A file before the last one that has no end marker.
    unmarked: Option<String>,
    /// What the checksum of a file shows.
    checksum: Option<String>,
    /// Records with anything odd about them.
    pub odd: u64,
    /// Identifiers that a spreadsheet has likely cut zeros off from.
    pub eaten_zeros: u64,
    /// Values, not of identifiers, that a spreadsheet has rounded.
    pub rounded: u64,
}

/// What the operator says about the file's length.
#[derive(Clone, Debug, Default)]
struct Declared {
    rows: Option<u64>,
    marker: Option<String>,
}

impl Tally {
    /// Begins to count a file.
    pub fn new(settings: &Settings) -> Self {
        Self {
            declared: Declared {
                rows: settings.rows,
                marker: settings.marker().map(str::to_owned),
            },
            ..Self::default()
        }
    }

    /// Counts an event.
    pub fn note(&mut self, event: &Event) {
        match event {
            Event::Record { line } => self.record(*line),
            Event::Broken { line, fault, reach } => {
                self.record(*line);
                self.broken += 1;
                match reach {
                    Reach::Record => {}
                    Reach::Neighbours => self.swallowed = self.swallowed.or(Some(*line)),
                    Reach::Cut => self.cut = Some(format!("line {line}: {fault}")),
                }
            }
            Event::Marker { line } => {
                self.last_line = *line;
                self.marker = Some(*line);
            }
            Event::Verdict {
                line,
                success,
                text,
            } => {
                if *success {
                    self.verdict = Some(text.clone());
                } else {
                    self.refusal = Some(format!("line {line} says `{text}`"));
                }
            }
            Event::End => {}
        }
    }

    fn record(&mut self, line: u64) {
        self.records += 1;
        self.last_line = line;
        if self.marker.is_some() {
            self.after_marker = self.after_marker.or(Some(line));
        }
    }

    /// Counts a file that ended, and says what its checksum shows.
    pub fn file_ended(&mut self, checksum: Option<String>) {
        self.files += 1;
        self.checksum = self.checksum.take().or(checksum);
    }

    /// Begins the next file of several.
    pub fn next_file(&mut self, ended: &str) {
        if self.declared.marker.is_some() && self.marker.take().is_none() {
            self.unmarked.get_or_insert_with(|| ended.to_owned());
        }
    }

    /// Judges the read at the end of the file.
    pub fn coverage(&self, scope: &InScope, file: &str, bytes: u64) -> Coverage {
        let shortfalls = [
            self.cut_off(),
            self.empty(),
            self.miscounted(),
            self.unmarked(),
            self.altered(),
            self.refused(),
            missing(scope),
            self.unread(),
        ];
        let coverage = match shortfalls.into_iter().flatten().next() {
            Some((reason, text)) => Coverage::partial(reason, format!("`{file}`: {text}")),
            // Only a whole file shows that nobody is in a group.
            None => Coverage::complete().missing_groups(&scope.missing_reported()),
        };
        self.facts(coverage, bytes)
    }

    /// Judges a read that the file's own change has ended.
    pub fn drifted(&self, text: String, bytes: u64) -> Coverage {
        self.facts(Coverage::partial(PartialReason::Drifted, text), bytes)
    }

    fn facts(&self, coverage: Coverage, bytes: u64) -> Coverage {
        let mut coverage = coverage
            .fact("bytes read", bytes.to_string())
            .fact("records", self.records.to_string())
            .fact("last line", self.last_line.to_string());
        if self.files > 1 {
            coverage = coverage.fact("files", self.files.to_string());
        }
        if let Some(rows) = self.declared.rows {
            coverage = coverage
                .source_count(rows)
                .fact("declared rows", rows.to_string());
        }
        if let Some(line) = self.marker {
            coverage = coverage.fact("end marker", format!("line {line}"));
        }
        if let Some(verdict) = &self.verdict {
            coverage = coverage.fact("the export's own result", verdict);
        }
        for (name, number) in [
            ("out of scope", self.out_of_scope),
            ("broken records", self.broken),
            ("repeated identifiers", self.repeated),
            ("identifiers that may lack a zero", self.eaten_zeros),
            ("rounded numbers", self.rounded),
        ] {
            if number > 0 {
                coverage = coverage.fact(name, number.to_string());
            }
        }
        coverage
    }

    fn cut_off(&self) -> Shortfall {
        let cut = self.cut.as_ref()?;
        let text = format!("{cut}; the file looks cut off");
        Some((PartialReason::Truncated, text))
    }

    fn empty(&self) -> Shortfall {
        (self.records == 0).then(|| (PartialReason::Empty, "nobody is in it".to_owned()))
    }

    fn miscounted(&self) -> Shortfall {
        let rows = self.declared.rows.filter(|&rows| rows != self.records)?;
        let text = format!("{rows} rows were declared, and there are {}", self.records);
        Some((PartialReason::Truncated, text))
    }

    fn unmarked(&self) -> Shortfall {
        let marker = self.declared.marker.as_ref()?;
        if let Some(file) = &self.unmarked {
            let text =
                format!("the end marker `{marker}` is not in `{file}`: that file looks cut off");
            return Some((PartialReason::Truncated, text));
        }
        match (self.marker, self.after_marker) {
            (None, _) => {
                let text =
                    format!("the end marker `{marker}` is not there: the file looks cut off");
                Some((PartialReason::Truncated, text))
            }
            (Some(_), Some(line)) => {
                let text = format!("line {line} stands below the end marker `{marker}`");
                Some((PartialReason::Unproven, text))
            }
            (Some(_), None) => None,
        }
    }

    fn altered(&self) -> Shortfall {
        let text = self.checksum.clone()?;
        Some((PartialReason::Unproven, text))
    }

    fn refused(&self) -> Shortfall {
        let refusal = self.refusal.as_ref()?;
        let reason = match refusal
            .split('`')
            .nth(1)
            .and_then(|text| text.split(' ').next())
        {
            Some("4") => PartialReason::SizeLimit,
            Some("3") => PartialReason::TimeLimit,
            _ => PartialReason::Truncated,
        };
        Some((reason, format!("{refusal}: the export was not complete")))
    }

    fn unread(&self) -> Shortfall {
        if let Some(line) = self.swallowed {
            let text = format!("the broken record of line {line} may have swallowed others");
            return Some((PartialReason::Unreadable, text));
        }
        if self.broken == self.records {
            let text = "no record of it could be read".to_owned();
            return Some((PartialReason::Unreadable, text));
        }
        (self.unattributed > 0).then(|| {
            let text = format!("{} of its records may be anybody's", self.unattributed);
            (PartialReason::Unattributed, text)
        })
    }
}

/// Why a read is only partial.
type Shortfall = Option<(PartialReason, String)>;

fn missing(scope: &InScope) -> Shortfall {
    let missing = scope.missing();
    if missing.is_empty() {
        return None;
    }
    let text = format!(
        "no record of it is in {}",
        nearest::list(missing.into_iter())
    );
    Some((PartialReason::GroupMissing, text))
}
