//! The five steps, a line each, and below it what they rest on.

use super::super::Palette;
use super::super::change::place;
use super::super::coverage;
use super::super::text::{instant, pad, safe};
use super::map;
use muster_model::PolicyLine;
use muster_review::explain::Explanation;
use muster_review::explain::report::{
    AccountSeen, Attribute, ConditionSeen, EntrySeen, MatchStep, MatchVerdict, Origin, OutcomeKind,
    ReadStep, RivalSeen, RuleSeen, ScopeStep, ScopeVerdict,
};

/// How a step ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mark {
    Yes,
    No,
    Open,
    /// It is not come to.
    Never,
}

/// Indents what a step rests on.
const INDENT: &str = "            ";

pub(super) fn write(out: &mut String, explanation: &Explanation, palette: Palette) {
    read(out, &explanation.read, palette);
    scope(out, &explanation.scope, palette);
    matching(out, &explanation.matching, palette);
    map::write(out, &explanation.map, explanation.decide.creates, palette);
    decide(out, explanation, palette);
}

pub(super) fn step(
    out: &mut String,
    name: &str,
    text: &str,
    line: Option<&PolicyLine>,
    palette: Palette,
) {
    marked(out, (name, Mark::Yes), text, line, palette);
}

/// A step that is not come to.
pub(super) fn no_step(out: &mut String, name: &str, text: &str, palette: Palette) {
    marked(out, (name, Mark::Never), text, None, palette);
}

fn marked(
    out: &mut String,
    (name, mark): (&str, Mark),
    text: &str,
    line: Option<&PolicyLine>,
    palette: Palette,
) {
    let mark = match mark {
        Mark::Yes => palette.good("✓"),
        Mark::No => palette.bad("✗"),
        Mark::Open => palette.change("?"),
        Mark::Never => palette.faint("–"),
    };
    out.push_str(&format!(
        "\n  {} {mark} {}{}\n",
        palette.strong(pad(name, 7)),
        safe(text),
        place(line, palette)
    ));
}

pub(super) fn below(out: &mut String, text: &str) {
    for line in text.lines() {
        out.push_str(&format!("{INDENT}{line}\n"));
    }
}

fn read(out: &mut String, read: &ReadStep, palette: Palette) {
    let mark = match (&read.entry, read.proves_absence) {
        (Some(_), _) => Mark::Yes,
        (None, true) if read.problems.is_empty() => Mark::No,
        _ => Mark::Open,
    };
    marked(out, ("read", mark), &read.text, None, palette);
    for entry in read.entry.iter().chain(&read.twins) {
        entry_seen(out, entry, palette);
    }
    for problem in &read.problems {
        below(
            out,
            &format!("{}: {}", safe(&problem.place), safe(&problem.text)),
        );
    }
    if let Some(since) = &read.missed_since {
        below(
            out,
            &format!("reads have missed them since {}", instant(since)),
        );
    }
    let from = match &read.origin {
        Origin::Live => "from the source, just now".to_owned(),
        Origin::Snapshot { file, recorded } => {
            format!("from {} of {}", safe(file), instant(recorded))
        }
        Origin::Run { run, recorded } => format!("kept of run {run} of {}", instant(recorded)),
    };
    below(out, &palette.faint(from));
    below(
        out,
        &palette.faint(coverage::sentence(&read.coverage, Palette::Plain)),
    );
}

fn entry_seen(out: &mut String, entry: &EntrySeen, palette: Palette) {
    let id = entry
        .id
        .as_deref()
        .map_or("no id".to_owned(), |id| format!("id {}", safe(id)));
    let groups: Vec<String> = entry.groups.iter().map(|group| safe(group)).collect();
    let groups = match groups.is_empty() {
        true => String::new(),
        false => format!(", in {}", groups.join(" and ")),
    };
    below(out, &format!("{id}{groups}"));
    let width = entry
        .attributes
        .keys()
        .map(|name| safe(name).chars().count())
        .max();
    for (name, values) in &entry.attributes {
        let name = pad(&safe(name), width.unwrap_or(0));
        below(
            out,
            &format!("  {}  {}", palette.faint(name), texts(Some(values))),
        );
    }
}

