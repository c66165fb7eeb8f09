//! The groups of which it is told who is in them.

use crate::api;
use crate::refusal::About;
use crate::settings::Settings;
use crate::tally::Tally;
use muster_sdk::json::Selection;
use muster_sdk::{Failure, Report, Scope, host};

/// Reported groups of one policy, those that patterns stand for included.
const MOST: usize = 2000;

/// A group that may be there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reported {
    /// What Google is asked for.
    pub key: String,
    /// As the policy writes it, or its address where a pattern stands for it.
    pub told: String,
    /// It was listed, so it is there.
    pub is_listed: bool,
}

/// The reported groups of a scope, and the patterns that stand for none.
pub fn find(
    scope: &Scope,
    settings: &Settings,
    tally: &mut Tally,
) -> Result<(Vec<Reported>, Vec<String>), Failure> {
    let mut report = Report::of(scope);
    let named = report.names().iter().map(|name| Reported {
        key: name.clone(),
        told: name.clone(),
        is_listed: false,
    });
    let mut groups: Vec<Reported> = named.collect();
    groups.extend(fitting(&mut report, settings, tally)?);
    match groups.len() > MOST {
        true => Err(Failure::config(format!(
            "the policy's patterns stand for {} groups, and {MOST} are the most",
            groups.len()
        ))
        .hint("narrow them: `team-*@example.com` instead of `*`")),
        false => Ok((groups, report.unmet())),
    }
}

/// Lists all groups once, and gives those that a pattern stands for.
pub fn fitting(
    report: &mut Report,
    settings: &Settings,
    tally: &mut Tally,
) -> Result<Vec<Reported>, Failure> {
    let mut found = Vec::new();
    if !report.has_patterns() {
        return Ok(found);
    }
    let selection = Selection::new(["id", "email"])?;
    let mut token: Option<String> = None;
    loop {
        if host::cancelled() {
            return Err(Failure::cancelled());
        }
        tally.requests += 1;
        let answer = api::get(&api::groups(settings, token.as_deref()));
        let answer = answer.map_err(|wrong| wrong.failure(About::Groups, settings))?;
        let next = api::page(&answer, "groups", &selection, |group| {
            let email = group.first(1).unwrap_or_default();
            if !email.is_empty() && report.fits(email) {
                found.push(Reported {
                    key: group.first(0).unwrap_or(email).to_owned(),
                    told: email.to_owned(),
                    is_listed: true,
                });
            }
        })?;
        match next {
            None => return Ok(found),
            next if next == token => {
                return Err(Failure::data(
                    "a page of groups names itself as the next one",
                ));
            }
            next => token = next,
        }
    }
}
