//! Databases.

use super::Values;
use crate::binding::BindError;
use crate::sql::{Protection, Settings, SqlNeed};
use std::time::Duration;

impl Values<'_> {
    /// Makes the settings of a database of what the policy says.
    pub(super) fn sql(&self, need: &SqlNeed) -> Result<Option<Settings>, BindError> {
        let Some(url) = self.text(&need.url)? else {
            return Ok(None);
        };
        let protection = Protection {
            trust: self.trust(need.ca.as_ref())?,
            has_ca: self.optional(need.ca.as_ref())?.is_some(),
            allow_plaintext: self.flag(need.allow_plaintext.as_ref())?,
        };
        let user = self.optional(need.user.as_ref())?.unwrap_or_default();
        let settings = Settings::new(url, user, protection).map_err(BindError::Sql)?;
        let seconds = self.number(need.statement_timeout.as_ref())?;
        Ok(Some(Settings {
            password: self.secret(need.password.as_ref()).cloned(),
            statement_timeout: seconds.map(Duration::from_secs_f64),
            ..settings
        }))
    }
}
