//! What all plugins of one process share: the engine, its clock, its cache.

use crate::instance::State;
use crate::limits::Limits;
use crate::ticker::Ticker;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use tokio::runtime::{Builder, Handle, Runtime};
use wasmtime::component::{HasSelf, Linker};
use wasmtime::{Cache, CacheConfig, Config, Engine};

/// How a [`Host`] is set up.
#[derive(Clone, Debug, Default)]
pub struct HostConfig {
    /// Where compiled plugins are kept; made if it is missing. None compiles
    /// each plugin each time, which takes a tenth of a second.
    pub cache_dir: Option<PathBuf>,
    /// What a plugin may use.
    pub limits: Limits,
}

/// Why a [`Host`] could not be set up.
#[derive(Debug, thiserror::Error)]
pub enum HostError {
    /// This machine cannot run plugins.
    #[error("plugins cannot be run on this machine")]
    Engine(#[source] Box<dyn std::error::Error + Send + Sync>),
    /// The system gave no thread.
    #[error("the threads for plugins could not be started")]
    Threads(#[source] std::io::Error),
}

/// Runs plugins. One per process is enough; clones share it.
#[derive(Clone)]
pub struct Host {
    pub(crate) shared: Arc<Shared>,
}

/// What loaded plugins hold on to.
pub(crate) struct Shared {
    pub engine: Engine,
    pub linker: Linker<State>,
    pub limits: Limits,
    /// Taken out when the host goes away.
    runtime: Option<Runtime>,
    _ticker: Ticker,
}

impl Host {
    /// Sets up the engine. A cache that cannot be used is done without, and the
    /// log says so.
    pub fn new(config: HostConfig) -> Result<Self, HostError> {
        let engine = Engine::new(&engine_config(&config)).map_err(no_engine)?;
        let mut linker = Linker::new(&engine);
        crate::bindings::Source::add_to_linker::<_, HasSelf<_>>(&mut linker, |state| state)
            .map_err(no_engine)?;
        let runtime = Builder::new_multi_thread()
            .worker_threads(1)
            .thread_name("muster-io")
            .enable_all()
            .build()
            .map_err(HostError::Threads)?;
        let ticker = Ticker::start(engine.clone()).map_err(HostError::Threads)?;
        let shared = Shared {
            engine,
            linker,
            limits: config.limits,
            runtime: Some(runtime),
            _ticker: ticker,
        };
        Ok(Self {
            shared: Arc::new(shared),
        })
    }
}

fn no_engine(error: wasmtime::Error) -> HostError {
    HostError::Engine(error.into())
}

fn engine_config(config: &HostConfig) -> Config {
    let mut engine = Config::new();
    engine.epoch_interruption(true);
    engine.concurrency_support(false);
    if let Some(folder) = &config.cache_dir {
        match cache(folder) {
            Ok(cache) => {
                engine.cache(Some(cache));
            }
            Err(error) => {
                let folder = folder.display();
                tracing::warn!(%folder, "plugins are compiled anew each time: {error:#}");
            }
        }
    }
    engine
}

fn cache(folder: &Path) -> wasmtime::Result<Cache> {
    let mut config = CacheConfig::new();
    config.with_directory(std::path::absolute(folder)?);
    Cache::new(config)
}

impl Shared {
    /// Where futures of capabilities run.
    pub fn runtime(&self) -> Option<&Handle> {
        self.runtime.as_ref().map(Runtime::handle)
    }
}

impl Drop for Shared {
    fn drop(&mut self) {
        // The last holder may be a task of this very runtime.
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}
