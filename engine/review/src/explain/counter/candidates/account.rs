//! What an administrator could do in the intranet.

use super::Candidate;
use crate::explain::case::Case;
use crate::explain::counter::edits::What;
use crate::explain::counter::is_let_in;
use crate::explain::report::{EditKind, Explanation, Place};
use muster_model::{Fault, UsernameKey};

pub(super) fn of(case: &Case<'_>, base: &Explanation) -> Vec<Candidate> {
    unblock(case)
        .into_iter()
        .chain(rename(case, base))
        .collect()
}

fn unblock(case: &Case<'_>) -> Option<Candidate> {
    let account = case
        .account
        .as_ref()
        .filter(|one| !one.block_reasons.is_empty())?;
    let name = &account.username;
    let candidate = Candidate::new(
        Place::Account,
        What::Unblock,
        EditKind::Unblock,
        "an administrator lets them in",
    );
    let candidate = candidate.how(format!("muster account unblock {name}"));
    Some(Candidate {
        wants: Some(is_let_in),
        ..candidate
    })
}

/// The rename that a finding proposes.
fn rename(case: &Case<'_>, base: &Explanation) -> Option<Candidate> {
    const COMMAND: &str = "`muster account rename ";
    let mut findings = base
        .outcome
        .findings
        .iter()
        .chain(&case.plan.findings)
        .filter(|finding| finding.code == Fault::LikelyRename);
    let names = findings.find_map(|finding| {
        let (_, rest) = finding.text.split_once(COMMAND)?;
        let (command, _) = rest.split_once('`')?;
        let (from, to) = command.split_once(' ')?;
        let own = case
            .account
            .as_ref()
            .map(|account| account.username.as_str());
        let is_theirs = own == Some(from) || base.person.username.as_deref() == Some(to);
        is_theirs.then(|| (from.to_owned(), to.to_owned()))
    });
    let (from, to) = names?;
    let holder = case.question.store.find(&UsernameKey::of(&to)).ok()?;
    if holder.is_some_and(|holder| holder.username.key() != UsernameKey::of(&from)) {
        // The command would be refused.
        return None;
    }
    let kind = EditKind::Rename {
        from: from.clone(),
        to: to.clone(),
    };
    let text = format!("the account `{from}` is renamed to `{to}`");
    let command = format!("muster account rename {from} {to}");
    Some(Candidate::new(Place::Account, What::Rename(from, to), kind, text).how(command))
}
