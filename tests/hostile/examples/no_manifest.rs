//! Does not say what it is.
use muster_sdk::Failure;
use muster_sdk::bindings::exports::muster::provider::provider::{
    Attribute, Batch, CheckStep, Guest, GuestSession, ReadRequest, Scope, Session,
};

pub struct Nameless;

impl Guest for Nameless {
    type Session = Self;

    fn open(_: String) -> Result<Session, Failure> {
        Ok(Session::new(Self))
    }
}

impl GuestSession for Nameless {
    fn check(&self, _: Scope) -> Vec<CheckStep> {
        Vec::new()
    }

    fn attributes(&self) -> Result<Vec<Attribute>, Failure> {
        Ok(Vec::new())
    }

    fn start(&self, _: ReadRequest) -> Result<(), Failure> {
        Ok(())
    }

    fn next(&self) -> Result<Batch, Failure> {
        Err(Failure::cancelled())
    }
}

#[cfg(target_family = "wasm")]
#[allow(unsafe_code, reason = "the component's exports")]
mod component {
    use super::Nameless;

    muster_sdk::bindings::export!(Nameless with_types_in muster_sdk::bindings);
}
