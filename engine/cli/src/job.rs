//! One policy on its way: opened, read, planned, applied, recorded.

use crate::args::PlanOptions;
use crate::exit::Exit;
use crate::plugins;
use crate::progress::Reading;
use crate::session::Session;
use crate::source::{self, PluginSource};
use crate::state::{self, Missing};
use crate::trouble::Trouble;
use jiff::{SignedDuration, Timestamp};
use muster_host::{Bound, ReadFrom};
use muster_model::{Plan, Run, RunOutcome, UsernameKey};
use muster_policy::Policy;
use muster_store::Store;
use muster_sync::{
    ApplyContext, ApplyRefused, PlanOrigin, PreviewContext, PreviewError, ReadStart, Source,
    SourceFailed, Sources, Wanted,
};
use std::thread;

/// A policy with its source and its state, both open.
pub struct Job<'p> {
    policy: &'p Policy,
    source: Bound,
    store: Box<dyn Store>,
}

/// What a plan is asked to be.
#[derive(Clone, Debug)]
pub struct Wish<'a> {
    /// Overrides and reset.
    pub options: &'a PlanOptions,
    /// Keep only what concerns this person.
    pub only: Option<UsernameKey>,
    /// How long it may be applied.
    pub lasts: SignedDuration,
}

impl<'a> Wish<'a> {
    /// A plan that is applied at once.
    pub fn at_once(options: &'a PlanOptions) -> Self {
        Self {
            options,
            only: None,
            lasts: SignedDuration::from_hours(24),
        }
    }
}

impl<'p> Job<'p> {
    /// Opens the state while the plugin is being loaded.
    pub fn open(policy: &'p Policy, session: &Session, missing: Missing) -> Result<Self, Trouble> {
        let (source, store) = thread::scope(|scope| {
            let store = scope.spawn(|| state::open(session, missing));
            let source = plugins::bind(policy, session);
            let store = store.join().unwrap_or_else(|_| {
                Err(Trouble::new(Exit::Failed, "opening the state has failed"))
            });
            (source, store)
        });
        Ok(Self {
            policy,
            source: source?,
            store: store?,
        })
    }

    /// Reads and plans. Writes nothing.
    pub fn preview(&self, wish: &Wish<'_>, session: &Session) -> Result<Plan, Trouble> {
        let context = self.context(wish, session)?;
        let wanted = match (&wish.only, wish.options.reset) {
            (Some(_), _) => Wanted::One,
            (None, true) => Wanted::Reset,
            (None, false) => Wanted::Ordinary,
        };
        let expected = self.store.population(&self.policy.directory);
        let expected = expected.map_err(state::trouble)?.accounts;
        let progress = Reading::begin(self.policy.directory.as_str(), expected, session);
        muster_sync::plan(
            self.policy,
            self,
            self.store.as_ref(),
            &context,
            wanted,
            &progress,
        )
        .map_err(|error| self.no_plan(error))
    }

    fn context(&self, wish: &Wish<'_>, session: &Session) -> Result<PreviewContext, Trouble> {
        let about = self.source.about();
        let overrides = wish.options.overrides.iter();
        Ok(PreviewContext {
            now: session.now,
            expires: expiry(session.now, wish.lasts)?,
            plugin: format!("{} {}", about.name, about.version),
            plugin_digest: about.digest.clone(),
            read: None,
            only: wish.only.clone(),
            overrides: overrides
                .map(|given| (given.guard.clone(), given.reason.clone()))
                .collect(),
        })
    }

    fn no_plan(&self, error: PreviewError) -> Trouble {
        match error {
            PreviewError::Source(failed) => {
                let summary = format!(
                    "the source of `{}` could not be read; nothing was changed, nobody is blocked",
                    self.policy.directory
                );
                Trouble {
                    causes: vec![failed.text],
                    ..Trouble::new(Exit::Failed, summary)
                }
                .hint_if(failed.hint)
                .hint(format!(
                    "`muster check {} --online` tries the connection step by step",
                    self.policy.file
                ))
            }
            PreviewError::Store(error) => state::trouble(error),
            error @ PreviewError::TooLarge(_) => Trouble::of(Exit::Failed, &error),
            error @ (PreviewError::UnknownGuard { .. } | PreviewError::NoReason { .. }) => {
                Trouble::of(Exit::Invalid, &error)
            }
        }
    }

