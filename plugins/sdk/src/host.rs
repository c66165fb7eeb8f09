//! The run that the plugin is part of: its log, its clock, its end.

pub use crate::bindings::muster::provider::host::Level;

#[cfg(target_family = "wasm")]
use crate::bindings::muster::provider::host as imports;
#[cfg(not(target_family = "wasm"))]
use crate::testing::host as imports;

/// Writes a line to the operator's log. The host cuts long lines, and stops
/// listening to a plugin that floods it.
pub fn log(level: Level, message: &str) {
    imports::log(level, message);
}

/// Logs a defect.
pub fn error(message: &str) {
    log(Level::Error, message);
}

/// Logs what the operator should look at.
pub fn warn(message: &str) {
    log(Level::Warn, message);
}

/// Logs what happened.
pub fn info(message: &str) {
    log(Level::Info, message);
}

/// Logs what only the plugin's author wants to know.
pub fn debug(message: &str) {
    log(Level::Debug, message);
}

/// The run's instant in milliseconds since 1970 (UTC): the same through one run.
pub fn now_ms() -> u64 {
    imports::now_ms()
}

/// True once the run is being stopped; long loops ask now and then, and give
/// [`Failure::cancelled`](crate::Failure::cancelled).
pub fn cancelled() -> bool {
    imports::cancelled()
}
