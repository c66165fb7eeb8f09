//! Whether the person is in scope, and what decides that.

use super::conditions::condition;
use super::{day, listed};
use crate::explain::case::Case;
use crate::explain::report::{
    ConditionSeen, ExceptionSeen, GroupSeen, ReadStep, ScopeStep, ScopeVerdict,
};
use muster_model::{EntryView, PolicyLine, Removal, UsernameKey};
use muster_plan::Scoped;
use muster_policy::{Exception, ExceptionDeed, Policy, is_same_group};

pub(in crate::explain) fn scope(case: &Case<'_>, read: &ReadStep) -> ScopeStep {
    let policy = case.policy();
    let condition = case.entry().and_then(|entry| {
        let now = case.question.now();
        let expression = policy.scope.condition.as_ref()?;
        Some(condition(policy, expression, entry, now))
    });
    let (verdict, text, line) = verdict(case, read, condition.as_ref());
    ScopeStep {
        verdict,
        text,
        policy: Some(line),
        groups: groups(case),
        asked: asked(policy),
        condition,
        exceptions: exceptions(case),
    }
}

fn verdict(
    case: &Case<'_>,
    read: &ReadStep,
    condition: Option<&ConditionSeen>,
) -> (ScopeVerdict, String, PolicyLine) {
    let policy = case.policy();
    let at = policy.scope.at.clone();
    if let Some(entry) = case.outside {
        return (ScopeVerdict::Out, beyond(policy, entry), at);
    }
    let Some(sight) = case.sight() else {
        return not_delivered(case, read, at);
    };
    let out = |text: String, at: PolicyLine| (ScopeVerdict::Out, text, at);
    match &sight.scope {
        Scoped::In => (ScopeVerdict::In, in_scope(case), at),
        Scoped::Removed(Removal::LeftScope) => {
            let groups = listed(&policy.scope.groups);
            let text = match policy.scope.groups.is_empty() {
                true => "the source says that they are no longer in scope".to_owned(),
                false => format!("the source says that they are no longer in {groups}"),
            };
            out(text, at)
        }
        Scoped::Removed(_) => out("they are removed at the source".to_owned(), at),
        Scoped::Excluded => out(
            format!(
                "`exclude.usernames` leaves `{}` out",
                sight.name.as_deref().unwrap_or_default()
            ),
            at,
        ),
        Scoped::Excepted(place) => match policy.exceptions.get(*place) {
            Some(exception) => out(left_out(exception), exception.at.clone()),
            None => out("an exception leaves them out".to_owned(), at),
        },
        Scoped::Condition => {
            let at = condition.map_or(at, |condition| condition.policy.clone());
            let why = culprits(case, condition);
            out(format!("`where` is false: {why}"), at)
        }
        Scoped::Undecided(why) => {
            let at = condition.map_or(at, |condition| condition.policy.clone());
            let text = format!("`where` could not be evaluated: {why}");
            (ScopeVerdict::Undecided, text, at)
        }
    }
}

/// Why somebody whom the source has is not asked for.
fn beyond(policy: &Policy, entry: EntryView<'_>) -> String {
    let groups = &policy.scope.groups;
    let is_member = |name: &&String| entry.groups().any(|group| is_same_group(name, group));
    let member: Vec<&String> = groups.iter().filter(is_member).collect();
    let rest = asked(policy).join(", ");
    match (groups.len(), member.is_empty(), rest.is_empty()) {
        (0, ..) => format!("the policy asks for people {rest}, and they are not among them"),
        (1, true, _) => format!("they are not in {}", listed(groups)),
        (_, true, _) => format!("they are in none of {}", listed(groups)),
        (_, false, _) => format!(
            "they are in {}, and the policy asks for people {rest}",
            listed(&member)
        ),
    }
}

fn in_scope(case: &Case<'_>) -> String {
    let groups = groups(case);
    let member: Vec<&str> = groups
        .iter()
        .filter(|group| group.member == Some(true))
        .map(|group| group.name.as_str())
        .collect();
    let first = match member.is_empty() {
        true => "they are in scope".to_owned(),
        false => format!("they are in {}", listed(&member)),
    };
    match case.policy().scope.condition.is_some() {
        true => format!("{first}, and `where` is true of them"),
        false => first,
    }
}

