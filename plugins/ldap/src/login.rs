//! Tries a person's login: finds their entry, and lets the host bind as them.

use crate::bases::Bases;
use crate::context::Context;
use crate::directory::{CONNECTION, below, gather, open};
use crate::filter;
use crate::mapping::Mapping;
use crate::outcome;
use crate::settings::Settings;
use muster_sdk::ldap::{Password, Verdict, verify};
use muster_sdk::{Failure, Scope};

/// Judges the password of the person with this identifier.
///
/// Who is not below the base, or not a person by the filter, is unknown here,
/// whatever else the directory holds.
pub fn authenticate(
    settings: &Settings,
    id: &str,
    password: Password<'_>,
) -> Result<Verdict, Failure> {
    let mut context = Context::open(settings)?;
    let mapping = Mapping::read(&[], &context)?;
    if mapping.id_name().is_none() {
        return Err(Failure::unsupported(
            "people of this directory have no immutable identifier to be found by",
        ));
    }
    let Some(wanted) = mapping.filter_for(id) else {
        return Ok(Verdict::UnknownUser);
    };
    let wanted = filter::all(&[context.people_filter().to_owned(), wanted]);
    let everywhere = Scope {
        groups: vec![],
        under: vec![],
        except_groups: vec![],
        except_under: vec![],
        report: vec![],
    };
    let mut names = Vec::new();
    for base in Bases::of(&everywhere, &mut context)?.search {
        let query = below(
            &base,
            wanted.clone(),
            vec!["1.1".to_owned()],
            context.settings.page_size,
        );
        let (found, said) = gather(&open(&query)?)?;
        if let Some((_, text)) = outcome::shortfall(&said, &base) {
            return Err(outcome::failure(&said, &text));
        }
        names.extend(found.iter().map(|entry| entry.name()));
    }
    match names.as_slice() {
        [] => Ok(Verdict::UnknownUser),
        [one] => verify(CONNECTION, one, password),
        several => Err(Failure::data(format!(
            "{} entries have the identifier `{id}`",
            several.len()
        ))),
    }
}
