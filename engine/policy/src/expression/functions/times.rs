//! What functions do with points in time.

use super::constant::{Constant, Unusable};
use super::env::{Arguments, Outcome, failed, misfit};
use super::texts::{as_text, is_null, limited, null, whole};
use crate::expression::instant;
use cel::ExecutionError;
use cel::common::types::{CelDuration, CelInt, CelTimestamp};
use cel::common::value::CowVal;
use chrono::format::{Item, Parsed, StrftimeItems};
use chrono::{DateTime, Duration, FixedOffset, NaiveDateTime, NaiveTime, TimeZone};
use chrono_tz::Tz;
use std::fmt::Write;

/// A compiled notation of a time: `%d.%m.%Y`.
#[derive(Clone, Debug)]
pub(in super::super) struct Notation {
    text: String,
    items: Vec<Item<'static>>,
}

/// An instant that has every part: it shows whether a notation can be read back.
const SAMPLE: &str = "2026-11-23T08:09:10Z";

impl Notation {
    /// Compiles a notation that is written in.
    pub(super) fn writing(text: &str) -> Result<Self, Unusable> {
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
    pub(super) fn reading(text: &str) -> Result<Self, Unusable> {
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
    fn read(&self, text: &str, zone: Option<Tz>) -> Option<DateTime<FixedOffset>> {
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

    fn write(&self, instant: DateTime<FixedOffset>, zone: Option<Tz>) -> Option<String> {
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
fn earliest(local: NaiveDateTime, zone: Tz) -> Option<DateTime<FixedOffset>> {
    (0..=12)
        .filter_map(|quarters| local.checked_add_signed(Duration::minutes(15 * quarters)))
        .find_map(|local| zone.from_local_datetime(&local).earliest())
        .map(|found| found.fixed_offset())
}

fn instant_of(value: &CowVal<'_, '_>) -> Option<DateTime<FixedOffset>> {
    value
        .as_ref()
        .downcast_ref::<CelTimestamp>()
        .map(|instant| *instant.inner())
}

fn time<'b, 'v>(instant: DateTime<FixedOffset>) -> CowVal<'b, 'v> {
    CowVal::owned(CelTimestamp::from(instant))
}

fn notation<'a>(arguments: &'a [CowVal<'_, '_>]) -> Option<&'a Notation> {
    match arguments.get(1)?.as_ref().downcast_ref::<Constant>()? {
        Constant::Notation(notation) => Some(notation),
        _ => None,
    }
}

fn zone(arguments: &[CowVal<'_, '_>], place: usize) -> Option<Tz> {
    match arguments.get(place)?.as_ref().downcast_ref::<Constant>()? {
        Constant::Zone(zone) => Some(*zone),
        _ => None,
    }
}

/// What CEL's `timestamp` takes, and what directories write.
pub(super) fn timestamp<'b, 'v>(mut arguments: Arguments<'b, 'v>) -> Outcome<'b, 'v> {
    let Some(value) = arguments.pop() else {
        return Err(misfit("timestamp", &arguments));
    };
    if instant_of(&value).is_some() {
        return Ok(value);
    }
    let found = if let Some(text) = as_text(&value) {
        instant::read(text)
    } else if let Some(seconds) = value.as_ref().downcast_ref::<CelInt>() {
        instant::of_seconds(*seconds.inner())
    } else {
        return Err(misfit("timestamp", &[value]));
    };
    found
        .map(time)
        .ok_or_else(|| failed("timestamp", "the value is no point in time"))
}

/// Reads a time in a given notation. Who has none has none: an absent or empty
/// attribute is no mistake.
pub(super) fn date<'b, 'v>(mut arguments: Arguments<'b, 'v>) -> Outcome<'b, 'v> {
    let Some(value) = arguments.first() else {
        return Err(misfit("date", &arguments));
    };
    if instant_of(value).is_some() {
        return Ok(arguments.swap_remove(0));
    }
    if is_null(value) {
        return Ok(null());
    }
    let Some(text) = as_text(value).map(str::trim) else {
        return Err(misfit("date", &arguments));
    };
    if text.is_empty() {
        return Ok(null());
    }
    match notation(&arguments) {
        None => instant::read(text)
            .map(time)
            .ok_or_else(|| failed("date", "the value is no point in time")),
        Some(notation) => notation
            .read(text, zone(&arguments, 2))
            .map(time)
            .ok_or_else(|| unread(notation)),
    }
}

fn unread(notation: &Notation) -> ExecutionError {
    let why = format!("the value is no time of the form `{}`", notation.text);
    failed("date", why)
}

pub(super) fn format<'b, 'v>(arguments: Arguments<'b, 'v>) -> Outcome<'b, 'v> {
    let (Some(value), Some(notation)) = (arguments.first(), notation(&arguments)) else {
        return Err(misfit("format", &arguments));
    };
    if is_null(value) {
        return Ok(null());
    }
    let Some(instant) = instant_of(value) else {
        return Err(misfit("format", &arguments));
    };
    match notation.write(instant, zone(&arguments, 2)) {
        Some(text) => limited("format", text),
        None => Err(failed("format", "the time cannot be written so")),
    }
}

pub(super) fn start_of_day<'b, 'v>(arguments: Arguments<'b, 'v>) -> Outcome<'b, 'v> {
    let Some(value) = arguments.first() else {
        return Err(misfit("startOfDay", &arguments));
    };
    if is_null(value) {
        return Ok(null());
    }
    let Some(instant) = instant_of(value) else {
        return Err(misfit("startOfDay", &arguments));
    };
    let midnight = match zone(&arguments, 1) {
        None => Some(instant.to_utc().date_naive().and_time(NaiveTime::MIN))
            .map(|midnight| midnight.and_utc().fixed_offset()),
        Some(zone) => earliest(
            instant
                .with_timezone(&zone)
                .date_naive()
                .and_time(NaiveTime::MIN),
            zone,
        ),
    };
    midnight
        .and_then(instant::bounded)
        .map(time)
        .ok_or_else(|| failed("startOfDay", "the day begins before the year 1"))
}

pub(super) fn days<'b, 'v>(arguments: Arguments<'b, 'v>) -> Outcome<'b, 'v> {
    let Some(number) = arguments.first().and_then(whole) else {
        return Err(misfit("days", &arguments));
    };
    // CEL counts a duration in nanoseconds.
    Duration::try_days(number)
        .filter(|length| length.num_nanoseconds().is_some())
        .map(|length| CowVal::owned(CelDuration::from(length)))
        .ok_or_else(|| failed("days", "a duration has at most 106751 days"))
}
