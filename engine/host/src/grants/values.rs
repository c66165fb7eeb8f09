//! Where a policy's values are looked up.

use crate::binding::{BindError, Secret};
use crate::ldap::Trust;
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use std::path::Path;

/// Settings and secrets of a policy.
pub(crate) struct Values<'a> {
    pub settings: &'a Map<String, Value>,
    pub secrets: &'a BTreeMap<String, Secret>,
    pub folder: &'a Path,
}

impl Values<'_> {
    pub(super) fn text(&self, setting: &str) -> Result<Option<&str>, BindError> {
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
    pub(super) fn texts(&self, setting: &str) -> Result<Vec<String>, BindError> {
        let Some(Value::Array(several)) = self.settings.get(setting) else {
            return Ok(self.text(setting)?.map(str::to_owned).into_iter().collect());
        };
        let texts = several.iter().map(|one| one.as_str().map(str::to_owned));
        texts.collect::<Option<_>>().ok_or_else(|| BindError::Kind {
            setting: setting.to_owned(),
            wanted: "a text or a list of texts",
        })
    }

    pub(super) fn optional(&self, setting: Option<&String>) -> Result<Option<&str>, BindError> {
        setting.map_or(Ok(None), |setting| self.text(setting))
    }

    pub(super) fn flag(&self, setting: Option<&String>) -> Result<bool, BindError> {
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

    pub(super) fn secret(&self, secret: Option<&String>) -> Option<&Secret> {
        secret.and_then(|secret| self.secrets.get(secret))
    }

    pub(super) fn trust(&self, setting: Option<&String>) -> Result<Trust, BindError> {
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

    /// A number greater than nothing.
    pub(super) fn number(&self, setting: Option<&String>) -> Result<Option<f64>, BindError> {
        let found = setting.and_then(|setting| Some((setting, self.settings.get(setting)?)));
        match found {
            None | Some((_, Value::Null)) => Ok(None),
            Some((setting, value)) => match value.as_f64().filter(|number| *number > 0.0) {
                Some(number) => Ok(Some(number)),
                None => Err(BindError::Kind {
                    setting: setting.clone(),
                    wanted: "a number greater than 0",
                }),
            },
        }
    }
}
