//! Secrets, fetched from where the policy says. They are never shown.

use crate::exit::Exit;
use crate::policies;
use crate::trouble::Trouble;
use muster_host::Secret;
use muster_policy::{Policy, SecretSource};
use std::collections::BTreeMap;
use std::io::Read;
use std::path::Path;
use std::process::{Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

/// How long a command may take to print a secret.
const PATIENCE: Duration = Duration::from_secs(60);

/// Longer secrets are a mistake: another file was named.
const LONGEST: u64 = 64 << 10;

/// A secret that is not there.
#[derive(Clone, Debug)]
pub struct Missing {
    /// Its name in the policy.
    pub name: String,
    /// Where it should come from.
    pub source: SecretSource,
    /// Why it does not.
    pub why: String,
}

/// Fetches all secrets of a policy.
pub fn fetch(policy: &Policy) -> Result<BTreeMap<String, Secret>, Trouble> {
    let (fetched, missing) = try_each(policy);
    match missing.into_iter().next() {
        None => Ok(fetched),
        Some(first) => Err(trouble(policy, first)),
    }
}

/// Fetches what is there; for the others something stands in, so that settings
/// can be checked all the same.
pub fn try_each(policy: &Policy) -> (BTreeMap<String, Secret>, Vec<Missing>) {
    let folder = policies::folder(policy);
    let mut missing = Vec::new();
    let fetched = policy.provider.secrets.iter().map(|(name, source)| {
        let secret = match text_of(source, &folder) {
            Ok(text) => Secret::new(text),
            Err(why) => {
                missing.push(Missing {
                    name: name.clone(),
                    source: source.clone(),
                    why,
                });
                Secret::stand_in()
            }
        };
        (name.clone(), secret)
    });
    let fetched = fetched.collect();
    (fetched, missing)
}

/// Where a secret comes from, in words.
pub fn place(source: &SecretSource) -> String {
    match source {
        SecretSource::Env(name) => format!("the environment variable `{name}`"),
        SecretSource::File(path) => format!("the file `{path}`"),
        SecretSource::Command(words) => {
            format!("the command `{}`", words.first().map_or("", String::as_str))
        }
    }
}

/// What to do about a secret that is not there, as part of a sentence.
pub fn advice(source: &SecretSource) -> Option<String> {
    match source {
        SecretSource::Env(variable) => Some(format!("set it: export {variable}=…")),
        SecretSource::File(_) => Some("the path is relative to the policy's folder".to_owned()),
        SecretSource::Command(_) => None,
    }
}

fn trouble(policy: &Policy, missing: Missing) -> Trouble {
    let summary = format!(
        "the secret `{}` of `{}` cannot be had from {}",
        missing.name,
        policy.file,
        place(&missing.source)
    );
    Trouble {
        causes: vec![missing.why],
        ..Trouble::new(Exit::Invalid, summary)
    }
    .hint_if(advice(&missing.source))
}

fn text_of(source: &SecretSource, folder: &Path) -> Result<String, String> {
    let text = match source {
        SecretSource::Env(name) => std::env::var(name).map_err(|error| error.to_string())?,
        SecretSource::File(path) => without_last_break(of_file(&folder.join(path))?),
        SecretSource::Command(words) => without_last_break(of_command(words, folder)?),
    };
    if text.is_empty() {
        // An empty password would be an anonymous log-in at many servers.
        return Err("it is empty".to_owned());
    }
    Ok(text)
}

fn of_file(path: &Path) -> Result<String, String> {
    let file = std::fs::File::open(path).map_err(|error| error.to_string())?;
    bounded(file)
}

fn bounded(from: impl Read) -> Result<String, String> {
    let mut text = String::new();
    from.take(LONGEST + 1)
        .read_to_string(&mut text)
        .map_err(|error| error.to_string())?;
    if text.len() as u64 > LONGEST {
        return Err(format!("it is longer than {} KiB", LONGEST >> 10));
    }
    Ok(text)
}

/// Runs a program without a shell; what it says goes to our own talk.
fn of_command(words: &[String], folder: &Path) -> Result<String, String> {
    let (program, arguments) = words.split_first().ok_or("no program is named")?;
    let program = if program.contains('/') {
        folder.join(program)
    } else {
        program.into()
    };
    let mut child = Command::new(program)
        .args(arguments)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .spawn()
        .map_err(|error| error.to_string())?;
    let printed = child.stdout.take().ok_or("it has no output")?;
    let printed = thread::spawn(move || bounded(printed));
    let start = Instant::now();
    let status = loop {
        match child.try_wait().map_err(|error| error.to_string())? {
            Some(status) => break status,
            None if start.elapsed() > PATIENCE => {
                // That it cannot be ended changes nothing for us.
                let _ = child.kill();
                let _ = child.wait();
                return Err(format!("it gave no answer for {} s", PATIENCE.as_secs()));
            }
            None => thread::sleep(Duration::from_millis(5)),
        }
    };
    if !status.success() {
        return Err(format!("it ended with {status}"));
    }
    printed
        .join()
        .unwrap_or_else(|_| Err("its output could not be read".to_owned()))
}

fn without_last_break(mut text: String) -> String {
    if text.ends_with('\n') {
        text.pop();
        if text.ends_with('\r') {
            text.pop();
        }
    }
    text
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    fn command(words: &[&str]) -> SecretSource {
        SecretSource::Command(words.iter().map(|word| (*word).to_owned()).collect())
    }

    #[test]
    fn a_secret_loses_its_last_line_break_only() {
        let folder = tempfile::tempdir().unwrap();
        std::fs::write(folder.path().join("secret"), " top\nsecret \r\n").unwrap();
        let file = SecretSource::File("secret".to_owned());
        assert_eq!(text_of(&file, folder.path()).unwrap(), " top\nsecret ");
        let echo = command(&["printf", "%s\n\n", "word"]);
        assert_eq!(text_of(&echo, folder.path()).unwrap(), "word\n");
    }

    #[test]
    fn what_cannot_be_had_says_why() {
        let folder = tempfile::tempdir().unwrap();
        let why = |source: SecretSource| text_of(&source, folder.path()).unwrap_err();
        assert!(why(SecretSource::Env("MUSTER_NO_SUCH_SECRET".into())).contains("not found"));
        assert!(why(SecretSource::File("nothing".into())).contains("No such file"));
        assert!(why(command(&["false"])).contains("exit status: 1"));
        assert!(why(command(&["./none"])).contains("No such file"));
        assert_eq!(why(command(&["true"])), "it is empty");
        std::fs::write(folder.path().join("large"), "x".repeat(70_000)).unwrap();
        assert!(why(SecretSource::File("large".into())).contains("64 KiB"));
    }
}
