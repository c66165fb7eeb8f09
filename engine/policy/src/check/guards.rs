//! `guards:` – what stops a plan.

use super::fragment::Fragment;
use super::{keys, reader};
use crate::diagnostic::Code;
use crate::language::Section;
use crate::lint::listed_twice;
use crate::policy::{Guards, Limit, Protected};
use crate::source::Source;
use crate::yaml::{self, Entry, Kind, Style};
use muster_model::{Action, UsernameKey};

/// Below this many active accounts percentages do not count, unless the policy
/// says otherwise: with 8 accounts, 30 % is two people.
const POPULATION: u64 = 50;

/// A limit that holds where the policy gives none.
fn built_in(max_percent: u64) -> Limit {
    Limit {
        max: None,
        max_percent: Some(max_percent),
        min_population: POPULATION,
        at: None,
    }
}

/// A limit that never stops anything.
fn unlimited() -> Limit {
    Limit {
        max: None,
        max_percent: None,
        min_population: POPULATION,
        at: None,
    }
}

/// What holds where nobody gives a guard.
fn built_ins() -> Guards {
    Guards {
        limits: [(Action::Block, built_in(10))].into(),
        shrink: built_in(20),
        clear: built_in(20),
        protect: Vec::new(),
    }
}

/// The built-in guards, those of included files, and the policy's own: of each,
/// the last counts.
pub(super) fn all(
    source: &mut Source<'_>,
    entry: Option<&Entry>,
    fragments: &mut [Fragment<'_>],
) -> Guards {
    let mut all = built_ins();
    for fragment in fragments {
        if let Some((source, entry)) = fragment.entry("guards") {
            guards(source, &mut all, entry);
        }
    }
    if let Some(entry) = entry {
        guards(source, &mut all, entry);
    }
    all.limits
        .retain(|_, limit| limit.max.is_some() || limit.max_percent.is_some());
    all
}

/// Puts the guards of one file in the place of those before.
fn guards(source: &mut Source<'_>, guards: &mut Guards, entry: &Entry) {
    let Some(map) = reader::mapping(source, &entry.value, &entry.at, &keys::GUARDS) else {
        return;
    };
    for action in Action::ALL {
        if let Some(limit) = map
            .entry(action.as_str())
            .and_then(|entry| limit(source, entry, &keys::LIMIT))
        {
            guards.limits.insert(action, limit);
        }
    }
    if let Some(limit) = map
        .entry("shrink")
        .and_then(|entry| limit(source, entry, &keys::SHARE))
    {
        guards.shrink = limit;
    }
    if let Some(limit) = map
        .entry("clear")
        .and_then(|entry| limit(source, entry, &keys::SHARE))
    {
        guards.clear = limit;
    }
    if let Some(entry) = map.entry("protect") {
        guards.protect = protect(source, entry);
    }
}

fn limit(source: &mut Source<'_>, entry: &Entry, section: &Section) -> Option<Limit> {
    if let Kind::Scalar(scalar) = &entry.value.kind {
        return switched_off(source, entry, &scalar.text, scalar.style);
    }
    let map = reader::mapping(source, &entry.value, &entry.at, section)?;
    let max = map
        .get("max")
        .map(|node| reader::whole(source, node, "`max`", u64::from(u32::MAX)));
    let percent = map
        .get("max_percent")
        .map(|node| reader::whole(source, node, "`max_percent`", 100));
    let population = map
        .get("min_population")
        .map(|node| reader::whole(source, node, "`min_population`", u64::from(u32::MAX)));
    if max.is_none() && percent.is_none() && section.key("max").is_some() {
        source
            .report(
                Code::MissingKey,
                entry.at.clone(),
                format!("The guard `{}` has no limit", entry.key),
            )
            .help("Give `max` or `max_percent`; `none` switches the guard off.");
        return None;
    }
    if let (None, Some(node)) = (&percent, map.entry("min_population"))
        && max.is_some()
    {
        let fix = yaml::without_entry(source.text, node)
            .map(|range| source.fix("Take it out", [(range, "")]));
        source
            .report(
                Code::IdleGuard,
                node.at.clone(),
                "`min_population` is of use with `max_percent` only",
            )
            .help("`max` counts people, whatever their number.")
            .maybe_fix(fix);
    }
    if percent == Some(Some(100)) && max.is_none() {
        source
            .report(
                Code::IdleGuard,
                entry.at.clone(),
                format!("The guard `{}` can never stop a plan", entry.key),
            )
            .help("More than 100 % cannot be reached; `none` says that this is meant.");
    }
    Some(Limit {
        max: max.flatten(),
        max_percent: percent.flatten(),
        min_population: population.flatten().unwrap_or(POPULATION),
        at: Some(source.line(entry.at.start)),
    })
}

/// A guard is switched off by the word `none`, and by nothing that happens to
/// be empty.
fn switched_off(source: &mut Source<'_>, entry: &Entry, text: &str, style: Style) -> Option<Limit> {
    if text == "none" && style == Style::Plain {
        return Some(unlimited());
    }
    let means_off = ["off", "no", "false", "never", "disabled", "null", "~", ""]
        .contains(&text.to_lowercase().as_str());
    if means_off {
        let fix = (!text.is_empty()).then(|| {
            source
                .fix("Write `none`", [(entry.value.span.clone(), "none")])
                .guess()
        });
        source
            .report(
                Code::UnknownWord,
                entry.value.span.clone(),
                format!("The guard `{}` is not switched off in this way", entry.key),
            )
            .help(format!("Write `{}: none`, if that is meant.", entry.key))
            .maybe_fix(fix);
    } else {
        let what = format!("the guard `{}`", entry.key);
        reader::wrong_type(
            source,
            &entry.value,
            &what,
            "a mapping such as `{max: 20}`, or `none`",
        );
    }
    None
}

fn protect(source: &mut Source<'_>, entry: &Entry) -> Vec<Protected> {
    let mut protect: Vec<Protected> = Vec::new();
    for (node, name) in reader::texts(source, &entry.value, "`protect`") {
        let username = UsernameKey::of(name);
        if protect.iter().any(|other| other.username == username) {
            let fix = listed_twice::without(source, &entry.value, node);
            source
                .report(
                    Code::DuplicateName,
                    node.span.clone(),
                    format!("`{name}` is protected twice"),
                )
                .help("Usernames are compared without regard to case.")
                .maybe_fix(fix);
            continue;
        }
        protect.push(Protected {
            username,
            at: source.line(node.span.start),
        });
    }
    protect
}
