//! From the status of an answer to a failure that an operator understands.

use super::Response;
use crate::{Failure, FailureKind, host};
use serde_json::Value;

/// Longest text of a service that a message repeats.
const SHOWN: usize = 300;

/// Lets an answer of status 2xx pass and makes a failure of every other one.
///
/// `what` is what was asked for, as in "the list of groups". `words` finds the
/// service's own explanation in the answer; without one, the message tells the
/// status alone. Statuses that mean something of their own to a service are for
/// the plugin to look at first.
///
/// | status | kind of failure |
/// | --- | --- |
/// | 401 | `auth` |
/// | 403 | `denied` |
/// | 429 | `throttled`, with `Retry-After` |
/// | 408, 425, 5xx but 501 | `unavailable`, with `Retry-After` |
/// | 501 | `unsupported` |
/// | 404, 410 and other 4xx | `config` |
/// | others | `data` |
pub fn expect_ok(
    what: &str,
    response: Response,
    words: impl FnOnce(&Response) -> Option<String>,
) -> Result<Response, Failure> {
    match response.status {
        200..=299 => Ok(response),
        _ => Err(failure(what, &response, words(&response))),
    }
}

/// Names under which services explain an error, the longest text first.
const EXPLANATIONS: [&str; 7] = [
    "detail",
    "error_description",
    "message",
    "errorSummary",
    "title",
    "error",
    "code",
];

/// What a service says of its error in JSON, for [`expect_ok`]: the first text
/// under a usual name, in the outermost object or in its member `error`.
pub fn explained(response: &Response) -> Option<String> {
    let body: Value = serde_json::from_slice(&response.body).ok()?;
    let inner = body.get("error").filter(|error| error.is_object());
    let objects = [inner, Some(&body)].into_iter().flatten();
    let texts = objects.flat_map(|object| EXPLANATIONS.map(|name| object.get(name)));
    let text = texts.flatten().filter_map(Value::as_str);
    text.map(str::to_owned).find(|text| !text.trim().is_empty())
}

/// The failure that [`expect_ok`] makes, for answers whose status alone says
/// too little.
pub fn failure(what: &str, response: &Response, words: Option<String>) -> Failure {
    let status = response.status;
    let (kind, meaning, hint) = meaning(status);
    let words = words.map_or_else(String::new, |words| format!(": {}", shortened(&words)));
    let message = format!("{what}: the service answered {status}, {meaning}{words}");
    let waiting = matches!(kind, FailureKind::Throttled | FailureKind::Unavailable);
    Failure {
        retry_after_ms: waiting.then(|| retry_after(response)).flatten(),
        hint: hint.map(str::to_owned),
        ..Failure::new(kind, message)
    }
}

fn meaning(status: u16) -> (FailureKind, &'static str, Option<&'static str>) {
    match status {
        401 => (
            FailureKind::Auth,
            "the credential is not accepted",
            Some("see whether the secret is right, has expired or was revoked"),
        ),
        403 => (
            FailureKind::Denied,
            "the credential may not do this",
            Some("give the credential the rights that the provider's page lists"),
        ),
        404 => (
            FailureKind::Config,
            "there is no such thing",
            Some("see whether the URL has the right path"),
        ),
        429 => (FailureKind::Throttled, "too many requests", None),
        501 => (FailureKind::Unsupported, "it cannot do this", None),
        408 | 425 | 500..=599 => (FailureKind::Unavailable, "it does not work now", None),
        400..=499 => (FailureKind::Config, "it refuses the request", None),
        300..=399 => (FailureKind::Data, "it points elsewhere", None),
        _ => (FailureKind::Data, "which is unexpected", None),
    }
}

/// One line, not too long.
fn shortened(words: &str) -> String {
    let words: Vec<&str> = words.split_whitespace().collect();
    let words = words.join(" ");
    match words.char_indices().nth(SHOWN) {
        Some((end, _)) => format!("{}…", words.get(..end).unwrap_or_default()),
        None => words,
    }
}

/// Milliseconds that an answer asks to wait: `Retry-After` in seconds, whole or
/// with a fraction, or as a date, held against the answer's own clock.
pub fn retry_after(response: &Response) -> Option<u64> {
    let text = response.header("retry-after")?.trim();
    if let Ok(seconds) = text.parse::<f64>() {
        let is_sensible = seconds.is_finite() && seconds >= 0.0;
        // Saturates, as casts of floats do.
        return is_sensible.then(|| (seconds * 1000.0).ceil() as u64);
    }
    let until = epoch_seconds(text)?;
    let now = response.header("date").and_then(epoch_seconds);
    let now = now.unwrap_or_else(|| host::now_ms() / 1000);
    Some(until.saturating_sub(now).saturating_mul(1000))
}

/// Reads a date as headers have it, `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110):
/// seconds since 1970.
pub fn epoch_seconds(date: &str) -> Option<u64> {
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    let (_, date) = date.split_once(", ")?;
    let mut parts = date.split(' ');
    let day: u64 = parts.next()?.parse().ok()?;
    let month = parts.next()?;
    let month = MONTHS.iter().position(|known| *known == month)? as u64;
    let year: u64 = parts.next()?.parse().ok()?;
    let mut clock = parts.next()?.split(':').map(str::parse::<u64>);
    let mut number = || clock.next()?.ok();
    let (hours, minutes, seconds) = (number()?, number()?, number()?);
    let is_date = (1970..=9999).contains(&year) && (1..=31).contains(&day);
    if !is_date || parts.next() != Some("GMT") || hours > 23 || minutes > 59 || seconds > 60 {
        return None;
    }
    Some((days(year, month, day) * 24 + hours) * 3600 + minutes * 60 + seconds)
}

