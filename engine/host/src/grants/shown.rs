//! What a policy grants of what a plugin asks for, for a person to read. It is put
//! together by what grants in earnest, and no secret is fetched for it.

use super::Values;
use crate::binding::{BindError, Binding, Secret};
use crate::http::Endpoint;
use crate::ldap::{Settings as LdapSettings, Trust};
use crate::manifest::{FileNeed, HttpNeed, Needs};
use crate::sheet::{Need, NeedKind, SecretUse};
use crate::sql::Settings as SqlSettings;
use crate::words::chain;
use std::collections::BTreeMap;
use url::Url;

/// What a policy makes of what a plugin asks for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Granted {
    /// Each need, in the order of [`Needs::sheet`].
    pub needs: Vec<(Need, Answer)>,
    /// Secrets that the policy gives and the plugin does not take.
    pub unused_secrets: Vec<String>,
    /// What is wrong with the settings as a whole.
    pub problems: Vec<String>,
}

/// What a policy says to one need.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Answer {
    /// The plugin may reach this.
    Reaches(Reach),
    /// The policy says nothing.
    Open {
        /// A line that would grant it, below `provider`.
        add: String,
    },
    /// The policy says something that grants nothing.
    Wrong {
        /// Why.
        why: String,
        /// What to do about it.
        hint: Option<String>,
    },
}

/// What a plugin may reach.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Reach {
    /// Files by their path; services as `scheme://host:port/path`.
    pub places: Vec<String>,
    /// Which secrets of the policy are used, and for what.
    pub secrets: Vec<SecretUse>,
    /// Where the host asks for tokens, if it does.
    pub token_url: Option<String>,
    /// What else is to be known: without TLS, through a proxy.
    pub notes: Vec<String>,
}

impl Granted {
    pub(crate) fn new(needs: &Needs, binding: &Binding<'_>, problems: Vec<String>) -> Self {
        // What a secret says has no part in what is granted.
        let stand_ins: BTreeMap<String, Secret> = binding
            .secrets
            .keys()
            .map(|name| (name.clone(), Secret::stand_in()))
            .collect();
        let values = Values {
            settings: binding.settings,
            secrets: &stand_ins,
            folder: binding.folder,
        };
        let known = needs.secrets();
        let unused = stand_ins
            .keys()
            .filter(|name| !known.contains(name.as_str()));
        let answered = needs.sheet().into_iter().map(|need| {
            let answer = values.answer(needs, &need);
            (need, answer)
        });
        Self {
            needs: answered.collect(),
            unused_secrets: unused.cloned().collect(),
            problems,
        }
    }
}

impl Values<'_> {
    fn answer(&self, needs: &Needs, need: &Need) -> Answer {
        let reach = match need.kind {
            NeedKind::Files => needs.files.get(&need.name).map(|file| self.file(file)),
            NeedKind::Http => needs.http.get(&need.name).map(|http| self.service_of(http)),
            NeedKind::Ldap => {
                let ldap = needs.ldap.get(&need.name);
                ldap.map(|ldap| Ok(self.ldap(ldap)?.map(of_ldap)))
            }
            NeedKind::Sql => {
                let sql = needs.sql.get(&need.name);
                sql.map(|sql| Ok(self.sql(sql)?.map(of_sql)))
            }
        };
        match reach.unwrap_or(Ok(None)) {
            Ok(Some(reach)) => Answer::Reaches(Reach {
                secrets: self.used(need, &reach),
                ..reach
            }),
            Ok(None) => open(need),
            Err(BindError::NoFile { .. }) => open(need),
            Err(error) => Answer::Wrong {
                hint: error.hint(),
                why: chain(&error),
            },
        }
    }

    /// The secrets that the policy gives for a need. A file on this machine takes
    /// none.
    fn used(&self, need: &Need, reach: &Reach) -> Vec<SecretUse> {
        let local = need.kind == NeedKind::Files && reach.places.iter().all(|at| !is_url(at));
        let given = need.secrets.iter();
        let given = given.filter(|used| !local && self.secrets.contains_key(&used.secret));
        given.cloned().collect()
    }

    fn file(&self, need: &FileNeed) -> Result<Option<Reach>, BindError> {
        if let (Some(found), Some(service)) = (self.file_url(need)?, &need.url) {
            let reach = self.of_service(service, &found.folder)?;
            let file = found.folder.base.join(&found.name);
            let file = file.map_or_else(|_| found.name.clone(), |url| shown(&url));
            return Ok(Some(Reach {
                places: vec![file],
                ..reach
            }));
        }
        let path = self.text(&need.path)?;
        if path.is_none() && need.url.is_some() {
            return Ok(None);
        }
        Ok(path.map(|path| Reach {
            places: vec![self.folder.join(path).display().to_string()],
            ..Reach::default()
        }))
    }

    fn service_of(&self, need: &HttpNeed) -> Result<Option<Reach>, BindError> {
        let endpoint = self.http(need)?;
        let reach = endpoint.map(|endpoint| self.of_service(need, &endpoint));
        reach.transpose()
    }

    fn of_service(&self, need: &HttpNeed, endpoint: &Endpoint) -> Result<Reach, BindError> {
        let proxy = endpoint.proxy.as_ref();
        let proxy = proxy.map(|url| format!("through the proxy {}", shown(url)));
        let plain = (endpoint.base.scheme() == "http").then(|| "not encrypted".to_owned());
        let notes = [plain, proxy, trusted(&endpoint.trust)];
        Ok(Reach {
            places: vec![shown(&endpoint.base)],
            secrets: Vec::new(),
            token_url: self.token_url(need)?.as_ref().map(shown),
            notes: notes.into_iter().flatten().collect(),
        })
    }
}

