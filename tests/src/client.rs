//! Changes and questions to a directory server, through OpenLDAP's tools.

use crate::program::{self, Finished, PATIENCE, find};
use crate::tree::line;
use std::process::Command;

/// Somebody who binds to a server.
#[derive(Clone, Debug)]
pub struct Client {
    /// Where the server is.
    pub url: String,
    /// Who binds.
    pub name: String,
    /// Their password.
    pub password: String,
}

impl Client {
    /// True if the server accepts the login.
    pub fn logs_in(&self) -> bool {
        self.run("ldapsearch", &["-LLL", "-s", "base", "-b", "", "1.1"], "")
            .code
            == Some(0)
    }

    /// Carries out LDIF changes.
    #[track_caller]
    pub fn change(&self, ldif: &str) {
        self.run("ldapmodify", &[], ldif).ok();
    }

    /// Adds entries.
    #[track_caller]
    pub fn add(&self, ldif: &str) {
        self.run("ldapadd", &[], ldif).ok();
    }

    /// Removes an entry.
    #[track_caller]
    pub fn delete(&self, dn: &str) {
        self.change(&record(dn, "changetype: delete\n"));
    }

    /// Gives an attribute this one value.
    #[track_caller]
    pub fn replace(&self, dn: &str, attribute: &str, value: &str) {
        self.modify("replace", dn, attribute, value);
    }

    /// Adds a value to an attribute.
    #[track_caller]
    pub fn add_value(&self, dn: &str, attribute: &str, value: &str) {
        self.modify("add", dn, attribute, value);
    }

    /// Takes one value of an attribute away.
    #[track_caller]
    pub fn remove_value(&self, dn: &str, attribute: &str, value: &str) {
        self.modify("delete", dn, attribute, value);
    }

    /// Takes all values of an attribute away.
    #[track_caller]
    pub fn clear(&self, dn: &str, attribute: &str) {
        self.change(&record(
            dn,
            &format!("changetype: modify\ndelete: {attribute}\n"),
        ));
    }

    /// Gives an entry another relative name, and moves it if a place is named.
    #[track_caller]
    pub fn rename(&self, dn: &str, relative: &str, place: Option<&str>) {
        let mut body = "changetype: modrdn\n".to_owned();
        line(&mut body, "newrdn", relative);
        body.push_str("deleteoldrdn: 1\n");
        if let Some(place) = place {
            line(&mut body, "newsuperior", place);
        }
        self.change(&record(dn, &body));
    }

    /// The first value of an attribute as the server prints it: in base64 if it
    /// is not plain text.
    #[track_caller]
    pub fn value(&self, dn: &str, attribute: &str) -> Option<String> {
        let arguments = [
            "-LLL",
            "-o",
            "ldif-wrap=no",
            "-s",
            "base",
            "-b",
            dn,
            "(objectClass=*)",
            attribute,
        ];
        let found = self.run("ldapsearch", &arguments, "").ok();
        let prefix = format!("{attribute}:");
        found
            .stdout
            .lines()
            .find_map(|line| line.strip_prefix(&prefix))
            .map(|value| value.trim_start_matches([':', ' ']).to_owned())
    }

    /// Searches and returns what `ldapsearch` said, whatever it was.
    pub fn search(&self, arguments: &[&str]) -> Finished {
        self.run("ldapsearch", arguments, "")
    }

    fn modify(&self, verb: &str, dn: &str, attribute: &str, value: &str) {
        let mut body = format!("changetype: modify\n{verb}: {attribute}\n");
        line(&mut body, attribute, value);
        self.change(&record(dn, &body));
    }

    fn run(&self, tool: &str, arguments: &[&str], input: &str) -> Finished {
        let mut command = Command::new(find(tool));
        command
            .args([
                "-x",
                "-H",
                &self.url,
                "-D",
                &self.name,
                "-w",
                &self.password,
            ])
            .args(arguments);
        program::run(&mut command, input, PATIENCE)
    }
}

fn record(dn: &str, body: &str) -> String {
    let mut text = String::new();
    line(&mut text, "dn", dn);
    text + body
}
