//! A run's read from beginning to end: the feed where it can be used, everything
//! where it cannot.

use crate::drift::{self, Told};
use crate::feed::{self, Course, Situation, Somebody, Wanted};
use crate::preview::{PreviewContext, PreviewError, Progress, preview};
use crate::source::{Delivery, FailureKind, Source, SourceFailed};
use muster_model::{Action, Plan, ReadReason};
use muster_policy::Policy;
use muster_store::Store;

/// Where a read begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ReadStart {
    /// At the beginning: everybody in scope.
    Everything,
    /// In the feed, where the last run ended.
    Since(Vec<u8>),
}

/// A source that can be read more than once.
pub trait Sources {
    /// True if it can tell what has changed since a read.
    fn has_feed(&self) -> bool;
    /// Begins a read.
    fn open(&self, start: ReadStart) -> Result<Box<dyn Source + '_>, SourceFailed>;
}

/// Reads as much as is needed, and says what would be done.
pub fn plan(
    policy: &Policy,
    sources: &dyn Sources,
    store: &dyn Store,
    context: &PreviewContext,
    wanted: Wanted,
    progress: &dyn Progress,
) -> Result<Plan, PreviewError> {
    let read = Read {
        policy,
        sources,
        store,
        context,
        progress,
    };
    if !sources.has_feed() {
        let mut source = sources.open(ReadStart::Everything)?;
        return preview(policy, source.as_mut(), store, context, progress);
    }
    let record = store.directory(&policy.directory)?;
    let situation = Situation {
        record: record.as_ref(),
        plugin: &context.plugin_digest,
        state: store.version()?,
        now: context.now,
        wanted,
    };
    match feed::course(policy, &situation) {
        Course::Full(why) => read.everything(why, None),
        Course::Delta { cursor, somebody } => read.changes(cursor, somebody),
        Course::Proof(cursor) => {
            let told = read.told(cursor);
            let mut plan = read.everything(ReadReason::Due, None)?;
            // Who was held and may now go on was told before the last read.
            let feed = record.as_ref().and_then(|record| record.feed.as_ref());
            let held = feed.and_then(|feed| feed.held);
            let is_fair = held.is_none_or(|since| since == situation.state);
            if let Some(told) = told.filter(|_| is_fair) {
                drift::report(&mut plan, policy, &told, store)?;
            }
            Ok(plan)
        }
    }
}

struct Read<'a> {
    policy: &'a Policy,
    sources: &'a dyn Sources,
    store: &'a dyn Store,
    context: &'a PreviewContext,
    progress: &'a dyn Progress,
}

impl Read<'_> {
    fn everything(&self, why: ReadReason, text: Option<&str>) -> Result<Plan, PreviewError> {
        let mut source = self.sources.open(ReadStart::Everything)?;
        let context = PreviewContext {
            read: Some(feed::everything(self.policy, why, text)),
            ..self.context.clone()
        };
        let (policy, store) = (self.policy, self.store);
        preview(policy, source.as_mut(), store, &context, self.progress)
    }

    /// Reads the feed; everything if it turns out to be of no use.
    fn changes(&self, cursor: Vec<u8>, somebody: Somebody) -> Result<Plan, PreviewError> {
        let context = PreviewContext {
            read: Some(feed::changes()),
            ..self.context.clone()
        };
        let opened = self.sources.open(ReadStart::Since(cursor));
        let planned = opened.map_err(PreviewError::from).and_then(|source| {
            let mut source = Watched {
                source,
                somebody,
                was_stopped: false,
            };
            let (policy, store) = (self.policy, self.store);
            let planned = preview(policy, &mut source, store, &context, self.progress);
            planned.map(|plan| (!source.was_stopped).then_some(plan))
        });
        match planned {
            Ok(Some(plan)) if self.empties(&plan)? => self.everything(ReadReason::Emptied, None),
            Ok(Some(plan)) => Ok(plan),
            Ok(None) => self.everything(ReadReason::Held, None),
            Err(PreviewError::Source(SourceFailed {
                kind: FailureKind::StaleCursor,
                text,
                ..
            })) => self.everything(ReadReason::StaleCursor, Some(&text)),
            Err(error) => Err(error),
        }
    }

    /// True if a delta leaves nobody: a group that was emptied by mistake looks
    /// like everybody's leaving, and a complete read knows an empty answer.
    fn empties(&self, plan: &Plan) -> Result<bool, PreviewError> {
        let count = |action: Action| plan.summary.get(&action).copied().unwrap_or(0);
        if count(Action::Block) == 0 || count(Action::Create) + count(Action::Unblock) > 0 {
            return Ok(false);
        }
        let active = self.store.population(&self.policy.directory)?.active;
        Ok(count(Action::Block) >= active)
    }

    /// Whom the feed tells of; `None` if it cannot be read: the complete read
    /// counts alone.
    fn told(&self, cursor: Vec<u8>) -> Option<Told> {
        let mut source = self.sources.open(ReadStart::Since(cursor)).ok()?;
        let now = self.context.now;
        Told::read(self.policy, source.as_mut(), now).ok().flatten()
    }
}

/// A delta that ends as soon as somebody is delivered who makes it useless.
struct Watched<'s> {
    source: Box<dyn Source + 's>,
    somebody: Somebody,
    was_stopped: bool,
}

impl Source for Watched<'_> {
    fn next(&mut self) -> Result<Delivery, SourceFailed> {
        let delivery = self.source.next()?;
        match &delivery {
            Delivery::Page(page)
                if self.somebody == Somebody::NeedsAll
                    && !(page.is_empty() && page.problems().is_empty()) =>
            {
                self.was_stopped = true;
                Ok(Delivery::End {
                    coverage: muster_model::Coverage::Delta {
                        evidence: Default::default(),
                    },
                    cursor: None,
                })
            }
            _ => Ok(delivery),
        }
    }
}

#[cfg(test)]
mod tests;
