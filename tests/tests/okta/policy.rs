//! Policies for an org.

use std::fmt::Write;

/// The variable that holds the API token.
pub const TOKEN_VARIABLE: &str = "OKTA_TOKEN";
/// The variable that holds the private key of an app.
pub const KEY_VARIABLE: &str = "OKTA_PRIVATE_KEY";

/// A policy to be written.
#[derive(Clone, Debug)]
pub struct Policy {
    config: Vec<(String, String)>,
    secrets: String,
    scope: String,
}

impl Policy {
    /// A policy about the members of the usual group, by API token.
    pub fn new(url: &str) -> Self {
        let config = [("url", url), ("allow_plaintext", "true")];
        Self {
            config: config.map(|(n, v)| (n.to_owned(), v.to_owned())).into(),
            secrets: format!("token: {{env: {TOKEN_VARIABLE}}}"),
            scope: format!("groups: [{}]", crate::GROUP),
        }
    }

    /// Logs in as a service app.
    #[must_use]
    pub fn app(mut self, client_id: &str, key_id: &str) -> Self {
        self.secrets = format!("private_key: {{env: {KEY_VARIABLE}}}");
        self.set("client_id", client_id).set("key_id", key_id)
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

    /// The policy as YAML. The guards leave small populations alone.
    pub fn yaml(&self) -> String {
        let mut text =
            "muster: 1\ndirectory: staff\nprovider:\n  plugin: okta\n  config:\n".to_owned();
        for (name, value) in &self.config {
            let _ = writeln!(text, "    {name}: {value}");
        }
        let _ = writeln!(
            text,
            "  secrets: {{{}}}\nscope: {{{}}}",
            self.secrets, self.scope
        );
        text.push_str(
            "identity: {key: external_id, username: login}\n\
             fields:\n\
             \x20 first_name: firstName\n\
             \x20 surname: lastName\n\
             \x20 department: {from: department, default: \"\"}\n\
             \x20 manager: {from: managerId, default: \"\"}\n\
             guards: {block: none, create: none, update: none, rename: none, shrink: none, clear: none}\n",
        );
        text
    }
}