fn of_ldap(settings: LdapSettings) -> Reach {
    let who = settings.bind_dn.as_ref().map(|dn| format!("as {dn}"));
    let tls = settings.starttls.then(|| "with StartTLS".to_owned());
    let plain = settings.allow_plaintext && !settings.starttls;
    let plain = plain
        && settings
            .servers
            .iter()
            .any(|url| url.starts_with("ldap://"));
    let notes = [
        who,
        tls,
        plain.then(|| "not encrypted".to_owned()),
        trusted(&settings.trust),
    ];
    Reach {
        places: settings.servers.clone(),
        notes: notes.into_iter().flatten().collect(),
        ..Reach::default()
    }
}

fn of_sql(settings: SqlSettings) -> Reach {
    let who = (!settings.user.is_empty()).then(|| format!("as {}", settings.user));
    let plain = settings.tls.is_none().then(|| "not encrypted".to_owned());
    let trust = settings.tls.as_ref().and_then(trusted);
    Reach {
        places: vec![format!(
            "postgresql://{}/{}",
            settings.server(),
            settings.database
        )],
        notes: [who, plain, trust].into_iter().flatten().collect(),
        ..Reach::default()
    }
}

fn trusted(trust: &Trust) -> Option<String> {
    match trust {
        Trust::System => None,
        Trust::Only(_) => Some("certificates of the policy's own authorities alone".to_owned()),
        Trust::SystemAnd(_) => Some("certificates of the policy's own authorities, too".to_owned()),
    }
}

/// A URL with its port, and without what could be a login.
fn shown(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    let port = url.port_or_known_default();
    let port = port.map_or_else(String::new, |port| format!(":{port}"));
    format!("{}://{host}{port}{}", url.scheme(), url.path())
}

fn is_url(place: &str) -> bool {
    place.starts_with("https://") || place.starts_with("http://")
}

