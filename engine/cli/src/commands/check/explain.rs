//! `muster check --explain`: what a diagnostic means.

use crate::exit::Exit;
use crate::render::page;
use crate::session::Session;
use crate::trouble::Trouble;
use muster_policy::{Code, nearest};

pub(super) fn run(name: Option<&str>, session: &Session) -> Result<Exit, Trouble> {
    let text = match name {
        None => page::list(session.out),
        Some(name) => page::page(known(name)?, session.out),
    };
    session.print(&text)?;
    Ok(Exit::Done)
}

fn known(name: &str) -> Result<Code, Trouble> {
    Code::of(&name.to_lowercase()).ok_or_else(|| {
        let names = Code::ALL.iter().map(|code| code.as_str());
        let hint = match nearest(name, names) {
            Some(near) => format!("did you mean `{near}`?"),
            None => "`muster check --explain` lists all of them".to_owned(),
        };
        Trouble::new(Exit::Invalid, format!("there is no diagnostic `{name}`")).hint(hint)
    })
}
