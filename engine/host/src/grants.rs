//! What a policy lets a plugin use: the settings that a plugin's needs name
//! *are* the grants, and nothing else is reachable.

use crate::binding::{BindError, Secret};
use crate::http::{Endpoint, EndpointFault};
use crate::ldap::{Connection, Settings as LdapSettings, Trust};
use crate::manifest::{HttpNeed, LdapNeed, Needs};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

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
}

/// Where a policy's values are looked up.
pub(crate) struct Values<'a> {
    pub settings: &'a Map<String, Value>,
    pub secrets: &'a BTreeMap<String, Secret>,
    pub folder: &'a Path,
}

impl Grants {
    /// Binds each need to what the policy says.
    pub fn new(needs: &Needs, values: &Values<'_>) -> Result<Self, BindError> {
        let mut grants = Self::default();
        for (name, need) in &needs.files {
            let path = values
                .text(&need.path)?
                .map(|path| values.folder.join(path));
            grants.files.insert(name.clone(), granted(path, &need.path));
        }
        for (name, need) in &needs.ldap {
            let settings = values.ldap(need)?;
            grants
                .ldap
                .insert(name.clone(), granted(settings, &need.url));
        }
        for (name, need) in &needs.http {
            let endpoint = values.http(name, need)?;
            grants
                .http
                .insert(name.clone(), granted(endpoint, &need.base_url));
        }
        Ok(grants)
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

impl Values<'_> {
    fn text(&self, setting: &str) -> Result<Option<&str>, BindError> {
        match self.settings.get(setting) {
            None | Some(Value::Null) => Ok(None),
            Some(Value::String(text)) => Ok(Some(text)),
            Some(_) => Err(BindError::Kind {
                setting: setting.to_owned(),
                wanted: "a text",
            }),
        }
    }

    /// One text, or a list of them.
    fn texts(&self, setting: &str) -> Result<Vec<String>, BindError> {
        let Some(Value::Array(several)) = self.settings.get(setting) else {
            return Ok(self.text(setting)?.map(str::to_owned).into_iter().collect());
        };
        let texts = several.iter().map(|one| one.as_str().map(str::to_owned));
        texts.collect::<Option<_>>().ok_or_else(|| BindError::Kind {
            setting: setting.to_owned(),
            wanted: "a text or a list of texts",
        })
    }

    fn optional(&self, setting: Option<&String>) -> Result<Option<&str>, BindError> {
        setting.map_or(Ok(None), |setting| self.text(setting))
    }

    fn flag(&self, setting: Option<&String>) -> Result<bool, BindError> {
        let Some(setting) = setting else {
            return Ok(false);
        };
        match self.settings.get(setting) {
            None | Some(Value::Null) => Ok(false),
            Some(Value::Bool(flag)) => Ok(*flag),
            Some(_) => Err(BindError::Kind {
                setting: setting.to_owned(),
                wanted: "`true` or `false`",
            }),
        }
    }

    fn secret(&self, secret: Option<&String>) -> Option<&Secret> {
        secret.and_then(|secret| self.secrets.get(secret))
    }

    fn trust(&self, setting: Option<&String>) -> Result<Trust, BindError> {
        let Some(file) = self.optional(setting)? else {
            return Ok(Trust::System);
        };
        let path = self.folder.join(file);
        let unreadable = |source| BindError::Authorities {
            path: path.clone(),
            source,
        };
        Ok(Trust::Only(std::fs::read(&path).map_err(unreadable)?))
    }

    fn ldap(&self, need: &LdapNeed) -> Result<Option<LdapSettings>, BindError> {
        let servers = self.texts(&need.url)?;
        if servers.is_empty() {
            return Ok(None);
        }
        let settings = LdapSettings {
            servers,
            identity: self
                .secret(need.client_certificate.as_ref())
                .map(|secret| secret.reveal().as_bytes().to_vec()),
            bind_dn: self.optional(need.bind_dn.as_ref())?.map(str::to_owned),
            password: self
                .secret(need.password.as_ref())
                .map(|secret| secret.reveal().to_owned()),
            trust: self.trust(need.ca.as_ref())?,
            starttls: self.flag(need.starttls.as_ref())?,
            allow_plaintext: self.flag(need.allow_plaintext.as_ref())?,
            ..LdapSettings::default()
        };
        if let (Some(_), None, Some(secret)) =
            (&settings.bind_dn, &settings.password, &need.password)
        {
            return Err(BindError::NoSecret {
                secret: secret.clone(),
            });
        }
        // Opens nothing: the settings are checked while the operator looks.
        Connection::new(settings.clone()).map_err(BindError::Ldap)?;
        Ok(Some(settings))
    }

    fn http(&self, name: &str, need: &HttpNeed) -> Result<Option<Endpoint>, BindError> {
        let Some(url) = self.text(&need.base_url)? else {
            return Ok(None);
        };
        let bearer = match &need.bearer {
            None => None,
            Some(secret) => match self.secrets.get(secret) {
                Some(token) => Some(token.clone()),
                None => {
                    return Err(BindError::NoSecret {
                        secret: secret.clone(),
                    });
                }
            },
        };
        let wrong = |source: EndpointFault| BindError::Endpoint {
            setting: need.base_url.clone(),
            source,
        };
        let plain = self.flag(need.allow_plaintext.as_ref())?;
        let endpoint = Endpoint::new(
            name,
            &need.base_url,
            url,
            bearer,
            self.trust(need.ca.as_ref())?,
        );
        let endpoint = endpoint.and_then(|endpoint| endpoint.encrypted_or(plain));
        endpoint.map(Some).map_err(wrong)
    }
}
