//! From a text to tests, or to what is wrong with it.

mod accounts;
mod expected;
mod people;
pub(super) use people::PLACE;
mod words;

use super::language;
use super::scene::{Count, Counted, Covers, Others, People, Read, Suite, Test};
use super::world;
use jiff::Timestamp;
use muster_model::{Action, PolicyLine};
use muster_policy::document::{Document, Item, Keys};
use muster_policy::{Code, Diagnostic, Policy, Severity};
use people::Cast;
use std::collections::BTreeSet;
use std::sync::Arc;

/// The instant of tests that name none: always the same, so that a test says
/// tomorrow what it says today.
pub(super) const NOW: &str = "2026-01-01T00:00:00Z";

/// What stands beside a file of tests. Paths are as the file writes them: relative
/// to its folder.
pub trait Beside {
    /// A checked policy, in the values of an environment.
    ///
    /// # Errors
    ///
    /// Why there is none, as part of a sentence: `it has 3 mistakes`.
    fn policy(&self, path: &str, values: Option<&str>) -> Result<Arc<Policy>, String>;

    /// A file's content.
    ///
    /// # Errors
    ///
    /// Why it cannot be had, as part of a sentence.
    fn bytes(&self, path: &str) -> Result<Arc<Vec<u8>>, String>;
}

/// What came of reading a file of tests.
#[derive(Clone, Debug)]
pub struct Checked {
    /// The tests as far as they could be read; none if nothing could.
    pub suite: Option<Suite>,
    /// Everything that is wrong, in order of places.
    pub diagnostics: Vec<Diagnostic>,
}

impl Checked {
    /// True if nothing is an error.
    pub fn is_usable(&self) -> bool {
        let mut severities = self.diagnostics.iter().map(|one| one.severity);
        self.suite.is_some() && severities.all(|severity| severity != Severity::Error)
    }
}

/// Reads a file of tests.
pub fn read(file: &str, text: &str, beside: &dyn Beside) -> Checked {
    let mut doc = Document::new(file, text, language::SECTIONS);
    let suite = doc
        .read("test")
        .and_then(|tree| suite(&mut doc, tree.root(), file, beside));
    Checked {
        suite,
        diagnostics: doc.into_diagnostics(),
    }
}

fn suite(doc: &mut Document<'_>, root: Item<'_>, file: &str, beside: &dyn Beside) -> Option<Suite> {
    let keys = doc.keys(root, &language::FILE)?;
    if let Some(version) = keys.get("muster") {
        doc.version(version);
    }
    let policy = policy(doc, &keys, beside)?;
    let now = keys.get("now").and_then(|item| instant(doc, item, "`now`"));
    let cast = Cast::read(doc, &policy, keys.get("defaults"), keys.get("people"));
    let mut reading = Reading {
        policy: Arc::clone(&policy),
        beside,
        now: now.unwrap_or_else(default_now),
        cast,
    };
    let mut names = BTreeSet::new();
    let mut tests = Vec::new();
    let items = keys.get("tests").map(|item| doc.items(item, "`tests`"));
    for item in items.into_iter().flatten() {
        let Some(test) = reading.test(doc, item) else {
            continue;
        };
        if !names.insert(test.name.clone()) {
            let message = format!("Two tests are called `{}`", test.name);
            doc.report(Code::DuplicateName, item.at(), message, None);
        }
        tests.push(test);
    }
    Some(Suite {
        file: file.to_owned(),
        policy,
        tests,
    })
}

fn policy(doc: &mut Document<'_>, keys: &Keys<'_>, beside: &dyn Beside) -> Option<Arc<Policy>> {
    let item = keys.get("policy")?;
    let path = doc.filled(item, "`policy`")?;
    let values = match keys.get("values") {
        Some(item) => Some(doc.filled(item, "`values`")?),
        None => None,
    };
    match beside.policy(path, values) {
        Ok(policy) => Some(policy),
        Err(why) => {
            let message = format!("The policy `{path}` cannot be used: {why}");
            let help = "Paths are relative to the folder of this file.".to_owned();
            doc.report(Code::UnreadableFile, item.span(), message, Some(help));
            None
        }
    }
}

