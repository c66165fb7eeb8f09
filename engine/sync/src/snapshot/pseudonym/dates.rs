//! Instants under other instants: past stays past, future stays future, and near
//! stays near, so that rules about time decide as before on the day of the read.

use super::permute::number;
use jiff::civil::{Date, DateTime};
use jiff::{Timestamp, ToSpan, tz::TimeZone};

/// Days from now at which another distance begins.
const DISTANCES: [i64; 8] = [0, 1, 7, 30, 90, 365, 3_650, 36_500];

/// Ticks of 100 ns between 1601 and 1970, and of one day: FILETIME.
const TICKS_TO_1970: i64 = 116_444_736_000_000_000;
const TICKS_A_DAY: i64 = 864_000_000_000;

/// Reads an instant in one of the forms in which directories write one, and writes
/// another one in the same form. None if it is no instant, or stands for `never`.
pub(super) fn other(text: &str, now: Timestamp, key: &[u8; 32]) -> Option<String> {
    let form = Form::of(text)?;
    let today = now.to_zoned(TimeZone::UTC).date();
    let date = form.date()?;
    if !(1602..=8999).contains(&date.year()) {
        return None;
    }
    Some(form.with(text, moved(date, today, key)?))
}

#[derive(Clone, Copy)]
enum Form {
    /// `2026-11-23`, whatever stands behind it.
    Iso(Date),
    /// `20261123080000Z`.
    Generalized(Date),
    /// `133500000000000000`.
    FileTime(Date),
}

impl Form {
    fn of(text: &str) -> Option<Self> {
        let digits = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
        if digits(text) && text.len() == 18 {
            let days = (text.parse::<i64>().ok()? - TICKS_TO_1970).div_euclid(TICKS_A_DAY);
            let date = Date::new(1970, 1, 1).ok()?.checked_add(days.days()).ok()?;
            return Some(Self::FileTime(date));
        }
        if let Some(stamp) = text.strip_suffix('Z').and_then(|text| text.get(..14))
            && digits(stamp)
        {
            let date = DateTime::strptime("%Y%m%d%H%M%S", stamp).ok()?.date();
            return Some(Self::Generalized(date));
        }
        let date: Date = text.get(..10)?.parse().ok()?;
        let rest = text.get(10..)?;
        let is_time = rest.starts_with(['T', ' '])
            && rest
                .chars()
                .skip(1)
                .all(|c| c.is_ascii_digit() || ":.+-Z".contains(c));
        (rest.is_empty() || is_time).then_some(Self::Iso(date))
    }

    fn date(self) -> Option<Date> {
        match self {
            Self::Iso(date) | Self::Generalized(date) | Self::FileTime(date) => Some(date),
        }
    }

    /// The time of day becomes midnight, or noon where hours decide nothing.
    fn with(self, text: &str, date: Date) -> String {
        let (year, month, day) = (date.year(), date.month(), date.day());
        match self {
            Self::Iso(_) => {
                let rest = text.get(10..).unwrap_or_default();
                let (time, zone) = match rest.rfind(['Z', '+', '-']) {
                    Some(at) => rest.split_at(at),
                    None => (rest, ""),
                };
                let time: String = time
                    .chars()
                    .map(|c| if c.is_ascii_digit() { '0' } else { c })
                    .collect();
                format!("{year:04}-{month:02}-{day:02}{time}{zone}")
            }
            Self::Generalized(_) => {
                let rest = text.get(14..).unwrap_or("Z");
                format!(
                    "{year:04}{month:02}{day:02}000000{}",
                    rest.replace(|c: char| c.is_ascii_digit(), "0")
                )
            }
            Self::FileTime(_) => {
                let epoch = Date::new(1970, 1, 1).ok();
                let days = epoch.and_then(|epoch| date.since(epoch).ok());
                let days = days.map_or(0, |span| i64::from(span.get_days()));
                (TICKS_TO_1970 + days * TICKS_A_DAY).to_string()
            }
        }
    }
}

/// Another day at about the same distance from today; today itself stays.
fn moved(date: Date, today: Date, key: &[u8; 32]) -> Option<Date> {
    let days = i64::from(date.since(today).ok()?.get_days());
    let distance = days.abs();
    let at = DISTANCES.iter().rposition(|start| *start <= distance)?;
    let first = DISTANCES.get(at).copied()?;
    let last = DISTANCES.get(at + 1).copied().unwrap_or(first + 1);
    let mut hasher = blake3::Hasher::new_keyed(key);
    hasher.update(b"day");
    hasher.update(date.to_string().as_bytes());
    let range = (last - first).max(1) as u64;
    let mut other = first + (number(&hasher.finalize()) % range) as i64;
    if other == distance && range > 1 {
        other = first + (other - first + 1) % range as i64;
    }
    today.checked_add((other * days.signum()).days()).ok()
}
