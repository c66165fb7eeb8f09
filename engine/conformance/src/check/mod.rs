//! The checks: each has a name, a sentence that it holds, and a function.

mod asking;
mod changes;
mod component;
mod cursors;
pub(crate) mod large;
mod pages;
mod reading;
mod secrets;
mod settings;
mod stopping;
mod trouble;

use crate::report::{Finding, Verdict};
use crate::stage::{Stage, Trouble};
use std::sync::Arc;

/// People in an ordinary source: several pages of every size that is tried.
pub(crate) const PEOPLE: usize = 60;

/// An ordinary page.
pub(crate) const PAGE: u32 = 7;

/// A check.
pub struct Check {
    /// Its name.
    pub name: &'static str,
    /// What it belongs to.
    pub group: &'static str,
    /// What it holds, as a sentence.
    pub holds: &'static str,
    /// Checks without which it says nothing.
    pub needs: &'static [&'static str],
    pub(crate) run: Run,
}

/// How a check is made.
pub(crate) type Run = fn(&mut Stage) -> Result<Verdict, Trouble>;

const COMPONENT: &str = "component";
const ASKING: &str = "asking";
const READING: &str = "reading";
const GOING_ON: &str = "going on";
const TROUBLE: &str = "trouble";
const CHANGES: &str = "changes";
const SECRETS: &str = "secrets";
const SIZE: &str = "size";

const BASE: &[&str] = &["manifest", "everybody"];
const CLAIM: &[&str] = &["manifest", "everybody", "coverage"];

/// All checks, in the order in which they are made.
pub const CHECKS: [Check; 31] = [
    Check {
        name: "manifest",
        group: COMPONENT,
        holds: "the component loads, and its manifest asks for what it uses and no more",
        needs: &[],
        run: component::manifest,
    },
    Check {
        name: "settings",
        group: COMPONENT,
        holds: "settings are described, required ones are wanted, and unknown ones refused",
        needs: &["manifest"],
        run: settings::schema,
    },
    Check {
        name: "odd-settings",
        group: COMPONENT,
        holds: "settings that fit the schema and are odd break nothing",
        needs: &["manifest"],
        run: settings::odd,
    },
    Check {
        name: "check",
        group: ASKING,
        holds: "the check of a source that is well goes well",
        needs: &["manifest"],
        run: asking::well,
    },
    Check {
        name: "check-fails",
        group: ASKING,
        holds: "the check of a source that is down, or refuses, fails",
        needs: &["manifest"],
        run: asking::down,
    },
    Check {
        name: "attributes",
        group: ASKING,
        holds: "attributes are listed, each once and with a name",
        needs: &["manifest"],
        run: asking::attributes,
    },
    Check {
        name: "everybody",
        group: READING,
        holds: "everybody is delivered once, as the source has them, and nobody else",
        needs: &["manifest"],
        run: reading::everybody,
    },
    Check {
        name: "coverage",
        group: READING,
        holds: "a whole read says that it is complete, with true counts",
        needs: BASE,
        run: reading::coverage,
    },
    Check {
        name: "grants",
        group: READING,
        holds: "an ordinary read asks for nothing that it is not granted",
        needs: &["manifest"],
        run: reading::grants,
    },
    Check {
        name: "texts",
        group: READING,
        holds: "texts of all languages and signs come as they are, long, empty and absent ones too",
        needs: BASE,
        run: reading::texts,
    },
    Check {
        name: "empty",
        group: READING,
        holds: "a source with nobody in it is read to its end",
        needs: &["manifest"],
        run: reading::empty,
    },
    Check {
        name: "groups",
        group: READING,
        holds: "of a syncing group come its members alone, and one that is missing is never complete",
        needs: CLAIM,
        run: reading::groups,
    },
    Check {
        name: "page-sizes",
        group: READING,
        holds: "pages of every size deliver the same people",
        needs: BASE,
        run: pages::sizes,
    },
    Check {
        name: "page-borders",
        group: READING,
        holds: "as many people as fill whole pages, one more and one fewer, are all delivered",
        needs: BASE,
        run: pages::borders,
    },
    Check {
        name: "again",
        group: READING,
        holds: "the same source read again gives the same pages",
        needs: BASE,
        run: pages::again,
    },
    Check {
        name: "resume",
        group: GOING_ON,
        holds: "from each cursor the rest is delivered, nobody twice, and the count goes on",
        needs: BASE,
        run: cursors::resume,
    },
    Check {
        name: "foreign-cursor",
        group: GOING_ON,
        holds: "a cursor that is none is refused, never taken for the beginning or the end",
        needs: BASE,
        run: cursors::foreign,
    },
    Check {
        name: "stop",
        group: GOING_ON,
        holds: "a read that is stopped ends soon, and is not complete",
        needs: BASE,
        run: stopping::stop,
    },
    Check {
        name: "cut",
        group: TROUBLE,
        holds: "a connection that is cut, at any call, is told as such and never as complete",
        needs: BASE,
        run: trouble::cut,
    },
    Check {
        name: "refused",
        group: TROUBLE,
        holds: "a login or right that is refused, at any call, is told as such and never as complete",
        needs: BASE,
        run: trouble::refused,
    },
    Check {
        name: "busy",
        group: TROUBLE,
        holds: "a source that is busy or broken, at any call, is told as such and never as complete",
        needs: BASE,
        run: trouble::busy,
    },
    Check {
        name: "missing",
        group: TROUBLE,
        holds: "what is not found, at any call, is never taken for nobody",
        needs: BASE,
        run: trouble::missing,
    },
    Check {
        name: "nonsense",
        group: TROUBLE,
        holds: "a page of HTML, half an answer or none, at any call, is never complete",
        needs: BASE,
        run: trouble::nonsense,
    },
    Check {
        name: "early-end",
        group: TROUBLE,
        holds: "a search that ends early, or a file that changes, is never complete",
        needs: BASE,
        run: trouble::early_end,
    },
    Check {
        name: "other-host",
        group: TROUBLE,
        holds: "a link or a redirect to another host is not followed, and is never complete",
        needs: BASE,
        run: trouble::other_host,
    },
    Check {
        name: "delta",
        group: CHANGES,
        holds: "a read and the changes after it make the source as it is now",
        needs: CLAIM,
        run: changes::delta,
    },
    Check {
        name: "delta-overlap",
        group: CHANGES,
        holds: "what changes while everybody is read is not lost between read and delta",
        needs: &["manifest", "everybody", "coverage", "delta"],
        run: changes::overlap,
    },
    Check {
        name: "no-feed",
        group: CHANGES,
        holds: "only a plugin that knows changes gives a cursor for them, and an old one is refused",
        needs: BASE,
        run: changes::feed,
    },
    Check {
        name: "secrets",
        group: SECRETS,
        holds: "no secret comes out: not in pages, cursors, logs, failures or checks",
        needs: &["manifest"],
        run: secrets::secrets,
    },
    Check {
        name: "log",
        group: SECRETS,
        holds: "the log of an ordinary read is short",
        needs: &["manifest"],
        run: secrets::log,
    },
    Check {
        name: "large",
        group: SIZE,
        holds: "a large source is delivered whole, and memory does not grow with its people",
        needs: BASE,
        run: large::large,
    },
];

