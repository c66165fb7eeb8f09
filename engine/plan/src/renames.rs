//! Likely renames: under `key: username`, somebody with another name looks like
//! a new person, and their account like one whose person is gone.

use crate::accounts::{AccountTable, Row};
use crate::planner::{Fate, Planner, Seen, Stranger};
use hashbrown::HashMap;
use muster_model::{Fault, FieldChange, Value};
use muster_policy::{Key, Policy};
use std::collections::{BTreeMap, BTreeSet};

/// What shows that two are one person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Likeness {
    SameId,
    SameMailAndName,
}

impl Likeness {
    fn in_words(self) -> &'static str {
        match self {
            Self::SameId => "the same external id",
            Self::SameMailAndName => "the same e-mail and name",
        }
    }
}

/// Fields that are taken for an e-mail address.
const MAIL: [&str; 2] = ["email", "mail"];
/// Fields that are taken for parts of a name.
const NAMES: [&str; 8] = [
    "first_name",
    "given_name",
    "surname",
    "last_name",
    "family_name",
    "display_name",
    "full_name",
    "name",
];

impl Planner<'_> {
    /// Holds both sides of a likely rename: nobody is created, nobody blocked.
    pub(crate) fn hold_likely_renames(&mut self) {
        if self.policy.identity.key != Key::Username {
            return;
        }
        let pairs = if self.context.is_delta() {
            self.likely_in_delta()
        } else {
            let unseen = |row: &Row| self.seen_of(*row) == Seen::Not;
            let missing: Vec<Row> = self.accounts.own_rows().filter(unseen).collect();
            likely(
                self.policy,
                &self.accounts,
                &missing,
                &missing,
                &self.strangers,
            )
        };
        for (place, rows) in pairs {
            self.hold_likely_rename(place, &rows);
        }
    }

    /// In a delta, an account that was not delivered is not missing. Whoever has
    /// its identifier is its person all the same; whoever only looks like it is
    /// so if its person is known to be gone, or the source gives no identifiers.
    fn likely_in_delta(&self) -> BTreeMap<usize, BTreeSet<(Row, Likeness)>> {
        let anonymous = self
            .strangers
            .iter()
            .any(|stranger| stranger.external_id.is_none());
        let absent = |row: &Row| self.seen_of(*row) == Seen::Not || self.is_removed(*row);
        let same_id: Vec<Row> = self.accounts.own_rows().filter(absent).collect();
        let alike = |row: &Row| {
            self.is_gone(*row) || (anonymous && self.accounts.external_id(*row).is_none())
        };
        let alike: Vec<Row> = same_id.iter().copied().filter(alike).collect();
        likely(
            self.policy,
            &self.accounts,
            &same_id,
            &alike,
            &self.strangers,
        )
    }

    fn hold_likely_rename(&mut self, place: usize, rows: &BTreeSet<(Row, Likeness)>) {
        let Some(stranger) = self.strangers.get_mut(place) else {
            return;
        };
        let Some(new) = stranger.username.clone() else {
            return;
        };
        stranger.fate = Fate::Reported;
        let mut lines = Vec::new();
        for &(row, likeness) in rows {
            self.mark(row, Seen::Held);
            let old = self.accounts.username(row);
            lines.push(format!(
                "`{new}` is likely `{old}` ({}) under another name: they have {}. Nobody is created \
                 or blocked; carry the rename out with `muster account rename {old} {new}`",
                self.accounts.id(row),
                likeness.in_words()
            ));
        }
        let at = Some(self.policy.identity.at.clone());
        let text = lines.join("; or ");
        self.find_fault(
            None,
            Fault::LikelyRename,
            Some(new.as_str()),
            text,
            at,
            true,
        );
    }
}

