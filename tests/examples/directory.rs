//! A directory to play with: a throw-away OpenLDAP server on loopback, and a
//! policy for it. Lines typed here change what the server holds.
//!
//! `cargo run -p muster-tests --example directory -- FOLDER`

#![allow(
    clippy::print_stdout,
    reason = "it talks with the person who started it"
)]

use muster_tests::{Person, Policy, Slapd, Tree};
use std::io::BufRead;
use std::path::PathBuf;

const HELP: &str = "\
leave UID      takes a person out of the group staff
join UID       puts a person into it
rename UID NEW gives a person another uid
mail UID MAIL  gives a person another address
lock UID       locks a person, as ppolicy does; unlock UID
stop           ends the server: an outage; start ends the outage
quit           ends everything";

const STAFF: [(&str, &str, &str); 5] = [
    ("alice", "Alice", "Nguyen"),
    ("bruno", "Bruno", "Keller"),
    ("chidi", "Chidi", "Okafor"),
    ("dagny", "Dagny", "Vik"),
    ("emre", "Emre", "Aydin"),
];

fn main() -> std::io::Result<()> {
    let folder = PathBuf::from(std::env::args().nth(1).unwrap_or_else(|| "tour".to_owned()));
    std::fs::create_dir_all(&folder)?;
    let mut tree = Tree::new();
    for (uid, given_name, surname) in STAFF {
        tree = tree.person(Person::new(uid, given_name, surname));
    }
    let members: Vec<&str> = STAFF.iter().map(|(uid, ..)| *uid).collect();
    let server = Slapd::serve(&tree.group("staff", &members));
    let policy = folder.join("ldap.yaml");
    let mut text = Policy::openldap(&server, "staff");
    text.rest = "guards:\n  block: {max: 3}\n  rename: {max: 3}\n".to_owned();
    std::fs::write(&policy, text.yaml())?;
    println!("OpenLDAP listens on {} until you type quit.", server.url());
    println!("In another terminal:\n");
    println!("  cd {}", folder.display());
    println!("  export LDAP_PASSWORD='{}'", muster_tests::slapd::PASSWORD);
    println!("  muster plan ldap.yaml\n\n{HELP}\n");
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            ["leave", uid] => server.leave("staff", uid),
            ["join", uid] => server.join("staff", uid),
            ["rename", uid, new] => server.rename(uid, new),
            ["mail", uid, mail] => server.replace(uid, "mail", mail),
            ["lock", uid] => server.lock(uid),
            ["unlock", uid] => server.unlock(uid),
            ["stop"] => server.stop(),
            ["start"] => server.start(),
            ["quit"] => break,
            _ => {
                println!("{HELP}");
                continue;
            }
        }
        println!("done: {line}");
    }
    Ok(())
}
