//! `date:` – a point in time, read in one notation and written in another.

use super::{Made, Odd};
use crate::constant::{Notation, earliest};
use crate::expression::instant::{self, Moment};
use crate::typed;
use chrono::{DateTime, FixedOffset, NaiveTime};
use chrono_tz::Tz;
use serde_json::{Value as Json, json};

/// Reads a date or a time and writes it anew.
#[derive(Clone, Debug)]
pub(crate) struct Dates {
    from: Vec<Notation>,
    to: Notation,
    zone: Option<Tz>,
}

impl Dates {
    /// Values are read by the first notation that fits, or else as machines
    /// write them. With a zone, a time without an offset is one of its clocks,
    /// and all are written as these show them.
    pub(crate) fn new(from: Vec<Notation>, to: Notation, zone: Option<Tz>) -> Self {
        Self { from, to, zone }
    }

    pub(super) fn canonical(&self) -> Json {
        let from: Vec<&str> = self.from.iter().map(Notation::as_str).collect();
        json!([from, self.to.as_str(), self.zone.map(|zone| zone.name())])
    }

    pub(super) fn apply(&self, text: &str) -> Result<Made, Odd> {
        let Some(instant) = self.read(text)? else {
            return Ok(Made::Nothing);
        };
        let written = match self.zone {
            Some(zone) => self.to.write(instant, Some(zone)),
            // With the offset that it came with: a birthday stays on its day.
            None => self.to.write_as_read(instant),
        };
        match written {
            Some(written) => Ok(Made::of(text, written)),
            None => Err(format!("cannot be written as `{}`", self.to.as_str())),
        }
    }

    /// `None` is never.
    fn read(&self, text: &str) -> Result<Option<DateTime<FixedOffset>>, Odd> {
        let noted = self.from.iter().find_map(|from| from.read(text, self.zone));
        if noted.is_some() {
            return Ok(noted);
        }
        match typed::moment(text) {
            Some(Moment::At(instant)) => Ok(Some(instant)),
            Some(Moment::On(day)) => {
                let zone = self.zone;
                let local = zone.and_then(|zone| earliest(day.and_time(NaiveTime::MIN), zone));
                Ok(Some(local.unwrap_or_else(|| instant::midnight(day))))
            }
            Some(Moment::Never) => Ok(None),
            None => Err(self.unread()),
        }
    }

    fn unread(&self) -> Odd {
        let from: Vec<String> = self
            .from
            .iter()
            .map(|from| format!("`{}`", from.as_str()))
            .collect();
        match from.is_empty() {
            true => "is no date and no point in time".to_owned(),
            false => format!("is no date of the form {}", from.join(" or ")),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
    use super::*;

    fn dates(from: &[&str], to: &str, zone: Option<&str>) -> Dates {
        let from = from.iter().map(|from| Notation::reading(from).unwrap());
        let to = Notation::writing(to).unwrap();
        Dates::new(from.collect(), to, zone.map(|zone| zone.parse().unwrap()))
    }

    #[test]
    fn dates_are_read_by_the_first_notation_that_fits() {
        let dates = dates(
            &["%d.%m.%Y", "%m/%d/%Y", "%d.%m.%Y %H:%M"],
            "%Y-%m-%d",
            None,
        );
        for (text, made) in [
            ("23.11.2026", "2026-11-23"),
            ("11/23/2026", "2026-11-23"),
            (" 1.2.2026 ", "2026-02-01"),
            ("23.11.2026 08:00", "2026-11-23"),
            ("2026-11-23T23:30:00-05:00", "2026-11-23"),
            ("1990-05-01T00:00:00+02:00", "1990-05-01"),
            ("20261123080000Z", "2026-11-23"),
            ("134398656000000000", "2026-11-23"),
        ] {
            assert_eq!(dates.apply(text), Ok(Made::Text(made.to_owned())), "{text}");
        }
        assert_eq!(dates.apply("2026-11-23"), Ok(Made::Same));
        for never in ["0", "9223372036854775807"] {
            assert_eq!(dates.apply(never), Ok(Made::Nothing), "{never}");
        }
        for odd in ["31.02.2026", "23.11", "soon", "2026-13-01"] {
            assert!(dates.apply(odd).is_err(), "{odd}");
        }
    }

    #[test]
    fn with_a_zone_times_are_those_of_its_clocks() {
        let dates = dates(
            &["%d.%m.%Y %H:%M"],
            "%Y-%m-%dT%H:%M:%S%:z",
            Some("Europe/Berlin"),
        );
        for (text, made) in [
            ("23.11.2026 08:00", "2026-11-23T08:00:00+01:00"),
            ("23.07.2026 08:00", "2026-07-23T08:00:00+02:00"),
            ("2026-11-23T08:00:00Z", "2026-11-23T09:00:00+01:00"),
            ("2026-11-23", "2026-11-23T00:00:00+01:00"),
        ] {
            assert_eq!(dates.apply(text), Ok(Made::Text(made.to_owned())), "{text}");
        }
    }
}
