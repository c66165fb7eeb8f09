//! One call of the program: who calls, when, from where, and how to answer.

use crate::args::{ColorWhen, Global};
use crate::exit::Exit;
use crate::render::{self, Palette};
use crate::trouble::Trouble;
use console::Term;
use jiff::Timestamp;
use muster_model::Actor;
use std::env;
use std::io::{self, BufWriter, ErrorKind, IsTerminal, Write, stderr, stdin, stdout};
use std::path::PathBuf;

/// One call of the program.
#[derive(Clone, Debug)]
pub struct Session {
    /// The state folder.
    pub state: PathBuf,
    /// The file with the values of the environment.
    pub values: Option<PathBuf>,
    /// The instant of this call.
    pub now: Timestamp,
    /// Who calls, with which command.
    pub actor: Actor,
    /// For data.
    pub out: Palette,
    /// For talk.
    pub err: Palette,
    quiet: bool,
}

impl Session {
    /// Takes options and environment together.
    pub fn new(global: &Global, command: &str) -> Result<Self, Trouble> {
        Ok(Self {
            state: global.state.clone(),
            values: global.values.clone(),
            now: now()?,
            actor: Actor {
                name: actor_name(),
                command: command.to_owned(),
            },
            out: palette(global.color, stdout().is_terminal()),
            err: palette(global.color, stderr().is_terminal()),
            quiet: global.quiet,
        })
    }

    /// Prints data. A reader that has gone away is no failure.
    pub fn print(&self, text: &str) -> Result<(), Trouble> {
        let mut out = stdout().lock();
        match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
            Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(Trouble::new(
                Exit::Failed,
                "standard output cannot be written",
            )
            .because(Some(&error))),
            _ => Ok(()),
        }
    }

    /// Prints data that is too much to be held as one text.
    pub fn stream(
        &self,
        write: impl FnOnce(&mut dyn Write) -> io::Result<()>,
    ) -> Result<(), Trouble> {
        let mut out = BufWriter::with_capacity(1 << 16, stdout().lock());
        match write(&mut out).and_then(|()| out.flush()) {
            Err(error) if error.kind() != ErrorKind::BrokenPipe => Err(Trouble::new(
                Exit::Failed,
                "standard output cannot be written",
            )
            .because(Some(&error))),
            _ => Ok(()),
        }
    }

    /// Prints JSON with a line break at its end.
    pub fn print_json(&self, value: &impl serde::Serialize) -> Result<(), Trouble> {
        let mut text = serde_json::to_string_pretty(value)
            .map_err(|error| Trouble::of(Exit::Failed, &error))?;
        text.push('\n');
        self.print(&text)
    }

    /// Talks, unless asked to be quiet.
    pub fn say(&self, text: &str) {
        if !self.quiet {
            self.talk(&format!("{text}\n"));
        }
    }

    /// Talks of something that ought to be known, unless asked to be quiet.
    pub fn note(&self, text: &str) {
        if !self.quiet {
            self.talk(&render::trouble::warning(text, self.err));
        }
    }

    /// Reports a failure; being quiet does not hide it.
    pub fn report(&self, trouble: &Trouble) {
        self.talk(&render::trouble::trouble(trouble, self.err));
    }

    /// Asks on the terminal. `None` if there is no terminal to ask on.
    pub fn ask(&self, question: &str) -> Option<String> {
        if !stdin().is_terminal() || !stderr().is_terminal() {
            return None;
        }
        self.talk(&format!("{} ", self.err.strong(question)));
        let mut answer = String::new();
        stdin().read_line(&mut answer).ok()?;
        Some(answer.trim().to_owned())
    }

    /// Asks whether something is to be done; whoever says no, or cannot be asked,
    /// has changed nothing. `else_` says what to do without a terminal.
    pub fn agree(&self, question: &str, else_: &str) -> Result<(), Trouble> {
        match self.ask(&format!("{question} Only `yes` is taken for yes:")) {
            None => Err(Trouble::new(
                Exit::Invalid,
                "there is no terminal to ask on; nothing was changed",
            )
            .hint(else_)),
            Some(answer) if answer.eq_ignore_ascii_case("yes") => Ok(()),
            Some(_) => Err(Trouble::new(
                Exit::Failed,
                "not applied; nothing was changed",
            )),
        }
    }

    /// Asks for a secret without showing what is typed; without a terminal, it is
    /// one line of standard input.
    pub fn secret(&self, question: &str) -> Result<String, Trouble> {
        let read = if stdin().is_terminal() {
            self.talk(&format!("{} ", self.err.strong(question)));
            Term::stderr().read_secure_line()
        } else {
            let mut line = String::new();
            stdin().read_line(&mut line).map(|_| line)
        };
        let line = read.map_err(|error| {
            Trouble::new(Exit::Failed, "the password cannot be read").because(Some(&error))
        })?;
        Ok(line.trim_end_matches(['\r', '\n']).to_owned())
    }

    /// True if progress may be drawn.
    pub fn may_draw(&self) -> bool {
        !self.quiet && stderr().is_terminal()
    }

    /// Nobody hears that nobody can be talked to.
    fn talk(&self, text: &str) {
        let _ = stderr().lock().write_all(text.as_bytes());
    }
}

fn palette(when: ColorWhen, terminal: bool) -> Palette {
    let set = |name: &str| env::var_os(name).is_some_and(|value| !value.is_empty());
    let dumb = env::var_os("TERM").is_some_and(|term| term == "dumb");
    match when {
        ColorWhen::Always => Palette::Colour,
        ColorWhen::Auto if terminal && !set("NO_COLOR") && !dumb => Palette::Colour,
        ColorWhen::Auto | ColorWhen::Never => Palette::Plain,
    }
}

/// The clock, or the instant that `MUSTER_NOW` stands for.
pub fn now() -> Result<Timestamp, Trouble> {
    let Some(text) = text_of("MUSTER_NOW") else {
        return Ok(Timestamp::now());
    };
    text.parse().map_err(|error: jiff::Error| {
        Trouble::new(
            Exit::Invalid,
            format!("`MUSTER_NOW` is no instant: `{text}`"),
        )
        .because(Some(&error))
        .hint("write it as RFC 3339, such as 2026-11-23T08:00:00Z")
    })
}

/// `MUSTER_ACTOR`, or the operating system's user.
fn actor_name() -> String {
    if let Some(name) = text_of("MUSTER_ACTOR") {
        return name;
    }
    let user = text_of("USER")
        .or_else(|| text_of("LOGNAME"))
        .or_else(process_owner)
        .unwrap_or_else(|| "unknown".to_owned());
    match text_of("SUDO_USER") {
        Some(person) if person != user => format!("{person} as {user}"),
        _ => user,
    }
}

fn text_of(variable: &str) -> Option<String> {
    let text = env::var(variable).ok()?;
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

/// A scheduler may start us without any variable that names the user.
#[cfg(unix)]
fn process_owner() -> Option<String> {
    use std::os::unix::fs::MetadataExt;
    let uid = std::fs::metadata("/proc/self").ok()?.uid();
    let users = std::fs::read_to_string("/etc/passwd").unwrap_or_default();
    let named = users.lines().find_map(|line| {
        let mut parts = line.split(':');
        let name = parts.next()?;
        let number: u32 = parts.nth(1)?.parse().ok()?;
        (number == uid).then(|| name.to_owned())
    });
    Some(named.unwrap_or_else(|| format!("uid {uid}")))
}

#[cfg(not(unix))]
fn process_owner() -> Option<String> {
    text_of("USERNAME")
}
