//! An emulated Workspace account, and an intranet that is kept in step with it.

use muster_emulators::google::{ADMIN, Google, Member, Person};
use muster_tests::intranet::Intranet;
use serde_json::json;
use std::fmt::Write;

/// The syncing group of most tests.
pub const STAFF: &str = "staff@example.com";

/// A group in it.
pub const NESTED: &str = "nested@example.com";

/// The variable that holds the key file.
const KEY: &str = "GOOGLE_KEY";

/// A policy for the emulator.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Where the API is: the emulator, or what stands before it.
    pub url: String,
    pub token_url: String,
    pub config: Vec<(String, String)>,
    pub scope: Vec<String>,
    pub fields: Vec<(String, String)>,
    pub rest: String,
}

impl Policy {
    pub fn of(google: &Google) -> Self {
        let fields = [
            ("first_name", "name.givenName"),
            ("surname", "name.familyName"),
            ("email", "primaryEmail"),
        ];
        Self {
            url: google.url(),
            token_url: google.token_url(),
            config: Vec::new(),
            scope: vec![format!("groups: [{STAFF}]")],
            fields: fields.map(|(name, from)| (name.into(), from.into())).into(),
            rest: String::new(),
        }
    }

    /// Adds a line below `provider.config`.
    pub fn set(mut self, name: &str, value: &str) -> Self {
        self.config.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Replaces the scope.
    pub fn scope(self, lines: &[&str]) -> Self {
        let scope = lines.iter().map(|&line| line.to_owned()).collect();
        Self { scope, ..self }
    }

    /// Maps another field.
    pub fn field(mut self, name: &str, mapping: &str) -> Self {
        self.fields.push((name.to_owned(), mapping.to_owned()));
        self
    }

    /// The policy as YAML. The guards leave small populations alone.
    pub fn yaml(&self) -> String {
        let mut text = format!(
            "muster: 1\ndirectory: staff\nprovider:\n  plugin: google\n  config:\n    url: {}\n    token_url: {}\n    admin: {ADMIN}\n    allow_plaintext: true\n    requests_per_second: 5000\n",
            self.url, self.token_url
        );
        for (name, value) in &self.config {
            let _ = writeln!(text, "    {name}: {value}");
        }
        let _ = writeln!(text, "  secrets:\n    service_account: {{env: {KEY}}}");
        if !self.scope.is_empty() {
            text.push_str("scope:\n");
        }
        for line in &self.scope {
            let _ = writeln!(text, "  {line}");
        }
        text.push_str("identity:\n  key: external_id\n  username: primaryEmail\nfields:\n");
        for (name, mapping) in &self.fields {
            let _ = writeln!(text, "  {name}: {mapping}");
        }
        text.push_str(&self.rest);
        text.push_str("guards: {block: none, create: none, update: none, rename: none, shrink: none, clear: none}\n");
        text
    }
}

/// Anna owns the group, Ben manages it, Clara is a member, and so is a group
/// with Dora. Emil is in none of them.
pub fn account() -> Google {
    let google = Google::start();
    for (name, given, family) in [
        ("anna", "Anna", "Ek"),
        ("ben", "Ben", "Berg"),
        ("clara", "Clara", "Costa"),
        ("dora", "Dora", "Dahl"),
        ("emil", "Emil", "Eng"),
    ] {
        google.add(Person::new(name, given, family).with(json!({"orgUnitPath": "/Staff"})));
    }
    google.group(STAFF);
    google.group(NESTED);
    google.join_as(STAFF, member("anna"), "OWNER");
    google.join_as(STAFF, member("ben"), "MANAGER");
    google.join(STAFF, member("clara"));
    google.join(STAFF, Member::group(NESTED));
    google.join(NESTED, member("dora"));
    google
}

/// A person as a member.
pub fn member(name: &str) -> Member {
    Member::person(&address(name))
}

/// `NAME@example.com`.
pub fn address(name: &str) -> String {
    format!("{name}@example.com")
}

/// An intranet that was not synced yet.
pub fn intranet(google: &Google, policy: &Policy) -> Intranet {
    Intranet::of(&policy.yaml(), &[(KEY, &google.key_file())])
}

/// The account of four people, and an intranet that was synced with it once.
pub fn synced() -> (Google, Intranet) {
    let google = account();
    let intranet = intranet(&google, &Policy::of(&google));
    intranet.sync().ok();
    intranet.nobody_is_blocked(4);
    (google, intranet)
}
