//! The accounts to compare with, packed.
//!
//! One text, one list of offsets and a few bytes per field: a million accounts
//! fit in a few hundred megabytes, and comparing one with an entry builds no
//! string. Only what the comparison needs is here: mapped fields of the
//! directory's own accounts and of those that it may adopt, and the usernames of
//! everybody else's.

mod held;
mod owners;

use crate::keys::{KeyDigest, Remembered};
use hashbrown::DefaultHashBuilder;
use hashbrown::{HashMap, HashTable};
use muster_model::{
    AccountId, AccountView, BlockReason, FieldName, Memory, Owner, UsernameKey, Value, ValueView,
};
use muster_policy::{Policy, Standing};
use owners::Owners;
use std::collections::BTreeSet;
use std::hash::BuildHasher;

/// A row of an [`AccountTable`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) struct Row(u32);

/// What the last sync wrote into a mapped field, against what it holds now.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Synced {
    /// The same.
    Same,
    /// Something else: somebody edited the account.
    Differs,
    /// Sync has never written this field of this account.
    Never,
}

/// How a packed cell is to be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Absent,
    Text,
    List,
}

#[derive(Clone, Copy, Debug)]
struct Record {
    id: AccountId,
    /// Place of the record's first cell in `cell_ends`.
    cells: u32,
    /// Place of the record's first field in `fields`, or [`NOT_KEPT`].
    fields: u32,
    /// Its place; 0 is the directory itself.
    owner: u32,
    /// Place in `reasons`; 0 is none.
    reasons: u32,
}

/// Of this account the table has no more than the username.
const NOT_KEPT: u32 = u32::MAX;
/// Hidden names stand together among sorted ones, from here on.
const HIDDEN: &str = "@";

const USERNAME: u32 = 0;
const KEY: u32 = 1;
const EXTERNAL_ID: u32 = 2;
const FIRST_FIELD: u32 = 3;

/// The field name under which an account keeps its last synced username.
pub(crate) use muster_policy::USERNAME_FIELD;
/// Stands for the account's owner among changed fields.
pub(crate) const DIRECTORY_FIELD: &str = "directory";
/// Stands for the account's own identifier among changed fields.
pub(crate) const EXTERNAL_ID_FIELD: &str = "external_id";

/// More text than offsets can count; a store of some ten million accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the accounts hold more than 4 GiB of text, which one plan cannot compare")]
pub struct TooLarge;

/// The accounts of one intranet as one policy sees them.
#[derive(Debug)]
pub struct AccountTable {
    directory: String,
    /// Names of the policy's mapped fields, in ascending order.
    names: Vec<String>,
    /// Names under which accounts remember by what others refer to them, in
    /// ascending order.
    keys: Vec<String>,
    remembered: Remembered,
    records: Vec<Record>,
    text: String,
    value_ends: Vec<u32>,
    cell_ends: Vec<u32>,
    fields: Vec<(Kind, Synced)>,
    /// Last synced values that differ from the current ones; field
    /// `names.len()` is the username.
    edited: HashMap<(u32, u32), Option<Value>>,
    owners: Owners,
    reasons: Vec<BTreeSet<BlockReason>>,
    by_username: HashTable<u32>,
    by_external_id: HashTable<u32>,
    hasher: DefaultHashBuilder,
    /// What sync remembers of its own people; few have anything.
    memories: HashMap<u32, Memory>,
    counts: Counts,
    is_whole: bool,
    scratch: String,
}

/// How many accounts there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// The directory's.
    pub own: u64,
    /// The directory's that are not blocked.
    pub active: u64,
    /// Everybody's that are not blocked.
    pub intranet: u64,
}

impl AccountTable {
    /// An empty intranet, seen by a policy.
    pub fn new(policy: &Policy) -> Self {
        Self {
            directory: policy.directory.as_str().to_owned(),
            names: policy
                .fields
                .iter()
                .map(|field| field.name.as_str().to_owned())
                .collect(),
            keys: policy
                .reference_keys()
                .into_iter()
                .map(|(name, _)| name.as_str().to_owned())
                .collect(),
            remembered: Remembered::default(),
            records: Vec::new(),
            text: String::new(),
            value_ends: Vec::new(),
            cell_ends: Vec::new(),
            fields: Vec::new(),
            edited: HashMap::new(),
            owners: Owners::new(policy),
            reasons: vec![BTreeSet::new()],
            by_username: HashTable::new(),
            by_external_id: HashTable::new(),
            hasher: DefaultHashBuilder::default(),
            memories: HashMap::new(),
            counts: Counts::default(),
            is_whole: true,
            scratch: String::new(),
        }
    }

