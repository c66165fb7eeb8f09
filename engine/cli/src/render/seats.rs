//! Seats, and who will be blocked before long.

use super::Palette;
use super::change::place;
use super::plan_text::Folding;
use super::text::{count, pad, safe};
use muster_model::{Forecast, Licences, Upcoming};

/// Usernames and reasons up to these lengths line up.
const USERNAME_WIDTH: usize = 20;
const DAY_WIDTH: usize = 10;

/// One line about the seats, and one about what is to be expected.
pub fn licences(seats: &Licences, palette: Palette) -> String {
    let Licences {
        limit,
        now,
        after,
        left,
        waiting,
        forecast,
    } = seats;
    let left = match after.checked_sub(*limit) {
        Some(over) if over > 0 => palette.alarm(format!("{over} too many")),
        _ => format!("{left} left"),
    };
    let waiting = match waiting {
        0 => String::new(),
        _ => format!(", {waiting} without a seat"),
    };
    let forecast = forecast.as_ref().map(expected).unwrap_or_default();
    format!("  licences: {now} → {after} of {limit}, {left}{waiting}\n{forecast}")
}

/// Nothing, if nothing is to be expected.
fn expected(forecast: &Forecast) -> String {
    let Forecast {
        pending,
        freed,
        freed_from,
        over,
    } = forecast;
    let mut parts = Vec::new();
    if *pending > 0 {
        let accounts = count(*pending, "account is", "accounts are");
        parts.push(format!("{accounts} still to come"));
    }
    if *freed > 0 {
        let seats = count(*freed, "seat", "seats");
        let from = freed_from.as_deref().unwrap_or_default();
        parts.push(format!("{seats} will be free from {}", safe(from)));
    }
    if parts.is_empty() {
        return String::new();
    }
    parts.push(match over {
        0 => "enough for all".to_owned(),
        _ => format!("{} too few", count(*over, "seat", "seats")),
    });
    format!("  expected: {}\n", parts.join(", "))
}

/// Appends who will be blocked, by day; nothing if it is nobody.
pub fn upcoming(out: &mut String, upcoming: &[Upcoming], folding: Folding, palette: Palette) {
    if upcoming.is_empty() {
        return;
    }
    let people = count(upcoming.len() as u64, "block", "blocks");
    out.push_str(&format!(
        "\n{} in the days to come, unless something changes\n",
        palette.strong(people)
    ));
    for one in upcoming.iter().take(folding.shown(upcoming.len())) {
        let day = one.on.as_deref().unwrap_or("?");
        out.push_str(&format!(
            "  {}  {}  {}: {}{}\n",
            pad(&safe(day), DAY_WIDTH),
            pad(&safe(one.username.as_str()), USERNAME_WIDTH),
            palette.bad(safe(&one.reason)),
            safe(&one.text),
            place(one.policy.as_ref(), palette),
        ));
    }
    if let Some(rest) = folding.rest(upcoming.len()) {
        out.push_str(&format!("  {}\n", palette.faint(rest)));
    }
}
