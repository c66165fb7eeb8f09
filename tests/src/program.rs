//! Runs a program to its end, within a time limit.

use std::io::{Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::OnceLock;
use std::thread;
use std::time::{Duration, Instant};

/// How long a helper may take before it counts as stuck.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// A program that has ended.
#[derive(Clone, Debug)]
pub struct Finished {
    /// What was run, for messages.
    pub command: String,
    /// Its exit code; none if a signal ended it.
    pub code: Option<i32>,
    /// Everything that it wrote to standard output.
    pub stdout: String,
    /// Everything that it wrote to standard error.
    pub stderr: String,
}

impl Finished {
    /// Demands success.
    #[track_caller]
    pub fn ok(self) -> Self {
        assert_eq!(self.code, Some(0), "{self}");
        self
    }
}

impl std::fmt::Display for Finished {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let code = self
            .code
            .map_or_else(|| "a signal".to_owned(), |code| code.to_string());
        write!(
            f,
            "`{}` ended with {code}\n--- stdout\n{}\n--- stderr\n{}",
            self.command, self.stdout, self.stderr
        )
    }
}

/// Runs a command with this text as its standard input, and kills it after
/// `limit`.
#[track_caller]
pub fn run(command: &mut Command, input: &str, limit: Duration) -> Finished {
    let shown = shown(command);
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap_or_else(|error| panic!("cannot start `{shown}`: {error}"));
    let stdout = drain(child.stdout.take());
    let stderr = drain(child.stderr.take());
    let input = input.to_owned();
    let stdin = child.stdin.take();
    let writer = thread::spawn(move || {
        // A program that does not read its input closes the pipe: no trouble.
        let _ = stdin.map(|mut pipe| pipe.write_all(input.as_bytes()));
    });
    let status = wait(&mut child, limit);
    let finished = Finished {
        command: shown,
        code: status.and_then(|status| status.code()),
        stdout: stdout.join().expect("reader of standard output"),
        stderr: stderr.join().expect("reader of standard error"),
    };
    writer.join().expect("writer of standard input");
    assert!(status.is_some(), "not done after {limit:?}: {finished}");
    finished
}

/// Waits for the end of a child, and kills it after `limit`.
pub fn wait(child: &mut Child, limit: Duration) -> Option<ExitStatus> {
    let end = Instant::now() + limit;
    loop {
        if let Some(status) = child.try_wait().expect("the child's status") {
            return Some(status);
        }
        if Instant::now() > end {
            end_now(child);
            return None;
        }
        thread::sleep(Duration::from_millis(3));
    }
}

/// Kills a child and takes its status, so that nothing stays behind.
pub fn end_now(child: &mut Child) {
    // Both fail only if it has ended by itself.
    let _ = child.kill();
    let _ = child.wait();
}

/// Finds a program in `PATH` or where Debian keeps servers.
///
/// # Panics
///
/// Panics with what to run if it is not there.
pub fn find(name: &str) -> PathBuf {
    let path = std::env::var_os("PATH").unwrap_or_default();
    std::env::split_paths(&path)
        .chain(["/usr/local/sbin", "/usr/sbin", "/sbin"].map(PathBuf::from))
        .map(|folder| folder.join(name))
        .find(|file| file.is_file())
        .unwrap_or_else(|| panic!("`{name}` is not installed: run tests/install.sh"))
}

/// A command that runs as root: as it is, or through `sudo` if the tests run as
/// somebody else.
pub fn as_root(name: &str) -> Command {
    static ROOT: OnceLock<bool> = OnceLock::new();
    let root = ROOT.get_or_init(|| {
        run(Command::new(find("id")).arg("-u"), "", PATIENCE)
            .stdout
            .trim()
            == "0"
    });
    if *root {
        return Command::new(find(name));
    }
    let mut command = Command::new(find("sudo"));
    command.arg("-n").arg(find(name));
    command
}

/// Repeats a question until its answer is yes, for at most `limit`.
pub fn eventually(limit: Duration, mut question: impl FnMut() -> bool) -> bool {
    let end = Instant::now() + limit;
    loop {
        if question() {
            return true;
        }
        if Instant::now() > end {
            return false;
        }
        thread::sleep(Duration::from_millis(10));
    }
}

/// Reads a file for a message; an unreadable one is empty.
pub fn text_of(file: &Path) -> String {
    std::fs::read(file)
        .map(|bytes| String::from_utf8_lossy(&bytes).into_owned())
        .unwrap_or_default()
}

fn drain(pipe: Option<impl Read + Send + 'static>) -> thread::JoinHandle<String> {
    thread::spawn(move || {
        let mut bytes = Vec::new();
        if let Some(mut pipe) = pipe {
            let _ = pipe.read_to_end(&mut bytes);
        }
        String::from_utf8_lossy(&bytes).into_owned()
    })
}

fn shown(command: &Command) -> String {
    let mut text = command.get_program().to_string_lossy().into_owned();
    for argument in command.get_args() {
        text.push(' ');
        text.push_str(&argument.to_string_lossy());
    }
    text
}
