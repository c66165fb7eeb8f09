//! What functions do with points in time.

use super::constant::Constant;
use super::env::{Arguments, Outcome, failed, misfit};
use super::texts::{as_text, is_null, limited, null, whole};
use crate::constant::{Notation, earliest};
use crate::expression::instant;
use cel::ExecutionError;
use cel::common::types::{CelDuration, CelInt, CelTimestamp};
use cel::common::value::CowVal;
use chrono::{DateTime, Duration, FixedOffset, NaiveTime};
use chrono_tz::Tz;

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
    let why = format!("the value is no time of the form `{}`", notation.as_str());
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
