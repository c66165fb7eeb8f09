//! Rate limits: a bucket per endpoint and window, and one on what runs side by
//! side.

use super::answer::Refusal;
use std::collections::BTreeMap;

/// The buckets of an org.
#[derive(Debug)]
pub(super) struct Limits {
    /// Requests per window and endpoint.
    pub(super) size: u64,
    pub(super) window_s: i64,
    /// So many requests more are refused as being too many at once.
    pub(super) too_many_at_once: u64,
    buckets: BTreeMap<String, (i64, u64)>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            size: 600_000,
            window_s: 60,
            too_many_at_once: 0,
            buckets: BTreeMap::new(),
        }
    }
}

/// The three headers: limit, remaining, reset. The last is an **epoch second**.
pub(super) type Shown = [(&'static str, String); 3];

impl Limits {
    /// Counts a request; in either case the headers to show.
    pub(super) fn take(&mut self, endpoint: &str, now_ms: i64) -> Result<Shown, Refusal> {
        if self.too_many_at_once > 0 {
            self.too_many_at_once -= 1;
            return Err(refused(shown(0, 0, now_ms / 1000 + 1)));
        }
        let window = now_ms / 1000 / self.window_s;
        let (begun, used) = self.buckets.entry(endpoint.to_owned()).or_default();
        if *begun != window {
            (*begun, *used) = (window, 0);
        }
        let reset = (window + 1) * self.window_s;
        if *used >= self.size {
            return Err(refused(shown(self.size, 0, reset)));
        }
        *used += 1;
        Ok(shown(self.size, self.size - *used, reset))
    }
}

fn shown(limit: u64, remaining: u64, reset: i64) -> Shown {
    [
        ("x-rate-limit-limit", limit.to_string()),
        ("x-rate-limit-remaining", remaining.to_string()),
        ("x-rate-limit-reset", reset.to_string()),
    ]
}

fn refused(shown: Shown) -> Refusal {
    let summary = "API call exceeded rate limit due to too many requests.";
    let refusal = Refusal::new(429, "E0000047", summary);
    shown.into_iter().fold(refusal, |refusal, (name, value)| {
        refusal.header(name, value)
    })
}
