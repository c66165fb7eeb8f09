//! Moves the engine's epoch on, so that running plugins look up now and then.

use std::io;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::Builder;
use std::time::Duration;
use wasmtime::Engine;

/// How often a plugin that computes is asked whether it should go on.
const TICK: Duration = Duration::from_millis(10);

/// A thread that ticks until this is dropped.
pub(crate) struct Ticker {
    _alive: Sender<()>,
}

impl Ticker {
    pub fn start(engine: Engine) -> io::Result<Self> {
        let (alive, dropped) = channel();
        Builder::new()
            .name("muster-ticker".to_owned())
            .spawn(move || {
                while dropped.recv_timeout(TICK) == Err(RecvTimeoutError::Timeout) {
                    engine.increment_epoch();
                }
            })?;
        Ok(Self { _alive: alive })
    }
}
