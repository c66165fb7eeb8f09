//! What a cell of a workbook says, as text.

use calamine::{DataRef, ExcelDateTime};

/// Whole numbers below this are exact; a spreadsheet keeps no more digits.
const EXACT: f64 = 1e15;

/// Writes a value: numbers with their digits and no `.0`, dates as ISO 8601.
/// A formula's value is what the spreadsheet computed last.
pub fn text(value: &DataRef<'_>) -> Result<String, String> {
    Ok(match value {
        DataRef::Empty => String::new(),
        DataRef::Int(number) => number.to_string(),
        DataRef::Float(number) => self::number(*number),
        DataRef::String(text) => text.clone(),
        DataRef::SharedString(text) => (*text).to_owned(),
        DataRef::Bool(is_true) => is_true.to_string(),
        DataRef::DateTime(instant) => self::instant(instant),
        DataRef::DateTimeIso(text) | DataRef::DurationIso(text) => text.clone(),
        DataRef::Error(error) => return Err(format!("the error `{error}`")),
    })
}

fn number(number: f64) -> String {
    if number.fract() == 0.0 && number.abs() < EXACT {
        return format!("{number:.0}");
    }
    if number.abs() >= EXACT {
        // As the spreadsheet shows it: whoever wants to rely on it must see
        // that digits are lost.
        return format!("{number:E}").replace('E', "E+");
    }
    number.to_string()
}

fn instant(instant: &ExcelDateTime) -> String {
    if instant.is_duration() {
        let seconds = (instant.as_f64() * 86_400.0).round();
        return format!("PT{seconds:.0}S");
    }
    let (year, month, day, hour, minute, second, milli) = instant.to_ymd_hms_milli();
    let date = format!("{year:04}-{month:02}-{day:02}");
    let time = match milli {
        0 => format!("{hour:02}:{minute:02}:{second:02}"),
        _ => format!("{hour:02}:{minute:02}:{second:02}.{milli:03}"),
    };
    if instant.as_f64() < 1.0 {
        return time;
    }
    match (hour, minute, second, milli) {
        (0, 0, 0, 0) => date,
        _ => format!("{date}T{time}"),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use calamine::{CellErrorType, ExcelDateTimeType};

    fn date(value: f64) -> String {
        let kind = ExcelDateTimeType::DateTime;
        text(&DataRef::DateTime(ExcelDateTime::new(value, kind, false))).unwrap()
    }

    #[test]
    fn numbers_that_are_identifiers_stay_what_they_are() {
        for (value, shown) in [
            (4702.0, "4702"),
            (-3.0, "-3"),
            (0.0, "0"),
            (1.5, "1.5"),
            (999_999_999_999_999.0, "999999999999999"),
            (1.04858e20, "1.04858E+20"),
        ] {
            assert_eq!(text(&DataRef::Float(value)).unwrap(), shown);
        }
        assert_eq!(text(&DataRef::Int(7)).unwrap(), "7");
        assert_eq!(text(&DataRef::Bool(true)).unwrap(), "true");
    }

    #[test]
    fn dates_are_iso_8601() {
        assert_eq!(date(45_943.0), "2025-10-13");
        assert_eq!(date(45_943.5), "2025-10-13T12:00:00");
        assert_eq!(date(0.25), "06:00:00");
        let kind = ExcelDateTimeType::TimeDelta;
        let hours = DataRef::DateTime(ExcelDateTime::new(1.5, kind, false));
        assert_eq!(text(&hours).unwrap(), "PT129600S");
    }

    #[test]
    fn an_error_is_no_value() {
        let error = text(&DataRef::Error(CellErrorType::NA)).unwrap_err();
        assert_eq!(error, "the error `#N/A`");
    }
}