    /// Applies a plan that was made a moment ago.
    pub fn apply(&mut self, plan: &Plan, session: &Session) -> Result<Run, Trouble> {
        let context = ApplyContext {
            now: session.now,
            actor: session.actor.clone(),
            plugin_digest: self.source.about().digest.clone(),
            origin: PlanOrigin::Fresh,
        };
        apply(plan, self.policy, self.store.as_mut(), &context)
    }

    /// Writes down that a run failed: whoever looks at the history sees it.
    pub fn record_failure(&mut self, trouble: &Trouble, session: &Session) {
        let context = ApplyContext {
            now: session.now,
            actor: session.actor.clone(),
            plugin_digest: self.source.about().digest.clone(),
            origin: PlanOrigin::Fresh,
        };
        let text = std::iter::once(&trouble.summary)
            .chain(&trouble.causes)
            .cloned()
            .collect::<Vec<_>>()
            .join(": ");
        let outcome = RunOutcome::Failed;
        let store = self.store.as_mut();
        if let Err(error) =
            muster_sync::record_outcome(self.policy, None, outcome, &text, store, &context)
        {
            session.note(&format!("the failed run could not be recorded: {error}"));
        }
    }

    /// The key with which this state's plan files are sealed.
    pub fn seal_key(&self) -> [u8; 32] {
        self.store.seal_key()
    }

    /// Lets go of the state while somebody is being asked.
    pub fn pause(self) -> Paused<'p> {
        Paused {
            policy: self.policy,
            source: self.source,
        }
    }
}

impl Sources for Job<'_> {
    fn has_feed(&self) -> bool {
        self.source.about().delta
    }

    fn open(&self, start: ReadStart) -> Result<Box<dyn Source + '_>, SourceFailed> {
        let from = match start {
            ReadStart::Everything => ReadFrom::Start,
            ReadStart::Since(cursor) => ReadFrom::Since(cursor),
        };
        let reader = self
            .source
            .read(source::request(self.policy, from))
            .map_err(|error| source::failed(&error))?;
        Ok(Box::new(PluginSource::new(reader)))
    }
}

/// A job that holds nobody up.
pub struct Paused<'p> {
    policy: &'p Policy,
    source: Bound,
}

impl<'p> Paused<'p> {
    /// Takes the state again.
    pub fn resume(self, session: &Session) -> Result<Job<'p>, Trouble> {
        Ok(Job {
            policy: self.policy,
            source: self.source,
            store: Box::new(state::existing(session)?),
        })
    }
}

fn expiry(now: Timestamp, lasts: SignedDuration) -> Result<Timestamp, Trouble> {
    now.checked_add(lasts).map_err(|error| {
        Trouble::new(Exit::Invalid, "the plan would last too long").because(Some(&error))
    })
}

/// Applies a plan; one that a guard stops is written down as such.
pub fn apply(
    plan: &Plan,
    policy: &Policy,
    store: &mut dyn Store,
    context: &ApplyContext,
) -> Result<Run, Trouble> {
    let refused = match muster_sync::apply(plan, policy, store, context) {
        Ok(run) => return Ok(run),
        Err(refused) => refused,
    };
    if matches!(refused, ApplyRefused::Stopped { .. }) {
        let text = refused.to_string();
        let stopped = RunOutcome::Stopped;
        muster_sync::record_outcome(policy, Some(plan), stopped, &text, store, context)
            .map_err(state::trouble)?;
    }
    Err(not_applied(refused, &plan.bindings.policy_file))
}

/// What a refused plan means for its user.
fn not_applied(refused: ApplyRefused, policy_file: &str) -> Trouble {
    let again = format!("plan again: `muster plan {policy_file}`");
    match refused {
        ApplyRefused::Store(error) => state::trouble(error),
        ApplyRefused::Stopped { .. } => Trouble::of(Exit::Stopped, &refused).hint(
            "nothing was changed; `muster plan` shows the line with which one plan may go past",
        ),
        ApplyRefused::OtherState => Trouble::of(Exit::Outdated, &refused)
            .hint("name the state folder that it was made for with `--state DIR`"),
        ApplyRefused::AlreadyApplied
        | ApplyRefused::Expired { .. }
        | ApplyRefused::Stale { .. }
        | ApplyRefused::Misfit(_) => Trouble::of(Exit::Outdated, &refused).hint(again),
    }
}