/// Values, or that there is none.
pub(super) fn texts(values: Option<&Vec<String>>) -> String {
    use muster_model::Value;
    use muster_review::words::value;
    match values.map(Vec::as_slice) {
        None | Some([]) => value(None),
        Some([one]) => value(Some(&Value::from(one.as_str()))),
        Some(many) => value(Some(&Value::List(many.to_vec()))),
    }
}

fn scope(out: &mut String, scope: &ScopeStep, palette: Palette) {
    let mark = match scope.verdict {
        ScopeVerdict::In => Mark::Yes,
        ScopeVerdict::Out | ScopeVerdict::Absent => Mark::No,
        ScopeVerdict::Undecided | ScopeVerdict::Unproven => Mark::Open,
    };
    marked(
        out,
        ("scope", mark),
        &scope.text,
        scope.policy.as_ref(),
        palette,
    );
    for group in &scope.groups {
        let word = match group.member {
            Some(true) => palette.good("in"),
            Some(false) => palette.faint("not told to be in"),
            None => palette.faint("asked for"),
        };
        below(out, &format!("{word} {}", safe(&group.name)));
    }
    for asked in &scope.asked {
        below(out, &palette.faint(safe(asked)));
    }
    if let Some(seen) = &scope.condition {
        condition(out, "where", seen, palette);
    }
    for exception in &scope.exceptions {
        let over = if exception.in_force {
            ""
        } else {
            ", which is over"
        };
        let until = exception
            .expires
            .as_deref()
            .map(|day| format!(" until {day}"));
        below(
            out,
            &format!(
                "exception `{}`{}{over} ({}: {}){}",
                exception.deed,
                until.unwrap_or_default(),
                safe(&exception.owner),
                safe(&exception.reason),
                place(Some(&exception.policy), palette)
            ),
        );
    }
}

fn condition(out: &mut String, name: &str, seen: &ConditionSeen, palette: Palette) {
    let text = safe(&seen.text);
    below(
        out,
        &format!("{name}  {text}{}", place(Some(&seen.policy), palette)),
    );
    if let Some(failed) = &seen.failed {
        below(out, &format!("  {}", palette.bad(safe(failed))));
    }
    for leaf in &seen.leaves {
        let word = match leaf.value {
            Some(true) => palette.good("true "),
            Some(false) => palette.bad("false"),
            None if seen.value.is_some() => palette.faint("  –  "),
            None => palette.change("fails"),
        };
        let text = match seen.leaves.len() {
            1 => String::new(),
            _ => format!("  {}", safe(&leaf.text)),
        };
        let reads: Vec<String> = leaf.reads.iter().map(attribute).collect();
        let reads = match reads.is_empty() {
            true => String::new(),
            false => format!("  {}", palette.faint(reads.join(", "))),
        };
        below(out, &format!("  {word}{text}{reads}"));
    }
}

fn attribute(read: &Attribute) -> String {
    match (read.name.as_str(), read.values.as_slice()) {
        ("now", [now]) => format!("now = {}", instant(now)),
        (name, _) => format!("{} = {}", safe(name), texts(Some(&read.values))),
    }
}

fn matching(out: &mut String, matching: &MatchStep, palette: Palette) {
    let mark = match matching.verdict {
        MatchVerdict::Account | MatchVerdict::Adopts => Mark::Yes,
        MatchVerdict::New if matching.looked_for.is_some() => Mark::Yes,
        MatchVerdict::New | MatchVerdict::NoEntry => Mark::Open,
        MatchVerdict::NotOurs => Mark::No,
    };
    let line = Some(&matching.policy);
    marked(out, ("match", mark), &matching.text, line, palette);
    if let Some(failed) = &matching.username_failed {
        below(out, &palette.bad(format!("no username: {}", safe(failed))));
    }
    if let Some(account) = &matching.account {
        account_seen(out, account, palette);
    }
    if let Some(pin) = &matching.pin {
        below(out, &safe(pin));
    }
    for candidate in &matching.candidates {
        let accounts: Vec<String> = candidate.accounts.iter().map(rival).collect();
        below(
            out,
            &format!("`{}` finds {}", safe(&candidate.key), accounts.join(", ")),
        );
    }
    for one in &matching.rivals {
        below(
            out,
            &palette.change(format!("the username is also that of {}", rival(one))),
        );
    }
}

