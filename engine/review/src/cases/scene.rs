//! What a test consists of.

use jiff::Timestamp;
use muster_model::{Action, BlockReason, FieldName, PolicyLine, SourceStatus, Value};
use muster_policy::Policy;
use muster_store::MemoryStore;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;
use std::sync::Arc;

/// The tests of one file.
#[derive(Clone, Debug)]
pub struct Suite {
    /// The file, as it was named.
    pub file: String,
    /// What is tested.
    pub policy: Arc<Policy>,
    /// In the order of the file.
    pub tests: Vec<Test>,
}

/// One test.
#[derive(Clone, Debug)]
pub struct Test {
    /// What is to be so.
    pub name: String,
    /// Where it stands.
    pub at: PolicyLine,
    /// The intranet before the first sync.
    pub(super) store: MemoryStore,
    /// Syncs that were applied before.
    pub(super) before: Vec<Read>,
    /// The sync in question.
    pub(super) read: Read,
    pub(super) expectations: Vec<Expectation>,
    pub(super) others: Others,
    pub(super) counts: Vec<Count>,
    /// Guards that trip, and where the test says so.
    pub(super) guards: Vec<String>,
    /// Codes of what is found, whomever it is about.
    pub(super) findings: Vec<String>,
}

/// One read of the source.
#[derive(Clone, Debug)]
pub(super) struct Read {
    pub(super) now: Timestamp,
    pub(super) covers: Covers,
    pub(super) people: People,
}

/// Who is at the source.
#[derive(Clone, Debug)]
pub(super) enum People {
    Given(Vec<Person>),
    /// A snapshot's bytes.
    Recorded(Arc<Vec<u8>>),
}

/// How much a read covers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Covers {
    Everybody,
    Some,
    Changes,
}

/// Somebody at the source.
#[derive(Clone, Debug)]
pub(super) struct Person {
    pub(super) label: String,
    pub(super) id: Option<String>,
    pub(super) status: SourceStatus,
    pub(super) groups: Vec<String>,
    pub(super) under: Vec<String>,
    /// By the attribute's name in small letters.
    pub(super) values: BTreeMap<String, Vec<String>>,
}

/// What may happen to whoever is not mentioned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Others {
    Nothing,
    Anything,
}

/// What is expected of one person.
#[derive(Clone, Debug)]
pub(super) struct Expectation {
    /// As the test calls them.
    pub(super) who: String,
    pub(super) at: PolicyLine,
    pub(super) is: Option<BTreeSet<Decision>>,
    pub(super) username: Option<String>,
    pub(super) fields: BTreeMap<FieldName, (Option<Value>, PolicyLine)>,
    pub(super) reason: Option<String>,
    pub(super) blocked: Option<BTreeSet<BlockReason>>,
    /// Codes of findings; an empty list: there are none.
    pub(super) findings: Option<Vec<String>>,
    pub(super) rule: Option<Rule>,
    /// Changed fields whose values are shown to nobody: these and no others.
    pub(super) hidden: Option<Vec<String>>,
}

/// A rule of the policy, as a test names it.
#[derive(Clone, Debug)]
pub(super) struct Rule {
    pub(super) name: String,
    /// Where it begins, and the line at which the next one does.
    pub(super) places: Vec<(PolicyLine, u32)>,
}

impl Rule {
    /// True if a line is one of the rule's: a step of a mapping may have one of its
    /// own.
    pub(super) fn holds(&self, line: &PolicyLine) -> bool {
        self.places.iter().any(|(first, next)| {
            first.file == line.file && (first.line..*next).contains(&line.line)
        })
    }
}

/// How many there are to be of something.
#[derive(Clone, Debug)]
pub(super) struct Count {
    pub(super) of: Counted,
    pub(super) least: u64,
    pub(super) most: u64,
    pub(super) at: PolicyLine,
}

/// What is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Counted {
    Of(Action),
    Changes,
    Held,
    Skipped,
}

impl Counted {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::Of(action) => action.as_str(),
            Self::Changes => "changes",
            Self::Held => "held",
            Self::Skipped => "skipped",
        }
    }
}

/// What becomes of somebody.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Decision {
    /// Nothing.
    Nothing,
    /// Something is done to the account.
    Is(Action),
    /// Changes are held back.
    Held,
    /// No account is made, though somebody is there.
    Skipped,
}

impl Decision {
    /// All words, with what they mean.
    pub const WORDS: [(&'static str, Self); 10] = [
        ("none", Self::Nothing),
        ("create", Self::Is(Action::Create)),
        ("adopt", Self::Is(Action::Adopt)),
        ("rename", Self::Is(Action::Rename)),
        ("update", Self::Is(Action::Update)),
        ("unblock", Self::Is(Action::Unblock)),
        ("block", Self::Is(Action::Block)),
        ("detach", Self::Is(Action::Detach)),
        ("held", Self::Held),
        ("skipped", Self::Skipped),
    ];
}

impl fmt::Display for Decision {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Nothing => "none",
            Self::Is(action) => action.as_str(),
            Self::Held => "held",
            Self::Skipped => "skipped",
        })
    }
}
