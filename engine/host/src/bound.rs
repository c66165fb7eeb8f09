//! A plugin bound to a policy's settings, and what can be asked of it.

use crate::binding::{BindError, Binding, Secret};
use crate::bindings::SourcePre;
use crate::calls::{Tap, Tapping};
use crate::cancel::Cancel;
use crate::capability::Capabilities;
use crate::crash::Crash;
use crate::grants::{Grants, Values};
use crate::host::Shared;
use crate::http::Client;
use crate::instance::Instance;
use crate::instance::State;
use crate::ldap::Verdict;
use crate::plugin::{About, Plugin};
use crate::questions::{Attribute, AttributesError, CheckError, CheckStep, LoginError, judged};
use crate::read_error::ReadError;
use crate::reader::Reader;
use crate::request::{ReadRequest, Scope};
use crate::waiting::Waiting;
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::thread;

/// A plugin with its settings and grants. Each question runs in a fresh
/// instance on a thread of its own; the caller's thread waits.
#[derive(Clone)]
pub struct Bound {
    plan: Arc<Plan>,
}

/// What an instance is made from.
pub(crate) struct Plan {
    plugin: Plugin,
    settings: String,
    grants: Arc<Grants>,
    http: Arc<Client>,
    waiting: Arc<Waiting>,
    now_ms: u64,
    tapping: Tapping,
}

impl Plan {
    pub fn shared(&self) -> &Shared {
        &self.plugin.shared
    }

    pub fn about(&self) -> &About {
        &self.plugin.about
    }

    pub fn component(&self) -> &SourcePre<State> {
        &self.plugin.linked
    }

    /// The plugin's interface for logins, if it has one.
    pub fn login(&self) -> Option<&str> {
        self.plugin.login.as_deref()
    }

    /// How long this run may still wait for servers.
    pub fn waiting(&self) -> &Arc<Waiting> {
        &self.waiting
    }

    pub fn settings(&self) -> &str {
        &self.settings
    }

    /// False in a replay, which waits for nobody.
    pub fn is_live(&self) -> bool {
        self.tapping.is_live()
    }

    pub fn capabilities(&self) -> Capabilities {
        Capabilities::new(
            &self.about().name,
            self.grants.clone(),
            self.http.clone(),
            self.now_ms,
            &self.shared().limits,
            self.tapping.clone(),
        )
    }

    /// Runs what a plugin is asked, and waits for it.
    fn on_a_thread<T: Send>(
        &self,
        ask: impl AsyncFnOnce(Cancel) -> T + Send,
        no_thread: impl FnOnce(Crash) -> T,
    ) -> T {
        let gone = || Crash::Thread {
            why: "the host is shutting down".to_owned(),
        };
        let Some(runtime) = self.shared().runtime() else {
            return no_thread(gone());
        };
        let asked = thread::scope(|scope| {
            let thread = thread::Builder::new().name("muster-plugin".to_owned());
            match thread.spawn_scoped(scope, || runtime.block_on(ask(Cancel::default()))) {
                Ok(thread) => thread.join().map_err(|_| "it panicked".to_owned()),
                Err(error) => Err(error.to_string()),
            }
        });
        asked.unwrap_or_else(|why| no_thread(Crash::Thread { why }))
    }
}

impl Plugin {
    /// Binds the plugin to a policy's settings: they are held against its
    /// schema, and its needs are granted what they name.
    pub fn bind(&self, binding: Binding<'_>) -> Result<Bound, BindError> {
        let plugin = || self.about.name.clone();
        let settings =
            self.schema
                .check(binding.settings)
                .map_err(|problems| BindError::Settings {
                    plugin: plugin(),
                    problems,
                })?;
        self.known_secrets(binding.secrets)?;
        let values = Values {
            settings: &settings,
            secrets: binding.secrets,
            folder: binding.folder,
        };
        let grants = Arc::new(Grants::new(&self.about.needs, &values)?);
        let waiting = Arc::new(Waiting::new(&self.shared.limits));
        let plan = Plan {
            plugin: self.clone(),
            settings: Value::Object(settings).to_string(),
            http: Arc::new(Client::new(grants.clone(), &self.shared.limits, &waiting)),
            waiting,
            grants,
            now_ms: binding.now_ms,
            tapping: Tapping::default(),
        };
        Ok(Bound {
            plan: Arc::new(plan),
        })
    }

    /// Binds the plugin to a tap that answers everything: nothing else is granted,
    /// and no secret is needed. `settings` is what the plugin is told, as
    /// [`Bound::settings`] gave it.
    pub fn bind_to(&self, tap: Arc<dyn Tap>, settings: &str, now_ms: u64) -> Bound {
        let grants = Arc::new(Grants::default());
        let waiting = Arc::new(Waiting::new(&self.shared.limits));
        let plan = Plan {
            plugin: self.clone(),
            settings: settings.to_owned(),
            http: Arc::new(Client::new(grants.clone(), &self.shared.limits, &waiting)),
            waiting,
            grants,
            now_ms,
            tapping: Tapping::with(tap),
        };
        Bound {
            plan: Arc::new(plan),
        }
    }

