//! Sources that fail: whatever happens at whatever call, nobody is taken for
//! gone.

use super::{PAGE, baseline, finding, judged, places};
use crate::report::{Finding, Verdict};
use crate::stage::{End, Fault, Harm, Read, Stage, Trouble, Watch};
use crate::truth::compare;
use muster_host::{FailureKind, ReadFrom};

/// A page that proxies and portals answer with.
pub(super) const HTML: &str = "<!DOCTYPE html><html><head><title>Sign in</title></head>\
    <body><h1>Please sign in</h1><p>Your session has ended.</p></body></html>";

/// Harm, how it is told, and the kinds of failure that say what happened. None:
/// any will do.
struct Trial {
    what: &'static str,
    harm: Harm,
    kinds: Option<&'static [FailureKind]>,
}

/// Kinds after which the host tries again later.
const LATER: &[FailureKind] = &[FailureKind::Unavailable, FailureKind::Throttled];

pub(super) fn cut(stage: &mut Stage) -> Result<Verdict, Trouble> {
    let trial = Trial {
        what: "fails as a connection does that is cut",
        harm: Harm::Fails {
            kind: FailureKind::Unavailable,
            why: "the connection was cut",
        },
        kinds: Some(LATER),
    };
    tried(stage, &[trial])
}

pub(super) fn refused(stage: &mut Stage) -> Result<Verdict, Trouble> {
    use FailureKind::{Auth, Config, Denied};
    let trials = [
        Trial {
            what: "is refused: the credential is not accepted (401)",
            harm: status(401, Auth, &[], r#"{"error": "unauthorized"}"#),
            kinds: Some(&[Auth]),
        },
        Trial {
            what: "is refused: the credential has not the right (403)",
            harm: status(403, Denied, &[], r#"{"error": "forbidden"}"#),
            kinds: Some(&[Denied, Auth, Config]),
        },
    ];
    tried(stage, &trials)
}

pub(super) fn busy(stage: &mut Stage) -> Result<Verdict, Trouble> {
    use FailureKind::{Data, Throttled, Unavailable};
    let trials = [
        Trial {
            what: "is answered: too many requests (429)",
            harm: status(
                429,
                Throttled,
                &[("retry-after", "7")],
                r#"{"error": "slow down"}"#,
            ),
            kinds: Some(LATER),
        },
        Trial {
            what: "is answered: out of service (503)",
            harm: status(503, Unavailable, &[], "out of service"),
            kinds: Some(LATER),
        },
        Trial {
            what: "is answered: an error within the service (500)",
            harm: status(500, Unavailable, &[], "<h1>Internal Server Error</h1>"),
            kinds: Some(&[Unavailable, Throttled, Data]),
        },
    ];
    tried(stage, &trials)
}

pub(super) fn missing(stage: &mut Stage) -> Result<Verdict, Trouble> {
    let trial = Trial {
        what: "is answered: not found (404)",
        harm: status(404, FailureKind::Config, &[], r#"{"error": "not found"}"#),
        kinds: None,
    };
    tried(stage, &[trial])
}

pub(super) fn nonsense(stage: &mut Stage) -> Result<Verdict, Trouble> {
    let trials = [
        Trial {
            what: "is answered 200, with a page of HTML",
            harm: Harm::Page(HTML.to_owned()),
            kinds: None,
        },
        Trial {
            what: "is answered 200, without a body",
            harm: Harm::Page(String::new()),
            kinds: None,
        },
        Trial {
            what: "is answered with half of its body",
            harm: Harm::Piece { part: 1, of: 2 },
            kinds: None,
        },
        Trial {
            what: "is answered with all but the last bytes of its body",
            harm: Harm::Piece { part: 99, of: 100 },
            kinds: None,
        },
    ];
    tried(stage, &trials)
}

pub(super) fn early_end(stage: &mut Stage) -> Result<Verdict, Trouble> {
    let trials = [
        Trial {
            what: "gives half its entries, and the server's limit is reached (4)",
            harm: Harm::SearchEnds { code: 4 },
            kinds: None,
        },
        Trial {
            what: "gives half its entries, and the time is over (3)",
            harm: Harm::SearchEnds { code: 3 },
            kinds: None,
        },
        Trial {
            what: "gives half its entries, and pages are left (0, not exhausted)",
            harm: Harm::SearchEnds { code: 0 },
            kinds: None,
        },
        Trial {
            what: "fails: the file changed while it was read",
            harm: Harm::FileChanges,
            kinds: None,
        },
    ];
    tried(stage, &trials)
}

pub(super) fn other_host(stage: &mut Stage) -> Result<Verdict, Trouble> {
    let redirect = Trial {
        what: "leads to another host, and is denied by the host",
        harm: Harm::Fails {
            kind: FailureKind::Denied,
            why: "a redirect to `https://elsewhere.example/` is not granted",
        },
        kinds: None,
    };
    let mut trials = vec![redirect];
    if let Some(base) = stage.url().and_then(authority) {
        trials.push(Trial {
            what: "is answered with links to another host",
            harm: Harm::Foreign {
                base,
                other: "https://elsewhere.example".to_owned(),
            },
            kinds: None,
        });
    }
    tried(stage, &trials)
}

/// `https://host:port` of a URL.
fn authority(url: &str) -> Option<String> {
    let (scheme, rest) = url.split_once("://")?;
    let host = rest.split(['/', '?', '#']).next()?;
    Some(format!("{scheme}://{host}"))
}

/// An answer with a status, or a failure of a kind where no HTTP is spoken.
pub(super) fn status(status: u16, kind: FailureKind, headers: &[(&str, &str)], body: &str) -> Harm {
    let headers = headers
        .iter()
        .map(|&(name, value)| (name.to_owned(), value.to_owned()));
    Harm::Status {
        status,
        kind,
        headers: headers.collect(),
        body: body.to_owned(),
    }
}

/// Tries each harm at calls of an ordinary read: once, and from there on.
fn tried(stage: &mut Stage, trials: &[Trial]) -> Result<Verdict, Trouble> {
    let base = baseline(stage)?;
    if base.calls.is_empty() {
        return Ok(Verdict::NotTried(
            "the plugin asks the source nothing".to_owned(),
        ));
    }
    let (mut findings, mut harmed) = (Vec::new(), 0);
    for trial in trials {
        let fitting = fitting(stage, &trial.harm);
        for at in places(fitting) {
            for lasts in [false, true] {
                let fault = match lasts {
                    false => Fault::once(at, trial.harm.clone()),
                    true => Fault::from(at, trial.harm.clone()),
                };
                let watch = Watch::harming(fault);
                let read = stage.read(PAGE, ReadFrom::Start, &watch);
                let seen = watch.seen();
                harmed += seen.harmed;
                if seen.harmed == 0 {
                    continue;
                }
                let after = if lasts { ", and all after it" } else { "" };
                let done = format!("call {} of {fitting} {}{after}", at + 1, trial.what);
                findings.extend(not_honest(stage, done, &read, trial.kinds));
            }
        }
    }
    if harmed == 0 {
        return Ok(Verdict::NotTried(
            "the plugin makes no call of this kind".to_owned(),
        ));
    }
    Ok(judged(findings))
}

/// Calls of an ordinary read that a harm fits.
fn fitting(stage: &Stage, harm: &Harm) -> usize {
    let never = Fault {
        at: usize::MAX,
        times: 0,
        harm: harm.clone(),
    };
    let watch = Watch::harming(never);
    stage.read(PAGE, ReadFrom::Start, &watch);
    watch.seen().fitting
}

/// What is wrong with the end of a read in which something failed: it broke, it
/// claims what is not so, or it says the wrong thing.
pub(super) fn not_honest(
    stage: &Stage,
    done: String,
    read: &Read,
    kinds: Option<&[FailureKind]>,
) -> Option<Finding> {
    match &read.end {
        End::Failed(error) if super::settings::is_broken(error) => Some(finding(
            done,
            "a failure in the plugin's own words, or a partial read",
            read.told(),
            "look at every answer before it is used, and return what fails",
        )),
        End::Failed(_) => {
            let failure = read.failure()?;
            let kinds = kinds?;
            (!kinds.contains(&failure.kind)).then(|| {
                finding(
                    done,
                    format!("a failure of kind {}", listed(kinds)),
                    format!("one of kind `{}`: {}", kind(failure.kind), failure.message),
                    "pass a failure of a call on as it is; `http::expect_ok` makes one of a status",
                )
            })
        }
        End::Claimed { .. } if read.is_complete() => {
            let wrong = compare(&stage.case, &stage.people, &read.rows);
            let sentences = wrong.sentences();
            (!wrong.is_nothing()).then(|| {
                finding(
                    done,
                    "a failure, a partial read, or everybody",
                    format!("{}: {}", read.told(), sentences.join("; ")),
                    "return the failure: what was not read must not look as if it were gone",
                )
            })
        }
        End::Claimed { .. } => None,
    }
}

fn listed(kinds: &[FailureKind]) -> String {
    let kinds: Vec<String> = kinds
        .iter()
        .map(|&one| format!("`{}`", kind(one)))
        .collect();
    kinds.join(" or ")
}

/// A kind of failure, as the interface spells it.
pub(super) fn kind(kind: FailureKind) -> &'static str {
    match kind {
        FailureKind::Config => "config",
        FailureKind::Auth => "auth",
        FailureKind::Denied => "denied",
        FailureKind::Unavailable => "unavailable",
        FailureKind::Throttled => "throttled",
        FailureKind::StaleCursor => "stale-cursor",
        FailureKind::Data => "data",
        FailureKind::Drifted => "drifted",
        FailureKind::Unsupported => "unsupported",
        FailureKind::Cancelled => "cancelled",
        FailureKind::Internal => "internal",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_authority_is_scheme_and_host() {
        assert_eq!(
            authority("http://127.0.0.1:80/a?b").as_deref(),
            Some("http://127.0.0.1:80")
        );
        assert_eq!(authority("people.csv"), None);
    }
}
