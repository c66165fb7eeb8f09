//! Dates and points in time, in the notations of directories and services.

use crate::expression::instant::{self, Moment};
use crate::transform::Odd;
use chrono::{Datelike, NaiveDate};

/// Reads a date, which is written `2026-11-23`, or a point in time, which is
/// written by RFC 3339 in UTC. `None` is never.
pub(super) fn read(text: &str) -> Result<Option<String>, Odd> {
    match moment(text) {
        Some(Moment::On(day)) => Ok(Some(day.to_string())),
        Some(Moment::At(instant)) => Ok(Some(instant::written(instant))),
        Some(Moment::Never) => Ok(None),
        None => Err("is no date and no point in time".to_owned()),
    }
}

/// What `timestamp()` takes, and of bare digits those that can mean one thing
/// only: `20261123`, and seconds or milliseconds since 1970.
pub(crate) fn moment(text: &str) -> Option<Moment> {
    let text = text.trim();
    let is_digits = text.bytes().all(|byte| byte.is_ascii_digit());
    match (is_digits, text.len()) {
        (true, 8) => compact(text).map(Moment::On),
        (true, 10) => seconds(text),
        (true, 13) => of_seconds(text.get(..10)?, text.get(10..)?),
        _ => instant::moment(text),
    }
}

/// `20261123`: as seconds it would lie in the year 1970.
fn compact(digits: &str) -> Option<NaiveDate> {
    let part = |from: usize, to: usize| digits.get(from..to)?.parse::<u32>().ok();
    let year = i32::try_from(part(0, 4)?).ok()?;
    let date = NaiveDate::from_ymd_opt(year, part(4, 6)?, part(6, 8)?)?;
    (1800..3000).contains(&date.year()).then_some(date)
}

/// Ten digits are seconds since 1970, from the year 2001 on; unless they can be
/// read as year, month, day and hour just as well.
fn seconds(digits: &str) -> Option<Moment> {
    let hour: u32 = digits.get(8..)?.parse().ok()?;
    let is_hour_of_day = compact(digits.get(..8)?).is_some() && hour < 24;
    if is_hour_of_day {
        return None;
    }
    of_seconds(digits, "000")
}

fn of_seconds(seconds: &str, millis: &str) -> Option<Moment> {
    let (seconds, millis): (i64, i64) = (seconds.parse().ok()?, millis.parse().ok()?);
    if seconds < 1_000_000_000 {
        return None;
    }
    let instant = instant::of_seconds(seconds)? + chrono::Duration::milliseconds(millis);
    Some(Moment::At(instant))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn notations_of_directories_become_one() {
        for (text, means) in [
            ("2026-11-23", Some("2026-11-23")),
            ("20261123", Some("2026-11-23")),
            ("2026-11-23T08:00:00Z", Some("2026-11-23T08:00:00Z")),
            ("2026-11-23t10:00:00+02:00", Some("2026-11-23T08:00:00Z")),
            ("2026-11-23T08:00:00.25Z", Some("2026-11-23T08:00:00.250Z")),
            ("20261123080000.0Z", Some("2026-11-23T08:00:00Z")),
            ("202611230830+0100", Some("2026-11-23T07:30:00Z")),
            ("134398656000000000", Some("2026-11-23T00:00:00Z")),
            ("1795420800", Some("2026-11-23T08:00:00Z")),
            ("1795420800250", Some("2026-11-23T08:00:00.250Z")),
            ("99991231235959Z", Some("9999-12-31T23:59:59Z")),
            ("0", None),
            ("9223372036854775807", None),
        ] {
            assert_eq!(read(text), Ok(means.map(str::to_owned)), "{text}");
        }
    }

    #[test]
    fn what_can_mean_two_things_is_not_guessed() {
        for text in [
            "23.11.2026",
            "11/23/2026",
            "2026112308",
            "20261123080000",
            "0123456789",
            "12345",
            "20261323",
            "99999999",
            "2026-11-23T08:00:00",
            "tomorrow",
        ] {
            assert!(read(text).is_err(), "{text}");
        }
    }
}