fn open(need: &Need) -> Answer {
    let sample = match need.kind {
        NeedKind::Files => "people.csv",
        NeedKind::Http => "https://HOST/PATH",
        NeedKind::Ldap => "ldaps://HOST",
        NeedKind::Sql => "postgresql://HOST/DATABASE",
    };
    let setting = need.settings.first().map_or("", String::as_str);
    Answer::Open {
        add: format!("config: {{{setting}: \"{sample}\"}}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::manifest::Manifest;
    use serde_json::{Value, json};
    use std::path::Path;

    const MANIFEST: &str = r#"
        name = "x"
        version = "1.0.0"
        api = "muster:provider@0.1"
        summary = "X"
        [needs.files.people]
        path = "path"
        [needs.files.people.url]
        base_url = "path"
        bearer = "file_token"
        [needs.ldap.directory]
        url = "servers"
        bind_dn = "bind_dn"
        password = "bind_password"
        allow_plaintext = "plain"
        [needs.sql.table]
        url = "database"
        user = "role"
        password = "role_password"
        [needs.http.api]
        base_url = "url"
        allow_plaintext = "plain"
        proxy = "proxy"
        [[needs.http.api.auth]]
        kind = "token"
        scheme = "SSWS"
        secret = "token"
        [[needs.http.api.auth]]
        kind = "client-assertion"
        token_url = "{url}/oauth2/token"
        client_id = "client"
        secret = "private_key"
        scope = "people.read"
    "#;

    fn needs() -> Needs {
        Manifest::parse(MANIFEST).unwrap().needs
    }

    /// What a policy with these settings and secrets grants.
    fn granted(settings: Value, secrets: &[&str]) -> Granted {
        let settings = settings.as_object().unwrap().clone();
        let secrets = secrets
            .iter()
            .map(|name| ((*name).to_owned(), Secret::new("S3cret")));
        let binding = Binding {
            settings: &settings,
            secrets: &secrets.collect(),
            folder: Path::new("/srv/policies"),
            now_ms: 0,
        };
        Granted::new(&needs(), &binding, Vec::new())
    }

    fn answer<'g>(granted: &'g Granted, name: &str) -> &'g Answer {
        let found = granted.needs.iter().find(|(need, _)| need.name == name);
        &found.unwrap().1
    }

    fn reach<'g>(granted: &'g Granted, name: &str) -> &'g Reach {
        match answer(granted, name) {
            Answer::Reaches(reach) => reach,
            other => panic!("{name}: {other:?}"),
        }
    }

    #[test]
    fn places_are_told_as_they_are_reached() {
        let granted = granted(
            json!({
                "path": "people.csv",
                "servers": ["ldaps://dc1.example.org", "ldap://dc2.example.org"],
                "bind_dn": "cn=sync",
                "plain": true,
                "database": "postgresql://localhost/hr",
                "role": "sync",
                "url": "https://api.example.org/v1",
                "client": "muster",
                "proxy": "http://proxy.example.org:3128",
            }),
            &["bind_password", "private_key", "file_token", "forgotten"],
        );
        assert_eq!(
            reach(&granted, "people").places,
            ["/srv/policies/people.csv"]
        );
        assert_eq!(
            reach(&granted, "people").secrets,
            [],
            "a file takes no login"
        );
        let ldap = reach(&granted, "directory");
        assert_eq!(
            ldap.places,
            ["ldaps://dc1.example.org", "ldap://dc2.example.org"]
        );
        assert_eq!(ldap.notes, ["as cn=sync", "not encrypted"]);
        let sql = reach(&granted, "table");
        assert_eq!(sql.places, ["postgresql://localhost:5432/hr"]);
        assert_eq!(sql.notes, ["as sync", "not encrypted"]);
        let api = reach(&granted, "api");
        assert_eq!(api.places, ["https://api.example.org:443/v1/"]);
        assert_eq!(
            api.token_url.as_deref(),
            Some("https://api.example.org:443/v1/oauth2/token")
        );
        assert_eq!(
            api.notes,
            ["through the proxy http://proxy.example.org:3128/"]
        );
        assert_eq!(api.secrets.len(), 1);
        assert_eq!(granted.unused_secrets, ["forgotten"]);
        assert!(!format!("{granted:?}").contains("S3cret"));
    }

    #[test]
    fn what_is_not_granted_says_what_would() {
        let nothing = granted(json!({}), &[]);
        for (name, line) in [
            ("people", r#"config: {path: "people.csv"}"#),
            ("directory", r#"config: {servers: "ldaps://HOST"}"#),
            (
                "table",
                r#"config: {database: "postgresql://HOST/DATABASE"}"#,
            ),
            ("api", r#"config: {url: "https://HOST/PATH"}"#),
        ] {
            assert_eq!(
                *answer(&nothing, name),
                Answer::Open {
                    add: line.to_owned()
                }
            );
        }
    }

    #[test]
    fn what_grants_nothing_says_why() {
        let why = |settings, secrets: &[&str]| match answer(&granted(settings, secrets), "api") {
            Answer::Wrong { why, .. } => why.clone(),
            other => panic!("{other:?}"),
        };
        let url = json!({"url": "https://api.example.org"});
        assert!(why(url.clone(), &[]).contains("a credential is missing"));
        assert!(why(url, &["token", "private_key"]).contains("different ways to log in"));
        assert!(
            why(json!({"url": "http://api.example.org"}), &["token"]).contains("is not encrypted")
        );
        let file = granted(
            json!({"path": "https://files.example.org/a/people.csv"}),
            &["file_token"],
        );
        let file = reach(&file, "people");
        assert_eq!(file.places, ["https://files.example.org:443/a/people.csv"]);
        assert_eq!(file.secrets[0].secret, "file_token");
    }
}
