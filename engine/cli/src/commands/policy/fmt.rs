//! `muster policy fmt`: policies in their canonical form.

use crate::args::FmtArgs;
use crate::exit::Exit;
use crate::files;
use crate::policies;
use crate::session::Session;
use crate::trouble::Trouble;
use muster_policy::{NotFormatted, format, render};
use std::io::Read;
use std::path::Path;

/// As it is called in messages.
const STDIN: &str = "<stdin>";

pub(super) fn run(args: &FmtArgs, session: &Session) -> Result<Exit, Trouble> {
    match args.stdin {
        true => from_stdin(args, session),
        false => fmt(args, session),
    }
}

/// One file that cannot be formatted does not stop the others.
fn fmt(args: &FmtArgs, session: &Session) -> Result<Exit, Trouble> {
    let mut exit = Exit::Done;
    for path in &args.policies {
        exit = exit.worse(match file(path, args, session) {
            Ok(exit) => exit,
            Err(trouble) => {
                session.report(&trouble);
                trouble.exit
            }
        });
    }
    Ok(exit)
}

fn file(path: &Path, args: &FmtArgs, session: &Session) -> Result<Exit, Trouble> {
    let name = path.display().to_string();
    let text = policies::read(path)?;
    let formatted = formatted(&name, &text, session)?;
    if formatted == text {
        return Ok(Exit::Done);
    }
    if args.check {
        session.print(&format!("{name}\n"))?;
        return Ok(Exit::Failed);
    }
    files::replace(path, &text, &formatted).map_err(|error| {
        Trouble::new(Exit::Failed, format!("`{name}` cannot be written")).because(Some(&error))
    })?;
    session.say(&format!("formatted {name}"));
    Ok(Exit::Done)
}

fn from_stdin(args: &FmtArgs, session: &Session) -> Result<Exit, Trouble> {
    let mut text = String::new();
    std::io::stdin()
        .read_to_string(&mut text)
        .map_err(|error| {
            Trouble::new(Exit::Failed, "standard input cannot be read").because(Some(&error))
        })?;
    let formatted = formatted(STDIN, &text, session)?;
    if !args.check {
        session.print(&formatted)?;
        return Ok(Exit::Done);
    }
    Ok(match formatted == text {
        true => Exit::Done,
        false => Exit::Failed,
    })
}

fn formatted(name: &str, text: &str, session: &Session) -> Result<String, Trouble> {
    format(name, text).map_err(|refused| match refused {
        NotFormatted::Unreadable(wrong) => Trouble::new(
            Exit::Invalid,
            format!("`{name}` cannot be formatted: it is not YAML that a policy may be"),
        )
        .detail(render(&wrong, text, policies::colour(session.err))),
        NotFormatted::WouldDiffer => Trouble::new(
            Exit::Failed,
            format!("`{name}` was left as it is: its canonical form would not say the same"),
        )
        .hint("this is a defect of Muster; a comment `# muster-fmt-ignore` before the part that is unusual leaves that part alone"),
    })
}