    /// Says that the table holds only those accounts of which a delta can speak,
    /// out of so many.
    pub fn stands_for(&mut self, counts: Counts) {
        self.counts = counts;
        self.is_whole = false;
    }

    /// Makes room for so many accounts.
    pub fn reserve(&mut self, accounts: usize) {
        self.records.reserve(accounts);
        let cells = accounts.saturating_mul(self.names.len() + FIRST_FIELD as usize);
        self.cell_ends.reserve(cells);
        self.value_ends.reserve(cells);
        self.fields
            .reserve(accounts.saturating_mul(self.names.len() + 1));
    }

    /// Takes one account in; in ascending order of their ids, as stores hand
    /// them out.
    pub fn add(&mut self, account: &AccountView<'_>) -> Result<(), TooLarge> {
        let own = account.owner == self.directory;
        let row = u32::try_from(self.records.len()).map_err(|_| TooLarge)?;
        let owner = self.owners.place(account.owner);
        let kept = self.owners.keeps(owner);
        let fields = u32::try_from(self.fields.len()).map_err(|_| TooLarge)?;
        let record = Record {
            id: account.id,
            cells: u32::try_from(self.cell_ends.len()).map_err(|_| TooLarge)?,
            fields: if kept { fields } else { NOT_KEPT },
            owner,
            reasons: self.reasons_place(&account.block_reasons),
        };
        let is_active = u64::from(account.block_reasons.is_empty());
        self.counts.intranet += is_active;
        self.records.push(record);
        self.push_username(account.username)?;
        if kept {
            self.push_cell(account.external_id.into_iter())?;
            self.push_fields(row, account)?;
        }
        if own {
            self.memorize(row, account);
            self.counts.own += 1;
            self.counts.active += is_active;
        }
        self.index(Row(row), own && account.external_id.is_some());
        Ok(())
    }

    fn push_username(&mut self, username: &str) -> Result<(), TooLarge> {
        self.push_cell(std::iter::once(username))?;
        let mut key = std::mem::take(&mut self.scratch);
        key.clear();
        UsernameKey::write(username, &mut key);
        // Most usernames are their own key; an empty cell says so.
        let result = self.push_cell((key != username).then_some(key.as_str()).into_iter());
        self.scratch = key;
        result
    }

    fn push_fields(&mut self, row: u32, account: &AccountView<'_>) -> Result<(), TooLarge> {
        let (mut fields, mut synced) = (Walk::new(&account.fields), Walk::new(&account.synced));
        for key in &self.keys {
            self.remembered.push(synced.find(key));
        }
        for place in 0..self.names.len() {
            let name = self.names.get(place).map_or("", String::as_str);
            let current = fields.find(name);
            let last = synced.find(name);
            let synced = self.remember(row, place, last, current);
            let kind = match current {
                None => Kind::Absent,
                Some(ValueView::Text(_)) => Kind::Text,
                Some(ValueView::List(_)) => Kind::List,
            };
            match current {
                None => self.push_cell(std::iter::empty())?,
                Some(ValueView::Text(text)) => self.push_cell(std::iter::once(*text))?,
                Some(ValueView::List(items)) => self.push_cell(items.iter().copied())?,
            }
            self.fields.push((kind, synced));
        }
        let last = Walk::new(&account.synced).find(USERNAME_FIELD);
        let current = ValueView::Text(account.username);
        let synced = self.remember(row, self.names.len(), last, Some(&current));
        self.fields.push((Kind::Text, synced));
        Ok(())
    }

    fn memorize(&mut self, row: u32, account: &AccountView<'_>) {
        let first = account.synced.partition_point(|(name, _)| *name < HIDDEN);
        let rest = account.synced.get(first..).unwrap_or_default();
        let hidden = rest
            .iter()
            .take_while(|(name, _)| name.starts_with(FieldName::HIDDEN))
            .filter_map(|(name, value)| match value {
                Some(ValueView::Text(text)) => Some((*name, *text)),
                _ => None,
            });
        let memory = Memory::read(hidden);
        if !memory.is_empty() {
            self.memories.insert(row, memory);
        }
    }

    /// Keeps a last synced value only if it differs from the current one.
    fn remember(
        &mut self,
        row: u32,
        place: usize,
        last: Option<&Option<ValueView<'_>>>,
        current: Option<&ValueView<'_>>,
    ) -> Synced {
        match last {
            None => Synced::Never,
            Some(last) if last.as_ref() == current => Synced::Same,
            Some(last) => {
                let last = last.as_ref().map(ValueView::to_owned);
                self.edited.insert((row, place as u32), last);
                Synced::Differs
            }
        }
    }

