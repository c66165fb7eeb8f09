//! How much was read, as a sentence.

use super::Palette;
use super::text::{count, safe};
use muster_model::{Coverage, Evidence};

/// Says how far a read went, what shows it, and what follows if it fell short.
pub fn sentence(coverage: &Coverage, palette: Palette) -> String {
    let evidence = coverage.evidence();
    let seen = seen(evidence);
    match coverage {
        Coverage::Complete { .. } => {
            let read = people(evidence, "read");
            format!("{read}, {}{seen}", palette.good("complete"))
        }
        Coverage::Delta { .. } => {
            let read = count(evidence.entries, "changed person", "changed people");
            format!("{read} read, a delta since the last sync{seen}")
        }
        Coverage::Partial { reason, text, .. } => format!(
            "{}, {} ({}): {}{seen}\n{}",
            people(evidence, "read"),
            palette.alarm("incomplete"),
            reason.as_str(),
            safe(text),
            palette.change("Nobody is blocked for being absent.")
        ),
    }
}

fn people(evidence: &Evidence, verb: &str) -> String {
    format!("{} {verb}", count(evidence.entries, "person", "people"))
}

fn seen(evidence: &Evidence) -> String {
    let source = evidence
        .source_count
        .map(|number| format!("the source counts {number}"));
    let facts = evidence
        .facts
        .iter()
        .map(|(name, fact)| format!("{} {}", safe(name), safe(fact)));
    let seen: Vec<String> = source.into_iter().chain(facts).collect();
    if seen.is_empty() {
        String::new()
    } else {
        format!(" ({})", seen.join(", "))
    }
}
