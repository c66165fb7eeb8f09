//! Why an account is blocked, and what may block it before long.

use super::Palette;
use super::change::place;
use super::text::{pad, safe};
use muster_model::{Account, BlockReason, Memory, Missing, Owner, PolicyLine};
use muster_policy::{Grace, Policy};

/// Explains every block reason, each with its sentence and the line of the
/// policy; then clocks that run. The policy is as its file says now, if it can
/// be read.
pub fn lines(account: &Account, policy: Option<&Policy>, palette: Palette) -> String {
    let reasons = account.block_reasons.iter();
    let mut told: Vec<(String, String, Option<&PolicyLine>)> = reasons
        .map(|reason| {
            let text = sentence(reason, account, policy);
            (
                reason.to_string(),
                text,
                policy.and_then(|policy| line(policy, reason)),
            )
        })
        .collect();
    told.extend(clocks(account, policy));
    let names = told.iter().map(|(name, ..)| safe(name).chars().count());
    let width = names.max().unwrap_or(0);
    told.iter()
        .map(|(name, text, line)| {
            let place = place(*line, palette);
            format!("    {}  {}{place}\n", pad(&safe(name), width), safe(text))
        })
        .collect()
}

fn sentence(reason: &BlockReason, account: &Account, policy: Option<&Policy>) -> String {
    match reason {
        BlockReason::BlockedInSource => "blocked at the source".to_owned(),
        BlockReason::LeftScope => match &account.owner {
            Owner::Directory(name) => format!("no longer in the scope of `{name}`"),
            Owner::Local => "was no longer in the scope of its directory".to_owned(),
        },
        BlockReason::NoLicence => {
            "no seat was left; the first sync with room for them lets them in".to_owned()
        }
        BlockReason::Manual => "blocked by an administrator; no sync undoes it".to_owned(),
        BlockReason::Rule(name) => {
            let rule = |policy: &Policy| {
                let mut rules = policy.blocks.iter();
                rules
                    .find(|rule| rule.name == *name)
                    .map(|rule| rule.sentence())
            };
            policy
                .and_then(rule)
                .unwrap_or_else(|| format!("rule `{name}`"))
        }
    }
}

/// The line of policy behind a reason that sync has set.
pub fn line<'p>(policy: &'p Policy, reason: &BlockReason) -> Option<&'p PolicyLine> {
    match reason {
        BlockReason::BlockedInSource => Some(&policy.provider.at),
        BlockReason::LeftScope => Some(&policy.scope.at),
        BlockReason::NoLicence => match &policy.licences {
            Some(terms) => Some(&terms.at),
            None => Some(&policy.scope.at),
        },
        BlockReason::Rule(name) => {
            let mut rules = policy.blocks.iter();
            rules.find(|rule| rule.name == *name).map(|rule| &rule.at)
        }
        BlockReason::Manual => None,
    }
}

/// What has begun and does not block yet.
fn clocks<'p>(
    account: &Account,
    policy: Option<&'p Policy>,
) -> Vec<(String, String, Option<&'p PolicyLine>)> {
    let memory = Memory::of(account);
    let mut told = Vec::new();
    let left = account.block_reasons.contains(&BlockReason::LeftScope);
    if let (Some(missing), false) = (&memory.missing, left) {
        let grace = policy.and_then(|policy| policy.scope.grace);
        let line = policy.map(|policy| &policy.scope.at);
        told.push(("missing".to_owned(), absence(missing, grace), line));
    }
    for (name, since) in &memory.rules {
        let reason = BlockReason::Rule(name.clone());
        if account.block_reasons.contains(&reason) {
            continue;
        }
        let rule = policy.and_then(|policy| policy.blocks.iter().find(|rule| rule.name == *name));
        let grace = rule.and_then(|rule| rule.grace).map(Grace::Days);
        let text = format!("holds since {}{}", day(since), patience(grace));
        told.push((reason.to_string(), text, rule.map(|rule| &rule.at)));
    }
    told
}

fn absence(missing: &Missing, grace: Option<Grace>) -> String {
    let since = day(&missing.since);
    match grace {
        Some(Grace::Reads(most)) => format!(
            "out of scope since {since}, missed by {} of {most} complete reads",
            missing.reads
        ),
        other => format!("out of scope since {since}{}", patience(other)),
    }
}

fn patience(grace: Option<Grace>) -> String {
    grace
        .map(|grace| format!("; there is a grace of {grace}"))
        .unwrap_or_default()
}

fn day(instant: &str) -> &str {
    instant.split('T').next().unwrap_or(instant)
}
