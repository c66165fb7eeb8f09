//! What has moved since a plan was made: all of it, by name.
//!
//! "The plan is stale" is of no use to somebody who wants to know whether to plan
//! again or to ask a colleague. So the files and their lines are told, and the runs
//! in between with whose they were, and whom among the plan's people they touched.

use crate::plan_file::SealedPlan;
use jiff::Timestamp;
use muster_model::{AccountId, Plan, Run, TextPrint};
use muster_policy::Policy;
use muster_store::{Store, StoreError};
use std::collections::{BTreeMap, BTreeSet};

/// Runs, lines and people beyond this number are counted.
const NAMED: usize = 5;

/// Letters that stand for one line of a text.
const LETTERS: usize = 8;

/// What a policy's texts look like, line by line, so that a plan made from them can
/// tell later which lines have changed. The texts are not in it.
pub fn prints(policy: &Policy) -> Vec<TextPrint> {
    let print = |(file, text): (&str, &str)| TextPrint {
        file: file.to_owned(),
        lines: lines(text).concat(),
    };
    policy.texts.iter().map(print).collect()
}

fn lines(text: &str) -> Vec<String> {
    let print = |line: &str| {
        let hash = blake3::hash(line.as_bytes()).to_hex();
        hash.chars().take(LETTERS).collect()
    };
    text.lines().map(print).collect()
}

/// All that a plan was made from and that is another now, each as a part of a
/// sentence. Nothing, if it may be applied.
pub fn moved(
    plan: &Plan,
    policy: Option<&Policy>,
    plugin_digest: &str,
    store: &dyn Store,
) -> Result<Vec<String>, StoreError> {
    let bindings = &plan.bindings;
    let mut moved = Vec::new();
    let digest = policy.map(|policy| policy.digest.as_str());
    if bindings.policy != digest.unwrap_or_default() {
        let which = policy.and_then(|policy| texts(plan, policy));
        moved.push(
            which.unwrap_or_else(|| {
                format!("the policy `{}` was changed since", bindings.policy_file)
            }),
        );
    }
    if policy.is_some_and(|policy| plan.directory != policy.directory) {
        moved.push("it is about another directory than the policy".to_owned());
    }
    if bindings.plugin_digest != plugin_digest {
        moved.push(format!(
            "the plugin `{}` is another one since",
            bindings.plugin
        ));
    }
    moved.extend(state(plan, store)?);
    Ok(moved)
}

/// Why a plan file cannot be applied now, leaving its guards and approvals aside;
/// each a sentence.
pub fn why_not(
    file: &SealedPlan,
    policy: Option<&Policy>,
    plugin_digest: &str,
    now: Timestamp,
    store: &dyn Store,
) -> Result<Vec<String>, StoreError> {
    let expires = file.plan.bindings.expires.as_str();
    let mut why = Vec::new();
    if store.is_applied(&file.digest)? {
        let by = applied_by(&file.digest, store)?;
        why.push(format!("it was already applied{by}"));
    }
    if expires
        .parse::<Timestamp>()
        .is_ok_and(|expires| now > expires)
    {
        why.push(format!("it expired at {expires}"));
    }
    why.extend(moved(&file.plan, policy, plugin_digest, store)?);
    Ok(why)
}

/// The run that has applied a plan file, as a part of a sentence: "in run r3 by petra
/// at …".
pub(crate) fn applied_by(digest: &str, store: &dyn Store) -> Result<String, StoreError> {
    let runs = store.runs()?;
    let mut runs = runs.iter().rev();
    let run = runs.find(|run| run.plan.as_deref() == Some(digest) && run.applied_plan().is_some());
    Ok(run.map_or_else(String::new, |run| {
        format!(", in run {} by {} at {}", run.id, run.actor.name, run.at)
    }))
}

/// Which files of the policy are others, and where.
fn texts(plan: &Plan, policy: &Policy) -> Option<String> {
    let bindings = &plan.bindings;
    if bindings.environment != policy.environment {
        let named = |file: &Option<String>| match file {
            Some(file) => format!("the values of `{file}`"),
            None => "no values file".to_owned(),
        };
        return Some(format!(
            "it was made with {}, and is to be applied with {}",
            named(&bindings.environment),
            named(&policy.environment)
        ));
    }
    let before: BTreeMap<&str, &str> = bindings
        .texts
        .iter()
        .map(|print| (print.file.as_str(), print.lines.as_str()))
        .collect();
    let now: BTreeMap<&str, &str> = policy.texts.iter().collect();
    let files: BTreeSet<&str> = before.keys().chain(now.keys()).copied().collect();
    let told: Vec<String> = files
        .into_iter()
        .filter_map(|file| {
            let kind = match file {
                file if file == policy.file => "the policy",
                file if Some(file) == policy.environment.as_deref() => "the values file",
                _ => "the file",
            };
            let how = difference(before.get(file).copied(), now.get(file).copied())?;
            Some(format!("{kind} `{file}` was changed since{how}"))
        })
        .collect();
    (!bindings.texts.is_empty() && !told.is_empty()).then(|| told.join("; "))
}