/// What all tests of a file share.
pub(super) struct Reading<'b> {
    policy: Arc<Policy>,
    beside: &'b dyn Beside,
    now: Timestamp,
    cast: Cast,
}

impl Reading<'_> {
    fn test(&mut self, doc: &mut Document<'_>, item: Item<'_>) -> Option<Test> {
        let keys = doc.keys(item, &language::TEST)?;
        let name = doc.filled(keys.get("name")?, "`name`")?.to_owned();
        let read = self.sync(doc, &keys, keys.get("snapshot"));
        let before = self.before(doc, keys.get("before"));
        let covers = before.first().map_or(read.covers, |first| first.covers);
        let labels = self.labels(&read);
        let intranet = accounts::read(doc, self, keys.get("accounts"), &labels);
        let known = expected::Known::of(&self.policy, &read, &before, &intranet);
        let expectations = expected::all(doc, &known, keys.get("expect"));
        let is_recorded = matches!(read.people, People::Recorded(_));
        let others = keys
            .get("others")
            .and_then(|item| doc.word(item, "`others`", &words::OTHERS));
        let others = others.unwrap_or(match is_recorded {
            true => Others::Anything,
            false => Others::Nothing,
        });
        let counts = keys.get("counts").map(|item| counts(doc, item));
        let findings = keys.get("findings");
        let findings = findings.map(|item| expected::findings(doc, item));
        let guards = keys.get("guards").map(|item| doc.texts(item, "`guards`"));
        let guards = guards.unwrap_or_default().into_iter();
        Some(Test {
            at: doc.line(keys.get("name")?.at().start),
            name,
            store: world::store(intranet, &self.policy, covers),
            before,
            read,
            expectations,
            others,
            counts: counts.unwrap_or_default(),
            findings: findings.unwrap_or_default(),
            guards: guards.map(|(_, name)| name.to_owned()).collect(),
        })
    }

    /// People by their labels, for accounts that are called so.
    fn labels(&self, read: &Read) -> Vec<(String, Option<String>)> {
        let given = match &read.people {
            People::Given(people) => people.as_slice(),
            People::Recorded(_) => &[],
        };
        let given = given.iter().chain(self.cast.people());
        given
            .map(|person| (person.label.clone(), person.id.clone()))
            .collect()
    }

    fn before(&self, doc: &mut Document<'_>, item: Option<Item<'_>>) -> Vec<Read> {
        let items = match item {
            None => Vec::new(),
            Some(item) if item.is_list() => doc.items(item, "`before`"),
            Some(item) => vec![item],
        };
        let mut reads = Vec::new();
        for item in items {
            if let Some(keys) = doc.keys(item, &language::SYNC) {
                reads.push(self.sync(doc, &keys, None));
            }
        }
        reads
    }

    fn sync(&self, doc: &mut Document<'_>, keys: &Keys<'_>, snapshot: Option<Item<'_>>) -> Read {
        let now = keys.get("now").and_then(|item| instant(doc, item, "`now`"));
        let covers = keys
            .get("coverage")
            .and_then(|item| doc.word(item, "`coverage`", &words::COVERAGE));
        let recorded = snapshot.and_then(|item| self.recorded(doc, keys, item));
        let people = match recorded {
            Some(recorded) => recorded,
            None => People::Given(match keys.get("people") {
                Some(item) => self.cast.given(doc, &self.policy, item),
                None => Vec::new(),
            }),
        };
        Read {
            now: now.unwrap_or(self.now),
            covers: covers.unwrap_or(Covers::Everybody),
            people,
        }
    }

    /// A snapshot says itself who is there, and how much it covers.
    fn recorded(&self, doc: &mut Document<'_>, keys: &Keys<'_>, item: Item<'_>) -> Option<People> {
        for other in ["people", "coverage"] {
            if let Some(other) = keys.get(other) {
                let message = format!("`{}` and `snapshot` exclude each other", other.name());
                let help = "A snapshot is the whole read.".to_owned();
                doc.report(Code::KeyConflict, other.at(), message, Some(help));
            }
        }
        let path = doc.filled(item, "`snapshot`")?;
        match self.beside.bytes(path) {
            Ok(bytes) => Some(People::Recorded(bytes)),
            Err(why) => {
                let message = format!("The snapshot `{path}` cannot be read: {why}");
                let help = "`muster snapshot record POLICY --out FILE` makes one.".to_owned();
                doc.report(Code::UnreadableFile, item.span(), message, Some(help));
                None
            }
        }
    }
}

