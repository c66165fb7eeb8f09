//! HTTP services, and files behind URLs.

use super::Values;
use crate::binding::BindError;
use crate::http::{Endpoint, EndpointFault, FileUrl, Identity, Manners, proxy};
use crate::manifest::{FileNeed, HttpNeed};

fn wrong(setting: &str, source: EndpointFault) -> BindError {
    BindError::Endpoint {
        setting: setting.to_owned(),
        source,
    }
}

impl Values<'_> {
    /// Makes a service of what the policy says; none if it names none.
    pub(super) fn http(&self, need: &HttpNeed) -> Result<Option<Endpoint>, BindError> {
        let Some(url) = self.text(&need.base_url)? else {
            return Ok(None);
        };
        let endpoint = Endpoint::new(&need.base_url, url);
        let endpoint = endpoint.map_err(|source| wrong(&need.base_url, source))?;
        self.service(need, endpoint).map(Some)
    }

    /// Makes a file behind a URL of what the policy says; none if it names
    /// none. The setting may be the one that else holds a path.
    pub(super) fn file_url(&self, need: &FileNeed) -> Result<Option<FileUrl>, BindError> {
        let Some(service) = &need.url else {
            return Ok(None);
        };
        let setting = &service.base_url;
        let url = self.text(setting)?.filter(|text| {
            let is_url = text.starts_with("https://") || text.starts_with("http://");
            is_url || *setting != need.path
        });
        let Some(url) = url else {
            return Ok(None);
        };
        let file = FileUrl::new(setting, url).map_err(|source| wrong(setting, source))?;
        Ok(Some(FileUrl {
            folder: self.service(service, file.folder)?,
            name: file.name,
        }))
    }

    fn service(&self, need: &HttpNeed, endpoint: Endpoint) -> Result<Endpoint, BindError> {
        let plain = self.flag(need.allow_plaintext.as_ref())?;
        let endpoint = endpoint.encrypted_or(plain);
        let endpoint = endpoint.map_err(|source| wrong(&need.base_url, source))?;
        let through = match (self.optional(need.proxy.as_ref())?, &need.proxy) {
            (Some(url), Some(setting)) => {
                Some(proxy(url).map_err(|source| wrong(setting, source))?)
            }
            _ => None,
        };
        Ok(Endpoint {
            login: self.login(need)?,
            trust: self.trust(need.ca.as_ref())?,
            proxy: through,
            identity: self.identity(need.client_certificate.as_ref())?,
            manners: self.manners(need)?,
            ..endpoint
        })
    }

    fn identity(&self, secret: Option<&String>) -> Result<Option<Identity>, BindError> {
        match self.secret(secret) {
            Some(pem) if !pem.stands_in() => {
                let identity = Identity::new(pem).map_err(|source| BindError::Identity {
                    secret: secret.cloned().unwrap_or_default(),
                    source,
                });
                Ok(Some(identity?))
            }
            _ => Ok(None),
        }
    }

    fn manners(&self, need: &HttpNeed) -> Result<Manners, BindError> {
        let parallel = self.number(need.parallel.as_ref())?;
        Ok(Manners {
            rate: self.number(need.rate.as_ref())?,
            // Less than one request at a time would be none.
            parallel: parallel.map(|parallel| (parallel as usize).max(1)),
            wait_until: need.wait_until.clone(),
            retry_on: need.retry_on.clone(),
        })
    }
}
