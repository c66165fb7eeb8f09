//! Measures one command: wall time, processor time, memory.

use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use wait4::Wait4;

/// What one command took.
#[derive(Clone, Copy, Debug)]
pub struct Sample {
    /// From start to end.
    pub wall: Duration,
    /// Of the process, in user and system mode.
    pub cpu: Duration,
    /// Peak resident memory in bytes.
    pub memory: u64,
}

/// Runs a command with its output thrown away, and demands an exit code.
pub fn once(command: &mut Command, code: i32) -> Sample {
    let start = Instant::now();
    let child = command
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .expect("the command starts");
    let used = child.wait4().expect("the command's resources");
    let wall = start.elapsed();
    assert_eq!(used.status.code(), Some(code), "{command:?}");
    Sample {
        wall,
        cpu: used.rusage.utime + used.rusage.stime,
        memory: used.rusage.maxrss,
    }
}

/// Several samples of one command.
#[derive(Clone, Debug, Default)]
pub struct Series {
    samples: Vec<Sample>,
}

impl Series {
    /// Adds a sample.
    pub fn push(&mut self, sample: Sample) {
        self.samples.push(sample);
    }

    /// The fastest.
    pub fn least(&self) -> Duration {
        self.walls().first().copied().expect("a sample")
    }

    /// The one in the middle.
    pub fn median(&self) -> Duration {
        let walls = self.walls();
        walls[walls.len() / 2]
    }

    /// Processor time of the most frugal one.
    pub fn cpu(&self) -> Duration {
        self.samples
            .iter()
            .map(|sample| sample.cpu)
            .min()
            .expect("a sample")
    }

    /// The highest peak.
    pub fn memory(&self) -> u64 {
        self.samples
            .iter()
            .map(|sample| sample.memory)
            .max()
            .expect("a sample")
    }

    fn walls(&self) -> Vec<Duration> {
        let mut walls: Vec<Duration> = self.samples.iter().map(|sample| sample.wall).collect();
        walls.sort();
        walls
    }
}
