//! How far this machine's clock is from Google's: tokens are refused for it.

/// Seconds by which clocks may differ before it is worth a word.
const NOTABLE: i64 = 60;

/// Compares the instant of this run with a `Date` header. Says something if
/// they are too far apart.
pub fn skew(date: &str, now_ms: u64) -> Option<String> {
    let theirs = seconds(date)?;
    let ours = i64::try_from(now_ms / 1000).ok()?;
    let apart = ours - theirs;
    (apart.abs() > NOTABLE).then(|| match apart > 0 {
        true => format!("this machine's clock is {apart} seconds ahead of Google's"),
        false => format!("this machine's clock is {} seconds behind Google's", -apart),
    })
}

/// Seconds since 1970 of `Mon, 23 Nov 2026 07:30:00 GMT`.
fn seconds(date: &str) -> Option<i64> {
    let mut words = date.split_once(", ")?.1.split(' ');
    let day: i64 = words.next()?.parse().ok()?;
    let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let name = words.next()?;
    let month = months.iter().position(|month| *month == name)? as i64 + 1;
    let year: i64 = words.next()?.parse().ok()?;
    let mut time = words.next()?.split(':').map(str::parse::<i64>);
    let mut part = || time.next()?.ok();
    let (hours, minutes, seconds) = (part()?, part()?, part()?);
    Some(days(year, month, day) * 86_400 + hours * 3600 + minutes * 60 + seconds)
}

/// Days since 1970 of a Gregorian date: years begin in March, so that the leap
/// day is the last.
fn days(year: i64, month: i64, day: i64) -> i64 {
    let year = if month > 2 { year } else { year - 1 };
    let month = (month + 9) % 12;
    let of_years = 365 * year + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400);
    of_years + (153 * month + 2) / 5 + day - 1 - 719_468
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    #[test]
    fn dates_are_read() {
        assert_eq!(seconds("Thu, 01 Jan 1970 00:00:00 GMT"), Some(0));
        assert_eq!(seconds("Tue, 29 Feb 2000 12:00:01 GMT"), Some(951_825_601));
        assert_eq!(
            seconds("Mon, 23 Nov 2026 07:30:00 GMT"),
            Some(1_795_419_000)
        );
        assert_eq!(seconds("yesterday"), None);
    }

    #[test]
    fn a_clock_that_is_off_is_named() {
        let date = "Mon, 23 Nov 2026 07:30:00 GMT";
        assert_eq!(skew(date, 1_795_419_030_000), None);
        assert!(
            skew(date, 1_795_419_300_000)
                .unwrap()
                .contains("300 seconds ahead")
        );
        assert!(
            skew(date, 1_795_415_400_000)
                .unwrap()
                .contains("3600 seconds behind")
        );
    }
}
