//! When a service may be asked: how many requests side by side, how many a
//! second, and not before it wants to be asked again.

use super::endpoint::Manners;
use crate::limits::Limits;
use crate::waiting::Waiting;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};
use tokio::sync::{Semaphore, SemaphorePermit};
use tokio::time::sleep_until;

/// Decides when the next request may go.
pub(super) struct Pace {
    side_by_side: Semaphore,
    bucket: Option<Mutex<Bucket>>,
    /// Nobody asks before that.
    not_before: Mutex<Instant>,
    waiting: Arc<Waiting>,
}

/// Leave to send one request, given back when it is dropped.
pub(super) type Turn<'a> = Option<SemaphorePermit<'a>>;

impl Pace {
    pub fn new(manners: &Manners, limits: &Limits, waiting: Arc<Waiting>) -> Self {
        let parallel = manners.parallel.unwrap_or(limits.http_parallel);
        Self {
            side_by_side: Semaphore::new(parallel.clamp(1, limits.http_parallel_most)),
            bucket: manners.rate.map(|rate| Mutex::new(Bucket::new(rate))),
            not_before: Mutex::new(Instant::now()),
            waiting,
        }
    }

    /// Lets nobody ask for a while; false if the run has no patience left.
    /// Several who were told to wait wait together.
    pub fn hold_back(&self, wait: Duration) -> bool {
        let now = Instant::now();
        let mut not_before = lock(&self.not_before);
        let (before, after) = ((*not_before).max(now), now + wait);
        if after > before {
            if !self.waiting.take(after - before) {
                return false;
            }
            *not_before = after;
        }
        true
    }

    /// Waits until a request may go.
    pub async fn turn(&self) -> Turn<'_> {
        // Nobody closes the semaphore.
        let turn = self.side_by_side.acquire().await.ok();
        if let Some(bucket) = &self.bucket {
            let (now, at, each) = {
                let (now, mut bucket) = (Instant::now(), lock(bucket));
                (now, bucket.take(now), bucket.each)
            };
            if at > now {
                self.waiting.hold(each);
                sleep_until(at.into()).await;
            }
        }
        loop {
            let not_before = *lock(&self.not_before);
            if not_before <= Instant::now() {
                return turn;
            }
            // Somebody may be told to wait for longer meanwhile.
            sleep_until(not_before.into()).await;
        }
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A token bucket that holds what one second brings, written as the instant at
/// which it would be full again.
struct Bucket {
    each: Duration,
    holds: Duration,
    full_at: Option<Instant>,
}

impl Bucket {
    fn new(rate: f64) -> Self {
        let each = Duration::from_secs_f64(1.0 / rate);
        Self {
            each,
            holds: Duration::from_secs(1).saturating_sub(each),
            full_at: None,
        }
    }

    /// Takes one token, and says from when on it is there.
    fn take(&mut self, now: Instant) -> Instant {
        let full_at = self.full_at.map_or(now, |full_at| full_at.max(now));
        self.full_at = Some(full_at + self.each);
        now.max(full_at.checked_sub(self.holds).unwrap_or(now))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn waits(rate: f64, requests: usize) -> Vec<u128> {
        let (mut bucket, now) = (Bucket::new(rate), Instant::now());
        let wait = |_| bucket.take(now).duration_since(now).as_millis();
        (0..requests).map(wait).collect()
    }

    #[test]
    fn a_bucket_holds_what_a_second_brings() {
        assert_eq!(waits(2.0, 5), [0, 0, 500, 1000, 1500]);
        assert_eq!(waits(0.5, 3), [0, 2000, 4000]);
    }

    #[test]
    fn a_bucket_fills_up_again() {
        let (mut bucket, now) = (Bucket::new(4.0), Instant::now());
        for _ in 0..4 {
            assert_eq!(bucket.take(now), now);
        }
        let later = now + Duration::from_secs(1);
        assert_eq!(bucket.take(later), later);
    }
}
