//! The operator's log, as far as a plugin may write to it.

use crate::bindings::host::Level;
use crate::limits::Limits;
use crate::words::tame;

/// How the plugin kit begins the line that tells of a panic.
const PANIC: &str = "plugin panicked";

/// Passes a plugin's lines on, until there are too many.
pub(crate) struct LogBook {
    plugin: String,
    lines: usize,
    line_bytes: usize,
    panic: Option<String>,
}

impl LogBook {
    pub fn new(plugin: &str, limits: &Limits) -> Self {
        Self {
            plugin: plugin.to_owned(),
            lines: limits.log_lines,
            line_bytes: limits.log_line_bytes,
            panic: None,
        }
    }

    /// What the plugin said before it trapped, if it panicked.
    pub fn take_panic(&mut self) -> Option<String> {
        self.panic.take()
    }

    pub fn write(&mut self, level: Level, message: &str) {
        if let Some(panic) = message
            .strip_prefix(PANIC)
            .filter(|_| level == Level::Error)
        {
            self.panic = Some(tame(panic.trim_start(), self.line_bytes));
        }
        if self.lines == 0 {
            return;
        }
        self.lines -= 1;
        self.pass_on(level, &tame(message, self.line_bytes));
        if self.lines == 0 {
            self.pass_on(
                Level::Warn,
                "this plugin logs too much: its further lines are dropped",
            );
        }
    }

    fn pass_on(&self, level: Level, line: &str) {
        let plugin = self.plugin.as_str();
        match level {
            Level::Error => tracing::error!(target: "muster::plugin", plugin, "{line}"),
            Level::Warn => tracing::warn!(target: "muster::plugin", plugin, "{line}"),
            Level::Info => tracing::info!(target: "muster::plugin", plugin, "{line}"),
            Level::Debug => tracing::debug!(target: "muster::plugin", plugin, "{line}"),
        }
    }
}
