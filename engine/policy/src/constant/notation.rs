//! How a time is written: `%d.%m.%Y`.

use super::Unusable;
use crate::expression::instant;
use chrono::format::{Item, Parsed, StrftimeItems};
use chrono::{DateTime, Duration, FixedOffset, NaiveDateTime, NaiveTime, TimeZone};
use chrono_tz::Tz;
use std::fmt::Write;

/// A compiled notation of a time: `%d.%m.%Y`.
#[derive(Clone, Debug)]
pub(crate) struct Notation {
    text: String,
    items: Vec<Item<'static>>,
}

/// An instant that has every part: it shows whether a notation can be read back.
const SAMPLE: &str = "2026-11-23T08:09:10Z";

impl Notation {
    /// As it was written.
    pub(crate) fn as_str(&self) -> &str {
        &self.text
    }

    /// Compiles a notation that is written in.
    pub(crate) fn writing(text: &str) -> Result<Self, Unusable> {
        let help = "For example `%d.%m.%Y %H:%M`: day, month, year, hour and minute.";
        let unusable = |why| Unusable {
            why,
            help: help.to_owned(),
        };
        if let Some(unknown) = unknown_sign(text) {
            let unknown = unknown.escape_debug();
            return Err(unusable(format!("There is no `{unknown}` in a format")));
        }
        let items = StrftimeItems::new(text).parse_to_owned();
        let items = items.map_err(|_| unusable("The format cannot be read".to_owned()))?;
        Ok(Self {
            text: text.to_owned(),
            items,
        })
    }

    /// Compiles a notation that is read: it must say which day.
    pub(crate) fn reading(text: &str) -> Result<Self, Unusable> {
        let notation = Self::writing(text)?;
        let sample = DateTime::parse_from_rfc3339(SAMPLE).unwrap_or_default();
        let read = notation
            .write(sample, None)
            .and_then(|text| notation.read(&text, None));
        match read {
            Some(_) => Ok(notation),
            None => Err(Unusable {
                why: "By this format no day can be told".to_owned(),
                help: "It needs day, month and year: `%d.%m.%Y`.".to_owned(),
            }),
        }
    }

    /// Reads a time; without a time of day it is midnight, and without an
    /// offset the time of the zone, or UTC.
    pub(crate) fn read(&self, text: &str, zone: Option<Tz>) -> Option<DateTime<FixedOffset>> {
        let mut parsed = Parsed::new();
        chrono::format::parse(&mut parsed, text.trim(), self.items.iter()).ok()?;
        if parsed.timestamp().is_some() {
            let utc = parsed.to_naive_datetime_with_offset(0).ok()?;
            return instant::bounded(utc.and_utc().fixed_offset());
        }
        let date = parsed.to_naive_date().ok()?;
        let told = parsed.hour_mod_12().is_some() || parsed.minute().is_some();
        let time = match told {
            true => {
                if parsed.minute().is_none() {
                    parsed.set_minute(0).ok()?;
                }
                parsed.to_naive_time().ok()?
            }
            false => NaiveTime::MIN,
        };
        let local = date.and_time(time);
        let found = match (parsed.offset(), zone) {
            (Some(_), _) => local
                .and_local_timezone(parsed.to_fixed_offset().ok()?)
                .single()?,
            (None, Some(zone)) => earliest(local, zone)?,
            (None, None) => local.and_utc().fixed_offset(),
        };
        instant::bounded(found)
    }

    /// Writes a time with the offset that it has.
    pub(crate) fn write_as_read(&self, instant: DateTime<FixedOffset>) -> Option<String> {
        let mut text = String::new();
        let written = instant.format_with_items(self.items.iter());
        write!(text, "{written}").ok()?;
        Some(text)
    }

    /// Writes a time as the clocks of a zone show it, or those of UTC.
    pub(crate) fn write(&self, instant: DateTime<FixedOffset>, zone: Option<Tz>) -> Option<String> {
        let mut text = String::new();
        let items = self.items.iter();
        match zone {
            None => write!(text, "{}", instant.to_utc().format_with_items(items)),
            Some(zone) => write!(
                text,
                "{}",
                instant.with_timezone(&zone).format_with_items(items)
            ),
        }
        .ok()?;
        Some(text)
    }
}

/// The first sign of a format that means nothing.
fn unknown_sign(text: &str) -> Option<&str> {
    let mut rest = text;
    while let Some(at) = rest.find('%') {
        rest = rest.get(at..)?;
        // The longest are such as `%:::z` and `%.3f`.
        let ends = rest
            .char_indices()
            .map(|(at, letter)| at + letter.len_utf8());
        let sign = ends
            .take(6)
            .filter_map(|end| rest.get(..end))
            .find(|sign| sign.len() > 1 && StrftimeItems::new(sign).parse().is_ok());
        match sign {
            Some(sign) => rest = rest.get(sign.len()..)?,
            None => {
                let end = rest.char_indices().nth(2).map_or(rest.len(), |(at, _)| at);
                return rest.get(..end);
            }
        }
    }
    None
}

/// The first instant at which clocks of a zone show a time, or the first after
/// it: where clocks are put forward, some times never come.
pub(crate) fn earliest(local: NaiveDateTime, zone: Tz) -> Option<DateTime<FixedOffset>> {
    (0..=12)
        .filter_map(|quarters| local.checked_add_signed(Duration::minutes(15 * quarters)))
        .find_map(|local| zone.from_local_datetime(&local).earliest())
        .map(|found| found.fixed_offset())
}
