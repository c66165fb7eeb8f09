//! How far this machine's clock is from Google's: tokens are refused for it.

use muster_sdk::http;

/// Seconds by which clocks may differ before it is worth a word.
const NOTABLE: i64 = 60;

/// Compares the instant of this run with a `Date` header. Says something if
/// they are too far apart.
pub fn skew(date: &str, now_ms: u64) -> Option<String> {
    let theirs = i64::try_from(http::epoch_seconds(date)?).ok()?;
    let ours = i64::try_from(now_ms / 1000).ok()?;
    let apart = ours - theirs;
    (apart.abs() > NOTABLE).then(|| match apart > 0 {
        true => format!("this machine's clock is {apart} seconds ahead of Google's"),
        false => format!("this machine's clock is {} seconds behind Google's", -apart),
    })
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

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
