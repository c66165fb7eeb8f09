//! Writes policies for the test servers.

use crate::controller::{self, Controller};
use crate::ds389::{self, Ds389};
use crate::samba::{self, Samba};
use crate::slapd::{PASSWORD, Reader, Slapd};
use crate::tree::{SUFFIX, group_dn};
use std::fmt::Write;

/// The variable that holds the bind password.
pub const PASSWORD_VARIABLE: &str = "LDAP_PASSWORD";

/// A policy to be written: everything has a value that fits the server it was
/// made for, and each test changes what it is about.
#[derive(Clone, Debug)]
pub struct Policy {
    /// Written on the accounts.
    pub directory: String,
    /// Lines below `provider.config`.
    pub config: Vec<(String, String)>,
    /// Syncing groups.
    pub groups: Vec<String>,
    /// Further lines below `scope`, ready-made.
    pub scope: Vec<String>,
    /// `external_id` or `username`.
    pub key: String,
    /// The attribute that holds the username.
    pub username: String,
    /// Field mappings: name and YAML value.
    pub fields: Vec<(String, String)>,
    /// Block rules: name and condition.
    pub blocks: Vec<(String, String)>,
    /// Further top-level text, ready-made.
    pub rest: String,
}

impl Policy {
    /// A policy for an OpenLDAP server, by plain LDAP, for one group.
    pub fn openldap(server: &Slapd, group: &str) -> Self {
        Self {
            directory: "staff".to_owned(),
            config: vec![
                ("url".to_owned(), server.url()),
                ("allow_plaintext".to_owned(), "true".to_owned()),
                ("base_dn".to_owned(), SUFFIX.to_owned()),
                ("bind_dn".to_owned(), Reader::Sync.dn()),
                // Tests of feeds say which one they are about.
                ("feed".to_owned(), "none".to_owned()),
            ],
            groups: vec![group_dn(group)],
            scope: Vec::new(),
            key: "external_id".to_owned(),
            username: "uid".to_owned(),
            fields: fields(),
            blocks: Vec::new(),
            rest: String::new(),
        }
    }

    /// A policy for a 389 Directory Server, by plain LDAP, for one group.
    pub fn directory_389(server: &Ds389, group: &str) -> Self {
        let config = [
            ("url", server.url()),
            ("allow_plaintext", "true".to_owned()),
            ("base_dn", SUFFIX.to_owned()),
            ("bind_dn", ds389::READER.to_owned()),
        ];
        Self {
            directory: "staff".to_owned(),
            config: config.map(|(name, value)| (name.to_owned(), value)).into(),
            groups: vec![group_dn(group)],
            username: "uid".to_owned(),
            scope: Vec::new(),
            key: "external_id".to_owned(),
            fields: fields(),
            blocks: Vec::new(),
            rest: String::new(),
        }
    }

    /// A policy for the controller of a few lines.
    pub fn controller(server: &Controller) -> Self {
        let config = [
            ("url", server.url()),
            ("allow_plaintext", "true".to_owned()),
            ("base_dn", controller::DOMAIN.to_owned()),
            ("bind_dn", samba::ADMIN.to_owned()),
        ];
        Self {
            directory: "corp".to_owned(),
            config: config.map(|(name, value)| (name.to_owned(), value)).into(),
            groups: vec![Controller::group()],
            username: "sAMAccountName".to_owned(),
            scope: Vec::new(),
            key: "external_id".to_owned(),
            fields: fields(),
            blocks: Vec::new(),
            rest: String::new(),
        }
    }

    /// A policy for a Samba domain, by plain LDAP, for one group.
    pub fn samba(server: &Samba, group: &str) -> Self {
        Self {
            directory: "corp".to_owned(),
            config: vec![
                ("url".to_owned(), server.url()),
                ("allow_plaintext".to_owned(), "true".to_owned()),
                ("base_dn".to_owned(), samba::DOMAIN.to_owned()),
                ("bind_dn".to_owned(), samba::ADMIN.to_owned()),
            ],
            groups: vec![samba::staff_dn(group)],
            username: "sAMAccountName".to_owned(),
            scope: Vec::new(),
            key: "external_id".to_owned(),
            fields: fields(),
            blocks: Vec::new(),
            rest: String::new(),
        }
    }

