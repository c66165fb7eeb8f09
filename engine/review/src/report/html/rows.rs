//! The people of a plan as packed rows: what repeats stands once, and rows name
//! it by its place.

use super::escape::json;
use crate::people::People;
use crate::words::{hidden, pair_within, safe};
use muster_model::{Action, Cause, Change, FieldChange, Finding, Plan, PolicyLine};
use serde::Serialize;
use std::collections::BTreeMap;
use std::io::{Result, Write};

/// Rows in one block: a page shows the first before it has the last.
const BLOCK: usize = 2000;

/// Longer values are shortened, in characters.
const VALUE_MAX: usize = 400;

/// How rows name what is held back, and what is only noted.
const HELD: usize = Action::ALL.len();
const NOTED: usize = HELD + 1;

/// Writes the words, and then the rows, block by block.
pub(super) fn write(out: &mut dyn Write, plan: &Plan) -> Result<()> {
    let words = Words::of(plan);
    out.write_all(b"<script type=\"application/json\" id=\"words\">")?;
    json(out, &words.listed(plan))?;
    out.write_all(b"</script>\n")?;
    let people = People::of(plan);
    let mut block = Block::new(out);
    for change in &plan.changes {
        block.row(&words.change(change, people))?;
    }
    for finding in &plan.findings {
        block.row(&words.finding(finding))?;
    }
    block.end()
}

/// Rows on their way out.
struct Block<'o> {
    out: &'o mut dyn Write,
    rows: usize,
}

impl<'o> Block<'o> {
    fn new(out: &'o mut dyn Write) -> Self {
        Self { out, rows: 0 }
    }

    fn row(&mut self, row: &Row) -> Result<()> {
        let opening: &[u8] = match self.rows % BLOCK {
            0 if self.rows > 0 => b"]</script>\n<script type=\"application/json\" class=\"rows\">[",
            0 => b"<script type=\"application/json\" class=\"rows\">[",
            _ => b",\n",
        };
        self.rows += 1;
        self.out.write_all(opening)?;
        json(self.out, row)
    }

    fn end(self) -> Result<()> {
        match self.rows {
            0 => Ok(()),
            _ => self.out.write_all(b"]</script>\n"),
        }
    }
}

/// Kind, username, external id, account, reason, policy line, values.
type Row = (usize, String, String, String, usize, i64, Vec<Packed>);

/// Field, cause, policy line, old, new.
type Packed = (usize, usize, i64, String, String);

/// All words that repeat, each with its place.
struct Words<'p> {
    reasons: BTreeMap<(&'p str, &'p str), usize>,
    fields: BTreeMap<&'p str, usize>,
    lines: BTreeMap<&'p PolicyLine, usize>,
}

/// The words as the page reads them.
#[derive(Serialize)]
struct Listed {
    directory: String,
    kinds: Vec<&'static str>,
    causes: Vec<&'static str>,
    reasons: Vec<(String, String)>,
    fields: Vec<String>,
    lines: Vec<String>,
    rows: usize,
}

impl<'p> Words<'p> {
    fn of(plan: &'p Plan) -> Self {
        let mut words = Self {
            reasons: BTreeMap::new(),
            fields: BTreeMap::new(),
            lines: BTreeMap::new(),
        };
        for change in &plan.changes {
            let reason = &change.reason;
            words.reasons.insert((&reason.code, &reason.text), 0);
            words
                .lines
                .extend(reason.policy.iter().map(|line| (line, 0)));
            for field in &change.fields {
                words.fields.insert(field.name.as_str(), 0);
                words
                    .lines
                    .extend(field.policy.iter().map(|line| (line, 0)));
            }
        }
        for finding in &plan.findings {
            words
                .reasons
                .insert((finding.code.as_str(), &finding.text), 0);
            words
                .lines
                .extend(finding.policy.iter().map(|line| (line, 0)));
        }
        number(&mut words.reasons);
        number(&mut words.fields);
        number(&mut words.lines);
        words
    }

    fn listed(&self, plan: &Plan) -> Listed {
        let kinds = Action::ALL.iter().map(|action| action.as_str());
        let reasons = self.reasons.keys();
        Listed {
            directory: safe(plan.directory.as_str()),
            kinds: kinds.chain(["held", "noted"]).collect(),
            causes: Cause::ALL.map(Cause::in_words).to_vec(),
            reasons: reasons
                .map(|(code, text)| (safe(code), safe(text)))
                .collect(),
            fields: self.fields.keys().map(|name| safe(name)).collect(),
            lines: self
                .lines
                .keys()
                .map(|line| safe(&line.to_string()))
                .collect(),
            rows: plan.changes.len() + plan.findings.len(),
        }
    }

    fn line(&self, line: Option<&PolicyLine>) -> i64 {
        let place = line.and_then(|line| self.lines.get(line));
        place
            .and_then(|place| i64::try_from(*place).ok())
            .unwrap_or(-1)
    }

    fn reason(&self, code: &str, text: &str) -> usize {
        self.reasons.get(&(code, text)).copied().unwrap_or_default()
    }

    fn change(&self, change: &Change, people: People<'_>) -> Row {
        let kind = Action::ALL
            .iter()
            .position(|action| *action == change.action);
        let fields = change.fields.iter().map(|field| self.field(field, people));
        let id = change.external_id.as_ref();
        (
            kind.unwrap_or(NOTED),
            safe(change.username.as_str()),
            id.map(|id| safe(id.as_str())).unwrap_or_default(),
            change.account_id.to_string(),
            self.reason(&change.reason.code, &change.reason.text),
            self.line(change.reason.policy.as_ref()),
            fields.collect(),
        )
    }

    fn finding(&self, finding: &Finding) -> Row {
        (
            if finding.held { HELD } else { NOTED },
            finding.username.as_deref().map(safe).unwrap_or_default(),
            String::new(),
            String::new(),
            self.reason(finding.code.as_str(), &finding.text),
            self.line(finding.policy.as_ref()),
            Vec::new(),
        )
    }

    fn field(&self, field: &FieldChange, people: People<'_>) -> Packed {
        let (old, new) = match (field.sensitive, people.pair(field)) {
            (true, _) => (hidden(field.old.as_ref()), hidden(field.new.as_ref())),
            (false, Some(people)) => people,
            (false, None) => pair_within(VALUE_MAX, field.old.as_ref(), field.new.as_ref()),
        };
        let cause = Cause::ALL.iter().position(|cause| *cause == field.cause);
        (
            self.fields
                .get(field.name.as_str())
                .copied()
                .unwrap_or_default(),
            cause.unwrap_or_default(),
            self.line(field.policy.as_ref()),
            old,
            new,
        )
    }
}

fn number<K: Ord>(words: &mut BTreeMap<K, usize>) {
    words
        .values_mut()
        .enumerate()
        .for_each(|(place, word)| *word = place);
}
