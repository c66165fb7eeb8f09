//! `muster account delete`: asks first, for it cannot be undone.

use super::change::{finish, prepare};
use crate::args::DeleteArgs;
use crate::exit::Exit;
use crate::render::text::{count, safe};
use crate::session::Session;
use crate::state;
use crate::trouble::Trouble;
use muster_sync::admin;
use std::io::Read;
use std::path::Path;

pub(super) fn run(args: &DeleteArgs, session: &Session) -> Result<Exit, Trouble> {
    let mut usernames = args.usernames.clone();
    if let Some(file) = &args.from {
        usernames.extend(listed(file)?);
    }
    let mut store = state::existing(session)?;
    if !usernames.is_empty() && !args.yes {
        // Nobody is asked about a misspelled name, and nobody is held up
        // while somebody is asked.
        prepare(session, &store, |store, context| {
            admin::delete(store, context, &usernames)
        })?;
        drop(store);
        confirm(&usernames, session)?;
        store = state::existing(session)?;
    }
    let subject = match usernames.as_slice() {
        [one] => one.clone(),
        _ => "USER".to_owned(),
    };
    finish(
        session,
        &mut store,
        &subject,
        "nobody is named",
        |store, context| admin::delete(store, context, &usernames),
    )
}

/// Reads one username a line; blank lines and those that begin with `#` do not
/// count.
fn listed(file: &Path) -> Result<Vec<String>, Trouble> {
    let text = if file.as_os_str() == "-" {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text).map(|_| text)
    } else {
        std::fs::read_to_string(file)
    };
    let text = text.map_err(|error| {
        Trouble::new(
            Exit::Failed,
            format!("the list `{}` cannot be read", file.display()),
        )
        .because(Some(&error))
    })?;
    Ok(text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with('#'))
        .map(str::to_owned)
        .collect())
}

/// What has to be typed: the username, or for many how many they are.
fn confirm(usernames: &[String], session: &Session) -> Result<(), Trouble> {
    let (what, word) = match usernames {
        [one] => (format!("the account {}", safe(one)), one.clone()),
        many => {
            let names: Vec<String> = many.iter().take(10).map(|name| safe(name)).collect();
            let rest = if many.len() > 10 { ", …" } else { "" };
            let number = count(many.len() as u64, "account", "accounts");
            (
                format!("{number}: {}{rest}", names.join(", ")),
                format!("delete {}", many.len()),
            )
        }
    };
    session.say(&format!(
        "{} This deletes {what}, with all its fields. It cannot be undone.\n\
         To keep somebody out instead: muster account block USER",
        session.err.alarm("Warning:")
    ));
    let Some(answer) = session.ask(&format!("Type `{}` to delete for good:", safe(&word))) else {
        return Err(Trouble::new(
            Exit::Invalid,
            "deleting cannot be undone, and there is no terminal to ask on",
        )
        .hint("say `--yes` if you are sure; `muster state export FILE` makes a back-up first"));
    };
    if answer == word {
        Ok(())
    } else {
        Err(Trouble::new(
            Exit::Failed,
            "that is not what was asked for; nothing was deleted",
        ))
    }
}
