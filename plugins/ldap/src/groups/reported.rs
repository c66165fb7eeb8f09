//! Which reported groups there are, and where groups are looked for.

use super::Roots;
use crate::context::Context;
use crate::directory::{below, open, walk};
use crate::outcome;
use muster_sdk::{Failure, PartialReason};

/// A reported group that was found.
#[derive(Clone, Debug)]
pub struct Reported {
    pub dn: String,
    /// As the policy writes it, or, where a pattern stands for it, the server.
    pub told: String,
}

/// Where groups are looked for: the naming contexts of the policy's groups, and,
/// if patterns stand for some, those of the base. The latter may be where no
/// group is that decides about the scope.
pub fn holders(roots: &Roots, context: &mut Context) -> (Vec<String>, Vec<String>) {
    let mut needed: Vec<String> = Vec::new();
    for root in roots.deciding() {
        let holder = context.naming_context(root).unwrap_or_else(|| root.clone());
        if !needed.contains(&holder) {
            needed.push(holder);
        }
    }
    let mut others: Vec<String> = Vec::new();
    // What no naming context holds is nowhere.
    let named = roots.report.names().to_vec().into_iter();
    let mut more: Vec<String> = named
        .filter_map(|name| context.naming_context(&name))
        .collect();
    if roots.report.has_patterns() {
        for base in context.settings.bases().to_vec() {
            more.push(context.naming_context(&base).unwrap_or(base));
        }
    }
    for holder in more {
        if !needed.contains(&holder) && !others.contains(&holder) {
            others.push(holder);
        }
    }
    (needed, others)
}

/// A group that a pattern stands for, with one attribute that was asked for.
pub struct Fitting {
    pub dn: String,
    pub value: Option<Vec<u8>>,
}

/// Lists all groups once, and gives those that a pattern stands for.
pub fn fitting(
    roots: &mut Roots,
    attribute: &str,
    context: &mut Context,
    weak: &mut Vec<(PartialReason, String)>,
) -> Result<Vec<Fitting>, Failure> {
    let mut found = Vec::new();
    if !roots.report.has_patterns() {
        return Ok(found);
    }
    let (needed, others) = holders(roots, context);
    for holder in needed.into_iter().chain(others) {
        let filter = context.root.dialect.group_filter().to_owned();
        let names = vec![attribute.to_owned()];
        let query = below(&holder, filter, names, context.settings.page_size);
        let said = walk(&open(&query)?, |entry| {
            let dn = String::from_utf8_lossy(entry.dn());
            if roots.report.fits(&dn) {
                let value = entry.first(0).map(<[u8]>::to_vec);
                let dn = dn.into_owned();
                found.push(Fitting { dn, value });
            }
            Ok(())
        })?;
        weak.extend(unlisted(&said, &holder));
    }
    Ok(found)
}

/// Why a list of groups is not whole.
pub fn unlisted(said: &muster_sdk::ldap::Outcome, holder: &str) -> Option<(PartialReason, String)> {
    // What is not below a naming context is judged by itself.
    if outcome::is_missing(said) {
        return None;
    }
    let (reason, text) = outcome::shortfall(said, holder)?;
    Some((reason, format!("not all groups are known: {text}")))
}