fn default_now() -> Timestamp {
    NOW.parse().unwrap_or_default()
}

/// A point in time, or the midnight in UTC with which a day begins.
pub(super) fn instant(doc: &mut Document<'_>, item: Item<'_>, what: &str) -> Option<Timestamp> {
    let text = doc.filled(item, what)?;
    let midnight = || format!("{text}T00:00:00Z").parse().ok();
    let instant = text.parse().ok().or_else(midnight);
    if instant.is_none() {
        let message = format!("`{text}` is no point in time");
        let help = "Write it as 2026-11-23T08:00:00Z, or as the day alone: 2026-11-23.".to_owned();
        doc.report(Code::BadConstant, item.span(), message, Some(help));
    }
    instant
}

const COUNTED: [(&str, Counted); 10] = [
    ("changes", Counted::Changes),
    ("held", Counted::Held),
    ("skipped", Counted::Skipped),
    ("create", Counted::Of(Action::Create)),
    ("adopt", Counted::Of(Action::Adopt)),
    ("rename", Counted::Of(Action::Rename)),
    ("update", Counted::Of(Action::Update)),
    ("unblock", Counted::Of(Action::Unblock)),
    ("block", Counted::Of(Action::Block)),
    ("detach", Counted::Of(Action::Detach)),
];

fn counts(doc: &mut Document<'_>, item: Item<'_>) -> Vec<Count> {
    let mut counts = Vec::new();
    for entry in doc.entries(item, "`counts`") {
        let Some((_, of)) = COUNTED.iter().find(|(word, _)| *word == entry.name()) else {
            let message = format!("`{}` is nothing that is counted", entry.name());
            let known = COUNTED.iter().map(|(word, _)| *word);
            doc.unknown(
                Code::UnknownWord,
                entry.at(),
                message,
                (entry.name(), known),
            );
            continue;
        };
        let Some(text) = doc.filled(entry, "a count") else {
            continue;
        };
        match range(text) {
            Some((least, most)) => counts.push(Count {
                of: *of,
                least,
                most,
                at: line(doc, entry),
            }),
            None => {
                let message = format!("`{text}` is no count");
                let help = "Write `3`, `at most 5`, `at least 1` or `2 to 4`.".to_owned();
                doc.report(Code::BadConstant, entry.span(), message, Some(help));
            }
        }
    }
    counts
}

fn range(text: &str) -> Option<(u64, u64)> {
    let words: Vec<&str> = text.split_whitespace().collect();
    let (least, most) = match words.as_slice() {
        ["at", "most", most] => (0, most.parse().ok()?),
        ["at", "least", least] => (least.parse().ok()?, u64::MAX),
        [least, "to", most] => (least.parse().ok()?, most.parse().ok()?),
        [exactly] => (exactly.parse().ok()?, exactly.parse().ok()?),
        _ => return None,
    };
    (least <= most).then_some((least, most))
}

/// The line of a key.
pub(super) fn line(doc: &Document<'_>, item: Item<'_>) -> PolicyLine {
    doc.line(item.at().start)
}
