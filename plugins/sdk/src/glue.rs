//! Between the generated traits and [`Source`].

use crate::bindings::exports::muster::provider::provider as wit;
use crate::{Failure, Plugin, ReadFrom, ReadRequest, Scope, Source, host};
use std::cell::{Cell, RefCell};
use std::marker::PhantomData;
use std::sync::Once;

/// The component that [`plugin!`](crate::plugin) exports.
pub struct Component<P>(PhantomData<P>);

impl<P: Plugin> wit::Guest for Component<P> {
    type Session = Session<P>;

    fn open(settings: String) -> Result<wit::Session, Failure> {
        log_panics();
        let settings = serde_json::from_str(&settings)
            .map_err(|error| Failure::config(format!("the settings do not fit: {error}")))?;
        Ok(wit::Session::new(Session {
            source: RefCell::new(P::open(settings)?),
            delivered: Cell::new(0),
        }))
    }
}

/// A source and the number of rows that it has delivered.
pub struct Session<S> {
    source: RefCell<S>,
    delivered: Cell<u64>,
}

impl<S: Source> wit::GuestSession for Session<S> {
    fn check(&self, scope: Scope) -> Vec<wit::CheckStep> {
        self.source.borrow_mut().check(&scope)
    }

    fn attributes(&self) -> Result<Vec<wit::Attribute>, Failure> {
        self.source.borrow_mut().attributes()
    }

    fn start(&self, mut request: ReadRequest) -> Result<(), Failure> {
        let mut delivered = 0;
        if let ReadFrom::Resume(cursor) = &mut request.start_at {
            (delivered, *cursor) = unwrapped(cursor)?;
        }
        self.delivered.set(delivered);
        self.source.borrow_mut().start(request)
    }

    fn next(&self) -> Result<wit::Batch, Failure> {
        let batch = self.source.borrow_mut().next()?;
        let entries = self.delivered.get() + batch.page().statuses.len() as u64;
        self.delivered.set(entries);
        Ok(batch.into_wit(entries))
    }
}

#[cfg(all(feature = "login", target_family = "wasm"))]
impl<P: Plugin + crate::Login> crate::bindings::exports::muster::provider::login::Guest
    for Component<P>
{
    fn authenticate(
        session: wit::SessionBorrow<'_>,
        id: String,
        secret: &crate::bindings::muster::provider::ldap::Password,
    ) -> Result<crate::ldap::Verdict, Failure> {
        let session = session.get::<Session<P>>();
        let password = crate::ldap::Password(secret);
        session.source.borrow_mut().authenticate(&id, password)
    }
}

/// The rows that were delivered before travel in front of the source's own
/// cursor: the instance that goes on counts on.
pub(crate) fn wrapped(delivered: u64, cursor: &[u8]) -> Vec<u8> {
    [&delivered.to_le_bytes(), cursor].concat()
}

fn unwrapped(cursor: &[u8]) -> Result<(u64, Vec<u8>), Failure> {
    cursor
        .split_first_chunk()
        .map(|(delivered, rest)| (u64::from_le_bytes(*delivered), rest.to_vec()))
        .ok_or_else(|| Failure::stale_cursor("this is no cursor to go on from"))
}

/// A panic in a component prints nowhere; its message goes to the log instead.
fn log_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        std::panic::set_hook(Box::new(|panic| host::error(&format!("plugin {panic}"))));
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_carries_the_count_and_comes_back_as_it_was() {
        let cursor = wrapped(4_000_000_000_123, b"next=abc");
        let back = unwrapped(&cursor).unwrap();
        assert_eq!(back, (4_000_000_000_123, b"next=abc".to_vec()));
        assert_eq!(unwrapped(&wrapped(0, b"")).unwrap(), (0, Vec::new()));
    }

    #[test]
    fn what_is_no_cursor_is_stale() {
        let kind = unwrapped(b"short").map_err(|failure| failure.kind);
        assert_eq!(kind.unwrap_err(), crate::FailureKind::StaleCursor);
    }
}
