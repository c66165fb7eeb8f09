//! Progress on long work: on a terminal, on standard error, and nowhere else.

use crate::session::Session;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressState, ProgressStyle};
use muster_sync::Progress;
use std::fmt::Write;

/// Draws how many people were read, how fast, and how long it may still take.
#[derive(Debug)]
pub struct Reading {
    bar: ProgressBar,
}

impl Reading {
    /// Begins to draw, if there is somebody to look. So many people are
    /// expected as there were at the last run; 0 if that is not known.
    pub fn begin(directory: &str, expected: u64, session: &Session) -> Self {
        let target = if session.may_draw() {
            ProgressDrawTarget::stderr()
        } else {
            ProgressDrawTarget::hidden()
        };
        let bar = ProgressBar::with_draw_target(None, target);
        let template = "{spinner} {prefix}: {human_pos} people read, {rate}, {elapsed}{left}";
        // The template is ours; if it were wrong, the plain bar would do.
        if let Ok(style) = ProgressStyle::with_template(template) {
            let left = move |state: &ProgressState, out: &mut dyn Write| {
                let left = left(state.pos(), expected, state.per_sec());
                // What cannot be drawn is not missed.
                let _ = out.write_str(&left.unwrap_or_default());
            };
            bar.set_style(style.with_key("rate", rate).with_key("left", left));
        }
        bar.set_prefix(crate::render::text::safe(directory));
        Self { bar }
    }
}

fn rate(state: &ProgressState, out: &mut dyn Write) {
    // What cannot be drawn is not missed.
    let _ = write!(out, "{:.0}/s", state.per_sec());
}

/// The time that is left, as far as the last run's people and the speed so far
/// can tell: `, about 2 min left of 120000`.
fn left(read: u64, expected: u64, per_second: f64) -> Option<String> {
    let rest = expected.checked_sub(read).filter(|rest| *rest > 0)?;
    let seconds = (rest as f64 / per_second).ceil();
    if read == 0 || !seconds.is_finite() {
        return None;
    }
    let time = if seconds < 100.0 {
        format!("{seconds:.0} s")
    } else {
        format!("{:.0} min", (seconds / 60.0).ceil())
    };
    Some(format!(", about {time} left of {expected}"))
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

#[cfg(test)]
mod tests {
    use super::left;

    #[test]
    fn the_time_left_is_told_as_far_as_it_is_known() {
        let told = |read, expected, speed| left(read, expected, speed);
        assert_eq!(told(0, 100_000, 0.0), None, "nothing was read yet");
        assert_eq!(told(10, 0, 5.0), None, "nobody knows how many there are");
        assert_eq!(told(120, 100, 5.0), None, "there are more than before");
        assert_eq!(
            told(1_000, 11_000, 500.0).as_deref(),
            Some(", about 20 s left of 11000")
        );
        assert_eq!(
            told(1_000, 121_000, 500.0).as_deref(),
            Some(", about 4 min left of 121000")
        );
    }
}
