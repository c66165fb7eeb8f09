//! How much memory an instance may have.

use wasmtime::ResourceLimiter;

/// Modules, tables and memories in one component. Interpreters of other
/// languages bring dozens.
const PARTS: usize = 100;

/// Entries of one table: functions that can be called through a pointer.
const TABLE: usize = 1_000_000;

/// Counts all memories of an instance together, so that many small ones are no
/// way around the limit.
#[derive(Debug)]
pub(crate) struct Memory {
    limit: usize,
    used: usize,
    refused: bool,
}

/// Said to the engine; the operator reads [`Crash::Memory`](crate::Crash).
#[derive(Debug, thiserror::Error)]
#[error("the plugin's memory is used up")]
struct UsedUp;

impl Memory {
    pub fn new(mib: u32) -> Self {
        Self {
            limit: (mib as usize) << 20,
            used: 0,
            refused: false,
        }
    }

    /// Bytes that it has; it only grows.
    pub fn used(&self) -> usize {
        self.used
    }

    /// The limit in MiB, if it stopped the plugin.
    pub fn refused(&self) -> Option<usize> {
        self.refused.then_some(self.limit >> 20)
    }

    /// The guest must not see the refusal: it would only abort without a word.
    fn refuse(&mut self) -> wasmtime::Result<bool> {
        self.refused = true;
        Err(UsedUp.into())
    }
}

impl ResourceLimiter for Memory {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        let used = self.used.saturating_add(desired.saturating_sub(current));
        if used > self.limit {
            return self.refuse();
        }
        self.used = used;
        Ok(true)
    }

    fn table_growing(
        &mut self,
        _current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        if desired > TABLE {
            return self.refuse();
        }
        Ok(true)
    }

    fn instances(&self) -> usize {
        PARTS
    }

    fn tables(&self) -> usize {
        PARTS
    }

    fn memories(&self) -> usize {
        PARTS
    }
}
