//! Between the generated traits and [`Source`].

use crate::bindings::exports::muster::provider::provider as wit;
use crate::{Failure, Plugin, ReadRequest, Scope, Source, host};
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

    fn start(&self, request: ReadRequest) -> Result<(), Failure> {
        self.delivered.set(0);
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

/// A panic in a component prints nowhere; its message goes to the log instead.
fn log_panics() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        std::panic::set_hook(Box::new(|panic| host::error(&format!("plugin {panic}"))));
    });
}
