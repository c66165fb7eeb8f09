//! The run: its log, its clock, its end.

use crate::bindings::host::{Host, Level};
use crate::instance::State;

impl Host for State {
    fn log(&mut self, level: Level, message: String) -> wasmtime::Result<()> {
        self.capabilities.tapping.said(level.into(), &message);
        self.capabilities.log.write(level, &message);
        Ok(())
    }

    fn now_ms(&mut self) -> wasmtime::Result<u64> {
        Ok(self.capabilities.now_ms)
    }

    fn cancelled(&mut self) -> wasmtime::Result<bool> {
        Ok(self.cancelled.now())
    }
}
