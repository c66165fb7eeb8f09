//! For whoever reads JUnit's XML: a suite for each group, a case for each check.

use super::text::in_full;
use super::{Checked, Report, Verdict};
use std::fmt::Write as _;

/// What came of the checks.
pub fn junit(report: &Report) -> String {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    // Writing to a string cannot fail.
    let _ = writeln!(
        out,
        "<testsuites name=\"muster provider test\" tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"{}\">",
        report.checks.len(),
        report.failed(),
        report.not_tried(),
    );
    let mut figures = report.figures.as_slice();
    for group in report.checks.chunk_by(|a, b| a.group == b.group) {
        suite(&mut out, report, group, figures);
        figures = &[];
    }
    out.push_str("</testsuites>\n");
    out
}

fn suite(out: &mut String, report: &Report, group: &[Checked], figures: &[(&str, String)]) {
    let count = |is: fn(&Verdict) -> bool| group.iter().filter(|one| is(&one.verdict)).count();
    let _ = writeln!(
        out,
        "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"0\" skipped=\"{}\">",
        escaped(group.first().map_or("", |first| first.group)),
        group.len(),
        count(|verdict| matches!(verdict, Verdict::Failed(_))),
        count(|verdict| matches!(verdict, Verdict::NotTried(_))),
    );
    if !figures.is_empty() {
        out.push_str("    <properties>\n");
        for (name, figure) in figures {
            let (name, figure) = (escaped(name), escaped(figure));
            let _ = writeln!(out, "      <property name=\"{name}\" value=\"{figure}\"/>");
        }
        out.push_str("    </properties>\n");
    }
    group.iter().for_each(|one| case(out, report, one));
    out.push_str("  </testsuite>\n");
}

fn case(out: &mut String, report: &Report, one: &Checked) {
    let _ = write!(
        out,
        "    <testcase classname=\"{}\" name=\"{}\" time=\"{:.3}\"",
        escaped(&report.plugin),
        escaped(&format!("{}: {}", one.name, one.holds)),
        one.took.as_secs_f64()
    );
    match &one.verdict {
        Verdict::Passed(_) => out.push_str("/>\n"),
        Verdict::NotTried(why) => {
            let why = escaped(why);
            let _ = writeln!(
                out,
                ">\n      <skipped message=\"{why}\"/>\n    </testcase>"
            );
        }
        Verdict::Failed(findings) => {
            let came = findings.first().map_or("", |first| first.came.as_str());
            let _ = writeln!(
                out,
                ">\n      <failure message=\"{}\">{}</failure>\n    </testcase>",
                escaped(came),
                escaped(&in_full(findings))
            );
        }
    }
}

/// For text and attributes. Signs that XML has no way to write become a question
/// mark.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for letter in text.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' => out.push_str("&#10;"),
            '\t' => out.push_str("&#9;"),
            '\u{fffe}' | '\u{ffff}' => out.push('?'),
            letter if letter.is_control() => out.push('?'),
            letter => out.push(letter),
        }
    }
    out
}
