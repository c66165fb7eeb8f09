//! Figures as a Markdown table.

use crate::measure::Series;
use muster_tests::muster::workspace;
use std::fmt::Write;
use std::time::Duration;

/// Where the measured part of the README begins.
const MARK: &str = "<!-- measured -->";

/// Rows and remarks, in the order in which they were made.
pub struct Report {
    text: String,
}

impl Report {
    /// Nothing yet.
    pub fn new() -> Self {
        Self {
            text: String::new(),
        }
    }

    /// Adds a paragraph.
    pub fn note(&mut self, text: &str) {
        eprintln!("{text}");
        let _ = writeln!(self.text, "{text}\n");
    }

    /// Adds a table: the first series is what the others are compared with.
    pub fn table(&mut self, title: &str, rows: &[(&str, &Series)]) {
        let _ = writeln!(self.text, "### {title}\n");
        self.text
            .push_str("| | min | median | CPU | peak | min ÷ first | median ÷ first |\n");
        self.text
            .push_str("| --- | --: | --: | --: | --: | --: | --: |\n");
        let (_, first) = rows[0];
        for (name, series) in rows {
            let row = format!(
                "| {name} | {} | {} | {} | {} | {} | {} |",
                time(series.least()),
                time(series.median()),
                time(series.cpu()),
                size(series.memory()),
                ratio(series.least(), first.least()),
                ratio(series.median(), first.median()),
            );
            eprintln!("{title}: {row}");
            let _ = writeln!(self.text, "{row}");
        }
        self.text.push('\n');
    }

    /// The whole report.
    pub fn markdown(&self) -> &str {
        &self.text
    }
}

/// Replaces the measured part of the README.
pub fn keep(text: &str) {
    let file = workspace().join("tests/benches/README.md");
    let before = std::fs::read_to_string(&file).expect("the README of the benchmarks");
    let (head, _) = before
        .split_once(MARK)
        .expect("the mark where measured figures begin");
    let after = format!("{head}{MARK}\n\n{}\n", text.trim_end());
    std::fs::write(&file, after).expect("the README of the benchmarks");
}

fn time(time: Duration) -> String {
    if time < Duration::from_secs(1) {
        format!("{:.0} ms", time.as_secs_f64() * 1e3)
    } else {
        format!("{:.2} s", time.as_secs_f64())
    }
}

fn size(bytes: u64) -> String {
    format!("{:.0} MiB", bytes as f64 / f64::from(1 << 20))
}

fn ratio(one: Duration, other: Duration) -> String {
    format!("{:.2}", one.as_secs_f64() / other.as_secs_f64())
}
