//! Where a package lies: `oci://HOST[:PORT]/REPOSITORY[:TAG][@sha256:…]`.

use crate::digest::Digest;
use std::fmt;
use std::net::IpAddr;

/// What such an address begins with.
pub const SCHEME: &str = "oci://";

/// The address of a package in a registry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reference {
    host: String,
    repository: String,
    tag: Option<String>,
    digest: Option<Digest>,
}

/// A text that is no address of a package.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is no address of a package: {why}")]
pub struct NoReference {
    text: String,
    why: String,
}

impl Reference {
    /// True for a text that means to be such an address.
    pub fn is_meant(text: &str) -> bool {
        let scheme = text.get(..SCHEME.len());
        scheme.is_some_and(|scheme| scheme.eq_ignore_ascii_case(SCHEME))
    }

    /// Reads an address. Without a tag and a digest it means the tag `latest`.
    ///
    /// # Errors
    /// [`NoReference`] says what is wrong. The registry must be named: no other
    /// one is silently meant.
    pub fn parse(text: &str) -> Result<Self, NoReference> {
        let wrong = |why: &str| NoReference {
            text: text.to_owned(),
            why: why.to_owned(),
        };
        let rest = text
            .strip_prefix(SCHEME)
            .ok_or_else(|| wrong("it does not begin with `oci://`"))?;
        let (host, path) = rest
            .split_once('/')
            .ok_or_else(|| wrong("write `oci://HOST/REPOSITORY:TAG`"))?;
        if let Some((_, host)) = host.rsplit_once('@') {
            return Err(NoReference {
                // What stands before it may be a password.
                text: format!("{SCHEME}…@{host}/{path}"),
                why: "an address is no place for a login".to_owned(),
            });
        }
        if !host.contains(['.', ':']) && host != "localhost" {
            return Err(wrong("its first part names no registry"));
        }
        let name = path.split([':', '@']).next().unwrap_or_default();
        if name.contains(char::is_uppercase) {
            return Err(wrong("a repository is written in lower case"));
        }
        let known: oci_client::Reference = rest.parse().map_err(|error| NoReference {
            text: text.to_owned(),
            why: format!("{error}"),
        })?;
        let digest = known.digest().map(str::parse).transpose();
        let digest: Option<Digest> =
            digest.map_err(|_| wrong("its digest is no `sha256:` with 64 hex digits"))?;
        Ok(Self {
            host: host.to_ascii_lowercase(),
            repository: known.repository().to_owned(),
            tag: known.tag().map(str::to_owned),
            digest,
        })
    }

    /// The registry: `HOST` or `HOST:PORT`.
    pub fn host(&self) -> &str {
        &self.host
    }

    /// The repository within it.
    pub fn repository(&self) -> &str {
        &self.repository
    }

    /// The digest of the manifest, if the address has one.
    pub fn digest(&self) -> Option<Digest> {
        self.digest
    }

    /// The tag, if the address has one.
    pub fn tag(&self) -> Option<&str> {
        self.tag.as_deref()
    }

    /// True if only this machine hears what is said to the registry.
    pub fn is_loopback(&self) -> bool {
        let name = match self.host.rsplit_once(':') {
            Some((name, port)) if port.bytes().all(|digit| digit.is_ascii_digit()) => name,
            _ => &self.host,
        };
        let address = name.parse::<IpAddr>();
        name == "localhost" || address.is_ok_and(|address| address.is_loopback())
    }

    /// The manifest of this digest in the same repository.
    pub(crate) fn at(&self, digest: Digest) -> oci_client::Reference {
        oci_client::Reference::with_digest(
            self.host.clone(),
            self.repository.clone(),
            digest.to_string(),
        )
    }

    /// What the tag leads to in the same repository.
    pub(crate) fn tagged(&self, tag: &str) -> oci_client::Reference {
        oci_client::Reference::with_tag(self.host.clone(), self.repository.clone(), tag.to_owned())
    }

    /// As the client wants it: a digest goes before a tag.
    pub(crate) fn wanted(&self) -> oci_client::Reference {
        match (self.digest, &self.tag) {
            (Some(digest), _) => self.at(digest),
            (None, tag) => self.tagged(tag.as_deref().unwrap_or("latest")),
        }
    }
}

impl fmt::Display for Reference {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{SCHEME}{}/{}", self.host, self.repository)?;
        if let Some(tag) = &self.tag {
            write!(f, ":{tag}")?;
        }
        match self.digest {
            Some(digest) => write!(f, "@{digest}"),
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const HEX: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    #[test]
    fn addresses_are_read_and_written() {
        let digest = format!("oci://r.example.org/a/b@sha256:{HEX}");
        let both = format!("oci://localhost:5000/idp:1.2@sha256:{HEX}");
        for text in [
            "oci://r.example.org/a/b:1.2.0",
            "oci://127.0.0.1:5000/x:latest",
            &digest,
            &both,
        ] {
            assert_eq!(Reference::parse(text).unwrap().to_string(), text);
        }
        let short = Reference::parse("oci://R.Example.org/a").unwrap();
        assert_eq!(short.to_string(), "oci://r.example.org/a:latest");
        assert_eq!(Reference::parse(&digest).unwrap().tag(), None);
        assert_eq!(Reference::parse(&both).unwrap().tag(), Some("1.2"));
    }

    #[test]
    fn what_is_no_address_says_why() {
        let why = |text: &str| Reference::parse(text).unwrap_err().to_string();
        assert!(why("oci://hris:1").contains("HOST/REPOSITORY"));
        assert!(why("oci://idp/hris:1").contains("names no registry"));
        let login = why("oci://me:secret@r.example.org/x");
        assert!(login.contains("no place for a login") && !login.contains("secret"));
        assert!(why("oci://r.example.org/Hris").contains("lower case"));
        assert!(why("oci://r.example.org/x@sha256:12").contains("oci://r.example.org/x"));
        assert!(why("oci://r.example.org/x:a/b").contains("is no address"));
        assert!(why("https://r.example.org/x").contains("does not begin"));
        assert!(Reference::is_meant("OCI://r.example.org/x"));
        assert!(!Reference::is_meant("./oci://x") && !Reference::is_meant("oci:"));
    }

    #[test]
    fn loopback_is_this_machine_alone() {
        let is = |host: &str| {
            Reference::parse(&format!("oci://{host}/x"))
                .unwrap()
                .is_loopback()
        };
        assert!(is("localhost") && is("localhost:5000") && is("127.0.0.1:5000") && is("127.9.9.9"));
        assert!(
            !is("localhost.example.org") && !is("10.0.0.1:5000") && !is("127.0.0.1.example.org")
        );
    }
}
