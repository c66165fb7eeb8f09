//! Decisions about who is whose account: pins, and rows of a mapping file. They
//! come before anything that the policy would find by itself.

mod told;

use crate::accounts::{AccountTable, Row};
use crate::planner::Planner;
use hashbrown::HashMap;
use jiff::Timestamp;
use muster_model::{EntryView, Fault, PolicyLine, Reason, SourceStatus, Username};
use muster_policy::{ExceptionDeed, Key, Policy, Standing};

/// What became of a decision. Each outcome outweighs the ones before it, so that
/// the order of entries does not matter.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Outcome {
    /// Its person was not delivered.
    Nobody,
    /// Its person was delivered, and is not in scope.
    Out,
    /// Entry and account are one already.
    Done,
    /// The entry has another account of the directory already.
    Contradicted(Row),
    /// There is no such account.
    Gone,
    /// The account may not be taken from its owner.
    Refused(Row),
    /// Entry and account become one.
    Applies,
}

/// Where a decision stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum By {
    /// A place in the policy's exceptions.
    Pin(usize),
    /// A place in the mapping file's rows.
    Row(usize),
}

/// One decision: an entry is an account.
#[derive(Debug)]
struct Decision<'p> {
    by: By,
    account: &'p Username,
    row: Option<Row>,
    at: &'p PolicyLine,
    outcome: Outcome,
}

/// All decisions that are in force.
#[derive(Debug)]
pub(crate) struct Pins<'p> {
    policy: &'p Policy,
    all: Vec<Decision<'p>>,
    by_id: HashMap<&'p str, usize>,
    by_name: HashMap<String, usize>,
    by_row: HashMap<Row, usize>,
}

/// How an entry and its account came together.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Link {
    /// The directory's own account, if there is one.
    pub(crate) row: Option<Row>,
    /// The decision that brought them together, or is to.
    pub(crate) pin: Option<usize>,
}

impl<'p> Pins<'p> {
    pub(crate) fn new(policy: &'p Policy, now: Timestamp, accounts: &AccountTable) -> Self {
        let mut pins = Self {
            policy,
            all: Vec::new(),
            by_id: HashMap::new(),
            by_name: HashMap::new(),
            by_row: HashMap::new(),
        };
        for (place, exception) in policy.exceptions.iter().enumerate() {
            if let ExceptionDeed::Pin { id, account } = &exception.deed
                && !exception.is_expired(now)
            {
                pins.by_id.entry(id.as_str()).or_insert(pins.all.len());
                pins.push(By::Pin(place), account, &exception.at, accounts);
            }
        }
        for (place, row) in policy.identity.adopt.rows.iter().enumerate() {
            let key = row.new.key().as_str().to_owned();
            pins.by_name.entry(key).or_insert(pins.all.len());
            pins.push(By::Row(place), &row.existing, &row.at, accounts);
        }
        pins
    }

    fn push(&mut self, by: By, account: &'p Username, at: &'p PolicyLine, accounts: &AccountTable) {
        let row = accounts.by_username(account.key().as_str());
        if let Some(row) = row {
            self.by_row.entry(row).or_insert(self.all.len());
        }
        self.all.push(Decision {
            by,
            account,
            row,
            at,
            outcome: Outcome::Nobody,
        });
    }

    fn is_empty(&self) -> bool {
        self.all.is_empty()
    }

    /// A pin goes before a row of the mapping file.
    fn find(&self, id: Option<&str>, username: Option<&str>) -> Option<usize> {
        let by_id = id.and_then(|id| self.by_id.get(id));
        let by_name = || {
            let key = Username::new(username?)?.key();
            self.by_name.get(key.as_str())
        };
        by_id.or_else(by_name).copied()
    }

    fn met(&mut self, place: usize, outcome: Outcome) {
        if let Some(decision) = self.all.get_mut(place) {
            decision.outcome = decision.outcome.max(outcome);
        }
    }

    pub(crate) fn outcome(&self, place: usize) -> Outcome {
        self.all
            .get(place)
            .map_or(Outcome::Nobody, |decision| decision.outcome)
    }

    /// The account of a decision.
    pub(crate) fn row(&self, place: usize) -> Option<Row> {
        self.all.get(place)?.row
    }

    /// The decision about an account.
    pub(crate) fn of_account(&self, row: Row) -> Option<usize> {
        self.by_row.get(&row).copied()
    }

    /// What became of a pin, by its place among the policy's exceptions.
    pub(crate) fn outcome_of_pin(&self, exception: usize) -> Outcome {
        let mut all = self.all.iter();
        all.find(|decision| decision.by == By::Pin(exception))
            .map_or(Outcome::Nobody, |decision| decision.outcome)
    }

