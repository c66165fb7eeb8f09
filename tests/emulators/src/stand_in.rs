//! Emulators as stand-ins of `muster provider test`: people come as JSON Lines, and
//! what the plugin has to know goes back.

use crate::google::{Google, Person};
use crate::graph::{Client, Graph, Tenant};
use crate::okta::{self, Okta};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Most people that are changed in place; for more, another emulator is started.
const FEW: usize = 40;

/// An emulator that people are put into.
pub trait Vendor {
    /// Starts, with nobody in it.
    fn start() -> Self;
    /// Adds somebody, and gives their identifier.
    fn add(&self, one: &Value) -> String;
    /// Makes somebody as they are now.
    fn edit(&self, id: &str, before: &Value, one: &Value);
    /// Deletes somebody.
    fn delete(&self, id: &str);
    /// What the case has to know: placeholders, and secrets.
    fn told(&self) -> Value;
}

/// An emulator, and who is in it.
#[derive(Default)]
pub struct StandIn<V> {
    vendor: Option<V>,
    /// Identifier and record, by username.
    people: BTreeMap<String, (String, Value)>,
}

impl<V: Vendor> StandIn<V> {
    /// With nobody, until people are loaded.
    pub fn new() -> Self {
        Self {
            vendor: None,
            people: BTreeMap::new(),
        }
    }

    /// Has the people of these lines, and tells how they are reached.
    pub fn load(&mut self, lines: &str) -> Value {
        let now: Vec<(String, Value)> = lines
            .lines()
            .map(|line| {
                let one: Value = serde_json::from_str(line).expect("a person");
                (text(&one, "username").to_owned(), one)
            })
            .collect();
        let is_new = |(username, one): &&(String, Value)| {
            self.people.get(username).map(|(_, known)| known) != Some(one)
        };
        let edits = now.iter().filter(is_new).count() + self.people.len().abs_diff(now.len());
        let vendor = match self.vendor.take() {
            Some(vendor) if edits <= FEW && edits < now.len() => vendor,
            _ => {
                self.people.clear();
                V::start()
            }
        };
        let mut before = std::mem::take(&mut self.people);
        for (username, one) in now {
            let id = match before.remove(&username) {
                None => vendor.add(&one),
                Some((id, known)) => {
                    if known != one {
                        vendor.edit(&id, &known, &one);
                    }
                    id
                }
            };
            self.people.insert(username, (id, one));
        }
        for (id, _) in before.into_values() {
            vendor.delete(&id);
        }
        let told = vendor.told();
        self.vendor = Some(vendor);
        told
    }
}

fn text<'a>(one: &'a Value, field: &str) -> &'a str {
    one[field].as_str().unwrap_or_default()
}

fn is_active(one: &Value) -> bool {
    one["active"] == json!(true)
}

/// Properties that are there, by the names that a vendor has for fields.
fn properties(one: &Value, names: &[(&str, &str)]) -> Map<String, Value> {
    let there = names.iter().filter(|(_, field)| one[*field].is_string());
    there
        .map(|(name, field)| ((*name).to_owned(), one[*field].clone()))
        .collect()
}

const OKTA: [(&str, &str); 6] = [
    ("firstName", "given"),
    ("lastName", "family"),
    ("displayName", "name"),
    ("department", "department"),
    ("title", "title"),
    ("city", "city"),
];

impl Vendor for Okta {
    fn start() -> Self {
        Self::start(0)
    }

    fn add(&self, one: &Value) -> String {
        let id = self.user(text(one, "mail"), text(one, "given"), text(one, "family"));
        for (name, value) in properties(one, &OKTA) {
            self.edit(&id, &name, value);
        }
        if !is_active(one) {
            self.suspend(&id);
        }
        id
    }

    fn edit(&self, id: &str, before: &Value, one: &Value) {
        let now = properties(one, &OKTA);
        for (name, _) in OKTA {
            match now.get(name) {
                Some(value) => Self::edit(self, id, name, value.clone()),
                None => self.leave_out(id, name),
            }
        }
        match (is_active(before), is_active(one)) {
            (true, false) => self.suspend(id),
            (false, true) => self.unsuspend(id),
            _ => {}
        }
    }

    fn delete(&self, id: &str) {
        self.deactivate(id);
        Self::delete(self, id);
    }

    fn told(&self) -> Value {
        json!({"url": self.url(), "secrets": {"token": okta::TOKEN}})
    }
}

const GRAPH: [(&str, &str); 6] = [
    ("givenName", "given"),
    ("surname", "family"),
    ("displayName", "name"),
    ("department", "department"),
    ("jobTitle", "title"),
    ("city", "city"),
];

/// The secret of the client.
const SECRET: &str = "stand-in-secret-of-entra-7d1f0c55";

impl Vendor for Graph {
    fn start() -> Self {
        Self::start(Tenant::new(Client::secret("muster", SECRET)))
    }

    fn add(&self, one: &Value) -> String {
        let mut all = properties(one, &GRAPH);
        all.insert("accountEnabled".to_owned(), json!(is_active(one)));
        self.tenant().user(text(one, "mail"), Value::Object(all))
    }

    fn edit(&self, id: &str, _: &Value, one: &Value) {
        let now = properties(one, &GRAPH);
        let mut tenant = self.tenant();
        for (name, _) in GRAPH {
            tenant.set(id, name, now.get(name).cloned().unwrap_or_default());
        }
        tenant.enable(id, is_active(one));
    }

    fn delete(&self, id: &str) {
        self.tenant().delete(id);
    }

    fn told(&self) -> Value {
        json!({
            "url": self.url(),
            "tenant": self.tenant().id,
            "secrets": {"client_secret": SECRET},
        })
    }
}

impl Vendor for Google {
    fn start() -> Self {
        Self::start()
    }

    fn add(&self, one: &Value) -> String {
        let person = Person::new(text(one, "mail"), text(one, "given"), text(one, "family"));
        Self::add(self, person.with(google(one)))
    }

    fn edit(&self, id: &str, _: &Value, one: &Value) {
        self.change(id, google(one));
    }

    fn delete(&self, id: &str) {
        Self::delete(self, id);
    }

    fn told(&self) -> Value {
        json!({
            "url": self.url(),
            "token_url": self.token_url(),
            "secrets": {"service_account": self.key_file()},
        })
    }
}

fn google(one: &Value) -> Value {
    json!({
        "name": {
            "givenName": one["given"], "familyName": one["family"], "fullName": one["name"],
        },
        "suspended": !is_active(one),
        "recoveryEmail": one["mail"],
    })
}
