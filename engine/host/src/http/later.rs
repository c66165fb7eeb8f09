//! Answers that ask to come back later, and when that is.

use super::answer::Answer;
use super::endpoint::Manners;
use crate::limits::Limits;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// The longest wait that is chosen here, before a service is asked once more.
const LONGEST: Duration = Duration::from_secs(60);

/// An answer that is none yet.
#[derive(Debug, PartialEq)]
pub(super) struct Later {
    /// True if the service is well, but wants fewer requests.
    pub throttled: bool,
    /// How long it wants to be left alone, if it says so.
    pub wait: Option<Duration>,
}

impl Later {
    /// Reads an answer; none if it is one.
    pub fn of(answer: &Answer, manners: &Manners) -> Option<Self> {
        let declared = manners.retry_on.iter().any(|case| {
            let body = String::from_utf8_lossy(&answer.body);
            case.status == answer.status
                && (case.body_has.is_empty()
                    || case
                        .body_has
                        .iter()
                        .any(|text| body.contains(text.as_str())))
        });
        let after = || retry_after(answer);
        match answer.status {
            429 | 509 => Some(Self::throttled(answer, manners)),
            _ if declared => Some(Self::throttled(answer, manners)),
            503 => Some(Self {
                throttled: after().is_some(),
                wait: after(),
            }),
            502 | 504 => Some(Self {
                throttled: false,
                wait: after(),
            }),
            _ => None,
        }
    }

    fn throttled(answer: &Answer, manners: &Manners) -> Self {
        let until = || wait_until(answer, manners.wait_until.as_deref()?);
        Self {
            throttled: true,
            wait: retry_after(answer).or_else(until),
        }
    }
}

/// Waits longer each time, by chance, so that those who were sent away
/// together do not come back together; at least as long as the service wants.
pub(super) fn wait(wanted: Option<Duration>, tries: u32, limits: &Limits) -> Duration {
    let most = limits
        .back_off
        .saturating_mul(1 << tries.min(16))
        .min(LONGEST);
    // Nothing about a page depends on it.
    let chance = getrandom::u32().unwrap_or(u32::MAX);
    let ours = most.mul_f64(f64::from(chance) / f64::from(u32::MAX));
    wanted.unwrap_or_default().max(ours)
}

/// `Retry-After`: seconds, with a fraction or without, or a date.
fn retry_after(answer: &Answer) -> Option<Duration> {
    let text = answer.header("retry-after")?.trim();
    if let Ok(seconds) = text.parse::<f64>() {
        return Duration::try_from_secs_f64(seconds.max(0.0)).ok();
    }
    let until = httpdate::parse_http_date(text).ok()?;
    Some(until.duration_since(date(answer)).unwrap_or_default())
}

/// A header with the second at which a throttle ends. A second that has passed,
/// or a service that has no limit at all, is no wait: then it was too much at
/// once, not too much in a time.
fn wait_until(answer: &Answer, header: &str) -> Option<Duration> {
    let seconds: f64 = answer.header(header)?.trim().parse().ok()?;
    let limit = header
        .strip_suffix("reset")
        .map(|stem| format!("{stem}limit"));
    if limit.and_then(|limit| answer.header(&limit)) == Some("0") {
        return None;
    }
    let until = UNIX_EPOCH.checked_add(Duration::try_from_secs_f64(seconds).ok()?)?;
    let wait = until.duration_since(date(answer)).ok()?;
    // Whole seconds are cut off on both sides.
    (!wait.is_zero()).then(|| wait + Duration::from_secs(1))
}