    fn known_secrets(&self, secrets: &BTreeMap<String, Secret>) -> Result<(), BindError> {
        let known = self.about.needs.secrets();
        match secrets
            .keys()
            .find(|secret| !known.contains(secret.as_str()))
        {
            None => Ok(()),
            Some(secret) => Err(BindError::UnknownSecret {
                plugin: self.about.name.clone(),
                secret: secret.clone(),
                known: known.into_iter().map(str::to_owned).collect(),
            }),
        }
    }
}

impl Bound {
    /// What is known of the plugin.
    pub fn about(&self) -> &About {
        self.plan.about()
    }

    /// The same plugin with its files alone: it reaches no server, whatever it is
    /// asked.
    pub fn offline(&self) -> Self {
        let plan = &self.plan;
        let grants = Arc::new(plan.grants.offline());
        let limits = &plan.shared().limits;
        let waiting = Arc::new(Waiting::new(limits));
        Self {
            plan: Arc::new(Plan {
                plugin: plan.plugin.clone(),
                settings: plan.settings.clone(),
                http: Arc::new(Client::new(grants.clone(), limits, &waiting)),
                waiting,
                grants,
                now_ms: plan.now_ms,
                tapping: Tapping::default(),
            }),
        }
    }

    /// The same plugin with a tap between it and all that it calls.
    pub fn tapped(&self, tap: Arc<dyn Tap>) -> Self {
        let plan = &self.plan;
        Self {
            plan: Arc::new(Plan {
                plugin: plan.plugin.clone(),
                settings: plan.settings.clone(),
                grants: plan.grants.clone(),
                http: plan.http.clone(),
                waiting: plan.waiting.clone(),
                now_ms: plan.now_ms,
                tapping: Tapping::with(tap),
            }),
        }
    }

    /// What the plugin is told of the policy: its settings, with defaults.
    pub fn settings(&self) -> &str {
        &self.plan.settings
    }

    /// The run's instant, in milliseconds since 1970 (UTC).
    pub fn now_ms(&self) -> u64 {
        self.plan.now_ms
    }

    /// Proves settings, network, rights and the search itself, by cheap calls.
    pub fn check(&self, scope: &Scope) -> Result<Vec<CheckStep>, CheckError> {
        let crashed = |crash| CheckError::Crashed {
            plugin: self.about().name.clone(),
            crash,
        };
        self.plan.on_a_thread(
            async |cancel| {
                let mut instance = Instance::open(&self.plan, cancel.watch()).await?;
                let scope = scope.clone().into();
                let steps = instance.call(async |guest, store, session| {
                    guest.session().call_check(store, session, &scope).await
                });
                let steps = steps.await.map_err(crashed)?;
                Ok(steps.into_iter().map(Into::into).collect())
            },
            |crash| Err(crashed(crash)),
        )
    }

    /// Asks which attributes the source can deliver.
    pub fn attributes(&self) -> Result<Vec<Attribute>, AttributesError> {
        let plugin = || self.about().name.clone();
        let crashed = |crash| AttributesError::Crashed {
            plugin: plugin(),
            crash,
        };
        self.plan.on_a_thread(
            async |cancel| {
                let mut instance = Instance::open(&self.plan, cancel.watch()).await?;
                let asked = instance.call(async |guest, store, session| {
                    guest.session().call_attributes(store, session).await
                });
                match asked.await.map_err(crashed)? {
                    Ok(attributes) => Ok(attributes.into_iter().map(Into::into).collect()),
                    Err(failure) => Err(AttributesError::Failed {
                        plugin: plugin(),
                        failure: failure.into(),
                    }),
                }
            },
            |crash| Err(crashed(crash)),
        )
    }

    /// Asks the source whether a person's password is right, by their external
    /// id. [`About::login`] says beforehand whether the plugin can.
    pub fn authenticate(&self, id: &str, password: &Secret) -> Result<Verdict, LoginError> {
        let plugin = || self.about().name.clone();
        let Some(login) = self.plan.login() else {
            return Err(LoginError::NotOffered { plugin: plugin() });
        };
        let crashed = |crash| LoginError::Crashed {
            plugin: plugin(),
            crash,
        };
        self.plan.on_a_thread(
            async |cancel| {
                let mut instance = Instance::open(&self.plan, cancel.watch()).await?;
                let asked = instance.authenticate(login, id, password);
                match asked.await.map_err(crashed)? {
                    Ok(verdict) => Ok(judged(verdict)),
                    Err(failure) => Err(LoginError::Failed {
                        plugin: plugin(),
                        failure: failure.into(),
                    }),
                }
            },
            |crash| Err(crashed(crash)),
        )
    }

    /// Begins a read. It runs ahead of the caller by a few pages.
    pub fn read(&self, request: ReadRequest) -> Result<Reader, ReadError> {
        Reader::start(self.plan.clone(), request)
    }
}