/// How a text differs; `None` if it does not.
fn difference(before: Option<&str>, now: Option<&str>) -> Option<String> {
    let (before, now) = match (before, now) {
        (Some(before), Some(now)) => (before, lines(now)),
        (None, Some(_)) => return Some(" (it was not among its files before)".to_owned()),
        (_, None) => return Some(" (it is no longer among its files)".to_owned()),
    };
    let before: Vec<&[u8]> = before.as_bytes().chunks(LETTERS).collect();
    let now: Vec<&[u8]> = now.iter().map(String::as_bytes).collect();
    if before == now {
        return None;
    }
    let same = |pair: &(&&[u8], &&[u8])| pair.0 == pair.1;
    let head = before.iter().zip(&now).take_while(same).count();
    let (before, now) = (before.get(head..)?, now.get(head..)?);
    let tail = before.iter().rev().zip(now.iter().rev());
    let tail = tail.take_while(same).count();
    let before = before.get(..before.len() - tail)?;
    let now = now.get(..now.len() - tail)?;
    let mut known: BTreeMap<&[u8], u64> = BTreeMap::new();
    for line in before {
        *known.entry(line).or_default() += 1;
    }
    let new: Vec<usize> = now
        .iter()
        .enumerate()
        .filter(|(_, line)| match known.get_mut(*line) {
            Some(left) if *left > 0 => {
                *left -= 1;
                false
            }
            _ => true,
        })
        .map(|(place, _)| head + place + 1)
        .collect();
    Some(match new.as_slice() {
        [] if now.is_empty() => format!(" (lines were taken out behind line {head})"),
        [] => format!(" (lines were moved or taken out from line {} on)", head + 1),
        [one] => format!(" (line {one})"),
        all => format!(" (lines {})", listed(&ranges(all))),
    })
}

/// `12–14` for 12, 13, 14.
fn ranges(lines: &[usize]) -> Vec<String> {
    let mut ranges: Vec<(usize, usize)> = Vec::new();
    for &line in lines {
        match ranges.last_mut() {
            Some((_, end)) if *end + 1 == line => *end = line,
            _ => ranges.push((line, line)),
        }
    }
    let told = |(from, to): &(usize, usize)| match from == to {
        true => from.to_string(),
        false => format!("{from}–{to}"),
    };
    ranges.iter().map(told).collect()
}

/// The first ones by name, the others by number.
fn listed(all: &[String]) -> String {
    let named: Vec<&str> = all.iter().take(NAMED).map(String::as_str).collect();
    match all.len().saturating_sub(NAMED) {
        0 => named.join(", "),
        more => format!("{} and {more} more", named.join(", ")),
    }
}

/// By which runs the state moved, and whom of the plan they touched.
fn state(plan: &Plan, store: &dyn Store) -> Result<Option<String>, StoreError> {
    let (then, now) = (plan.bindings.state_version, store.version()?);
    if then == now {
        return Ok(None);
    }
    let runs = store.runs()?;
    let runs: Vec<&Run> = runs
        .iter()
        .filter(|run| run.version > then && is_writing(run))
        .collect();
    let told: Vec<String> = runs
        .iter()
        .map(|run| {
            let (actor, command) = (&run.actor.name, &run.actor.command);
            format!("{} ({command} by {actor} at {})", run.id, run.at)
        })
        .collect();
    let by = match told.is_empty() {
        true => String::new(),
        false => format!(" by {}", listed(&told)),
    };
    let touched = touched(plan, &runs, store)?;
    let among = match touched.is_empty() {
        true if runs.is_empty() => String::new(),
        true => ", none of which touched an account of this plan".to_owned(),
        false => format!(
            ", which touched accounts of this plan: {}",
            listed(&touched)
        ),
    };
    Ok(Some(format!(
        "the state moved from {then} to {now} since{by}{among}"
    )))
}

/// True for a run that may have moved the state.
fn is_writing(run: &Run) -> bool {
    use muster_model::RunOutcome::{Applied, Unchanged};
    matches!(run.outcome, Applied | Unchanged)
}

fn touched(plan: &Plan, runs: &[&Run], store: &dyn Store) -> Result<Vec<String>, StoreError> {
    let ours: BTreeSet<AccountId> = plan
        .changes
        .iter()
        .map(|change| change.account_id)
        .collect();
    let mut touched = BTreeSet::new();
    for run in runs {
        store.audit(Some(run.id), &mut |record| {
            if ours.contains(&record.account_id) {
                touched.insert(format!("`{}`", record.username));
            }
        })?;
    }
    Ok(touched.into_iter().collect())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]
    use super::*;

    #[test]
    fn changed_lines_are_named() {
        let told = |before: &str, now: &str| {
            let before = lines(before).concat();
            difference(Some(&before), Some(now))
        };
        let text = "a\nb\nc\nd\ne\n";
        assert_eq!(told(text, text), None);
        for (now, wanted) in [
            ("a\nb\nX\nd\ne\n", " (line 3)"),
            ("X\nb\nc\nd\nY\n", " (lines 1, 5)"),
            ("a\nX\nY\nZ\ne\n", " (lines 2–4)"),
            ("a\nb\nc\nd\ne\nf\n", " (line 6)"),
            ("a\nb\nc\n", " (lines were taken out behind line 3)"),
            (
                "b\na\nc\nd\ne\n",
                " (lines were moved or taken out from line 1 on)",
            ),
        ] {
            assert_eq!(told(text, now).unwrap(), wanted, "{now}");
        }
        assert!(difference(None, Some("a")).unwrap().contains("not among"));
        assert!(difference(Some(""), None).unwrap().contains("no longer"));
    }
}
