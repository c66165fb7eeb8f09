//! Opening the state folder, and saying what to do if that fails.

use crate::exit::Exit;
use crate::session::Session;
use crate::trouble::Trouble;
use muster_store::{Opening, Report, SledStore, Store, StoreError};
use std::time::Duration;

/// How long another process is waited for.
const PATIENCE: Duration = Duration::from_secs(3);

/// What becomes of a state folder that is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Missing {
    /// An empty store in memory stands for it; nothing is made.
    Pretend,
    /// It is made.
    Make,
}

/// Opens a state that must be there.
pub fn existing(session: &Session) -> Result<SledStore, Trouble> {
    SledStore::open_existing(&session.state, &opening(session)).map_err(trouble)
}

/// Looks whether a state is whole; that it is damaged is a finding.
pub fn check(session: &Session) -> Result<Report, Trouble> {
    SledStore::check(&session.state, &opening(session)).map_err(trouble)
}

/// Opens the state, and makes an empty one if there is none.
pub fn existing_or_new(session: &Session) -> Result<SledStore, Trouble> {
    SledStore::open_or_create(&session.state, &opening(session)).map_err(trouble)
}

/// Opens the state for a run.
pub fn open(session: &Session, missing: Missing) -> Result<Box<dyn Store>, Trouble> {
    match missing {
        Missing::Make => existing_or_new(session).map(|store| Box::new(store) as Box<dyn Store>),
        Missing::Pretend => {
            SledStore::open_for_reading(&session.state, &opening(session)).map_err(trouble)
        }
    }
}

fn opening(session: &Session) -> Opening {
    Opening::by(format!("muster {}", session.actor.command)).waiting(PATIENCE)
}

/// What a store's refusal means for its user.
pub fn trouble(error: StoreError) -> Trouble {
    let hint = hint(&error);
    Trouble::of(Exit::Failed, &error).hint_if(hint)
}

fn hint(error: &StoreError) -> Option<String> {
    Some(
        match error {
            StoreError::Missing { .. } => {
                "name another folder with `--state DIR` or `MUSTER_STATE`; the first `muster apply POLICY` makes one"
            }
            StoreError::Moved { .. } => "somebody else was faster; run the command again",
            _ => return None,
        }
        .to_owned(),
    )
}