/// Days from 1970-01-01 to a day; the month counts from 0.
fn days(year: u64, month: u64, day: u64) -> u64 {
    // The year begins in March, so that a leap day is its last.
    let (year, month) = match month {
        0 | 1 => (year - 1, month + 10),
        _ => (year, month - 2),
    };
    let leaps = year / 4 - year / 100 + year / 400;
    let of_months = (153 * month + 2) / 5;
    year * 365 + leaps + of_months + day - 1 - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    fn response(status: u16, headers: &[(&str, &str)]) -> Response {
        let headers = headers.iter().map(|&(n, v)| (n.to_owned(), v.to_owned()));
        Response {
            status,
            headers: headers.collect(),
            body: b"why".to_vec(),
        }
    }

    fn words(response: &Response) -> Option<String> {
        String::from_utf8(response.body.clone()).ok()
    }

    #[test]
    fn only_success_passes() {
        for status in [200, 204, 299] {
            assert!(expect_ok("x", response(status, &[]), words).is_ok());
        }
        let kinds = [
            (302, FailureKind::Data),
            (400, FailureKind::Config),
            (401, FailureKind::Auth),
            (403, FailureKind::Denied),
            (404, FailureKind::Config),
            (408, FailureKind::Unavailable),
            (429, FailureKind::Throttled),
            (500, FailureKind::Unavailable),
            (501, FailureKind::Unsupported),
            (503, FailureKind::Unavailable),
            (100, FailureKind::Data),
        ];
        for (status, kind) in kinds {
            let failure = expect_ok("the list of groups", response(status, &[]), words);
            let failure = failure.unwrap_err();
            assert_eq!(failure.kind, kind, "{status}");
            let start = format!("the list of groups: the service answered {status}, ");
            assert!(failure.message.starts_with(&start), "{}", failure.message);
            assert!(failure.message.ends_with(": why"), "{}", failure.message);
        }
    }

    #[test]
    fn a_service_explains_itself_under_usual_names() {
        let said = |body: &str| {
            explained(&Response {
                body: body.into(),
                ..response(400, &[])
            })
        };
        for (body, words) in [
            (
                r#"{"title": "Bad", "detail": "no `limit`"}"#,
                Some("no `limit`"),
            ),
            (
                r#"{"error": {"code": "x", "message": "too long"}}"#,
                Some("too long"),
            ),
            (
                r#"{"error": "invalid", "error_description": "expired"}"#,
                Some("expired"),
            ),
            (r#"{"error": "invalid"}"#, Some("invalid")),
            (r#"{"message": " ", "code": "E7"}"#, Some("E7")),
            (r#"{"message": 7}"#, None),
            (r#"["message"]"#, None),
            ("<html>", None),
            ("", None),
        ] {
            assert_eq!(said(body).as_deref(), words, "{body}");
        }
    }

    #[test]
    fn long_words_are_cut_and_lines_joined() {
        let long = failure("x", &response(400, &[]), Some("é\n\t é".repeat(500)));
        assert!(long.message.len() < 800 && long.message.ends_with('…'));
        assert!(!long.message.contains('\n'));
        let none = failure("x", &response(400, &[]), None);
        assert!(none.message.ends_with("the request"));
    }

    #[test]
    fn waiting_is_told_in_three_ways() {
        let wait =
            |headers: &[(&str, &str)]| failure("x", &response(429, headers), None).retry_after_ms;
        assert_eq!(wait(&[]), None);
        assert_eq!(wait(&[("Retry-After", "30")]), Some(30_000));
        assert_eq!(wait(&[("retry-after", "1.25")]), Some(1250));
        assert_eq!(wait(&[("retry-after", "-1")]), None);
        assert_eq!(wait(&[("retry-after", "soon")]), None);
        let date = ("date", "Mon, 23 Nov 2026 10:00:00 GMT");
        let until = ("retry-after", "Mon, 23 Nov 2026 10:02:00 GMT");
        assert_eq!(wait(&[until, date]), Some(120_000));
        crate::testing::now_ms(1_795_428_060_000);
        assert_eq!(wait(&[until]), Some(60_000));
        assert_eq!(wait(&[("retry-after", date.1)]), Some(0));
        let other = response(404, &[("retry-after", "1")]);
        assert_eq!(failure("x", &other, None).retry_after_ms, None);
    }

    #[test]
    fn dates_are_seconds() {
        assert_eq!(epoch_seconds("Thu, 01 Jan 1970 00:00:00 GMT"), Some(0));
        assert_eq!(
            epoch_seconds("Sun, 06 Nov 1994 08:49:37 GMT"),
            Some(784_111_777)
        );
        assert_eq!(
            epoch_seconds("Thu, 29 Feb 2024 23:59:59 GMT"),
            Some(1_709_251_199)
        );
        for wrong in [
            "",
            "Sun, 06 Nov 1994",
            "Sun, 06 Xxx 1994 08:49:37 GMT",
            "x, 0 Jan 1970 00:00:00 GMT",
        ] {
            assert_eq!(epoch_seconds(wrong), None);
        }
    }
}
