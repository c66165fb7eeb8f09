//! What came of tests, for whoever reads JUnit's XML.

use super::text::{Detail, text};
use crate::cases::run::{Outcome, Results};
use std::fmt::Write as _;

/// One test suite for each file, one case for each test.
pub fn junit(results: &Results) -> String {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let tests = results.outcomes.len();
    // Writing to a string cannot fail.
    let _ = writeln!(
        out,
        "<testsuites name=\"muster policy test\" tests=\"{tests}\" failures=\"{}\" errors=\"0\">",
        results.failed()
    );
    for suite in results
        .outcomes
        .chunk_by(|one, other| one.file == other.file)
    {
        file(&mut out, suite);
    }
    out.push_str("</testsuites>\n");
    out
}

fn file(out: &mut String, suite: &[Outcome]) {
    let failures = suite.iter().filter(|one| !one.failures.is_empty()).count();
    let name = suite.first().map_or("", |first| first.file.as_str());
    let _ = writeln!(
        out,
        "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{failures}\" errors=\"0\">",
        escaped(name),
        suite.len()
    );
    for outcome in suite {
        case(out, outcome);
    }
    out.push_str("  </testsuite>\n");
}

fn case(out: &mut String, outcome: &Outcome) {
    let _ = write!(
        out,
        "    <testcase classname=\"{}\" name=\"{}\" file=\"{}\" line=\"{}\"",
        escaped(&outcome.policy),
        escaped(&outcome.name),
        escaped(&outcome.file),
        outcome.at.line
    );
    if outcome.failures.is_empty() {
        out.push_str("/>\n");
        return;
    }
    let first = outcome.failures.first();
    let first = first.and_then(|failure| Some((failure, failure.differences.first()?)));
    let message = first.map_or(String::new(), |(failure, difference)| {
        let who = failure.person.as_deref().unwrap_or("the plan");
        format!(
            "{who}, {}: expected {}, found {}",
            difference.of, difference.expected, difference.found
        )
    });
    let alone = Results {
        outcomes: vec![outcome.clone()],
        coverage: Vec::new(),
    };
    let _ = writeln!(
        out,
        ">\n      <failure message=\"{}\">{}</failure>\n    </testcase>",
        escaped(&message),
        escaped(&text(&alone, Detail::Summary))
    );
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