    fn push_cell<'v>(&mut self, values: impl Iterator<Item = &'v str>) -> Result<(), TooLarge> {
        for value in values {
            self.text.push_str(value);
            let end = u32::try_from(self.text.len()).map_err(|_| TooLarge)?;
            self.value_ends.push(end);
        }
        let end = u32::try_from(self.value_ends.len()).map_err(|_| TooLarge)?;
        self.cell_ends.push(end);
        Ok(())
    }

    fn reasons_place(&mut self, reasons: &[BlockReason]) -> u32 {
        let found = self
            .reasons
            .iter()
            .position(|known| known.len() == reasons.len() && known.iter().eq(reasons));
        found.unwrap_or_else(|| {
            self.reasons.push(reasons.iter().cloned().collect());
            self.reasons.len() - 1
        }) as u32
    }

    fn index(&mut self, row: Row, with_external_id: bool) {
        let hash = self.hasher.hash_one(self.key(row));
        let (by_username, by_external_id) = (
            std::mem::take(&mut self.by_username),
            std::mem::take(&mut self.by_external_id),
        );
        self.by_username = self.insert(by_username, hash, row, |table, row| table.key(row));
        self.by_external_id = if with_external_id {
            let hash = self.hasher.hash_one(self.external_id(row).unwrap_or(""));
            self.insert(by_external_id, hash, row, |table, row| {
                table.external_id(row).unwrap_or("")
            })
        } else {
            by_external_id
        };
    }

    fn insert(
        &self,
        mut table: HashTable<u32>,
        hash: u64,
        row: Row,
        text: impl Fn(&Self, Row) -> &str,
    ) -> HashTable<u32> {
        table.insert_unique(hash, row.0, |&row| {
            self.hasher.hash_one(text(self, Row(row)))
        });
        table
    }

    /// The account, of whatever owner, that has a username.
    pub(crate) fn by_username(&self, key: &str) -> Option<Row> {
        let hash = self.hasher.hash_one(key);
        self.by_username
            .find(hash, |&row| self.key(Row(row)) == key)
            .map(|&row| Row(row))
    }

    /// The directory's own account that has an external id.
    pub(crate) fn by_external_id(&self, id: &str) -> Option<Row> {
        let hash = self.hasher.hash_one(id);
        self.by_external_id
            .find(hash, |&row| self.external_id(Row(row)) == Some(id))
            .map(|&row| Row(row))
    }

    /// The account that has a number.
    pub(crate) fn by_id(&self, id: AccountId) -> Option<Row> {
        let place = self.records.binary_search_by_key(&id, |record| record.id);
        u32::try_from(place.ok()?).ok().map(Row)
    }

    /// By what others referred to the account's person at the last sync: digests
    /// of the values of one of the policy's reference keys.
    pub(crate) fn known_by(&self, row: Row, key: usize) -> &[KeyDigest] {
        let Some(record) = self.record(row).filter(|record| record.owner == 0) else {
            return &[];
        };
        // Each own account has one cell a field, and one of its username.
        let account = record.fields as usize / (self.names.len() + 1);
        self.remembered.get(account * self.keys.len() + key)
    }

    /// All rows of the directory's own accounts.
    pub(crate) fn own_rows(&self) -> impl Iterator<Item = Row> + use<'_> {
        (0u32..)
            .zip(&self.records)
            .filter(|(_, record)| record.owner == 0)
            .map(|(row, _)| Row(row))
    }

    /// All rows of which the table has more than the username, and which are not
    /// the directory's own.
    pub(crate) fn others(&self) -> impl Iterator<Item = Row> + use<'_> {
        (0u32..)
            .zip(&self.records)
            .filter(|(_, record)| record.owner != 0 && record.fields != NOT_KEPT)
            .map(|(row, _)| Row(row))
    }

    /// Number of all rows.
    pub(crate) fn len(&self) -> usize {
        self.records.len()
    }

    /// Number of the directory's accounts that are not blocked.
    pub(crate) fn active(&self) -> u64 {
        self.counts.active
    }

    /// Number of the directory's accounts.
    pub(crate) fn own(&self) -> u64 {
        self.counts.own
    }

    /// Number of everybody's accounts that are not blocked.
    pub(crate) fn intranet(&self) -> u64 {
        self.counts.intranet
    }

    /// False if the table holds only those accounts of which a delta can speak.
    pub(crate) fn is_whole(&self) -> bool {
        self.is_whole
    }

    /// What sync remembers of an account.
    pub(crate) fn memory(&self, row: Row) -> Option<&Memory> {
        self.memories.get(&row.0)
    }

    /// All rows of which sync remembers something, in no order.
    pub(crate) fn remembered(&self) -> impl Iterator<Item = Row> {
        self.memories.keys().map(|&row| Row(row))
    }

    pub(crate) fn is_own(&self, row: Row) -> bool {
        self.record(row).is_some_and(|record| record.owner == 0)
    }

    pub(crate) fn id(&self, row: Row) -> AccountId {
        self.record(row).map_or(AccountId(0), |record| record.id)
    }

    pub(crate) fn username(&self, row: Row) -> &str {
        self.first(row, USERNAME).unwrap_or("")
    }

    pub(crate) fn key(&self, row: Row) -> &str {
        self.first(row, KEY).unwrap_or_else(|| self.username(row))
    }

    /// The identifier within the directory; none for accounts of others.
    pub(crate) fn external_id(&self, row: Row) -> Option<&str> {
        if self.is_own(row) {
            self.first(row, EXTERNAL_ID)
        } else {
            None
        }
    }

    /// The identifier that the account carries, of whatever directory.
    pub(crate) fn carried_id(&self, row: Row) -> Option<&str> {
        if self.is_kept(row) {
            self.first(row, EXTERNAL_ID)
        } else {
            None
        }
    }

    /// The owner's name.
    pub(crate) fn owner(&self, row: Row) -> &str {
        self.owners.name(self.owner_place(row))
    }

    /// How the account's owner stands to the directory.
    pub(crate) fn standing(&self, row: Row) -> Standing {
        self.owners.standing(self.owner_place(row))
    }

    fn owner_place(&self, row: Row) -> u32 {
        self.record(row).map_or(u32::MAX, |record| record.owner)
    }

    /// Whose account it is, in words.
    pub(crate) fn owner_in_words(&self, row: Row) -> String {
        match self.owner(row) {
            Owner::LOCAL => "a local account".to_owned(),
            name => format!("an account of directory `{name}`"),
        }
    }

    pub(crate) fn reasons(&self, row: Row) -> &BTreeSet<BlockReason> {
        static NONE: BTreeSet<BlockReason> = BTreeSet::new();
        self.record(row)
            .and_then(|record| self.reasons.get(record.reasons as usize))
            .unwrap_or(&NONE)
    }

    /// True if the account, of whatever owner, is not blocked.
    pub(crate) fn is_active(&self, row: Row) -> bool {
        self.record(row).is_some_and(|record| record.reasons == 0)
    }

    fn record(&self, row: Row) -> Option<&Record> {
        self.records.get(row.0 as usize)
    }

    fn field(&self, row: Row, field: usize) -> Option<(Kind, Synced)> {
        let record = self
            .record(row)
            .filter(|record| record.fields != NOT_KEPT)?;
        self.fields.get(record.fields as usize + field).copied()
    }

    fn is_kept(&self, row: Row) -> bool {
        self.record(row)
            .is_some_and(|record| record.fields != NOT_KEPT)
    }

    fn kind(&self, row: Row, field: usize) -> Kind {
        self.field(row, field)
            .map_or(Kind::Absent, |(kind, _)| kind)
    }

    fn first(&self, row: Row, cell: u32) -> Option<&str> {
        self.values(row, cell).next()
    }

    fn values(&self, row: Row, cell: u32) -> impl Iterator<Item = &str> {
        let at = self.record(row).map_or(0, |record| record.cells + cell) as usize;
        let start = match at {
            0 => 0,
            _ => self.cell_ends.get(at - 1).copied().unwrap_or(0),
        };
        let end = self.cell_ends.get(at).copied().unwrap_or(start);
        (start as usize..end as usize).map(|at| self.text_of(at))
    }

    fn text_of(&self, at: usize) -> &str {
        let start = match at {
            0 => 0,
            _ => self.value_ends.get(at - 1).copied().unwrap_or(0),
        };
        let end = self.value_ends.get(at).copied().unwrap_or(start);
        self.text.get(start as usize..end as usize).unwrap_or("")
    }
}

impl Row {
    /// The row at a place.
    pub(crate) fn at(place: u32) -> Self {
        Self(place)
    }

    /// The row's place, for tables beside this one.
    pub(crate) fn place(self) -> usize {
        self.0 as usize
    }
}

/// Finds names in a list, both in ascending order, by walking it once.
struct Walk<'l, 'a, T> {
    rest: std::slice::Iter<'l, (&'a str, T)>,
}

impl<'l, 'a, T> Walk<'l, 'a, T> {
    fn new(list: &'l [(&'a str, T)]) -> Self {
        Self { rest: list.iter() }
    }

    fn find(&mut self, name: &str) -> Option<&'l T> {
        loop {
            let (known, value) = self.rest.as_slice().first()?;
            match (*known).cmp(name) {
                std::cmp::Ordering::Greater => return None,
                std::cmp::Ordering::Equal => {
                    self.rest.next();
                    return Some(value);
                }
                std::cmp::Ordering::Less => {
                    self.rest.next();
                }
            }
        }
    }
}
