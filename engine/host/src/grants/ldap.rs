//! LDAP servers.

use super::Values;
use crate::binding::BindError;
use crate::ldap::{Connection, Settings as LdapSettings};
use crate::manifest::LdapNeed;

impl Values<'_> {
    /// Makes the settings of a server of what the policy says.
    pub(super) fn ldap(&self, need: &LdapNeed) -> Result<Option<LdapSettings>, BindError> {
        let servers = self.texts(&need.url)?;
        if servers.is_empty() {
            return Ok(None);
        }
        let settings = LdapSettings {
            servers,
            identity: self
                .secret(need.client_certificate.as_ref())
                .filter(|secret| !secret.stands_in())
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
}