/// The service's time: its clock may differ from this machine's.
pub(super) fn date(answer: &Answer) -> SystemTime {
    answer
        .header("date")
        .and_then(|date| httpdate::parse_http_date(date).ok())
        .unwrap_or_else(SystemTime::now)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::RetryOn;
    use reqwest::header::{HeaderMap, HeaderName};

    const DATE: &str = "Mon, 12 Jan 2026 09:41:00 GMT";
    const DATE_SECONDS: u64 = 1_768_210_860;

    fn answer(status: u16, headers: &[(&'static str, &str)], body: &str) -> Answer {
        let mut all = HeaderMap::new();
        for (name, value) in headers {
            all.append(HeaderName::from_static(name), value.parse().unwrap());
        }
        Answer {
            status,
            headers: all,
            body: body.as_bytes().to_vec(),
        }
    }

    fn seconds(headers: &[(&'static str, &str)]) -> Option<f64> {
        let manners = Manners {
            wait_until: Some("x-rate-limit-reset".to_owned()),
            ..Manners::default()
        };
        let later = Later::of(&answer(429, headers, ""), &manners).unwrap();
        assert!(later.throttled);
        later.wait.map(|wait| wait.as_secs_f64())
    }

    #[test]
    fn retry_after_comes_in_three_forms() {
        assert_eq!(seconds(&[("retry-after", "7")]), Some(7.0));
        assert_eq!(seconds(&[("retry-after", "0.5")]), Some(0.5));
        let date = "Mon, 12 Jan 2026 09:41:30 GMT";
        assert_eq!(
            seconds(&[("retry-after", date), ("date", DATE)]),
            Some(30.0)
        );
        // A date that has passed.
        assert_eq!(seconds(&[("retry-after", DATE), ("date", date)]), Some(0.0));
        for odd in ["soon", "", "NaN", "-3"] {
            assert!(
                seconds(&[("retry-after", odd)]).unwrap_or(0.0) < 0.1,
                "{odd}"
            );
        }
    }

    #[test]
    fn a_reset_is_an_instant_of_the_services_clock() {
        let reset = (DATE_SECONDS + 20).to_string();
        let told = [("x-rate-limit-reset", reset.as_str()), ("date", DATE)];
        assert_eq!(seconds(&told), Some(21.0));
    }

    #[test]
    fn too_much_at_once_is_no_wait_until_the_reset() {
        let past = (DATE_SECONDS - 5).to_string();
        assert_eq!(
            seconds(&[("x-rate-limit-reset", &past), ("date", DATE)]),
            None
        );
        let later = (DATE_SECONDS + 50).to_string();
        let concurrent = [
            ("x-rate-limit-limit", "0"),
            ("x-rate-limit-remaining", "0"),
            ("x-rate-limit-reset", &later),
            ("date", DATE),
        ];
        assert_eq!(seconds(&concurrent), None);
    }

    #[test]
    fn a_declared_body_asks_to_come_back_and_another_does_not() {
        let manners = Manners {
            retry_on: vec![RetryOn {
                status: 403,
                body_has: vec!["quotaExceeded".to_owned()],
            }],
            ..Manners::default()
        };
        let of = |body| Later::of(&answer(403, &[], body), &manners);
        assert!(of(r#"{"reason": "quotaExceeded"}"#).is_some_and(|later| later.throttled));
        assert_eq!(of(r#"{"reason": "forbidden"}"#), None);
    }

    #[test]
    fn a_service_that_is_unwell_is_not_throttling() {
        let of = |status| Later::of(&answer(status, &[], ""), &Manners::default());
        for status in [502, 503, 504] {
            assert!(of(status).is_some_and(|later| !later.throttled), "{status}");
        }
        for status in [200, 304, 400, 401, 403, 404, 410, 500, 501] {
            assert_eq!(of(status), None, "{status}");
        }
    }

    #[test]
    fn waits_grow_and_stay_within_a_minute() {
        let limits = Limits::default();
        for tries in 0..40 {
            let ours = wait(None, tries, &limits);
            assert!(ours <= LONGEST.min(Duration::from_secs(1 << tries.min(16))));
        }
        let wanted = Duration::from_secs(90);
        assert_eq!(wait(Some(wanted), 3, &limits), wanted);
    }
}
