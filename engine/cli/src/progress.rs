//! Progress on long work: on a terminal, on standard error, and nowhere else.

use crate::session::Session;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};
use muster_sync::Progress;
use std::fmt::Write;

/// Draws how many people were read, how fast, and for how long.
#[derive(Debug)]
pub struct Reading {
    bar: ProgressBar,
}

impl Reading {
    /// Begins to draw, if there is somebody to look.
    pub fn begin(directory: &str, session: &Session) -> Self {
        let target = if session.may_draw() {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        };
        let bar = ProgressBar::with_draw_target(None, target);
        let template = "{spinner} {prefix}: {human_pos} people read, {rate}, {elapsed}";
        // The template is ours; if it were wrong, the plain bar would do.
        if let Ok(style) = ProgressStyle::with_template(template) {
            bar.set_style(style.with_key("rate", rate));
        }
        bar.set_prefix(crate::render::text::safe(directory));
        Self { bar }
    }
}

fn rate(state: &ProgressState, out: &mut dyn Write) {
    // What cannot be drawn is not missed.
    let _ = write!(out, "{:.0}/s", state.per_sec());
}

impl Progress for Reading {
    fn entries(&self, total: u64) {
        self.bar.set_position(total);
    }
}

impl Drop for Reading {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}
