//! Times as Okta has them: dates in headers, ISO 8601 in bodies.

/// Reads `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110) as seconds since 1970.
pub fn of_header(text: &str) -> Option<u64> {
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let mut parts = text.split_once(", ")?.1.split(' ');
    let day: u64 = parts.next()?.parse().ok()?;
    let name = parts.next()?;
    let month = MONTHS.iter().position(|month| *month == name)? as u64 + 1;
    let year: u64 = parts.next()?.parse().ok()?;
    let mut clock = parts
        .next()?
        .split(':')
        .map(|part| part.parse::<u64>().ok());
    let (hours, minutes, seconds) = (clock.next()??, clock.next()??, clock.next()??);
    let is_date = (1970..=9999).contains(&year) && (1..=31).contains(&day);
    is_date.then(|| (days(year, month, day) * 24 + hours) * 3600 + minutes * 60 + seconds)
}

/// Writes seconds since 1970 as `2026-01-12T09:41:07.000Z`.
pub fn iso(seconds: u64) -> String {
    let (day, second) = (seconds / 86_400, seconds % 86_400);
    let mut year = 1970 + day / 366;
    while days(year + 1, 1, 1) <= day {
        year += 1;
    }
    let mut month = 1;
    while month < 12 && days(year, month + 1, 1) <= day {
        month += 1;
    }
    let date = day - days(year, month, 1) + 1;
    let (hours, minutes, seconds) = (second / 3600, second / 60 % 60, second % 60);
    format!("{year:04}-{month:02}-{date:02}T{hours:02}:{minutes:02}:{seconds:02}.000Z")
}

/// Days from 1970-01-01.
fn days(year: u64, month: u64, day: u64) -> u64 {
    // The year begins in March, so that a leap day is its last.
    let (year, month) = match month {
        1 | 2 => (year - 1, month + 9),
        _ => (year, month - 3),
    };
    let leaps = year / 4 - year / 100 + year / 400;
    year * 365 + leaps + (153 * month + 2) / 5 + day - 1 - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn headers_and_bodies_tell_the_same_times() {
        for (header, body) in [
            ("Thu, 01 Jan 1970 00:00:00 GMT", "1970-01-01T00:00:00.000Z"),
            ("Thu, 29 Feb 2024 23:59:59 GMT", "2024-02-29T23:59:59.000Z"),
            ("Tue, 31 Dec 2030 12:00:01 GMT", "2030-12-31T12:00:01.000Z"),
            ("Mon, 23 Nov 2026 08:09:10 GMT", "2026-11-23T08:09:10.000Z"),
        ] {
            assert_eq!(of_header(header).map(iso).as_deref(), Some(body));
        }
        for wrong in ["", "yesterday", "Sun, 06 Xxx 1994 08:49:37 GMT"] {
            assert_eq!(of_header(wrong), None);
        }
    }
}
