//! The test program, started again as a process of its own: one that may be
//! killed, or that fails for good.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};
use std::time::{Duration, Instant};

/// What a child is told to do, and to which folder.
const TASK: &str = "MUSTER_TEST_TASK";
const FOLDER: &str = "MUSTER_TEST_FOLDER";
/// A number that the task may need.
const NUMBER: &str = "MUSTER_TEST_NUMBER";

/// No child takes longer.
const PATIENCE: Duration = Duration::from_secs(20);

/// The tasks; each returns by itself.
type Task = fn(&Path, u64);

const TASKS: &[(&str, Task)] = &[
    ("write for ever", super::crash::write_for_ever),
    ("stop at a step", super::crash::stop_at_step),
    ("fail at a step", super::crash::fail_at_step),
    ("look at damage", super::damage::look),
    ("fill the disk", super::room::fill),
    ("hold", super::folder::hold),
];

#[test]
#[ignore = "the process that other tests start"]
fn task() {
    let name = std::env::var(TASK).expect("only other tests start this one");
    let folder = std::env::var_os(FOLDER).unwrap();
    let number = std::env::var(NUMBER).unwrap().parse().unwrap();
    let (_, task) = TASKS.iter().find(|(known, _)| *known == name).unwrap();
    task(Path::new(&folder), number);
}

/// Prepares a child.
pub fn command(task: &str, folder: &Path, number: u64) -> Command {
    let mut command = Command::new(std::env::current_exe().unwrap());
    prepare(&mut command, task, folder, number);
    command
}

/// Prepares a child under a shell that first runs a line of its own.
pub fn command_after(line: &str, task: &str, folder: &Path, number: u64) -> Command {
    let mut command = Command::new("sh");
    command.arg("-c").arg(format!("{line}; exec \"$0\" \"$@\""));
    command.arg(std::env::current_exe().unwrap());
    prepare(&mut command, task, folder, number);
    command
}

fn prepare(command: &mut Command, task: &str, folder: &Path, number: u64) {
    command
        .args([
            "child::task",
            "--exact",
            "--ignored",
            "--nocapture",
            "--test-threads=1",
        ])
        .env(TASK, task)
        .env(FOLDER, folder)
        .env(NUMBER, number.to_string())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
}

/// Runs a child to its end, which must come in time.
pub fn run(mut command: Command) -> Output {
    let mut child = command.spawn().unwrap();
    drop(child.stdin.take());
    let start = Instant::now();
    while child.try_wait().unwrap().is_none() {
        if start.elapsed() > PATIENCE {
            child.kill().unwrap();
            let output = child.wait_with_output().unwrap();
            panic!("a child hangs: {}", text(&output));
        }
        std::thread::sleep(Duration::from_millis(2));
    }
    child.wait_with_output().unwrap()
}

/// All that a child has said.
pub fn text(output: &Output) -> String {
    let out = String::from_utf8_lossy(&output.stdout);
    let err = String::from_utf8_lossy(&output.stderr);
    format!("{:?}\n{out}\n{err}", output.status)
}

/// Waits until a child says a word; returns what it says from then on.
pub fn await_word(child: &mut Child, word: &str) -> BufReader<std::process::ChildStdout> {
    let mut lines = BufReader::new(child.stdout.take().unwrap());
    let mut line = String::new();
    while lines.read_line(&mut line).unwrap() > 0 {
        if line.trim_end().ends_with(word) {
            return lines;
        }
        line.clear();
    }
    panic!("a child ended before it said `{word}`");
}