    /// Sets a line below `provider.config`.
    #[must_use]
    pub fn set(mut self, name: &str, value: &str) -> Self {
        self = self.unset(name);
        self.config.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Sets the servers: the first choice first.
    #[must_use]
    pub fn servers(self, urls: &[&str]) -> Self {
        self.set("url", &serde_json::Value::from(urls).to_string())
    }

    /// Takes a line below `provider.config` away.
    #[must_use]
    pub fn unset(mut self, name: &str) -> Self {
        self.config.retain(|(known, _)| known != name);
        self
    }

    /// Matches accounts by username.
    #[must_use]
    pub fn by_username(mut self) -> Self {
        "username".clone_into(&mut self.key);
        self
    }

    /// Maps another field.
    #[must_use]
    pub fn field(mut self, name: &str, mapping: &str) -> Self {
        self.fields.push((name.to_owned(), mapping.to_owned()));
        self
    }

    /// Adds a block rule.
    #[must_use]
    pub fn block(mut self, name: &str, when: &str) -> Self {
        self.blocks.push((name.to_owned(), when.to_owned()));
        self
    }

    /// Replaces the syncing groups by these, as DNs.
    #[must_use]
    pub fn groups(mut self, groups: &[&str]) -> Self {
        self.groups = groups.iter().map(|&group| group.to_owned()).collect();
        self
    }

    /// Adds a line below `scope`.
    #[must_use]
    pub fn scope(mut self, line: &str) -> Self {
        self.scope.push(line.to_owned());
        self
    }

    /// The policy as YAML. The guards leave small test populations alone.
    pub fn yaml(&self) -> String {
        let mut text = format!(
            "muster: 1\ndirectory: {}\nprovider:\n  plugin: ldap\n  config:\n",
            self.directory
        );
        for (name, value) in &self.config {
            let _ = writeln!(text, "    {name}: {}", scalar(value));
        }
        let _ = writeln!(
            text,
            "  secrets:\n    bind_password: {{env: {PASSWORD_VARIABLE}}}\nscope:"
        );
        let groups: Vec<String> = self.groups.iter().map(|group| scalar(group)).collect();
        let _ = writeln!(text, "  groups: [{}]", groups.join(", "));
        for line in &self.scope {
            let _ = writeln!(text, "  {line}");
        }
        let _ = writeln!(
            text,
            "identity:\n  key: {}\n  username: {}\nfields:",
            self.key, self.username
        );
        for (name, mapping) in &self.fields {
            let _ = writeln!(text, "  {name}: {mapping}");
        }
        if !self.blocks.is_empty() {
            text.push_str("block:\n");
        }
        for (name, when) in &self.blocks {
            let _ = writeln!(text, "  - name: {name}\n    when: {}", scalar(when));
        }
        text.push_str(&self.rest);
        if !self.rest.contains("guards:") {
            text.push_str(GUARDS);
        }
        text
    }
}

/// Nothing is in the way of scenarios that are not about guards.
const GUARDS: &str =
    "guards: {block: none, create: none, update: none, rename: none, shrink: none, clear: none}\n";

/// The password of a server's binding account, as the environment holds it.
pub fn password_of(policy: &Policy) -> &'static str {
    if policy.directory == "corp" {
        samba::PASSWORD
    } else {
        PASSWORD
    }
}

fn fields() -> Vec<(String, String)> {
    [
        ("first_name", "givenName"),
        ("surname", "sn"),
        ("email", "mail"),
    ]
    .map(|(name, attribute)| (name.to_owned(), attribute.to_owned()))
    .into()
}

/// A YAML scalar: plain where that means the same, else in double quotes, whose
/// escapes are those of JSON.
fn scalar(value: &str) -> String {
    let is_list = value.starts_with("[\"");
    if is_list || matches!(value, "true" | "false") || value.parse::<u64>().is_ok() {
        value.to_owned()
    } else {
        serde_json::Value::from(value).to_string()
    }
}
