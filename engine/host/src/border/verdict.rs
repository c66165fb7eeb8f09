//! How much of a plugin's claim about its coverage is believed.

use crate::bindings::provider as wit;
use crate::words::tame;
use muster_model::{Coverage, Evidence, PartialReason};

/// Longest text that is taken over from a plugin, in bytes.
const TEXT: usize = 2000;

/// Facts that are kept.
const FACTS: usize = 100;

/// What the border has seen itself.
#[derive(Debug)]
pub(super) struct Verdict {
    pub people: u64,
    /// Problems that nobody could be held for.
    pub unattributed: u64,
    wanted_changes: bool,
}

impl Verdict {
    pub fn new(wanted_changes: bool) -> Self {
        Self {
            people: 0,
            unattributed: 0,
            wanted_changes,
        }
    }

    /// Takes the claim, and takes the proof of absence away from one that does
    /// not fit what was seen.
    pub fn coverage(&self, claim: wit::Coverage) -> Coverage {
        let claim = claimed(claim);
        let entries = claim.evidence().entries;
        let unproven = |text: String| (PartialReason::Unproven, text);
        let doubt = if entries != self.people {
            Some(unproven(format!(
                "the plugin counted {entries} people, but delivered {}",
                self.people
            )))
        } else if matches!(claim, Coverage::Delta { .. }) && !self.wanted_changes {
            Some(unproven(
                "the plugin delivered changes where everybody was asked for".to_owned(),
            ))
        } else if claim.proves_absence() && self.wanted_changes {
            Some(unproven(
                "the plugin claims to have delivered everybody where changes were asked for"
                    .to_owned(),
            ))
        } else if self.unattributed > 0 {
            let text = match self.unattributed {
                1 => "1 record could not be read, nor told whose it is".to_owned(),
                many => format!("{many} records could not be read, nor told whose they are"),
            };
            Some((PartialReason::Unattributed, text))
        } else {
            None
        };
        match doubt {
            Some((reason, text)) => claim.weakened(reason, text),
            None => claim,
        }
    }
}

fn claimed(claim: wit::Coverage) -> Coverage {
    match claim {
        wit::Coverage::Complete(evidence) => Coverage::Complete {
            evidence: seen(evidence),
        },
        wit::Coverage::Delta(evidence) => Coverage::Delta {
            evidence: seen(evidence),
        },
        wit::Coverage::Partial(shortfall) => Coverage::Partial {
            reason: reason(shortfall.reason),
            text: tame(&shortfall.message, TEXT),
            evidence: seen(shortfall.evidence),
        },
    }
}

fn seen(evidence: wit::Evidence) -> Evidence {
    let fact = |(name, value): (String, String)| (tame(&name, TEXT), tame(&value, TEXT));
    Evidence {
        entries: evidence.entries,
        source_count: evidence.source_count,
        facts: evidence.facts.into_iter().take(FACTS).map(fact).collect(),
    }
}

fn reason(reason: wit::PartialReason) -> PartialReason {
    match reason {
        wit::PartialReason::Truncated => PartialReason::Truncated,
        wit::PartialReason::Empty => PartialReason::Empty,
        wit::PartialReason::SizeLimit => PartialReason::SizeLimit,
        wit::PartialReason::TimeLimit => PartialReason::TimeLimit,
        wit::PartialReason::Interrupted => PartialReason::Interrupted,
        wit::PartialReason::Throttled => PartialReason::Throttled,
        wit::PartialReason::GroupMissing => PartialReason::GroupMissing,
        wit::PartialReason::Unreadable => PartialReason::Unreadable,
        wit::PartialReason::Unattributed => PartialReason::Unattributed,
        wit::PartialReason::Drifted => PartialReason::Drifted,
        wit::PartialReason::Unproven => PartialReason::Unproven,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn evidence(entries: u64) -> wit::Evidence {
        wit::Evidence {
            entries,
            source_count: None,
            facts: vec![("base".into(), "found".into())],
        }
    }

    fn reason_of(verdict: &Verdict, claim: wit::Coverage) -> Option<PartialReason> {
        match verdict.coverage(claim) {
            Coverage::Partial { reason, .. } => Some(reason),
            Coverage::Complete { .. } | Coverage::Delta { .. } => None,
        }
    }

    #[test]
    fn only_a_claim_that_fits_proves_absence() {
        let full = Verdict {
            people: 3,
            unattributed: 0,
            wanted_changes: false,
        };
        assert!(
            full.coverage(wit::Coverage::Complete(evidence(3)))
                .proves_absence()
        );
        assert_eq!(
            reason_of(&full, wit::Coverage::Complete(evidence(4))),
            Some(PartialReason::Unproven)
        );
        assert_eq!(
            reason_of(&full, wit::Coverage::Delta(evidence(3))),
            Some(PartialReason::Unproven)
        );
        let changes = Verdict {
            people: 3,
            unattributed: 0,
            wanted_changes: true,
        };
        assert_eq!(reason_of(&changes, wit::Coverage::Delta(evidence(3))), None);
        assert_eq!(
            reason_of(&changes, wit::Coverage::Complete(evidence(3))),
            Some(PartialReason::Unproven)
        );
        let holes = Verdict {
            people: 3,
            unattributed: 2,
            wanted_changes: false,
        };
        assert_eq!(
            reason_of(&holes, wit::Coverage::Complete(evidence(3))),
            Some(PartialReason::Unattributed)
        );
    }

    #[test]
    fn a_plugin_that_knows_better_keeps_its_reason() {
        let verdict = Verdict {
            people: 3,
            unattributed: 1,
            wanted_changes: false,
        };
        let claim = wit::Coverage::Partial(wit::Shortfall {
            reason: wit::PartialReason::SizeLimit,
            message: "the server stops at 500".into(),
            evidence: evidence(3),
        });
        assert_eq!(reason_of(&verdict, claim), Some(PartialReason::SizeLimit));
    }
}