/// Something that a plugin does wrong.
pub(crate) fn finding(
    done: impl Into<String>,
    expected: impl Into<String>,
    came: impl Into<String>,
    hint: impl Into<String>,
) -> Finding {
    Finding {
        done: done.into(),
        expected: expected.into(),
        came: came.into(),
        hint: hint.into(),
    }
}

/// The verdict of findings; none is well.
pub(crate) fn judged(findings: Vec<Finding>) -> Verdict {
    match findings.is_empty() {
        true => Verdict::Passed(None),
        false => Verdict::Failed(findings),
    }
}

/// A few places among many: the first, the last, and some between, in order.
pub(crate) fn places(count: usize) -> Vec<usize> {
    const EDGE: usize = 2;
    const BETWEEN: usize = 3;
    if count <= 2 * EDGE + BETWEEN {
        return (0..count).collect();
    }
    let inner = count - 2 * EDGE;
    let between = (1..=BETWEEN).map(|n| EDGE + inner * n / (BETWEEN + 1));
    (0..EDGE)
        .chain(between)
        .chain(count - EDGE..count)
        .collect()
}

/// The ordinary read that others are held against.
pub(crate) struct Baseline {
    pub read: crate::stage::Read,
    pub calls: Vec<String>,
}

/// Reads ordinary people, or takes the read that was made before.
pub(crate) fn baseline(stage: &mut Stage) -> Result<Arc<Baseline>, Trouble> {
    stage.set(crate::people::plain(PEOPLE))?;
    if let Some(known) = &stage.baseline {
        return Ok(known.clone());
    }
    let (read, watch) = stage.plainly(PAGE);
    let known = Arc::new(Baseline {
        read,
        calls: watch.seen().calls,
    });
    stage.baseline = Some(known.clone());
    Ok(known)
}

/// Reads ordinary people anew: a source may have been started again since the
/// baseline, and its cursors with it.
pub(crate) fn fresh(stage: &mut Stage) -> Result<crate::stage::Read, Trouble> {
    stage.set(crate::people::plain(PEOPLE))?;
    let (read, _) = stage.plainly(PAGE);
    Ok(read)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_are_in_order_and_within_bounds() {
        assert_eq!(places(4), [0, 1, 2, 3]);
        let many = places(100);
        assert_eq!(many.len(), 7);
        assert!(many.is_sorted() && many.first() == Some(&0) && many.last() == Some(&99));
    }

    #[test]
    fn checks_have_names_of_their_own_and_need_only_what_comes_before() {
        for (at, check) in CHECKS.iter().enumerate() {
            let before = &CHECKS[..at];
            assert!(before.iter().all(|other| other.name != check.name));
            for need in check.needs {
                assert!(before.iter().any(|other| other.name == *need), "{need}");
            }
        }
    }
}
