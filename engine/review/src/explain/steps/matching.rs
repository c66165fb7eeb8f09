//! Which account is the person's, and how it was found.

use super::listed;
use crate::explain::case::Case;
use crate::explain::report::{
    AccountSeen, BlockSeen, CandidateSeen, DeedSeen, MatchStep, MatchVerdict, RivalSeen,
};
use muster_model::{
    Account, AccountId, AuditRecord, BlockReason, Owner, PolicyLine, UsernameKey, Value,
};
use muster_plan::Fate;
use muster_policy::{Key, Unblock};

pub(in crate::explain) fn matching(case: &Case<'_>) -> MatchStep {
    let policy = case.policy();
    let verdict = verdict(case);
    let source = case.sight().map(|sight| &sight.source_name);
    let name = case.sight().and_then(|sight| sight.name.clone());
    MatchStep {
        verdict,
        text: text(case, verdict),
        policy: line(case, verdict),
        key: policy.identity.key.as_str(),
        looked_for: looked_for(case),
        username: name,
        username_failed: source.and_then(|source| source.as_ref().err().cloned()),
        account: case.account.as_ref().map(|account| seen(case, account)),
        candidates: candidates(case),
        rivals: rivals(case),
        pin: case
            .sight()
            .and_then(|sight| Some(sight.pin.as_ref()?.0.text.clone())),
    }
}

fn verdict(case: &Case<'_>) -> MatchVerdict {
    match (&case.account, case.entry()) {
        (Some(_), _) if case.is_not_ours() => MatchVerdict::NotOurs,
        (Some(_), _) if case.deed().adopts.is_some() => MatchVerdict::Adopts,
        (Some(_), Some(_)) => MatchVerdict::Account,
        (Some(_), None) | (None, None) => MatchVerdict::NoEntry,
        (None, Some(_)) => MatchVerdict::New,
    }
}

fn looked_for(case: &Case<'_>) -> Option<String> {
    let entry = case.entry()?;
    match case.policy().identity.key {
        Key::ExternalId => entry.id().map(str::to_owned),
        Key::Username => case.sight().and_then(|sight| sight.name.clone()),
    }
}

fn text(case: &Case<'_>, verdict: MatchVerdict) -> String {
    let key = case.policy().identity.key.as_str();
    let looked_for = looked_for(case);
    let account = case.account.as_ref().map(|account| {
        let Account { id, username, .. } = account;
        format!("account {id} `{username}`")
    });
    let account = account.unwrap_or_default();
    match (verdict, looked_for) {
        (MatchVerdict::NotOurs, _) => {
            let owner = case
                .account
                .as_ref()
                .map_or(Owner::LOCAL, |one| one.owner.as_str());
            match owner {
                Owner::LOCAL => format!("{account} is a local one, which no sync touches"),
                name => format!("{account} belongs to the directory `{name}`"),
            }
        }
        (MatchVerdict::Adopts, _) => {
            let reason = case.deed().adopts.as_ref();
            let reason = reason.map_or("", |reason| reason.text.as_str());
            format!("{account}: {reason}")
        }
        (MatchVerdict::Account, Some(value)) if case.sight().is_some_and(|s| s.pin.is_none()) => {
            format!("{account} is theirs, by {key} `{value}`")
        }
        (MatchVerdict::Account, _) => format!("{account} is theirs"),
        (MatchVerdict::NoEntry, _) if case.account.is_some() => {
            format!("no entry was delivered for {account}")
        }
        (MatchVerdict::NoEntry, _) => "there is neither an entry nor an account".to_owned(),
        (MatchVerdict::New, Some(value)) => {
            format!("no account of the directory has the {key} `{value}`: they are new")
        }
        (MatchVerdict::New, None) => {
            format!("the entry gives no {key}, by which an account would be found")
        }
    }
}

fn line(case: &Case<'_>, verdict: MatchVerdict) -> PolicyLine {
    let identity = &case.policy().identity;
    let pin = case.sight().and_then(|sight| sight.pin.as_ref());
    let pin = pin.and_then(|(reason, _)| reason.policy.clone());
    let adopts = case.deed().adopts.as_ref();
    match verdict {
        MatchVerdict::Adopts => adopts.and_then(|reason| reason.policy.clone()),
        _ => pin,
    }
    .unwrap_or_else(|| identity.at.clone())
}

fn candidates(case: &Case<'_>) -> Vec<CandidateSeen> {
    let evidence = case.sight().map(|sight| sight.evidence.as_slice());
    let evidence = evidence.unwrap_or_default().iter();
    evidence
        .map(|found| CandidateSeen {
            key: found.key.as_str().to_owned(),
            accounts: found
                .accounts
                .iter()
                .filter_map(|&id| rival(case, id))
                .collect(),
            all: found.all,
        })
        .collect()
}