fn rival(rival: &RivalSeen) -> String {
    let name = rival.username.as_deref().unwrap_or("?");
    match (rival.account_id, rival.directory.as_deref()) {
        (Some(id), Some("local")) => format!("account {id} `{}`, a local one", safe(name)),
        (Some(id), Some(owner)) => format!("account {id} `{}` of `{}`", safe(name), safe(owner)),
        (Some(id), None) => format!("account {id} `{}`", safe(name)),
        (None, _) => {
            let id = rival.external_id.as_deref().unwrap_or("none");
            format!("the entry with the id `{}`", safe(id))
        }
    }
}

fn account_seen(out: &mut String, account: &AccountSeen, palette: Palette) {
    let status = match account.is_active() {
        true => palette.good("active"),
        false => palette.bad("blocked"),
    };
    below(
        out,
        &format!("{status} now, of `{}`", safe(&account.directory)),
    );
    for block in &account.block_reasons {
        let reason = palette.bad(safe(&block.reason.to_string()));
        let set = block.set.as_ref().map(|set| {
            format!(
                "  set by {} ({}) on {} in run {}: {}{}",
                safe(&set.by),
                safe(&set.command),
                instant(&set.at),
                set.run,
                safe(&set.text),
                place(set.policy.as_ref(), palette)
            )
        });
        below(out, &format!("{reason}{}", set.unwrap_or_default()));
        below(out, &format!("  {}", palette.faint(safe(&block.ends))));
    }
    if let Some(last) = &account.last_change {
        let text = format!(
            "last changed on {} in run {} by {} ({}): {}",
            instant(&last.at),
            last.run,
            safe(&last.by),
            safe(&last.command),
            safe(&last.text)
        );
        below(out, &palette.faint(text));
    }
}

fn decide(out: &mut String, explanation: &Explanation, palette: Palette) {
    let decide = &explanation.decide;
    let mark = match (explanation.outcome.kind, decide.after.is_empty()) {
        (OutcomeKind::Held, _) => Mark::Open,
        (OutcomeKind::NotSynced | OutcomeKind::NotOurs, _) | (_, false) => Mark::No,
        (_, true) => Mark::Yes,
    };
    marked(out, ("decide", mark), &decide.text, None, palette);
    for shift in &decide.shifts {
        let word = match shift.begins {
            true => palette.bad("begins"),
            false => palette.good("ends  "),
        };
        below(
            out,
            &format!(
                "{word} {}: {}{}",
                safe(&shift.reason.to_string()),
                safe(&shift.text),
                place(Some(&shift.policy), palette)
            ),
        );
    }
    for rule in &decide.rules {
        rule_seen(out, rule, palette);
    }
    if let Some(seats) = &decide.seats {
        let line = seats
            .line
            .as_deref()
            .map(|line| format!(": {}", safe(line)));
        below(
            out,
            &format!(
                "seats  {} of {} used, {} left after the plan{}{}",
                seats.after,
                seats.limit,
                seats.left,
                line.unwrap_or_default(),
                place(Some(&seats.policy), palette)
            ),
        );
    }
    for one in &explanation.outcome.upcoming {
        let on = one.on.as_deref().map_or("before long", |day| day);
        let line = place(one.policy.as_ref(), palette);
        below(
            out,
            &format!("{} {}{line}", palette.change(safe(on)), safe(&one.text)),
        );
    }
    if !decide.held_back.is_empty() {
        below(
            out,
            &palette.change(format!("held back: {}", safe(&decide.held_back.join(", ")))),
        );
    }
    for finding in &decide.held_by {
        below(
            out,
            &format!(
                "{}  {}{}",
                palette.change(finding.code.as_str()),
                safe(&finding.text),
                place(finding.policy.as_ref(), palette)
            ),
        );
    }
}

fn rule_seen(out: &mut String, rule: &RuleSeen, palette: Palette) {
    let name = format!("rule {}", safe(&rule.name));
    condition(out, &name, &rule.condition, palette);
    let (Some(days), Some(since)) = (rule.grace, &rule.since) else {
        return;
    };
    let until = rule.until.as_deref().map(instant).unwrap_or_default();
    let text = format!(
        "  holds since {}, the grace of {days} days ends on {until}",
        instant(since)
    );
    below(out, &palette.change(text));
}
