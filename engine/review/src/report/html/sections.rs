//! What fits on a screen: the plan in short, its guards, what happens, and the
//! empty frame of the list.

use super::super::{Paper, Tone, facts};
use super::escape::Escaped;
use crate::patterns::{self, Pattern};
use crate::words::count;
use muster_model::{Action, Plan, PolicyLine};
use std::collections::{BTreeMap, BTreeSet};
use std::io::{Result, Write};

/// Patterns beyond this number are counted.
const PATTERNS: usize = 60;

/// Lines of other lists beyond this number are counted.
const LINES: usize = 500;

pub(super) fn write(out: &mut dyn Write, paper: Paper<'_>) -> Result<()> {
    out.write_all(b"<a class=\"skip\" href=\"#people\">To the people</a>\n")?;
    header(out, paper)?;
    out.write_all(b"<main>\n")?;
    guards(out, paper.plan)?;
    summary(out, paper.plan)?;
    pattern_table(out, &patterns::of_plan(paper.plan))?;
    reviews(out, paper)?;
    upcoming(out, paper.plan)?;
    list(out, paper.plan)?;
    out.write_all(b"</main>\n")
}

fn header(out: &mut dyn Write, paper: Paper<'_>) -> Result<()> {
    let plan = paper.plan;
    write!(
        out,
        "<header>\n<h1>Plan for <bdi>{}</bdi></h1>\n<p class=\"headline\">{}</p>\n",
        Escaped(plan.directory.as_str()),
        Escaped(&facts::headline(plan)),
    )?;
    for fact in facts::source(plan) {
        writeln!(out, "<p>{}</p>", Escaped(&fact))?;
    }
    writeln!(
        out,
        "<p class=\"faint\">{}</p>",
        Escaped(&facts::origin(plan))
    )?;
    for note in paper.notes {
        let (class, word) = match note.tone {
            Tone::Good => ("good", "Good"),
            Tone::Doubt => ("doubt", "Look"),
            Tone::Bad => ("bad", "Stop"),
        };
        let text = Escaped(&note.text);
        writeln!(
            out,
            "<p class=\"note {class}\"><strong>{word}:</strong> {text}</p>"
        )?;
    }
    out.write_all(b"</header>\n")
}

fn place(line: Option<&PolicyLine>) -> String {
    let line = line.map(|line| Escaped(&line.to_string()).to_string());
    line.map(|line| format!(" <span class=\"line\">{line}</span>"))
        .unwrap_or_default()
}

fn guards(out: &mut dyn Write, plan: &Plan) -> Result<()> {
    let (stopping, passed) = facts::tripped(plan);
    for guard in &stopping {
        writeln!(
            out,
            "<p class=\"note bad\"><strong>Stopped by the guard {}:</strong> {}{}</p>",
            Escaped(&guard.name),
            Escaped(&facts::measured(guard)),
            place(guard.policy.as_ref()),
        )?;
    }
    for guard in &passed {
        let by = facts::overriding(plan, guard);
        let by = by
            .map(|one| format!(", says {}", one.by))
            .unwrap_or_default();
        writeln!(
            out,
            "<p class=\"note doubt\"><strong>Goes past the guard {}:</strong> {}{}: {}</p>",
            Escaped(&guard.name),
            Escaped(&facts::measured(guard)),
            Escaped(&by),
            Escaped(guard.overridden.as_deref().unwrap_or_default()),
        )?;
    }
    if stopping.is_empty() {
        let checked = count(plan.guards.len() as u64, "guard", "guards");
        writeln!(
            out,
            "<p class=\"note good\">{checked} checked, none stops the plan.</p>"
        )?;
    }
    Ok(())
}

fn summary(out: &mut dyn Write, plan: &Plan) -> Result<()> {
    out.write_all(b"<section aria-labelledby=\"h-sum\"><h2 id=\"h-sum\">In short</h2>\n")?;
    if !plan.changes.is_empty() {
        out.write_all(
            b"<table><thead><tr><th scope=\"col\">Action</th><th scope=\"col\" class=\"n\">Changes\
              </th><th scope=\"col\">Reasons</th></tr></thead><tbody>\n",
        )?;
        for (action, number) in plan.summary.iter().filter(|(_, number)| **number > 0) {
            let prefix = format!("{action}: ");
            let reasons = plan.reasons.iter();
            let reasons: Vec<String> = reasons
                .filter_map(|(key, number)| Some((key.strip_prefix(&prefix)?, number)))
                .map(|(code, number)| format!("{} {number}", Escaped(code)))
                .collect();
            writeln!(
                out,
                "<tr><th scope=\"row\"><span class=\"act a-{action}\">{action}</span></th>\
                 <td class=\"n\">{number}</td><td>{}</td></tr>",
                reasons.join(", ")
            )?;
        }
        out.write_all(b"</tbody></table>\n")?;
    }
    writeln!(out, "<p>People: {}</p>", Escaped(&facts::people(plan)))?;
    if let Some(seats) = &plan.licences {
        writeln!(out, "<p>Licences: {}</p>", Escaped(&facts::seats(seats)))?;
    }
    out.write_all(b"</section>\n")
}

