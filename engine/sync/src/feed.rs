//! Whether a run may go on from the place in the feed where the last one ended,
//! or reads everything. Pure: no clock, no store.

use jiff::{SignedDuration, Timestamp};
use muster_model::{DirectoryRecord, FeedRecord, ReadKind, ReadNote, ReadReason, StateVersion};
use muster_policy::{FullRead, Policy};

/// What a run is asked to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// An ordinary one.
    Ordinary,
    /// Cursors are dropped, and everything is read.
    Reset,
    /// A plan about one person alone.
    One,
}

/// What the decision rests on beside the policy.
#[derive(Clone, Copy, Debug)]
pub struct Situation<'a> {
    /// What is remembered of the directory.
    pub record: Option<&'a DirectoryRecord>,
    /// SHA-256 of the plugin.
    pub plugin: &'a str,
    /// The store's version.
    pub state: StateVersion,
    /// The run's instant.
    pub now: Timestamp,
    /// What was asked for.
    pub wanted: Wanted,
}

/// How to read a source that has a feed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Course {
    /// Only what has changed.
    Delta {
        /// Where to go on.
        cursor: Vec<u8>,
        /// What to do once somebody is delivered.
        somebody: Somebody,
    },
    /// Everything.
    Full(ReadReason),
    /// Everything; before that the feed, to see whether it tells all.
    Proof(Vec<u8>),
}

/// What a delivered person means for a delta.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Somebody {
    /// Nothing special.
    IsWelcome,
    /// Those who were held at the last complete read, and are not delivered
    /// again, may now go on: everything is read.
    NeedsAll,
}

/// Decides how to read.
pub fn course(policy: &Policy, situation: &Situation<'_>) -> Course {
    let full = Course::Full;
    match situation.wanted {
        Wanted::Reset => return full(ReadReason::Reset),
        Wanted::One => return full(ReadReason::Only),
        Wanted::Ordinary => {}
    }
    let known = situation.record.and_then(|record| {
        let (cursor, feed) = (record.cursor.as_ref()?, record.feed.as_ref()?);
        Some((record, cursor, feed))
    });
    let Some((record, cursor, feed)) = known else {
        return full(ReadReason::NoCursor);
    };
    if record.policy != policy.digest {
        return full(ReadReason::PolicyChanged);
    }
    if feed.plugin != situation.plugin {
        return full(ReadReason::PluginChanged);
    }
    if has_ended(policy, feed, situation.now) {
        return full(ReadReason::ExceptionEnded);
    }
    match policy.provider.full_read {
        FullRead::Always => return full(ReadReason::Always),
        FullRead::BuiltIn(_) if policy.depends_on_time() => {
            return full(ReadReason::TimeDependent);
        }
        FullRead::Declared(hours) | FullRead::BuiltIn(hours) => {
            if is_due(feed, hours, situation.now) {
                return Course::Proof(cursor.clone());
            }
        }
    }
    let somebody = match feed.held {
        None => Somebody::IsWelcome,
        Some(since) if since == situation.state => Somebody::NeedsAll,
        Some(_) => return full(ReadReason::Held),
    };
    Course::Delta {
        cursor: cursor.clone(),
        somebody,
    }
}

/// True if an exception has ended since the last complete read: its person need
/// not have changed at the source.
fn has_ended(policy: &Policy, feed: &FeedRecord, now: Timestamp) -> bool {
    let last = feed.full_read.parse::<Timestamp>().ok();
    let end = policy.last_end(now);
    end.is_some_and(|end| last.is_none_or(|last| end > last))
}

/// True if the last complete read is too long ago, or nobody can tell when it
/// was: a clock that went back is no reason to wait longer.
fn is_due(feed: &FeedRecord, hours: u32, now: Timestamp) -> bool {
    let Ok(last) = feed.full_read.parse::<Timestamp>() else {
        return true;
    };
    let ago = now.duration_since(last);
    ago < SignedDuration::ZERO || ago >= SignedDuration::from_hours(hours.into())
}

/// A full read, as the plan says it. `text` is the source's own, if it gave one.
pub(crate) fn everything(policy: &Policy, why: ReadReason, text: Option<&str>) -> ReadNote {
    let hours = match policy.provider.full_read {
        FullRead::Declared(hours) | FullRead::BuiltIn(hours) => hours,
        FullRead::Always => 0,
    };
    let sentence = match why {
        ReadReason::Feed => "it was asked for",
        ReadReason::NoCursor => "there is no place in the feed to go on from",
        ReadReason::Reset => "a reset was asked for",
        ReadReason::PolicyChanged => "the policy was changed since the last run",
        ReadReason::PluginChanged => "the plugin is another one since the last run",
        ReadReason::Only => "a feed need not mention the one person who was asked for",
        ReadReason::Always => "the policy says `full_read: always`",
        ReadReason::TimeDependent => {
            "the policy reads `now`, so that people change without the source (`full_read: 24h` \
             under `provider:` makes it once a day)"
        }
        ReadReason::ExceptionEnded => {
            "an exception has ended since the last complete read: its person is looked at again"
        }
        ReadReason::Due => {
            let text = format!(
                "the last complete read was {hours} {} ago or longer",
                if hours == 1 { "hour" } else { "hours" }
            );
            return note(why, text);
        }
        ReadReason::StaleCursor => {
            let text = match text {
                Some(text) => format!("the source no longer knows the place in its feed: {text}"),
                None => "the source no longer knows the place in its feed".to_owned(),
            };
            return note(why, text);
        }
        ReadReason::Emptied => {
            "the feed says that nobody is left in scope, which it is not believed alone"
        }
        ReadReason::Held => {
            "somebody was held at the last complete read, and may now go on: the source or the \
             accounts have changed since"
        }
    };
    note(why, sentence.to_owned())
}

fn note(why: ReadReason, text: String) -> ReadNote {
    ReadNote {
        kind: ReadKind::Full,
        why,
        text,
    }
}

/// A delta, as the plan says it.
pub(crate) fn changes() -> ReadNote {
    ReadNote {
        kind: ReadKind::Delta,
        why: ReadReason::Feed,
        text: "the feed goes on where the last run ended".to_owned(),
    }
}