fn not_delivered(
    case: &Case<'_>,
    read: &ReadStep,
    at: PolicyLine,
) -> (ScopeVerdict, String, PolicyLine) {
    if !read.problems.is_empty() {
        let text = "their record cannot be read, so nobody can say".to_owned();
        return (ScopeVerdict::Undecided, text, at);
    }
    let groups = &case.policy().scope.groups;
    let from = match groups.is_empty() {
        true => "at the source".to_owned(),
        false => format!("in {}", listed(groups)),
    };
    match read.proves_absence {
        true => (
            ScopeVerdict::Absent,
            format!("a complete read did not find them {from}"),
            at,
        ),
        false => (
            ScopeVerdict::Unproven,
            "they were not delivered, which proves nothing in this read".to_owned(),
            at,
        ),
    }
}

/// The questions whose answers make a condition false.
fn culprits(case: &Case<'_>, condition: Option<&ConditionSeen>) -> String {
    let is_hidden = |name: &str| !case.question.reveal && case.policy().hides(name);
    let Some(condition) = condition else {
        return "the condition is not true of them".to_owned();
    };
    match condition.leaves.as_slice() {
        [] | [_] => {
            let values = condition.leaves.iter().flat_map(|leaf| &leaf.reads);
            let values: Vec<String> = values
                .filter(|read| read.name != "now" && !is_hidden(&read.name))
                .map(|read| match read.values.as_slice() {
                    [] => format!("`{}` is absent", read.name),
                    values => format!("`{}` is {}", read.name, quoted(values)),
                })
                .collect();
            match values.is_empty() {
                true => condition.text.clone(),
                false => format!("{} ({})", condition.text, values.join(", ")),
            }
        }
        _ => condition.text.clone(),
    }
}

fn quoted(values: &[String]) -> String {
    let quoted: Vec<String> = values.iter().map(|value| format!("\"{value}\"")).collect();
    quoted.join(", ")
}

fn left_out(exception: &Exception) -> String {
    let until = exception
        .expires
        .map_or(String::new(), |day| format!(" until {day}"));
    let Exception { owner, reason, .. } = exception;
    format!("an exception leaves them out{until} ({owner}: {reason})")
}

/// Syncing groups; that a source names none for anybody says nothing.
fn groups(case: &Case<'_>) -> Vec<GroupSeen> {
    let names = case.policy().scope.groups.iter();
    let member = |name: &str| {
        let entry = case.entry().or(case.outside);
        let mut groups = entry?.groups();
        Some(groups.any(|group| is_same_group(name, group)))
    };
    names
        .map(|name| GroupSeen {
            name: name.clone(),
            member: member(name),
        })
        .collect()
}

fn asked(policy: &Policy) -> Vec<String> {
    let scope = &policy.scope;
    let mut asked = Vec::new();
    let mut say = |what: &str, names: &[String]| {
        if !names.is_empty() {
            asked.push(format!("{what} {}", listed(names)));
        }
    };
    say("under", &scope.under);
    say("but not the members of", &scope.except_groups);
    say("but not under", &scope.except_under);
    let excluded = scope.except_usernames.iter().map(UsernameKey::as_str);
    let excluded: Vec<String> = excluded.map(str::to_owned).collect();
    say("but not the usernames", &excluded);
    asked
}

fn exceptions(case: &Case<'_>) -> Vec<ExceptionSeen> {
    let policy = case.policy();
    let now = case.question.now();
    let decided = case.sight().map(|sight| sight.decided).unwrap_or_default();
    let mut places: Vec<usize> = [decided.exclude, decided.rename, decided.ended, decided.hold]
        .into_iter()
        .flatten()
        .collect();
    let account = case.account.as_ref();
    let id = case.who.external_id.as_deref();
    for (place, exception) in policy.exceptions.iter().enumerate() {
        let person = exception.deed.person();
        let key = person.key();
        let is_theirs = match (&exception.deed, &key) {
            (ExceptionDeed::Pin { account: name, .. }, _) => {
                id == Some(person.as_str())
                    || account.is_some_and(|account| account.username.key() == name.key())
            }
            (_, Some(key)) => account.is_some_and(|account| account.username.key() == *key),
            (_, None) => id == Some(person.as_str()),
        };
        if is_theirs {
            places.push(place);
        }
    }
    places.sort_unstable();
    places.dedup();
    let seen = places.into_iter().filter_map(|place| {
        let exception = policy.exceptions.get(place)?;
        Some(ExceptionSeen {
            deed: exception.deed.as_str(),
            owner: exception.owner.clone(),
            reason: exception.reason.clone(),
            expires: exception
                .expires
                .map(|last| day(&last.to_string()).to_owned()),
            in_force: !exception.is_expired(now),
            policy: exception.at.clone(),
        })
    });
    seen.collect()
}