fn rival(case: &Case<'_>, id: AccountId) -> Option<RivalSeen> {
    let account = case.question.store.account(id).ok().flatten()?;
    Some(rival_account(&account))
}

fn rival_account(account: &Account) -> RivalSeen {
    RivalSeen {
        account_id: Some(account.id),
        username: Some(account.username.to_string()),
        external_id: account
            .external_id
            .as_ref()
            .map(|id| id.as_str().to_owned()),
        directory: Some(account.owner.as_str().to_owned()),
    }
}

/// Who else has, or wants, the person's username.
fn rivals(case: &Case<'_>) -> Vec<RivalSeen> {
    let Some(name) = case.sight().and_then(|sight| sight.name.as_deref()) else {
        return Vec::new();
    };
    let key = UsernameKey::of(name);
    let own = case.account.as_ref().map(|account| account.id);
    let holder = case.question.store.find(&key).ok().flatten();
    let holder = holder.filter(|account| Some(account.id) != own);
    let mut rivals: Vec<RivalSeen> = holder.iter().map(rival_account).collect();
    for (place, sight) in &case.watched.entries {
        let entry = case.question.read.entry(*place);
        let is_same = sight.name.as_deref().map(UsernameKey::of).as_ref() == Some(&key);
        let is_other = !case
            .entries
            .iter()
            .any(|(_, own)| std::ptr::eq(*own, sight));
        let known = holder.as_ref().map(|account| account.id);
        if is_same && is_other && (sight.account.is_none() || sight.account != known) {
            rivals.push(RivalSeen {
                account_id: sight.account,
                username: sight.name.clone(),
                external_id: entry.and_then(|entry| entry.id()).map(str::to_owned),
                directory: None,
            });
        }
    }
    rivals
}

fn seen(case: &Case<'_>, account: &Account) -> AccountSeen {
    let reasons = account.block_reasons.iter();
    AccountSeen {
        id: account.id,
        username: account.username.to_string(),
        directory: account.owner.as_str().to_owned(),
        external_id: account
            .external_id
            .as_ref()
            .map(|id| id.as_str().to_owned()),
        block_reasons: reasons
            .map(|reason| BlockSeen {
                reason: reason.clone(),
                set: case
                    .history
                    .iter()
                    .rev()
                    .find(|record| begins(record, reason))
                    .map(deed),
                ends: ends(case, account, reason),
            })
            .collect(),
        last_change: case.history.last().map(deed),
    }
}

/// True if a deed of the past has set a reason.
fn begins(record: &AuditRecord, reason: &BlockReason) -> bool {
    let name = reason.to_string();
    let has = |value: &Option<Value>| match value {
        Some(Value::List(items)) => items.contains(&name),
        Some(Value::Text(text)) => *text == name,
        None => false,
    };
    let mut fields = record.fields.iter();
    fields.any(|field| {
        field.name.as_str() == muster_model::plan::BLOCK_REASONS
            && has(&field.new)
            && !has(&field.old)
    })
}

fn deed(record: &AuditRecord) -> DeedSeen {
    DeedSeen {
        run: record.run,
        at: record.at.clone(),
        by: record.actor.name.clone(),
        command: record.actor.command.clone(),
        action: record.action.clone(),
        text: record.reason.text.clone(),
        policy: record.reason.policy.clone(),
    }
}

/// Whether a reason goes away again, and by what.
fn ends(case: &Case<'_>, account: &Account, reason: &BlockReason) -> String {
    let policy = case.policy();
    let by_hand = format!("`muster account unblock {}`", account.username);
    let with = |unblock: Unblock, what: String| match unblock {
        Unblock::Auto => format!("the next sync lets them in once {what}"),
        Unblock::Manual => format!("even once {what}, an administrator has to: {by_hand}"),
    };
    if !case.is_own() {
        return format!("only an administrator takes it away: {by_hand}");
    }
    match reason {
        BlockReason::Manual => format!("no sync undoes it; an administrator may: {by_hand}"),
        BlockReason::LeftScope => with(policy.scope.unblock, "they are in scope again".to_owned()),
        BlockReason::BlockedInSource => with(
            Unblock::Auto,
            "the source says that they are active".to_owned(),
        ),
        BlockReason::NoLicence => "the first sync with a seat for them lets them in".to_owned(),
        BlockReason::Rule(name) => {
            let mut rules = policy.blocks.iter();
            match rules.find(|rule| rule.name == *name) {
                Some(rule) => with(rule.unblock, format!("rule `{name}` holds no longer")),
                None => format!(
                    "{} has no rule `{name}` any more: the next sync that sees them lets them in",
                    listed(&[&policy.file])
                ),
            }
        }
    }
}

/// True if an account is made.
pub(super) fn creates(case: &Case<'_>) -> bool {
    case.account.is_none() && case.deed().fate == Fate::Create
}