    /// What was decided, and where that stands.
    pub(crate) fn reason(&self, place: usize) -> Option<Reason> {
        let decision = self.all.get(place)?;
        let (code, text) = match decision.by {
            By::Pin(exception) => {
                let exception = self.policy.exceptions.get(exception)?;
                let id = exception.deed.person();
                let text = format!(
                    "pinned to the entry `{}` ({}: {})",
                    id.as_str(),
                    exception.owner,
                    exception.reason
                );
                ("pinned", text)
            }
            By::Row(row) => {
                let row = self.policy.identity.adopt.rows.get(row)?;
                let text = format!("is `{}` by the mapping file", row.new);
                ("mapped", text)
            }
        };
        Some(Reason {
            code: code.to_owned(),
            text,
            policy: Some(decision.at.clone()),
        })
    }

    /// The line of a decision.
    pub(crate) fn line(&self, place: usize) -> Option<PolicyLine> {
        Some(self.all.get(place)?.at.clone())
    }

    /// Whom a decision gives the account to, and where that stands.
    pub(crate) fn owner_in_words(&self, place: usize) -> String {
        let Some(decision) = self.all.get(place) else {
            return String::new();
        };
        let who = match decision.by {
            By::Pin(exception) => self
                .policy
                .exceptions
                .get(exception)
                .map(|exception| exception.deed.person().as_str().to_owned()),
            By::Row(row) => {
                let rows = &self.policy.identity.adopt.rows;
                rows.get(row).map(|row| row.new.to_string())
            }
        };
        format!("`{}` ({})", who.unwrap_or_default(), decision.at)
    }

    /// Findings about people and accounts that belong to no decision.
    fn fault(&self, place: usize) -> Fault {
        match self.all.get(place).map(|decision| decision.by) {
            Some(By::Row(_)) => Fault::MappingRow,
            _ => Fault::PinUnmet,
        }
    }

    /// True if a decision lets an account go from its owner to the directory: a
    /// row of a mapping file names the account's way, a pin only who is who.
    fn may_take(&self, place: usize, standing: Standing) -> bool {
        let by = self.all.get(place).map(|decision| decision.by);
        match standing {
            Standing::Own | Standing::Local | Standing::Below => true,
            Standing::Above | Standing::Unranked => matches!(by, Some(By::Row(_))),
        }
    }
}

impl Planner<'_> {
    /// The account of an entry: by decision, or else by what the policy matches.
    /// `source` is the username that the source gives.
    pub(crate) fn link(
        &mut self,
        entry: EntryView<'_>,
        source: Option<&str>,
        found: Option<Row>,
    ) -> Link {
        let by_policy = Link {
            row: found,
            pin: None,
        };
        if self.pins.is_empty() {
            return by_policy;
        }
        let Some(place) = self.pins.find(entry.id(), source) else {
            return by_policy;
        };
        if matches!(entry.status(), SourceStatus::Removed(_)) {
            self.pins.met(place, Outcome::Out);
            return by_policy;
        }
        let own = match (self.policy.identity.key, entry.id()) {
            (Key::ExternalId, Some(id)) => self.accounts.by_external_id(id),
            (Key::ExternalId, None) | (Key::Username, _) => found,
        };
        let row = self.pins.row(place);
        let standing = row.map(|row| self.accounts.standing(row));
        let (outcome, link) = match (own.or(found), row, standing) {
            (Some(_), None, _) => (Outcome::Done, by_policy),
            (Some(own), Some(row), _) if own == row => (Outcome::Done, by_policy),
            // An account without an identifier was found by its name alone.
            (_, Some(row), Some(Standing::Own)) if own.is_none() => (
                Outcome::Applies,
                Link {
                    row: Some(row),
                    pin: Some(place),
                },
            ),
            (Some(own), Some(_), _) => (Outcome::Contradicted(own), by_policy),
            (None, row, standing) => (
                match (row, standing) {
                    (Some(row), Some(standing)) if !self.pins.may_take(place, standing) => {
                        Outcome::Refused(row)
                    }
                    (Some(_), _) => Outcome::Applies,
                    (None, _) => Outcome::Gone,
                },
                Link {
                    row: None,
                    pin: Some(place),
                },
            ),
        };
        self.pins.met(place, outcome);
        link
    }

    /// Says that the person of a decision is not in scope.
    pub(crate) fn pin_is_out(&mut self, link: Link) {
        if let Some(place) = link.pin {
            self.pins.met(place, Outcome::Out);
        }
    }
}
