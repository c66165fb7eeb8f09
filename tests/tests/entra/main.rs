//! Entra ID, from the first token to the last account, against the emulator.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing
)]

mod changes;
mod judges;
mod life;
mod login;
mod outages;

use muster_emulators::graph::{Client, Graph, Tenant};
use muster_tests::intranet::Intranet;
use serde_json::json;
use std::fmt::Write;

/// Done, but the source was incomplete.
const INCOMPLETE: i32 = 5;
/// Failed; nothing was changed.
const FAILED: i32 = 1;

/// The variable that holds the application's secret.
const VARIABLE: &str = "ENTRA_SECRET";
const SECRET: &str = "qXw8Q~not-a-real-secret";
const CLIENT: &str = "11111111-2222-4333-8444-555555555555";

/// A policy to be written.
#[derive(Clone, Debug)]
struct Policy {
    config: Vec<(String, String)>,
    secrets: String,
    groups: Vec<String>,
    scope: Vec<String>,
    fields: Vec<String>,
}

impl Policy {
    fn new(url: &str, group: &str) -> Self {
        let config = [
            ("tenant", "fabrikam.example"),
            ("client_id", CLIENT),
            ("login_url", url),
            ("url", url),
            ("allow_plaintext", "true"),
        ];
        Self {
            config: config
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into(),
            secrets: format!("client_secret: {{env: {VARIABLE}}}"),
            groups: vec![group.to_owned()],
            scope: Vec::new(),
            fields: [
                "first_name: givenName",
                "surname: surname",
                "email: mail",
                "department: department",
            ]
            .map(str::to_owned)
            .into(),
        }
    }

    fn set(mut self, name: &str, value: &str) -> Self {
        self.config.retain(|(known, _)| known != name);
        self.config.push((name.to_owned(), value.to_owned()));
        self
    }

    fn field(mut self, line: &str) -> Self {
        self.fields.push(line.to_owned());
        self
    }

    fn yaml(&self) -> String {
        let mut text =
            "muster: 1\ndirectory: staff\nprovider:\n  plugin: entra\n  config:\n".to_owned();
        for (name, value) in &self.config {
            let value = if value == "true" {
                value.clone()
            } else {
                json!(value).to_string()
            };
            let _ = writeln!(text, "    {name}: {value}");
        }
        let _ = writeln!(
            text,
            "  secrets:\n    {}\nscope:\n  groups: {}",
            self.secrets,
            json!(self.groups)
        );
        for line in &self.scope {
            let _ = writeln!(text, "  {line}");
        }
        text.push_str("identity:\n  key: external_id\n  username: userPrincipalName\nfields:\n");
        for line in &self.fields {
            let _ = writeln!(text, "  {line}");
        }
        text.push_str("guards: {block: none, create: none, update: none, rename: none, shrink: none, clear: none}\n");
        text
    }
}

/// Three people: two in the group, one in a group within it.
struct Staff {
    graph: Graph,
    group: String,
    nested: String,
    anna: String,
    bo: String,
    cleo: String,
}

impl Staff {
    fn start() -> Self {
        let mut tenant = Tenant::new(Client::secret(CLIENT, SECRET));
        let person = |tenant: &mut Tenant, name: &str| {
            let properties = json!({"givenName": name, "surname": "Berg", "department": "Sales"});
            tenant.user(
                &format!("{}@fabrikam.example", name.to_lowercase()),
                properties,
            )
        };
        let anna = person(&mut tenant, "Anna");
        let bo = person(&mut tenant, "Bo");
        let cleo = person(&mut tenant, "Cleo");
        person(&mut tenant, "Stranger");
        let group = tenant.group("Intranet");
        let nested = tenant.group("Interns");
        tenant.join(&group, &anna);
        tenant.join(&group, &bo);
        tenant.join(&group, &nested);
        tenant.join(&nested, &cleo);
        Self {
            graph: Graph::start(tenant),
            group,
            nested,
            anna,
            bo,
            cleo,
        }
    }

    fn policy(&self) -> Policy {
        Policy::new(&self.graph.url(), &self.group)
    }

    /// An intranet that was not synced yet.
    fn intranet(&self, policy: &Policy) -> Intranet {
        Intranet::of(&policy.yaml(), &[(VARIABLE, SECRET)])
    }

    /// One that was.
    #[track_caller]
    fn synced(&self) -> Intranet {
        let intranet = self.intranet(&self.policy());
        intranet.sync().ok();
        intranet.nobody_is_blocked(3);
        intranet
    }
}
