//! From a resource to a row.

use crate::attributes::{self, Wanted, asked};
use crate::groups::{Groups, Slots};
use crate::settings::{ActiveMissing, AttributesParameter, Settings};
use muster_sdk::json::{Record, Selection};
use muster_sdk::{BlockCause, ColumnKind, Failure, Rows, Status, Subject};

const ID: usize = 0;
const ACTIVE: usize = 1;
const USER_NAME: usize = 2;
const GROUPS: usize = 3;
const GROUP_NAMES: usize = 4;
const LAST_MODIFIED: usize = 5;
/// The slot of the first wanted attribute.
const FIRST: usize = 6;

const SLOTS: Slots = Slots {
    id: ID,
    groups: GROUPS,
    names: GROUP_NAMES,
};

/// How people become rows.
#[derive(Debug)]
pub struct Mapping {
    pub selection: Selection,
    wanted: Vec<Wanted>,
    active_missing: ActiveMissing,
    /// Attributes that somebody had.
    met: Vec<bool>,
    /// Places of the groups that a person is in.
    groups: Vec<usize>,
    pub tally: Tally,
}

/// What was counted.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    pub delivered: u64,
    pub out_of_scope: u64,
    pub without_id: u64,
    /// People whose `active` is missing or neither true nor false.
    pub status_unknown: u64,
}

impl Mapping {
    pub fn new(attributes: &[String], settings: &Settings) -> Result<Self, Failure> {
        let wanted = attributes.iter().map(|name| Wanted::new(name));
        let wanted = wanted.collect::<Result<Vec<_>, _>>()?;
        let selection = attributes::builder()
            .texts([
                "id",
                "active",
                "userName",
                "groups",
                "groups.display",
                "meta.lastModified",
            ])
            .texts(wanted.iter().map(|wanted| wanted.path.clone()))
            .build()?;
        Ok(Self {
            selection,
            met: vec![false; wanted.len()],
            wanted,
            active_missing: settings.active_missing,
            groups: Vec::new(),
            tally: Tally::default(),
        })
    }

    /// What `attributes=` says, if it is sent.
    pub fn asked(&self, settings: &Settings, groups: bool, changes: bool) -> Option<String> {
        if settings.attributes_parameter == AttributesParameter::Omit {
            return None;
        }
        let always = ["id", "userName", "active"];
        let own = groups.then_some("groups").into_iter();
        let own = own.chain(changes.then_some("meta"));
        let wanted = self.wanted.iter().map(|wanted| wanted.asked.as_str());
        Some(asked(always.into_iter().chain(own).chain(wanted)))
    }

    /// An empty page.
    pub fn rows(&self) -> Rows {
        let mut rows = Rows::new(self.wanted.iter().map(|wanted| &wanted.name));
        for (column, wanted) in self.wanted.iter().enumerate() {
            if wanted.is_reference {
                rows.kind(column, ColumnKind::Reference);
            }
        }
        rows
    }

    /// Adds a person who is in scope.
    pub fn take(&mut self, record: Record<'_>, groups: &mut Groups, page: u64, rows: &mut Rows) {
        for (met, slot) in self.met.iter_mut().zip(FIRST..) {
            *met = *met || record.first(slot).is_some();
        }
        let Some(id) = record.first(ID).filter(|id| !id.trim().is_empty()) else {
            return self.without_id(record, page, rows);
        };
        let mut places = std::mem::take(&mut self.groups);
        if groups.judge(record, SLOTS, &mut places) {
            let mut row = rows.add(self.status(record));
            row.id(id);
            for &place in &places {
                row.group(groups.name(place));
            }
            for (column, slot) in (0..self.wanted.len()).zip(FIRST..) {
                record.write(&mut row, column, slot);
            }
            self.tally.delivered += 1;
        } else {
            self.tally.out_of_scope += 1;
        }
        self.groups = places;
    }

    /// Without an `id`, a person is recognised by `userName` at best.
    fn without_id(&mut self, record: Record<'_>, page: u64, rows: &mut Rows) {
        self.tally.without_id += 1;
        let name = record.first(USER_NAME).unwrap_or_default();
        let mut wanted = self.wanted.iter();
        let column = wanted.find(|wanted| wanted.path.eq_ignore_ascii_case("userName"));
        let subject = match column {
            Some(wanted) if !name.is_empty() => {
                Subject::Attribute((wanted.name.clone(), name.to_owned()))
            }
            _ => Subject::Nobody,
        };
        let place = format!("page {page}, entry {}", record.index() + 1);
        rows.problem(place, "has no `id`", subject);
    }

    fn status(&mut self, record: Record<'_>) -> Status {
        let is = |text: &str, word: &str| text.trim().eq_ignore_ascii_case(word);
        match record.first(ACTIVE) {
            Some(text) if is(text, "true") => return Status::Active,
            Some(text) if is(text, "false") => return Status::Blocked(BlockCause::Other),
            Some(_) => {
                self.tally.status_unknown += 1;
                return Status::Unknown;
            }
            None => {}
        }
        self.tally.status_unknown += 1;
        match self.active_missing {
            ActiveMissing::Active => Status::Active,
            ActiveMissing::Unknown => Status::Unknown,
            ActiveMissing::Blocked => Status::Blocked(BlockCause::Other),
        }
    }

    /// When the service says that the person was changed last.
    pub fn last_modified<'r>(record: &Record<'r>) -> Option<&'r str> {
        record.first(LAST_MODIFIED)
    }

    /// Attributes that nobody had.
    pub fn unmet(&self) -> Vec<&Wanted> {
        let unmet = self.wanted.iter().zip(&self.met);
        unmet
            .filter(|(_, met)| !**met)
            .map(|(wanted, _)| wanted)
            .collect()
    }
}