/// Pairs each stranger with the accounts that are likely theirs: `missing` ones
/// by their identifier, `alike` ones by their look.
fn likely(
    policy: &Policy,
    accounts: &AccountTable,
    missing: &[Row],
    alike: &[Row],
    strangers: &[Stranger],
) -> BTreeMap<usize, BTreeSet<(Row, Likeness)>> {
    let signature = Signature::new(policy);
    let mut by_id: HashMap<&str, Vec<Row>> = HashMap::new();
    let mut by_look: HashMap<String, Vec<Row>> = HashMap::new();
    for &row in missing {
        if let Some(id) = accounts.external_id(row) {
            by_id.entry(id).or_default().push(row);
        }
    }
    for &row in alike {
        if let Some(look) = signature.of_account(accounts, row) {
            by_look.entry(look).or_default().push(row);
        }
    }
    let mut pairs: BTreeMap<usize, BTreeSet<(Row, Likeness)>> = BTreeMap::new();
    for (place, stranger) in strangers.iter().enumerate() {
        let Fate::Create(fields) = &stranger.fate else {
            continue;
        };
        let same_id = stranger.external_id.as_ref().map(|id| id.as_str());
        let rows = same_id.and_then(|id| by_id.get(id));
        let (rows, likeness) = match rows {
            Some(rows) => (Some(rows), Likeness::SameId),
            None => (
                signature
                    .of_stranger(fields)
                    .and_then(|look| by_look.get(&look)),
                Likeness::SameMailAndName,
            ),
        };
        for &row in rows.into_iter().flatten() {
            pairs.entry(place).or_default().insert((row, likeness));
        }
    }
    pairs
}

/// True if the policy maps enough to tell who looks like whom: then somebody new
/// has to be compared with everybody.
pub fn knows_people_by_look(policy: &Policy) -> bool {
    let signature = Signature::new(policy);
    signature.mail.is_some() && !signature.names.is_empty()
}

/// A new person's value of a field.
fn first_of<'f>(fields: &'f [FieldChange], name: &str) -> Option<&'f str> {
    let field = fields.iter().find(|field| field.name.as_str() == name)?;
    match field.new.as_ref()? {
        Value::Text(text) => Some(text),
        Value::List(items) => items.first().map(String::as_str),
    }
}

/// How a person looks: e-mail and all mapped parts of the name.
pub(crate) struct Signature {
    mail: Option<(usize, String)>,
    names: Vec<(usize, String)>,
}

impl Signature {
    pub(crate) fn new(policy: &Policy) -> Self {
        let place = |name: &str| {
            let place = policy.fields.iter().position(|f| f.name.as_str() == name)?;
            Some((place, name.to_owned()))
        };
        Self {
            mail: MAIL.into_iter().find_map(place),
            names: NAMES.into_iter().filter_map(place).collect(),
        }
    }

    pub(crate) fn of_account(&self, accounts: &AccountTable, row: Row) -> Option<String> {
        let text = |place: usize| accounts.first_of_field(row, place).map(str::to_owned);
        self.look(|(place, _)| text(*place))
    }

    pub(crate) fn of_stranger(&self, fields: &[FieldChange]) -> Option<String> {
        self.look(|(_, name)| first_of(fields, name).map(str::to_owned))
    }

    /// True if an account and a new person are known to look different: another
    /// e-mail, and no part of the name that is the same.
    pub(crate) fn differs(
        &self,
        accounts: &AccountTable,
        row: Row,
        fields: &[FieldChange],
    ) -> bool {
        // `None` if one of them has nothing there.
        let same = |(place, name): &(usize, String)| {
            let old = accounts.first_of_field(row, *place)?.trim().to_lowercase();
            let new = first_of(fields, name)?.trim().to_lowercase();
            (!old.is_empty() && !new.is_empty()).then(|| old == new)
        };
        let mut names = self.names.iter().filter_map(same).peekable();
        let has_names = names.peek().is_some();
        self.mail.as_ref().and_then(same) == Some(false) && has_names && !names.any(|same| same)
    }

    /// `None` if there is no e-mail or no name to go by.
    fn look(&self, text: impl Fn(&(usize, String)) -> Option<String>) -> Option<String> {
        let mail = text(self.mail.as_ref()?).filter(|mail| !mail.is_empty())?;
        let names: Vec<String> = self.names.iter().filter_map(text).collect();
        names.iter().any(|name| !name.is_empty()).then(|| {
            let mut look = mail.to_lowercase();
            for name in names {
                look.push('\0');
                look.push_str(&name);
            }
            look
        })
    }
}