fn pattern_table(out: &mut dyn Write, patterns: &[Pattern]) -> Result<()> {
    if patterns.is_empty() {
        return Ok(());
    }
    out.write_all(
        b"<section aria-labelledby=\"h-pat\"><h2 id=\"h-pat\">What happens</h2>\n\
          <table class=\"patterns\"><thead><tr><th scope=\"col\" class=\"n\">People</th>\
          <th scope=\"col\">What</th><th scope=\"col\">Why</th><th scope=\"col\">Who</th>\
          <th scope=\"col\"><span class=\"hide\">List</span></th></tr></thead><tbody>\n",
    )?;
    for pattern in patterns.iter().take(PATTERNS) {
        pattern_row(out, pattern)?;
    }
    out.write_all(b"</tbody></table>\n")?;
    if let Some(more) = patterns.len().checked_sub(PATTERNS + 1) {
        writeln!(out, "<p>\u{2026} and {} more patterns.</p>", more + 1)?;
    }
    out.write_all(b"</section>\n")
}

fn pattern_row(out: &mut dyn Write, pattern: &Pattern) -> Result<()> {
    let field = pattern.field.as_ref().map(|field| field.as_str());
    let (action, text) = (pattern.action, Escaped(&pattern.text));
    let what = match field {
        Some(field) => format!(
            "<span class=\"act a-{action}\">{action}</span> <code>{}</code>: {text}",
            Escaped(field)
        ),
        // It says the action itself.
        None => format!("<span class=\"a-{action}\">{text}</span>"),
    };
    let names = pattern.usernames.iter();
    let names: Vec<String> = names
        .map(|name| format!("<bdi>{}</bdi>", Escaped(name.as_str())))
        .collect();
    let more = match pattern.more {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let lines: Vec<String> = pattern
        .policy
        .iter()
        .take(3)
        .map(|line| place(Some(line)))
        .collect();
    let cause = pattern.cause.map(muster_model::Cause::in_words);
    writeln!(
        out,
        "<tr><td class=\"n\">{}</td><td>{what}</td>\
         <td>{}{}</td><td>{}{more}</td><td><button type=\"button\" class=\"alike\" \
         data-kind=\"{action}\" data-reason=\"{}\" data-field=\"{}\" data-cause=\"{}\">\
         Show<span class=\"hide\"> people like these</span></button></td></tr>",
        pattern.count,
        Escaped(&pattern.reason),
        lines.concat(),
        names.join(", "),
        Escaped(&pattern.reason),
        Escaped(field.unwrap_or_default()),
        cause.unwrap_or_default(),
    )
}

fn reviews(out: &mut dyn Write, paper: Paper<'_>) -> Result<()> {
    let holds = &paper.plan.review.holds;
    if holds.is_empty() && paper.approvals.is_empty() {
        return Ok(());
    }
    out.write_all(b"<section aria-labelledby=\"h-rev\"><h2 id=\"h-rev\">Review</h2>\n<ul>\n")?;
    for approval in paper.approvals {
        writeln!(
            out,
            "<li>Approved by {}</li>",
            Escaped(&facts::approval(approval))
        )?;
    }
    for hold in holds {
        writeln!(out, "<li>{}<ul>", Escaped(&facts::hold(hold)))?;
        for person in hold.people.iter().take(LINES) {
            writeln!(out, "<li><bdi>{}</bdi></li>", Escaped(&facts::held(person)))?;
        }
        rest(out, hold.people.len())?;
        out.write_all(b"</ul></li>\n")?;
    }
    out.write_all(b"</ul></section>\n")
}

fn rest(out: &mut dyn Write, all: usize) -> Result<()> {
    match all.checked_sub(LINES) {
        Some(more) if more > 0 => writeln!(out, "<li>\u{2026} and {more} more</li>"),
        _ => Ok(()),
    }
}

fn upcoming(out: &mut dyn Write, plan: &Plan) -> Result<()> {
    if plan.upcoming.is_empty() {
        return Ok(());
    }
    let all = count(plan.upcoming.len() as u64, "block", "blocks");
    writeln!(
        out,
        "<details><summary>{all} in the days to come</summary><ul>"
    )?;
    for one in plan.upcoming.iter().take(LINES) {
        writeln!(
            out,
            "<li>{} <bdi>{}</bdi>: {}{}</li>",
            Escaped(one.on.as_deref().unwrap_or("?")),
            Escaped(one.username.as_str()),
            Escaped(&one.text),
            place(one.policy.as_ref()),
        )?;
    }
    rest(out, plan.upcoming.len())?;
    out.write_all(b"</ul></details>\n")
}

/// The frame of the list: what can be chosen, and where its rows go.
fn list(out: &mut dyn Write, plan: &Plan) -> Result<()> {
    out.write_all(
        b"<section id=\"people\" aria-labelledby=\"h-list\" tabindex=\"-1\">\
          <h2 id=\"h-list\">People</h2>\n\
          <noscript><p class=\"note doubt\">The list of people needs JavaScript; all above does \
          not.</p></noscript>\n\
          <form id=\"filter\" role=\"search\" aria-label=\"Filter people\">\n\
          <label>Search <input id=\"q\" type=\"search\" autocomplete=\"off\" spellcheck=\"false\" \
          placeholder=\"name, value, reason (press /)\"></label>\n",
    )?;
    let kinds = Action::ALL.into_iter();
    let kinds = kinds.filter(|action| plan.summary.get(action).is_some_and(|number| *number > 0));
    let kinds: Vec<String> = kinds.map(|action| action.to_string()).collect();
    choice(out, "kind", "Action", kinds.iter().map(String::as_str))?;
    choice(out, "reason", "Reason", reasons(plan).into_iter())?;
    let fields = plan.changes.iter().flat_map(|change| &change.fields);
    let fields: BTreeSet<&str> = fields.map(|field| field.name.as_str()).collect();
    choice(out, "field", "Field", fields.into_iter())?;
    let causes = muster_model::Cause::ALL.map(muster_model::Cause::in_words);
    choice(out, "cause", "Cause", causes.into_iter())?;
    let held = ["changes", "held back", "noted"];
    choice(out, "held", "Held", held.into_iter())?;
    out.write_all(
        b"<button type=\"reset\">Clear</button>\n</form>\n\
          <p id=\"count\" role=\"status\" aria-live=\"polite\"></p>\n\
          <div class=\"split\">\n<div id=\"grid\" role=\"grid\" aria-label=\"People and changes\" \
          aria-describedby=\"keys\">\n\
          <div role=\"row\" class=\"row head\" aria-rowindex=\"1\">",
    )?;
    for (place, (key, title)) in COLUMNS.iter().enumerate() {
        let column = place + 1;
        write!(
            out,
            "<div role=\"columnheader\" aria-colindex=\"{column}\" aria-sort=\"none\">\
             <button type=\"button\" data-sort=\"{key}\">{title}</button></div>"
        )?;
    }
    out.write_all(
        b"</div>\n<div id=\"view\" role=\"presentation\"><div id=\"space\" role=\"presentation\">\
          </div><div id=\"rows\" role=\"rowgroup\"></div></div>\n</div>\n\
          <aside id=\"detail\" aria-label=\"Chosen person\" aria-live=\"polite\" tabindex=\"-1\">\
          <p class=\"faint\">Choose a row to see all of its values.</p></aside>\n</div>\n\
          <p id=\"keys\" class=\"faint\">Keys: <kbd>/</kbd> search, <kbd>\xe2\x86\x91</kbd> \
          <kbd>\xe2\x86\x93</kbd> <kbd>Page</kbd> <kbd>Home</kbd> <kbd>End</kbd> move, \
          <kbd>Enter</kbd> shows a person, <kbd>Esc</kbd> goes back.</p>\n\
          <div id=\"print\"></div>\n</section>\n",
    )
}

const COLUMNS: [(&str, &str); 4] = [
    ("kind", "Action"),
    ("name", "Person"),
    ("reason", "Why"),
    ("values", "Values"),
];

/// The reasons of changes and findings, the most frequent first.
fn reasons(plan: &Plan) -> Vec<&str> {
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for change in &plan.changes {
        *counts.entry(&change.reason.code).or_default() += 1;
    }
    for finding in &plan.findings {
        *counts.entry(finding.code.as_str()).or_default() += 1;
    }
    let mut counts: Vec<(&str, u64)> = counts.into_iter().collect();
    counts.sort_by_key(|(_, number)| std::cmp::Reverse(*number));
    counts.into_iter().map(|(code, _)| code).collect()
}

fn choice<'t>(
    out: &mut dyn Write,
    id: &str,
    title: &str,
    options: impl Iterator<Item = &'t str>,
) -> Result<()> {
    write!(
        out,
        "<label>{title} <select id=\"{id}\"><option value=\"\">all</option>"
    )?;
    for option in options {
        let option = Escaped(option);
        write!(out, "<option value=\"{option}\">{option}</option>")?;
    }
    out.write_all(b"</select></label>\n")
}
