//! Logs a hundred thousand long lines, with escape sequences in them.
use muster_hostile::{end, people};
use muster_sdk::host;

muster_hostile::hostile!("floods-the-log", |request, _| {
    let line = format!("\x1b[2J{}", "spam ".repeat(2000));
    for _ in 0..100_000 {
        host::warn(&line);
    }
    end(people(request, 0..3))
});
