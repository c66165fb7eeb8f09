//! Instants as directories write them, in milliseconds since 1970 (UTC).

/// Milliseconds since 1970 (UTC); negative before.
pub type Millis = i64;

const DAY: i64 = 86_400_000;

/// Between 1601, where Windows begins to count, and 1970.
const SINCE_1601: i64 = 11_644_473_600_000;

/// Reads a Windows FILETIME: steps of 100 ns since 1601.
pub fn filetime(text: &[u8]) -> Option<i64> {
    integer(text)
}

/// Turns a FILETIME into an instant.
pub fn of_filetime(ticks: i64) -> Millis {
    ticks.div_euclid(10_000) - SINCE_1601
}

/// Turns an instant into a FILETIME.
pub fn to_filetime(instant: Millis) -> i64 {
    instant.saturating_add(SINCE_1601).saturating_mul(10_000)
}

/// Writes a generalized time: `20260112094107Z`.
pub fn to_generalized(instant: Millis) -> String {
    let (days, rest) = (instant.div_euclid(DAY), instant.rem_euclid(DAY) / 1000);
    // Years begin in March here, so that the leap day is a year's last.
    let shifted = days + 719_468;
    let (era, day) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year = (day - day / 1460 + day / 36_524 - day / 146_096) / 365;
    let day = day - (365 * year + year / 4 - year / 100);
    let month = (5 * day + 2) / 153;
    let (day, month) = (day - (153 * month + 2) / 5 + 1, (month + 2) % 12 + 1);
    let year = year + era * 400 + i64::from(month <= 2);
    let (hour, minute, second) = (rest / 3600, rest / 60 % 60, rest % 60);
    format!("{year:04}{month:02}{day:02}{hour:02}{minute:02}{second:02}Z")
}

/// The day of an instant, as `shadowExpire` counts.
pub fn to_day(instant: Millis) -> i64 {
    instant.div_euclid(DAY)
}

/// Reads days since 1970, as `shadowExpire` counts.
pub fn days(text: &[u8]) -> Option<Millis> {
    integer(text)?.checked_mul(DAY)
}

/// Reads a whole number.
pub fn integer(text: &[u8]) -> Option<i64> {
    std::str::from_utf8(text).ok()?.trim().parse().ok()
}

/// Reads a generalized time (RFC 4517 3.3.13): `20260112094107Z`,
/// `20260112094107.0Z`, `202601120941+0100`.
pub fn generalized(text: &[u8]) -> Option<Millis> {
    let text = std::str::from_utf8(text).ok()?;
    let end = text.find(|char: char| !char.is_ascii_digit())?;
    let (digits, rest) = text.split_at_checked(end)?;
    let part = |from: usize, to: usize| digits.get(from..to)?.parse::<i64>().ok();
    let date = midnight(part(0, 4)?, part(4, 6)?, part(6, 8)?)?;
    let (unit, clock) = match digits.len() {
        10 => (3_600_000, part(8, 10)? * 3_600_000),
        12 => (60_000, part(8, 10)? * 3_600_000 + part(10, 12)? * 60_000),
        14 => (
            1000,
            part(8, 10)? * 3_600_000 + part(10, 12)? * 60_000 + part(12, 14)? * 1000,
        ),
        _ => return None,
    };
    let (fraction, zone) = fraction(rest, unit)?;
    Some(date + clock + fraction - offset(zone)?)
}

/// Reads `.5` or `,5` of a unit, and returns what follows.
fn fraction(text: &str, unit: i64) -> Option<(i64, &str)> {
    let Some(digits) = text.strip_prefix(['.', ',']) else {
        return Some((0, text));
    };
    let end = digits.find(|char: char| !char.is_ascii_digit())?;
    let (digits, rest) = digits.split_at_checked(end)?;
    let digits = digits.get(..digits.len().min(9))?;
    let scale = 10_i64.checked_pow(u32::try_from(digits.len()).ok()?)?;
    Some((digits.parse::<i64>().ok()? * unit / scale, rest))
}

/// Reads `Z`, `+hh`, `-hhmm` as milliseconds east of Greenwich.
fn offset(zone: &str) -> Option<i64> {
    let (sign, digits) = match zone.split_at_checked(1)? {
        ("Z", "") => return Some(0),
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => return None,
    };
    let part = |from: usize, to: usize| digits.get(from..to)?.parse::<i64>().ok();
    let minutes = match digits.len() {
        2 => 0,
        4 => part(2, 4)?,
        _ => return None,
    };
    Some(sign * (part(0, 2)? * 60 + minutes) * 60_000)
}

/// Midnight of a day of the Gregorian calendar, by counting days from March on:
/// leap days then come last.
fn midnight(year: i64, month: i64, day: i64) -> Option<Millis> {
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) {
        return None;
    }
    let year = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    let days = era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468;
    Some(days * DAY)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn windows_counts_from_1601() {
        // 2026-03-31T22:00:00Z
        assert_eq!(
            filetime(b"134194680000000000").map(of_filetime),
            Some(1_774_994_400_000)
        );
        assert_eq!(of_filetime(0), -SINCE_1601);
        assert_eq!(filetime(b""), None);
        assert!(of_filetime(i64::MAX) > 0);
    }

    #[test]
    fn instants_are_written_as_they_are_read() {
        for instant in [
            0,
            951_782_400_000,
            1_774_994_400_000,
            4_107_542_399_000,
            -62_135_596_800_000,
        ] {
            let text = to_generalized(instant);
            assert_eq!(generalized(text.as_bytes()), Some(instant), "{text}");
            assert_eq!(of_filetime(to_filetime(instant)), instant);
        }
        assert_eq!(to_generalized(951_782_399_999), "20000228235959Z");
        assert_eq!((to_day(-1), to_day(DAY)), (-1, 1));
    }

    #[test]
    fn generalized_times_are_read() {
        assert_eq!(generalized(b"19700101000000Z"), Some(0));
        assert_eq!(generalized(b"20260331220000Z"), Some(1_774_994_400_000));
        assert_eq!(generalized(b"20260331220000.0Z"), Some(1_774_994_400_000));
        assert_eq!(generalized(b"20260331220000,25Z"), Some(1_774_994_400_250));
        assert_eq!(generalized(b"202604010000+0200"), Some(1_774_994_400_000));
        assert_eq!(generalized(b"2026033117-05"), Some(1_774_994_400_000));
        assert_eq!(generalized(b"20000229000000Z"), Some(951_782_400_000));
        // The password policy's sign for a lock without end.
        assert_eq!(generalized(b"000001010000Z"), Some(-62_167_219_200_000));
    }

    #[test]
    fn nonsense_is_no_time() {
        for text in [
            "",
            "Z",
            "2026",
            "20261301000000Z",
            "20260100000000Z",
            "20260331220000",
            "2026033122000Z",
            "20260331220000+1",
        ] {
            assert_eq!(generalized(text.as_bytes()), None, "{text}");
        }
    }

    #[test]
    fn days_are_counted_from_1970() {
        assert_eq!(days(b"20543"), Some(1_774_915_200_000));
        assert_eq!(days(b"-1"), Some(-86_400_000));
        assert_eq!(days(b"x"), None);
    }
}
