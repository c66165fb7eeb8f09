//! Where people are searched: the base, narrowed by the scope.

use crate::context::Context;
use crate::dn::Digest;
use muster_sdk::{Failure, Scope};

/// Sub-trees to search, and those to leave out.
#[derive(Clone, Debug)]
pub struct Bases {
    /// All that the policy names: each must be there.
    pub named: Vec<String>,
    /// Each once, none within another.
    pub search: Vec<String>,
    pub below: Vec<Digest>,
    pub except: Vec<Digest>,
}

impl Bases {
    /// Takes the settings' bases, or the scope's units, which must be below one.
    pub fn of(scope: &Scope, context: &mut Context) -> Result<Self, Failure> {
        let own = context.settings.bases().to_vec();
        let own = named(&own, "base_dn", context)?;
        let tops: Vec<Digest> = own.iter().map(|(_, digest)| *digest).collect();
        let mut wanted = own;
        if !scope.under.is_empty() {
            wanted = named(&scope.under, "scope.under", context)?;
            for (unit, _) in &wanted {
                if context.names.is_below(unit.as_bytes(), &tops) != Ok(true) {
                    let text = format!("the unit `{unit}` is not below `base_dn`");
                    return Err(
                        Failure::config(text).hint("widen `base_dn`, or correct `scope.under`")
                    );
                }
            }
        }
        let except = named(&scope.except_under, "scope.exclude.under", context)?;
        let named = wanted.iter().map(|(dn, _)| dn.clone()).collect();
        let search = outermost(wanted, context);
        Ok(Self {
            named,
            below: search.iter().map(|(_, digest)| *digest).collect(),
            search: search.into_iter().map(|(dn, _)| dn).collect(),
            except: except.into_iter().map(|(_, digest)| digest).collect(),
        })
    }
}

fn named(
    dns: &[String],
    setting: &str,
    context: &mut Context,
) -> Result<Vec<(String, Digest)>, Failure> {
    let digest = |dn: &String| match context.names.digest(dn.as_bytes()) {
        Ok(digest) => Ok((dn.clone(), digest)),
        Err(_) => Err(Failure::config(format!("`{setting}` is not a DN: `{dn}`"))
            .hint("write it like `ou=people,dc=example,dc=org`")),
    };
    dns.iter().map(digest).collect()
}

/// Leaves out what is within another, so that nobody is found twice.
fn outermost(all: Vec<(String, Digest)>, context: &mut Context) -> Vec<(String, Digest)> {
    let digests: Vec<Digest> = all.iter().map(|(_, digest)| *digest).collect();
    let mut kept: Vec<(String, Digest)> = Vec::new();
    for (dn, digest) in all {
        let others: Vec<Digest> = digests
            .iter()
            .copied()
            .filter(|other| *other != digest)
            .collect();
        let within = context.names.is_below(dn.as_bytes(), &others) == Ok(true);
        if !within && kept.iter().all(|(_, other)| *other != digest) {
            kept.push((dn, digest));
        }
    }
    kept
}
