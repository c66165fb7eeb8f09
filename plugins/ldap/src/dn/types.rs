//! Attribute types in names: their many spellings, and how values compare.

use super::NotAName;
use std::collections::HashMap;

/// How values of a type are compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Matching {
    /// Neither case nor the number of spaces matters.
    CaseIgnore,
    /// Only the number of spaces does not matter.
    CaseExact,
    /// Byte by byte.
    Octets,
}

impl Matching {
    /// What a schema's `EQUALITY` means. A rule that is not known compares
    /// without regard to case, as nearly all rules for names do.
    pub fn of_rule(rule: &str) -> Self {
        let rule = rule.to_ascii_lowercase();
        match rule.as_str() {
            "caseexactmatch" | "caseexactia5match" | "2.5.13.5" | "1.3.6.1.4.1.1466.109.114.1" => {
                Self::CaseExact
            }
            "octetstringmatch" | "2.5.13.17" => Self::Octets,
            _ => Self::CaseIgnore,
        }
    }
}

/// What is known of attribute types beyond the well-known ones: by lower-case
/// name or OID, the first name and the matching.
#[derive(Debug, Default)]
pub struct Types(HashMap<Vec<u8>, (Vec<u8>, Matching)>);

impl Types {
    /// Adds a type with all its names and its OID.
    pub fn add<'a>(&mut self, names: impl IntoIterator<Item = &'a str>, matching: Matching) {
        let names: Vec<Vec<u8>> = names.into_iter().map(lower).collect();
        let Some(first) = names.first().cloned() else {
            return;
        };
        for name in names {
            self.0.insert(name, (first.clone(), matching));
        }
    }

    /// Writes a type's one name, and returns how its values are compared.
    pub fn canonical(&self, name: &[u8], out: &mut Vec<u8>) -> Result<Matching, NotAName> {
        let start = out.len();
        out.extend(name.iter().map(u8::to_ascii_lowercase));
        let written = out.get(start..).unwrap_or_default();
        let written = written.strip_prefix(b"oid.").unwrap_or(written);
        if written.is_empty()
            || !written
                .iter()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-.".contains(byte))
        {
            return Err(NotAName);
        }
        let (first, matching) = match well_known(written) {
            Some(first) => (first.as_bytes(), Matching::CaseIgnore),
            None => match self.0.get(written) {
                Some((first, matching)) => (first.as_slice(), *matching),
                None => return Ok(Matching::CaseIgnore),
            },
        };
        if first != written || written.len() != out.len() - start {
            let first = first.to_vec();
            out.truncate(start);
            out.extend(first);
        }
        Ok(matching)
    }
}

fn lower(name: &str) -> Vec<u8> {
    name.to_ascii_lowercase().into_bytes()
}

/// Types that names are made of, whatever a schema says: RFC 4519, RFC 4524 and
/// what certificates bring along.
fn well_known(name: &[u8]) -> Option<&'static str> {
    Some(match name {
        b"cn" | b"commonname" | b"2.5.4.3" => "cn",
        b"ou" | b"organizationalunitname" | b"2.5.4.11" => "ou",
        b"dc" | b"domaincomponent" | b"0.9.2342.19200300.100.1.25" => "dc",
        b"uid" | b"userid" | b"0.9.2342.19200300.100.1.1" => "uid",
        b"o" | b"organizationname" | b"2.5.4.10" => "o",
        b"c" | b"countryname" | b"2.5.4.6" => "c",
        b"l" | b"localityname" | b"2.5.4.7" => "l",
        b"st" | b"stateorprovincename" | b"2.5.4.8" => "st",
        b"street" | b"streetaddress" | b"2.5.4.9" => "street",
        b"sn" | b"surname" | b"2.5.4.4" => "sn",
        b"givenname" | b"gn" | b"2.5.4.42" => "givenname",
        b"serialnumber" | b"2.5.4.5" => "serialnumber",
        b"title" | b"2.5.4.12" => "title",
        b"mail" | b"rfc822mailbox" | b"0.9.2342.19200300.100.1.3" => "mail",
        b"email" | b"emailaddress" | b"e" | b"1.2.840.113549.1.9.1" => "email",
        _ => return None,
    })
}
