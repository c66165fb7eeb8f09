//! A plan for a pull request: what happens on one screen, the rest folded, and
//! never more than such a page holds.

use super::facts;
use super::{Paper, Tone};
use crate::patterns::{self, Pattern};
use crate::people::People;
use crate::words::{hidden, pair, safe};
use muster_model::{Action, Change, FieldChange, Plan, PolicyLine};
use std::fmt::Write;

/// No page is longer, in bytes. GitHub takes 65,536 characters.
pub const BOUND: usize = 60_000;

/// Patterns and lines of one kind that are listed at most.
const PATTERNS: usize = 40;
const LINES: usize = 200;

/// Writes a plan as Markdown, in at most [`BOUND`] bytes.
pub fn write(paper: Paper<'_>) -> String {
    let plan = paper.plan;
    let mut page = Page::default();
    head(&mut page, paper);
    guards(&mut page, plan);
    summary(&mut page, plan);
    pattern_table(&mut page, &patterns::of_plan(plan));
    reviews(&mut page, paper);
    findings(&mut page, plan);
    upcoming(&mut page, plan);
    for action in Action::ALL {
        changes(&mut page, plan, action);
    }
    page.finish()
}

/// Text that grows as long as there is room.
#[derive(Default)]
struct Page {
    text: String,
    left_out: u64,
}

/// Room for the page's last words.
const RESERVE: usize = 400;

impl Page {
    /// Appends a piece, whole or not at all.
    fn put(&mut self, piece: &str) -> bool {
        let fits = self.text.len() + piece.len() + RESERVE <= BOUND;
        match fits {
            true => self.text.push_str(piece),
            false => self.left_out += 1,
        }
        fits
    }

    /// Appends a folded table. Rows that do not fit are counted in its last line.
    fn folded(&mut self, title: &str, head: &str, rows: impl ExactSizeIterator<Item = String>) {
        let columns = head.matches('|').count().saturating_sub(1);
        let rule = "| --- ".repeat(columns);
        let all = rows.len();
        let opening = format!("<details><summary>{title}</summary>\n\n{head}\n{rule}|\n");
        let closing = "\n</details>\n\n";
        if !self.put(&opening) {
            return;
        }
        let mut shown = 0;
        for row in rows.take(LINES) {
            let room = row.len() + closing.len() + RESERVE;
            if self.text.len() + room > BOUND {
                break;
            }
            self.text.push_str(&row);
            shown += 1;
        }
        if shown < all {
            let _ = writeln!(self.text, "\n… and {} more like these.", all - shown);
        }
        self.text.push_str(closing);
    }

    fn finish(mut self) -> String {
        if self.left_out > 0 {
            self.text.push_str(
                "_This page is full; parts are left out. The plan as HTML has all of them._\n",
            );
        }
        self.text
    }
}

fn head(page: &mut Page, paper: Paper<'_>) {
    let plan = paper.plan;
    page.put(&format!(
        "## Plan for {}\n\n",
        code(plan.directory.as_str())
    ));
    page.put(&format!("**{}**\n\n", facts::headline(plan)));
    for note in paper.notes {
        let kind = match note.tone {
            Tone::Good => "NOTE",
            Tone::Doubt => "WARNING",
            Tone::Bad => "CAUTION",
        };
        page.put(&format!("> [!{kind}]\n> {}\n\n", text(&note.text)));
    }
    for fact in facts::source(plan) {
        page.put(&format!("{}  \n", text(&fact)));
    }
    page.put(&format!("<sub>{}</sub>\n\n", text(&facts::origin(plan))));
}

fn guards(page: &mut Page, plan: &Plan) {
    let (stopping, passed) = facts::tripped(plan);
    for guard in &stopping {
        page.put(&format!(
            "> [!CAUTION]\n> Stopped by the guard {}: {}{}\n\n",
            code(&guard.name),
            text(&facts::measured(guard)),
            place(guard.policy.as_ref()),
        ));
    }
    for guard in &passed {
        let by = facts::overriding(plan, guard);
        let by = by
            .map(|one| format!(", says {}", text(&one.by)))
            .unwrap_or_default();
        page.put(&format!(
            "> [!WARNING]\n> Goes past the guard {}: {}{by}: {}\n\n",
            code(&guard.name),
            text(&facts::measured(guard)),
            text(guard.overridden.as_deref().unwrap_or_default()),
        ));
    }
    if stopping.is_empty() {
        let checked = crate::words::count(plan.guards.len() as u64, "guard", "guards");
        page.put(&format!("{checked} checked, none stops the plan.\n\n"));
    }
}

fn summary(page: &mut Page, plan: &Plan) {
    if !plan.changes.is_empty() {
        page.put("| action | changes | reasons |\n| --- | ---: | --- |\n");
    }
    for (action, number) in plan.summary.iter().filter(|(_, number)| **number > 0) {
        let prefix = format!("{action}: ");
        let reasons = plan.reasons.iter().filter_map(|(key, number)| {
            let reason = key.strip_prefix(&prefix)?;
            Some(format!("{} {number}", code(reason)))
        });
        let reasons: Vec<String> = reasons.take(LINES).collect();
        page.put(&format!(
            "| {action} | {number} | {} |\n",
            reasons.join(", ")
        ));
    }
    page.put(&format!("\nPeople: {}\n\n", text(&facts::people(plan))));
    if let Some(seats) = &plan.licences {
        page.put(&format!("Licences: {}\n\n", facts::seats(seats)));
    }
}

