//! What a policy lets a plugin use: the settings that a plugin's needs name
//! *are* the grants, and nothing else is reachable.

mod http;
mod ldap;
mod login;
mod shown;
mod sql;
mod values;

use crate::binding::BindError;
use crate::http::{Endpoint, FileUrl};
use crate::ldap::Settings as LdapSettings;
use crate::manifest::Needs;
use crate::sql::Settings as SqlSettings;
pub use shown::{Answer, Granted, Reach};
use std::collections::BTreeMap;
use std::path::PathBuf;
pub(crate) use values::Values;

/// A need of a plugin, and what the policy bound to it.
#[derive(Clone, Debug)]
pub(crate) enum Grant<T> {
    /// The policy granted this.
    Bound(T),
    /// The policy left this setting out.
    Open {
        /// Which setting.
        setting: String,
    },
}

/// Everything that a plugin may use.
#[derive(Clone, Debug, Default)]
pub(crate) struct Grants {
    pub files: BTreeMap<String, Grant<PathBuf>>,
    pub ldap: BTreeMap<String, Grant<LdapSettings>>,
    pub http: BTreeMap<String, Grant<Endpoint>>,
    /// Files behind URLs. A `files` need is either here or among `files`.
    pub downloads: BTreeMap<String, FileUrl>,
    pub sql: BTreeMap<String, Grant<SqlSettings>>,
}

impl Grants {
    /// Binds each need to what the policy says.
    pub fn new(needs: &Needs, values: &Values<'_>) -> Result<Self, BindError> {
        let mut grants = Self::default();
        for (name, need) in &needs.files {
            if let Some(file) = values.file_url(need)? {
                grants.downloads.insert(name.clone(), file);
                continue;
            }
            let path = values
                .text(&need.path)?
                .map(|path| values.folder.join(path));
            if let (None, Some(url)) = (&path, &need.url) {
                return Err(BindError::NoFile {
                    path: need.path.clone(),
                    url: url.base_url.clone(),
                });
            }
            grants.files.insert(name.clone(), granted(path, &need.path));
        }
        for (name, need) in &needs.ldap {
            let settings = values.ldap(need)?;
            grants
                .ldap
                .insert(name.clone(), granted(settings, &need.url));
        }
        for (name, need) in &needs.http {
            let endpoint = values.http(need)?;
            grants
                .http
                .insert(name.clone(), granted(endpoint, &need.base_url));
        }
        for (name, need) in &needs.sql {
            let settings = values.sql(need)?;
            grants
                .sql
                .insert(name.clone(), granted(settings, &need.url));
        }
        Ok(grants)
    }

    /// The files among them, and nothing behind a network.
    pub fn offline(&self) -> Self {
        Self {
            files: self.files.clone(),
            ..Self::default()
        }
    }
}

fn granted<T>(value: Option<T>, setting: &str) -> Grant<T> {
    match value {
        Some(value) => Grant::Bound(value),
        None => Grant::Open {
            setting: setting.to_owned(),
        },
    }
}
