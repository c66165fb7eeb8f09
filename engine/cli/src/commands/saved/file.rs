//! A plan file: read, and told whether it is what was written.

use crate::exit::Exit;
use crate::files::whole;
use crate::policies;
use crate::session::Session;
use crate::trouble::Trouble;
use muster_model::{Approval, Plan};
use muster_policy::Policy;
use muster_store::Store;
use muster_sync::plan_file::{self, Once, SealedPlan, Unreadable};
use muster_sync::standing;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

/// A plan file as it lies there.
pub struct PlanFile {
    /// Where.
    pub path: PathBuf,
    bytes: Vec<u8>,
}

impl PlanFile {
    /// Reads the file.
    pub fn open(path: &Path) -> Result<Self, Trouble> {
        let bytes = fs::read(path).map_err(|error| {
            let summary = format!("the plan file `{}` cannot be read", path.display());
            Trouble::new(Exit::Failed, summary).because(Some(&error))
        })?;
        let path = path.to_owned();
        Ok(Self { path, bytes })
    }

    /// The plan, if the file was made for this state and nobody edited it.
    pub fn sealed(&self, store: &dyn Store) -> Result<SealedPlan, Trouble> {
        plan_file::read(&self.bytes, &store.seal_key()).map_err(|error| self.refused(error, store))
    }

    /// The plan as it stands there, whoever wrote it: to be looked at.
    pub fn loose(&self) -> Result<SealedPlan, Trouble> {
        plan_file::peek(&self.bytes).map_err(|error| self.unusable(&error))
    }

    /// The file with these approvals in place of those that it has.
    pub fn with_approvals(&self, approvals: &[Approval]) -> Result<Vec<u8>, Trouble> {
        plan_file::with_approvals(&self.bytes, approvals).map_err(|error| self.unusable(&error))
    }

    fn unusable(&self, error: &Unreadable) -> Trouble {
        let file = self.path.display();
        let summary = format!("the plan file `{file}` is refused; nothing was changed");
        let again = "plan again: `muster plan POLICY --out FILE`";
        Trouble::new(Exit::Outdated, summary)
            .because(Some(error))
            .hint(again)
    }

    /// Why the seal does not fit: a file of another state is told from one that
    /// was edited.
    fn refused(&self, error: Unreadable, store: &dyn Store) -> Trouble {
        let trouble = self.unusable(&error);
        let foreign = match (&error, plan_file::peek(&self.bytes)) {
            (Unreadable::Broken, Ok(loose)) => {
                let made_for = loose.plan.bindings.state;
                (made_for != store.identity()).then_some(made_for)
            }
            _ => None,
        };
        match foreign {
            Some(made_for) => Trouble {
                causes: vec![format!(
                    "it was made for another state folder (`{made_for}`); this one is `{}`",
                    store.identity()
                )],
                hints: Vec::new(),
                ..trouble
            }
            .hint("name the state folder that it was made for with `--state DIR`"),
            None => trouble,
        }
    }

    /// Writes a plan that was made a moment ago: by whom, and what the texts of its
    /// policy look like, is written down with it.
    pub fn write_new(
        plan: &mut Plan,
        policy: Option<&Policy>,
        store: &dyn Store,
        (path, session): (&Path, &Session),
    ) -> Result<(), Trouble> {
        plan.review.author = Some(session.actor.name.clone());
        plan.bindings.texts = policy.map(standing::prints).unwrap_or_default();
        Self::write(plan, store, path)
    }

    /// Writes a plan with a new seal, without approvals.
    pub fn write(plan: &Plan, store: &dyn Store, path: &Path) -> Result<(), Trouble> {
        let bytes = plan_file::write(plan, &store.seal_key(), once()?)
            .map_err(|error| Trouble::of(Exit::Failed, &error))?;
        Self::put(&bytes, path)
    }

    /// Writes bytes as a plan file, whole or not at all.
    pub fn put(bytes: &[u8], path: &Path) -> Result<(), Trouble> {
        whole(path, |out| out.write_all(bytes)).map_err(|error| {
            let summary = format!("the plan file `{}` cannot be written", path.display());
            Trouble::new(Exit::Failed, summary).because(Some(&error))
        })
    }
}

fn once() -> Result<Once, Trouble> {
    let mut once = Once([0; 12]);
    getrandom::fill(&mut once.0).map_err(|error| {
        let summary = "the operating system gives no random number";
        Trouble::new(Exit::Failed, summary).because(Some(&error))
    })?;
    Ok(once)
}

/// The policy that a plan was made from, as it is now.
pub fn policy_of(plan: &Plan, session: &Session) -> Result<Policy, Trouble> {
    let file = &plan.bindings.policy_file;
    // Where another environment is named now, the policy's digest tells.
    let then = plan.bindings.environment.as_deref().map(Path::new);
    let values = session.values.as_deref().or(then);
    policies::load_in(Path::new(file), values, session).map_err(|trouble| {
        stale(Trouble {
            hints: vec![format!(
                "`{file}` is looked for in the present folder; apply a plan where it was made, or plan again"
            )],
            ..trouble
        })
    })
}

/// What a plan was made from is there no longer, or is of no use.
pub fn stale(trouble: Trouble) -> Trouble {
    Trouble {
        exit: Exit::Outdated,
        summary: format!("this plan is stale: {}", trouble.summary),
        ..trouble
    }
}
