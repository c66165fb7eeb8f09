//! One instance of a plugin, and the fences around each call into it.

use crate::binding::Secret;
use crate::bindings::ldap::Verdict;
use crate::bindings::provider::Guest;
use crate::bindings::{self as wit, Source};
use crate::bound::Plan;
use crate::calls::Usage;
use crate::cancel::Cancelled;
use crate::capability::Capabilities;
use crate::capability::ldap::Password;
use crate::crash::{Crash, Stop};
use crate::failure::Failure;
use crate::memory::Memory;
use crate::meter::Meter;
use crate::waiting::Waiting;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, sleep_until};
use wasmtime::component::{Resource, ResourceAny};
use wasmtime::{Store, UpdateDeadline};

/// Bytes that a plugin may hand to the host in one call to a capability.
const HANDED_OVER: usize = 64 << 20;

/// What an instance carries around.
pub(crate) struct State {
    pub capabilities: Capabilities,
    pub cancelled: Cancelled,
    pub meter: Meter,
    waiting: Arc<Waiting>,
    memory: Memory,
    compute: Duration,
}

impl Drop for State {
    fn drop(&mut self) {
        self.capabilities.tapping.ended(Usage {
            memory: self.memory.used(),
            computed: self.meter.all(),
        });
    }
}

/// A session of a plugin, opened with a policy's settings. After a [`Crash`] it
/// must be dropped: the instance is dead.
pub(crate) struct Instance {
    store: Store<State>,
    instance: wasmtime::component::Instance,
    source: Source,
    session: ResourceAny,
    answer: Duration,
}

/// Why a plugin could not be opened with its settings.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum OpenError {
    /// The plugin says why.
    #[error("plugin `{plugin}` cannot be opened with these settings")]
    Failed {
        /// Which plugin.
        plugin: String,
        /// In its words.
        #[source]
        failure: Failure,
    },
    /// The plugin broke.
    #[error("plugin `{plugin}` broke while it was opened")]
    Crashed {
        /// Which plugin.
        plugin: String,
        /// How.
        #[source]
        crash: Crash,
    },
}

impl OpenError {
    /// Returns the plugin's own account, if it gave one.
    pub fn failure(&self) -> Option<&Failure> {
        match self {
            Self::Failed { failure, .. } => Some(failure),
            Self::Crashed { .. } => None,
        }
    }

    /// Says what to do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Failed { failure, .. } => failure.hint.clone(),
            Self::Crashed { crash, .. } => Some(crash.hint().to_owned()),
        }
    }
}

impl Instance {
    /// Makes a fresh instance and opens a session in it.
    pub async fn open(plan: &Plan, cancelled: Cancelled) -> Result<Self, OpenError> {
        let plugin = || plan.about().name.clone();
        let crashed = |crash| OpenError::Crashed {
            plugin: plugin(),
            crash,
        };
        let (mut store, answer) = new_store(plan, cancelled);
        let made = fenced(&mut store, answer, async |store| {
            let component = plan.component().instance_pre();
            let instance = component.instantiate_async(&mut *store).await?;
            Ok((instance, Source::new(store, &instance)?))
        });
        let (instance, source) = made.await.map_err(crashed)?;
        let opened = fenced(&mut store, answer, async |store| {
            provider(&source).call_open(store, plan.settings()).await
        });
        match opened.await.map_err(crashed)? {
            Ok(session) => Ok(Self {
                store,
                instance,
                source,
                session,
                answer,
            }),
            Err(failure) => Err(OpenError::Failed {
                plugin: plugin(),
                failure: failure.into(),
            }),
        }
    }

    /// Calls into the session.
    pub async fn call<T>(
        &mut self,
        call: impl AsyncFnOnce(&Guest, &mut Store<State>, ResourceAny) -> wasmtime::Result<T>,
    ) -> Result<T, Crash> {
        let (source, session) = (&self.source, self.session);
        fenced(&mut self.store, self.answer, async |store| {
            call(provider(source), store, session).await
        })
        .await
    }

    /// Asks whether a person's password is right, through the interface that
    /// the plugin exports for it.
    pub async fn authenticate(
        &mut self,
        login: &str,
        id: &str,
        password: &Secret,
    ) -> Result<Result<Verdict, wit::types::Failure>, Crash> {
        let (instance, session) = (self.instance, self.session);
        fenced(&mut self.store, self.answer, async |store| {
            let ask = instance
                .get_export_index(&mut *store, None, login)
                .and_then(|login| {
                    instance.get_export_index(&mut *store, Some(&login), "authenticate")
                })
                .ok_or_else(|| wasmtime::Error::msg("it exports no `authenticate`"))?;
            let ask = instance.get_typed_func::<Ask<'_>, Answer>(&mut *store, ask)?;
            let password = store.data_mut().capabilities.hold(password)?;
            let lent = Resource::new_borrow(password.rep());
            let (answer,) = ask.call_async(&mut *store, (session, id, lent)).await?;
            store.data_mut().capabilities.let_go(password)?;
            Ok(answer)
        })
        .await
    }
}

type Ask<'a> = (ResourceAny, &'a str, Resource<Password>);
type Answer = (Result<Verdict, wit::types::Failure>,);

fn provider(source: &Source) -> &Guest {
    source.muster_provider_provider()
}

fn new_store(plan: &Plan, cancelled: Cancelled) -> (Store<State>, Duration) {
    let limits = &plan.shared().limits;
    let state = State {
        capabilities: plan.capabilities(),
        cancelled,
        meter: Meter::default(),
        waiting: plan.waiting().clone(),
        memory: Memory::new(plan.about().memory_mib),
        compute: limits.compute,
    };
    let mut store = Store::new(&plan.shared().engine, state);
    store.limiter(|state| &mut state.memory);
    store.set_hostcall_fuel(HANDED_OVER);
    store.epoch_deadline_callback(|store| {
        let state = store.data();
        if state.cancelled.now() {
            Err(Stop::Cancelled.into())
        } else if state.meter.spent() > state.compute {
            Err(Stop::Compute.into())
        } else {
            Ok(UpdateDeadline::Yield(1))
        }
    });
    (store, limits.answer)
}

/// Runs guest code until it answers, computes for too long, takes too long, or
/// is not wanted any more.
async fn fenced<T>(
    store: &mut Store<State>,
    answer: Duration,
    call: impl AsyncFnOnce(&mut Store<State>) -> wasmtime::Result<T>,
) -> Result<T, Crash> {
    store.set_epoch_deadline(1);
    let cancelled = store.data().cancelled.clone();
    store.data_mut().meter.begin();
    let waiting = store.data().waiting.clone();
    let called = tokio::select! {
        biased;
        called = call(store) => called,
        () = cancelled.wait() => Err(Stop::Cancelled.into()),
        () = too_long(answer, &waiting) => Err(Stop::Answer.into()),
    };
    store.data_mut().meter.pause();
    called.map_err(|error| {
        let state = store.data_mut();
        Crash::new(
            &error,
            (state.compute, answer),
            state.memory.refused(),
            state.capabilities.log.take_panic(),
        )
    })
}

/// Waits until a call takes too long. While a server wants to be left alone the
/// clock stands still.
async fn too_long(answer: Duration, waiting: &Waiting) {
    let (begin, before) = (Instant::now(), waiting.held());
    loop {
        let until = begin + answer + waiting.held().saturating_sub(before);
        if Instant::now() >= until {
            return;
        }
        sleep_until(until).await;
    }
}
