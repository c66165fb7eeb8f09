//! OpenLDAP: an entry for each person.

use crate::StandIn;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use muster_tests::Slapd;
use muster_tests::slapd::{PASSWORD, Plaintext, Reader};
use muster_tests::tree::SUFFIX;
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Write;

/// Attributes, and the fields of people that they hold.
const ATTRIBUTES: [(&str, &str); 10] = [
    ("cn", "name"),
    ("sn", "family"),
    ("givenName", "given"),
    ("mail", "mail"),
    ("title", "title"),
    ("description", "about"),
    ("departmentNumber", "department"),
    ("l", "city"),
    ("telephoneNumber", "phone"),
    ("homePhone", "phones"),
];

/// Most people that are changed in place; for more, another server is started.
const FEW: usize = 40;

/// The server, with who is in it.
#[derive(Default)]
pub struct Ldap {
    server: Option<Slapd>,
    people: BTreeMap<String, Value>,
}

impl StandIn for Ldap {
    fn load(&mut self, people: &str) -> Value {
        let now: BTreeMap<String, Value> = people
            .lines()
            .map(|line| {
                let one: Value = serde_json::from_str(line).expect("a person");
                (
                    one["username"].as_str().expect("a username").to_owned(),
                    one,
                )
            })
            .collect();
        let differs = |(uid, one): &(&String, &Value)| self.people.get(*uid) != Some(*one);
        let changed = now.iter().filter(differs).count();
        let gone = self.people.keys().filter(|uid| !now.contains_key(*uid));
        let edits = changed + gone.count();
        match &self.server {
            Some(server) if edits <= FEW && edits < now.len() => edit(server, &self.people, &now),
            _ => self.server = Some(started(&now)),
        }
        self.people = now;
        let server = self.server.as_ref().expect("a server");
        json!({
            "url": server.url(),
            "base_dn": format!("ou=people,{SUFFIX}"),
            "bind_dn": Reader::Sync.dn(),
            "secrets": {"bind_password": PASSWORD},
        })
    }
}

fn started(people: &BTreeMap<String, Value>) -> Slapd {
    let mut text = String::new();
    for (uid, one) in people {
        text.push_str(&entry(uid, one));
    }
    Slapd::start_with(Plaintext::Accepted, |folder| {
        let file = folder.join("tree.ldif");
        std::fs::write(&file, text).expect("the people as LDIF");
        file
    })
}

fn edit(server: &Slapd, before: &BTreeMap<String, Value>, now: &BTreeMap<String, Value>) {
    let admin = server.admin();
    for uid in before
        .keys()
        .filter(|uid| before.get(*uid) != now.get(*uid))
    {
        admin.delete(&dn(uid));
    }
    for (uid, one) in now
        .iter()
        .filter(|(uid, one)| before.get(*uid) != Some(*one))
    {
        admin.add(&entry(uid, one));
    }
}

fn dn(uid: &str) -> String {
    format!("uid={uid},ou=people,{SUFFIX}")
}

fn entry(uid: &str, one: &Value) -> String {
    let mut text = format!("dn: {}\nobjectClass: inetOrgPerson\nuid: {uid}\n", dn(uid));
    for (attribute, field) in ATTRIBUTES {
        let values = match &one[field] {
            Value::Array(values) => values.iter().filter_map(Value::as_str).collect(),
            value => value.as_str().into_iter().collect::<Vec<_>>(),
        };
        for value in values {
            let _ = writeln!(text, "{attribute}:: {}", STANDARD.encode(value));
        }
    }
    if one["active"] == json!(false) {
        // For good, as an administrator locks with ppolicy.
        text.push_str("pwdAccountLockedTime: 000001010000Z\n");
    }
    text.push('\n');
    text
}
