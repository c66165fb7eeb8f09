//! Points in time as directories write them.

use chrono::{DateTime, Duration, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime};

/// Seconds from 1601, where Windows begins to count, to 1970.
const WINDOWS_EPOCH: i64 = 11_644_473_600;

/// What a directory says when it speaks of time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Moment {
    /// A point in time.
    At(DateTime<FixedOffset>),
    /// A day.
    On(NaiveDate),
    /// Active Directory's "never".
    Never,
}

/// Reads an instant: RFC 3339, a plain date (midnight UTC), LDAP's generalized
/// time, or the digits of a Windows FILETIME. Both values of Active Directory
/// for "never" become the end of the year 9999.
pub(super) fn read(text: &str) -> Option<DateTime<FixedOffset>> {
    match moment(text)? {
        Moment::At(instant) => Some(instant),
        Moment::On(date) => Some(midnight(date)),
        Moment::Never => never(),
    }
}

/// Reads what [`read`] reads, and tells a day and "never" from a point in time.
pub(crate) fn moment(text: &str) -> Option<Moment> {
    let text = text.trim();
    if text.bytes().all(|b| b.is_ascii_digit()) {
        return windows(text);
    }
    let date = || date(text).filter(|date| in_range(&midnight(*date)));
    let instant = || DateTime::parse_from_rfc3339(text).ok().filter(in_range);
    let ldap = || generalized(text).filter(in_range);
    date()
        .map(Moment::On)
        .or_else(|| instant().or_else(ldap).map(Moment::At))
}

/// A day's beginning in UTC.
pub(crate) fn midnight(date: NaiveDate) -> DateTime<FixedOffset> {
    date.and_time(NaiveTime::MIN).and_utc().fixed_offset()
}

/// Writes an instant in UTC by RFC 3339.
pub(crate) fn written(instant: DateTime<FixedOffset>) -> String {
    let utc = instant.with_timezone(&chrono::Utc);
    utc.to_rfc3339_opts(chrono::SecondsFormat::AutoSi, true)
}

/// Reads seconds since 1970.
pub(crate) fn of_seconds(seconds: i64) -> Option<DateTime<FixedOffset>> {
    DateTime::from_timestamp(seconds, 0)
        .map(|utc| utc.fixed_offset())
        .filter(in_range)
}

/// An instant, if it is one that an expression can have.
pub(crate) fn bounded(instant: DateTime<FixedOffset>) -> Option<DateTime<FixedOffset>> {
    Some(instant).filter(in_range)
}

/// CEL's timestamps lie between the years 1 and 9999.
fn in_range(instant: &DateTime<FixedOffset>) -> bool {
    let utc = instant.naive_utc();
    date_of(1, 1, 1).is_some_and(|first| utc.date() >= first)
        && date_of(9999, 12, 31).is_some_and(|last| utc.date() <= last)
}

fn date_of(year: i32, month: u32, day: u32) -> Option<NaiveDate> {
    NaiveDate::from_ymd_opt(year, month, day)
}

fn never() -> Option<DateTime<FixedOffset>> {
    let last = date_of(9999, 12, 31)?.and_hms_nano_opt(23, 59, 59, 999_999_999)?;
    Some(last.and_utc().fixed_offset())
}

/// 100-nanosecond ticks since 1601; fewer than 17 digits would lie before 1918
/// and are more likely something else.
fn windows(digits: &str) -> Option<Moment> {
    let ticks: i64 = digits.parse().ok()?;
    if ticks == 0 || ticks == i64::MAX {
        return Some(Moment::Never);
    }
    if digits.len() < 17 {
        return None;
    }
    let seconds = ticks / 10_000_000 - WINDOWS_EPOCH;
    let nanos = u32::try_from(ticks % 10_000_000).ok()? * 100;
    let instant = DateTime::from_timestamp(seconds, nanos).map(|utc| utc.fixed_offset());
    // So far away that nobody will see it.
    let instant = instant.filter(in_range);
    Some(instant.map_or(Moment::Never, Moment::At))
}

fn date(text: &str) -> Option<NaiveDate> {
    let bytes = text.as_bytes();
    let shaped = bytes.len() == 10 && bytes.get(4) == Some(&b'-') && bytes.get(7) == Some(&b'-');
    if !shaped {
        return None;
    }
    text.parse().ok()
}

