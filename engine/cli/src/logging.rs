//! What plugins and the engine's parts log, on standard error.

use crate::args::Global;
use std::io::stderr;
use tracing::Level;
use tracing_subscriber::filter::{LevelFilter, Targets};
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::util::SubscriberInitExt;

/// Begins to log. Warnings are always told, unless quiet is asked for.
pub fn begin(global: &Global) {
    let (ours, others) = match (global.quiet, global.verbose) {
        (true, _) => (LevelFilter::ERROR, LevelFilter::ERROR),
        (false, 0) => (LevelFilter::WARN, LevelFilter::ERROR),
        (false, 1) => (LevelFilter::INFO, LevelFilter::WARN),
        (false, 2) => (LevelFilter::DEBUG, LevelFilter::INFO),
        (false, _) => (LevelFilter::TRACE, LevelFilter::DEBUG),
    };
    let filter = Targets::new()
        .with_target("muster", ours)
        .with_default(others);
    let lines = tracing_subscriber::fmt::layer()
        .with_writer(stderr)
        .with_target(ours >= Level::DEBUG)
        .without_time();
    // Only a second call could fail, and there is none.
    let _ = tracing_subscriber::registry()
        .with(filter)
        .with(lines)
        .try_init();
}
