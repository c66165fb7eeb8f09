//! One policy on its way: opened, read, planned, applied, recorded.

use crate::archive::Archive;
use crate::args::PlanOptions;
use crate::exit::Exit;
use crate::keeping::Keeping;
use crate::progress::Reading;
use crate::session::Session;
use crate::source::{self, PluginSource};
use crate::state::{self, Missing};
use crate::trouble::Trouble;
use crate::{files, plugins, snapshots};
use jiff::{SignedDuration, Timestamp};
use muster_host::{Bound, ReadFrom};
use muster_model::{Plan, Proof, Run, RunOutcome, UsernameKey};
use muster_policy::Policy;
use muster_store::Store;
use muster_sync::snapshot::{self, About, PluginStamp, Replay};
use muster_sync::{
    ApplyContext, ApplyRefused, PlanOrigin, PreviewContext, PreviewError, ReadStart, Source,
    SourceFailed, Sources, Wanted,
};
use std::cell::RefCell;
use std::fs::File;
use std::io::{self, BufWriter};
use std::thread;

/// A policy with its source and its state, both open.
pub struct Job<'p> {
    policy: &'p Policy,
    source: Bound,
    store: Box<dyn Store>,
    archive: Archive,
    keeping: RefCell<Kept>,
}

/// How it stands with keeping what is read.
#[derive(Default)]
enum Kept {
    /// Nobody wants it.
    #[default]
    Not,
    /// The next read is to be kept.
    Wanted,
    /// The last read that was begun is being kept.
    Begun(Keeping),
    /// It could not be begun.
    Failed(String),
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
            archive: Archive::of(session),
            keeping: RefCell::default(),
        })
    }

    /// Reads and plans, and keeps what was read for proofs and explanations.
    pub fn plan(&self, wish: &Wish<'_>, session: &Session) -> Result<Plan, Trouble> {
        if self.policy.provider.keep_reads > 0 {
            self.keeping.replace(Kept::Wanted);
        }
        let plan = self.preview(wish, session)?;
        if let Err(why) = self.keep(&plan, session) {
            session.note(&format!(
                "what was read could not be kept: {why}; the run can be explained from its record alone"
            ));
        }
        Ok(plan)
    }

    fn keep(&self, plan: &Plan, session: &Session) -> Result<(), String> {
        let told = |error: &dyn std::error::Error| source::chain(error);
        let keeping = match self.keeping.take() {
            Kept::Begun(keeping) => keeping,
            Kept::Failed(why) => return Err(why),
            Kept::Not | Kept::Wanted => return Ok(()),
        };
        self.archive
            .keep_policy(self.policy)
            .map_err(|e| told(&e))?;
        let digest = &plan.bindings.snapshot;
        if self.archive.has_read(digest) {
            return Ok(());
        }
        let about = self.source.about();
        let about = About {
            policy: self.policy,
            plugin: PluginStamp {
                name: about.name.clone(),
                version: about.version.clone(),
                digest: about.digest.clone(),
            },
            now: session.now,
            sensitive: snapshots::hidden(self.policy),
            people: snapshot::People::AsDelivered,
            also: Vec::new(),
            known: Vec::new(),
        };
        let mut failed = None;
        let written = files::private(&self.archive.read(digest), |out| {
            let finished = keeping.finish(&about, &mut BufWriter::new(out));
            finished.map(drop).map_err(|error| {
                failed = Some(told(&error));
                io::ErrorKind::Other.into()
            })
        });
        written.map_err(|error| failed.unwrap_or_else(|| told(&error)))
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
            approvals: Default::default(),
        };
        apply(plan, self.policy, self.store.as_mut(), &context, session)
    }

    /// Writes down that a run failed: whoever looks at the history sees it.
    pub fn record_failure(&mut self, trouble: &Trouble, session: &Session) {
        let context = ApplyContext {
            now: session.now,
            actor: session.actor.clone(),
            plugin_digest: self.source.about().digest.clone(),
            origin: PlanOrigin::Fresh,
            approvals: Default::default(),
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

    /// The state that is planned for.
    pub fn store(&self) -> &dyn Store {
        self.store.as_ref()
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
        Ok(self.kept(Box::new(PluginSource::new(reader))))
    }
}

impl Job<'_> {
    /// The last read that is begun is the one that the plan is made from.
    fn kept<'s>(&'s self, source: Box<dyn Source + 's>) -> Box<dyn Source + 's> {
        let mut keeping = self.keeping.borrow_mut();
        if matches!(*keeping, Kept::Not) {
            return source;
        }
        *keeping = Kept::Wanted;
        let attributes = self.policy.attributes.clone();
        let begun = self
            .archive
            .room_for_a_read()
            .and_then(|beside| Keeping::begin(&beside, attributes));
        match begun {
            Ok(begun) => {
                let source = begun.of(source);
                *keeping = Kept::Begun(begun);
                source
            }
            Err(error) => {
                *keeping = Kept::Failed(source::chain(&error));
                source
            }
        }
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
            archive: Archive::of(session),
            keeping: RefCell::default(),
        })
    }
}