fn pattern_table(page: &mut Page, patterns: &[Pattern]) {
    if patterns.is_empty() {
        return;
    }
    page.put("### What happens\n\n| people | what | why | who |\n| ---: | --- | --- | --- |\n");
    for pattern in patterns.iter().take(PATTERNS) {
        let what = match &pattern.field {
            Some(field) => format!("{}: {}", code(field.as_str()), text(&pattern.text)),
            None => text(&pattern.text),
        };
        let who: Vec<String> = pattern
            .usernames
            .iter()
            .map(|name| code(name.as_str()))
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
        page.put(&format!(
            "| {} | {what} | {}{} | {}{more} |\n",
            pattern.count,
            code(&pattern.reason),
            lines.concat(),
            who.join(", ")
        ));
    }
    if patterns.len() > PATTERNS {
        page.put(&format!(
            "\n… and {} more patterns.\n",
            patterns.len() - PATTERNS
        ));
    }
    page.put("\n");
}

fn reviews(page: &mut Page, paper: Paper<'_>) {
    for hold in &paper.plan.review.holds {
        let rows = hold.people.iter().map(|person| {
            let because = person.because.as_deref().unwrap_or("named by the reviewer");
            format!(
                "| {} | {} |\n",
                code(person.username.as_str()),
                text(because)
            )
        });
        page.folded(&text(&facts::hold(hold)), "| person | why |", rows);
    }
    if !paper.approvals.is_empty() {
        page.put("### Approvals\n\n");
    }
    for approval in paper.approvals {
        page.put(&format!("- {}\n", text(&facts::approval(approval))));
    }
    if !paper.approvals.is_empty() {
        page.put("\n");
    }
}

fn findings(page: &mut Page, plan: &Plan) {
    if plan.findings.is_empty() {
        return;
    }
    let all = crate::words::count(plan.findings.len() as u64, "finding", "findings");
    let title = match plan.held() {
        0 => all,
        held => format!("{all}, {held} held back"),
    };
    let rows = plan.findings.iter().map(|finding| {
        let held = if finding.held { "held" } else { "" };
        format!(
            "| {} | {} | {held} | {}{} |\n",
            code(&facts::whom(finding)),
            code(finding.code.as_str()),
            text(&finding.text),
            place(finding.policy.as_ref())
        )
    });
    page.folded(&title, "| person | finding | | what |", rows);
}

fn upcoming(page: &mut Page, plan: &Plan) {
    if plan.upcoming.is_empty() {
        return;
    }
    let all = crate::words::count(plan.upcoming.len() as u64, "block", "blocks");
    let rows = plan.upcoming.iter().map(|one| {
        format!(
            "| {} | {} | {}{} |\n",
            text(one.on.as_deref().unwrap_or("?")),
            code(one.username.as_str()),
            text(&one.text),
            place(one.policy.as_ref())
        )
    });
    page.folded(
        &format!("{all} in the days to come"),
        "| day | person | why |",
        rows,
    );
}

fn changes(page: &mut Page, plan: &Plan, action: Action) {
    let of_action = plan.changes.iter().filter(|change| change.action == action);
    let of_action: Vec<&Change> = of_action.collect();
    if of_action.is_empty() {
        return;
    }
    let people = People::of(plan);
    let rows = of_action.iter().map(|change| {
        let fields: Vec<String> = change.fields.iter().map(|one| field(one, people)).collect();
        format!(
            "| {} | {}{} | {} |\n",
            code(change.username.as_str()),
            text(&change.reason.text),
            place(change.reason.policy.as_ref()),
            fields.join("<br>")
        )
    });
    let title = format!("{} × {action}", of_action.len());
    page.folded(&title, "| person | why | values |", rows);
}

fn field(field: &FieldChange, people: People<'_>) -> String {
    let (old, new) = match (field.sensitive, people.pair(field)) {
        (true, _) => (hidden(field.old.as_ref()), hidden(field.new.as_ref())),
        (false, Some(people)) => people,
        (false, None) => pair(field.old.as_ref(), field.new.as_ref()),
    };
    format!(
        "{}: {} → {}",
        code(field.name.as_str()),
        raw(&old),
        raw(&new)
    )
}

fn place(line: Option<&PolicyLine>) -> String {
    line.map(|line| format!(" <sub>{}</sub>", text(&line.to_string())))
        .unwrap_or_default()
}

/// A name or value as it is: nothing in it is markup, a mention or a link.
fn code(text: &str) -> String {
    raw(&safe(text))
}

/// The same for a text in which nothing hides any more.
fn raw(shown: &str) -> String {
    format!("<code>{}</code>", entities(shown))
}

/// A sentence: nothing in it is markup.
fn text(text: &str) -> String {
    entities(&safe(text))
}

/// Entities for all that means something to Markdown or HTML.
fn entities(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            ' ' | ',' | '.' | ';' | ':' | '/' | '-' | '%' | '?' | '(' | ')' => out.push(c),
            c if c.is_ascii_punctuation() => {
                let _ = write!(out, "&#{};", u32::from(c));
            }
            c => out.push(c),
        }
    }
    // Nobody's name becomes a link.
    out.replace("//", "/&#47;").replace("www.", "www&#46;")
}
