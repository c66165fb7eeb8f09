//! Policies for SCIM services.

use std::fmt::Write;

/// The variable that holds the token.
pub const VARIABLE: &str = "SCIM_TOKEN";

/// A policy to be written.
#[derive(Clone, Debug)]
pub struct Policy {
    config: Vec<(String, String)>,
    scope: String,
    fields: Vec<(String, String)>,
}

impl Policy {
    /// A policy about everybody, in pages of ten.
    pub fn new(url: &str) -> Self {
        let fields = [
            ("first_name", "name.givenName"),
            ("department", "department"),
            ("email", r#"{from: 'emails[type eq "work"].value'}"#),
        ];
        Self {
            config: vec![
                ("url".to_owned(), url.to_owned()),
                ("allow_plaintext".to_owned(), "true".to_owned()),
                ("page_size".to_owned(), "10".to_owned()),
                // Each test of incremental reads says so.
                ("incremental".to_owned(), "'off'".to_owned()),
            ],
            scope: String::new(),
            fields: fields
                .map(|(name, from)| (name.to_owned(), from.to_owned()))
                .into(),
        }
    }

    /// Sets a line below `provider.config`.
    #[must_use]
    pub fn set(mut self, name: &str, value: &str) -> Self {
        self.config.retain(|(known, _)| known != name);
        self.config.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Sets the section `scope`.
    #[must_use]
    pub fn scope(mut self, scope: &str) -> Self {
        scope.clone_into(&mut self.scope);
        self
    }

    /// Maps another field.
    #[must_use]
    pub fn field(mut self, name: &str, mapping: &str) -> Self {
        self.fields.retain(|(known, _)| known != name);
        self.fields.push((name.to_owned(), mapping.to_owned()));
        self
    }

    /// Takes the mapping of a field away.
    #[must_use]
    pub fn without(mut self, field: &str) -> Self {
        self.fields.retain(|(known, _)| known != field);
        self
    }

    /// The policy as YAML. The guards leave small populations alone.
    pub fn yaml(&self) -> String {
        let mut text =
            "muster: 1\ndirectory: cloud\nprovider:\n  plugin: scim\n  config:\n".to_owned();
        for (name, value) in &self.config {
            let _ = writeln!(text, "    {name}: {value}");
        }
        let _ = writeln!(text, "  secrets: {{token: {{env: {VARIABLE}}}}}");
        if !self.scope.is_empty() {
            let _ = writeln!(text, "scope: {}", self.scope);
        }
        text.push_str("identity: {key: external_id, username: userName}\nfields:\n");
        for (name, mapping) in &self.fields {
            let _ = writeln!(text, "  {name}: {mapping}");
        }
        text.push_str(
            "guards: {block: none, create: none, update: none, rename: none, shrink: none, clear: none}\n",
        );
        text
    }
}
