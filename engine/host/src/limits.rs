//! What a plugin may use.

use std::time::Duration;

/// Bounds on what a plugin may use and deliver. Memory is not among them: a
/// plugin's manifest asks for it, up to [`Limits::memory_mib`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Time that one call may compute. Waiting for a server does not count.
    pub compute: Duration,
    /// Time that one call may take in all, without the time that it is held back
    /// because a server asks for it.
    pub answer: Duration,
    /// Time that one run may wait because servers ask it to.
    pub waiting: Duration,
    /// As long as one such wait may be.
    pub wait_once: Duration,
    /// The first wait before something is tried again, if the server does not
    /// say; each further one may be twice as long, up to a minute.
    pub back_off: Duration,
    /// How often a read may go on after its plugin failed.
    pub resumes: u32,
    /// Most memory that a manifest may ask for, in MiB.
    pub memory_mib: u32,
    /// Rows on one page.
    pub page_rows: usize,
    /// Bytes of one page, its lists included.
    pub page_bytes: usize,
    /// Bytes of a cursor.
    pub cursor_bytes: usize,
    /// Pages without row and problem, one after the other.
    pub empty_pages: usize,
    /// Lines that one instance may log.
    pub log_lines: usize,
    /// Bytes of one line in the log.
    pub log_line_bytes: usize,
    /// Bytes of the body of one HTTP answer, decompressed.
    pub http_body_bytes: usize,
    /// HTTP requests to one service that run side by side, if the policy says
    /// nothing else.
    pub http_parallel: usize,
    /// As far as a policy may raise that.
    pub http_parallel_most: usize,
    /// Time that one HTTP request may take.
    pub http_answer: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            compute: Duration::from_secs(30),
            answer: Duration::from_secs(600),
            waiting: Duration::from_secs(600),
            wait_once: Duration::from_secs(300),
            back_off: Duration::from_secs(1),
            resumes: 10,
            memory_mib: 1024,
            page_rows: 10_000,
            page_bytes: 16 << 20,
            cursor_bytes: 64 << 10,
            empty_pages: 1000,
            log_lines: 1000,
            log_line_bytes: 4000,
            http_body_bytes: 32 << 20,
            http_parallel: 4,
            http_parallel_most: 64,
            http_answer: Duration::from_secs(120),
        }
    }
}