/// RFC 4517, 3.3.13: `20261123080000Z`, minutes and seconds optional, a
/// fraction of the last unit, `Z` or an offset.
fn generalized(text: &str) -> Option<DateTime<FixedOffset>> {
    let digits = text.bytes().take_while(u8::is_ascii_digit).count();
    let (figures, rest) = text.split_at_checked(digits)?;
    let part = |from: usize, to: usize| figures.get(from..to)?.parse::<u32>().ok();
    let (minute, second, unit) = match digits {
        10 => (0, 0, 3600),
        12 => (part(10, 12)?, 0, 60),
        14 => (part(10, 12)?, part(12, 14)?, 1),
        _ => return None,
    };
    let (fraction, zone) = fraction(rest, unit)?;
    let year = i32::try_from(part(0, 4)?).ok()?;
    let date = date_of(year, part(4, 6)?, part(6, 8)?)?;
    // A leap second is the first one of the next minute.
    let time = NaiveTime::from_hms_opt(part(8, 10)?, minute, second.min(59))?;
    let leap = Duration::seconds(i64::from(second.min(60).saturating_sub(59)));
    let local = NaiveDateTime::new(date, time) + leap + fraction;
    let utc = local.checked_sub_offset(offset(zone)?)?;
    (second <= 60).then(|| utc.and_utc().fixed_offset())
}

/// Splits `.25Z` into a part of the unit and the zone.
fn fraction(rest: &str, unit: i64) -> Option<(Duration, &str)> {
    let Some(tail) = rest.strip_prefix(['.', ',']) else {
        return Some((Duration::zero(), rest));
    };
    let digits = tail.bytes().take_while(u8::is_ascii_digit).count();
    let (figures, zone) = tail.split_at_checked(digits)?;
    let figures = figures.get(..figures.len().min(9))?;
    let scale = 10_i64.checked_pow(u32::try_from(figures.len()).ok()?)?;
    let share: i64 = figures.parse().ok()?;
    Some((
        Duration::nanoseconds(share * (1_000_000_000 / scale) * unit),
        zone,
    ))
}

fn offset(zone: &str) -> Option<FixedOffset> {
    if zone == "Z" {
        return FixedOffset::east_opt(0);
    }
    let (sign, figures) = match zone.split_at_checked(1)? {
        ("+", figures) => (1, figures),
        ("-", figures) => (-1, figures),
        _ => return None,
    };
    let part = |from: usize, to: usize| figures.get(from..to)?.parse::<i32>().ok();
    let minutes = match figures.len() {
        2 => part(0, 2)? * 60,
        4 => part(0, 2)? * 60 + part(2, 4)?,
        _ => return None,
    };
    FixedOffset::east_opt(sign * minutes * 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_directories_write_is_read() {
        for (text, means) in [
            ("2026-11-23T08:00:00Z", "2026-11-23T08:00:00+00:00"),
            (
                "2026-11-23T08:00:00.5+02:00",
                "2026-11-23T08:00:00.500+02:00",
            ),
            ("2026-11-23", "2026-11-23T00:00:00+00:00"),
            ("20261123080000Z", "2026-11-23T08:00:00+00:00"),
            ("20261123080000.0Z", "2026-11-23T08:00:00+00:00"),
            ("20261123080000.25Z", "2026-11-23T08:00:00.250+00:00"),
            ("202611230830Z", "2026-11-23T08:30:00+00:00"),
            ("2026112308.5Z", "2026-11-23T08:30:00+00:00"),
            ("20261123100000+0200", "2026-11-23T08:00:00+00:00"),
            ("20261123100000-02", "2026-11-23T12:00:00+00:00"),
            ("20161231235960Z", "2017-01-01T00:00:00+00:00"),
            ("000001010000Z", ""),
            ("134398656000000000", "2026-11-23T00:00:00+00:00"),
            ("0", "9999-12-31T23:59:59.999999999+00:00"),
            ("9223372036854775807", "9999-12-31T23:59:59.999999999+00:00"),
            ("9223372036854775806", "9999-12-31T23:59:59.999999999+00:00"),
            ("", ""),
            ("20261123", ""),
            ("20261123080000", ""),
            ("20261323080000Z", ""),
            ("20261123080000", ""),
            ("20261123080000X", ""),
            ("20261123080061Z", ""),
            ("2026-11-23T08:00:00", ""),
            ("tomorrow", ""),
            ("12345", ""),
            ("20261123080000+2400", ""),
            ("20261123080000.Z", ""),
            ("é", ""),
        ] {
            let found = read(text)
                .map(|instant| instant.to_rfc3339())
                .unwrap_or_default();
            assert_eq!(found, means, "{text}");
        }
    }

    #[test]
    fn seconds_are_bounded() {
        assert_eq!(
            of_seconds(0).map(|i| i.to_rfc3339()).as_deref(),
            Some("1970-01-01T00:00:00+00:00")
        );
        assert_eq!(of_seconds(i64::MAX), None);
        assert_eq!(of_seconds(-70_000_000_000), None);
    }
}
