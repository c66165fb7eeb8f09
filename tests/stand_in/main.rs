//! Serves the people of `muster provider test` from a real server: `stand-in sql`
//! or `stand-in ldap`. What a stand-in is, `plugins/conformance.md` says.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program for tests: what cannot be set up ends it"
)]

mod ldap;
mod sql;

use serde_json::Value;
use std::io::BufRead;
use std::process::ExitCode;

/// A server that the suite's people are put into.
trait StandIn {
    /// Has these people, and says where it is.
    fn load(&mut self, people: &str) -> Value;
}

fn main() -> ExitCode {
    let mut server: Box<dyn StandIn> = match std::env::args().nth(1).as_deref() {
        Some("sql") => Box::new(sql::Sql::start()),
        Some("ldap") => Box::<ldap::Ldap>::default(),
        _ => {
            eprintln!("usage: stand-in sql|ldap");
            return ExitCode::from(3);
        }
    };
    let file = std::env::var_os("MUSTER_PEOPLE").expect("MUSTER_PEOPLE names the file with people");
    for line in std::io::stdin().lock().lines() {
        line.expect("a line");
        let people = std::fs::read_to_string(&file).expect("the people");
        println!("{}", server.load(&people));
    }
    ExitCode::SUCCESS
}