/// Until when a plan may be applied.
pub fn expiry(now: Timestamp, lasts: SignedDuration) -> Result<Timestamp, Trouble> {
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
    session: &Session,
) -> Result<Run, Trouble> {
    let refused = match muster_sync::apply(plan, policy, store, context) {
        Ok(run) => return Ok(proven(plan, policy, store, run, session)),
        Err(refused) => refused,
    };
    Err(not_done(refused, plan, Some(policy), store, context))
}

/// What a refused plan means for its user; that a guard has stopped it, or that too
/// few have approved of it, is written down.
pub fn not_done(
    refused: ApplyRefused,
    plan: &Plan,
    policy: Option<&Policy>,
    store: &mut dyn Store,
    context: &ApplyContext,
) -> Trouble {
    let is_stopped = matches!(
        refused,
        ApplyRefused::Stopped { .. } | ApplyRefused::Unapproved(_)
    );
    if let Some(policy) = policy.filter(|_| is_stopped) {
        let text = refused.to_string();
        let stopped = RunOutcome::Stopped;
        let recorded =
            muster_sync::record_outcome(policy, Some(plan), stopped, &text, store, context);
        if let Err(error) = recorded {
            return state::trouble(error);
        }
    }
    not_applied(refused, &plan.bindings.policy_file)
}

/// Plans again on the kept read, and keeps what belongs to the run. What was
/// applied stays applied, whatever becomes of it.
fn proven(
    plan: &Plan,
    policy: &Policy,
    store: &mut dyn Store,
    mut run: Run,
    session: &Session,
) -> Run {
    let keep = policy.provider.keep_reads;
    if keep == 0 {
        return run;
    }
    let archive = Archive::of(session);
    if let Err(error) = archive.keep_run(&run, plan) {
        session.note(&format!("what the plan said could not be kept: {error}"));
    }
    archive.tidy(&policy.directory, keep);
    if plan.changes.is_empty() {
        return run;
    }
    match proof(plan, policy, store, &run, &archive, session) {
        Ok(proof) => run.proof = proof,
        Err(why) => session.note(&format!(
            "that nothing is left to do could not be proven: {why}"
        )),
    }
    run
}

fn proof(
    plan: &Plan,
    policy: &Policy,
    store: &mut dyn Store,
    run: &Run,
    archive: &Archive,
    session: &Session,
) -> Result<Option<Proof>, String> {
    let told = |error: &dyn std::error::Error| source::chain(error);
    let Ok(file) = File::open(archive.read(&plan.bindings.snapshot)) else {
        return Ok(None);
    };
    let kept = snapshot::read(file).map_err(|e| told(&e))?;
    let mut replay = Replay::new(kept, policy).map_err(|e| told(&e))?;
    let proof = muster_sync::prove(plan, policy, &mut replay, run, store, session.now);
    proof.map(Some).map_err(|e| told(&e))
}

/// What a refused plan means for its user.
fn not_applied(refused: ApplyRefused, policy_file: &str) -> Trouble {
    let again = format!("plan again: `muster plan {policy_file}`");
    match refused {
        ApplyRefused::Store(error) => state::trouble(error),
        ApplyRefused::Stopped { .. } => Trouble::of(Exit::Stopped, &refused).hint(
            "nothing was changed; `muster plan` shows the line with which one plan may go past",
        ),
        ApplyRefused::Unapproved(_) => Trouble::of(Exit::Stopped, &refused).hint(format!(
            "nothing was changed; write the plan to a file, have it approved, apply it: `muster \
             plan {policy_file} --out FILE`, `muster plan approve FILE --as NAME`, `muster apply \
             FILE`"
        )),
        ApplyRefused::OtherState => Trouble::of(Exit::Outdated, &refused)
            .hint("name the state folder that it was made for with `--state DIR`"),
        ApplyRefused::AlreadyApplied { .. }
        | ApplyRefused::Expired { .. }
        | ApplyRefused::Stale { .. }
        | ApplyRefused::Misfit(_) => Trouble::of(Exit::Outdated, &refused).hint(again),
    }
}
