//! Users become rows.

use crate::extras::{Extras, Managers};
use crate::names::{Names, Origin, slot};
use crate::settings::{Guests, Settings};
use crate::tally::Tally;
use muster_sdk::json::{At, Record, Rest, Selection};
use muster_sdk::{BlockCause, Failure, Removal, Rows, Status, Subject};
use std::rc::Rc;

/// The rows under way, and how they are made.
#[derive(Debug)]
pub struct People {
    pub names: Names,
    pub rows: Rows,
    pub tally: Tally,
    selection: Selection,
    guests: Guests,
}

/// What is decided about a user before a row is made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// In scope, with these syncing groups.
    Member(Rc<[String]>),
    /// Not in scope, which is nothing to tell.
    Stranger,
    /// Met before in this read.
    Known,
    /// Not to be believed, for a reason.
    Held(String),
}

/// True if this user is left out for being a guest.
fn leaves_out(guests: Guests, user: &Record<'_>) -> bool {
    let kind = user.first(slot::TYPE);
    guests == Guests::Exclude && kind.is_some_and(|kind| kind.eq_ignore_ascii_case("Guest"))
}

fn judged(user: &Record<'_>, judge: &mut impl FnMut(&str) -> Verdict) -> Verdict {
    match user.first(slot::ID) {
        Some(id) if !id.is_empty() => judge(id),
        _ => Verdict::Held("it has no `id`".to_owned()),
    }
}

/// Makes rows of the users of one page.
struct Writer<'a> {
    origins: &'a [Origin<'a>],
    managers: Managers,
    guests: Guests,
    rows: &'a mut Rows,
    tally: &'a mut Tally,
}

impl Writer<'_> {
    fn user(&mut self, user: Record<'_>, verdict: &Verdict, extras: &Extras) {
        let id = user.first(slot::ID).unwrap_or_default();
        let groups = match verdict {
            Verdict::Member(groups) => groups,
            Verdict::Held(why) => return held(id, why, self.rows, self.tally),
            Verdict::Stranger | Verdict::Known => return,
        };
        if leaves_out(self.guests, &user) {
            self.tally.guests += 1;
            return;
        }
        if is_hollow(&user, self.origins.len()) {
            return held(id, HOLLOW, self.rows, self.tally);
        }
        self.tally.rows += 1;
        let mut row = self.rows.add(status(&user));
        row.id(id);
        for group in groups.iter() {
            row.group(group);
        }
        for (column, origin) in self.origins.iter().enumerate() {
            match origin {
                Origin::Photo => {
                    row.values(column, extras.photo(id));
                }
                Origin::Manager(part) if self.managers == Managers::Apart => {
                    row.values(column, extras.manager(id, part));
                }
                _ => user.write(&mut row, column, slot::FIRST + column),
            }
        }
    }
}

impl People {
    pub fn new(names: Names, settings: &Settings, tally: Tally) -> Result<Self, Failure> {
        Ok(Self {
            selection: names.selection()?,
            rows: names.rows(),
            guests: settings.guests,
            names,
            tally,
        })
    }

    /// Adds the users of a page that are in scope. `judge` is asked once for
    /// each, by id.
    pub fn page(
        &mut self,
        page: &[u8],
        at: At<'_>,
        managers: Managers,
        mut judge: impl FnMut(&str) -> Verdict,
    ) -> Result<Rest, Failure> {
        let Self {
            names,
            rows,
            tally,
            selection,
            guests,
        } = self;
        let origins: Vec<Origin<'_>> = names.columns().collect();
        let mut writer = Writer {
            origins: &origins,
            managers,
            guests: *guests,
            rows,
            tally,
        };
        if !Extras::are_wanted(names, managers) {
            let none = Extras::default();
            return selection.read(page, at, |user| {
                let verdict = judged(&user, &mut judge);
                writer.user(user, &verdict, &none);
            });
        }
        // What is asked for apart is asked for all at once, so the page is
        // walked twice.
        let (mut verdicts, mut wanted) = (Vec::new(), Vec::new());
        selection.read(page, at, |user| {
            let verdict = judged(&user, &mut judge);
            if matches!(verdict, Verdict::Member(_)) && !leaves_out(*guests, &user) {
                wanted.extend(user.first(slot::ID).map(str::to_owned));
            }
            verdicts.push(verdict);
        })?;
        let extras = Extras::read(names, managers, &wanted)?;
        selection.read(page, at, |user| {
            let verdict = verdicts.get(user.index()).unwrap_or(&Verdict::Known);
            writer.user(user, verdict, &extras);
        })
    }

    /// Ids of a page with what decides about them, without rows.
    pub fn guests_on(&self, page: &[u8], at: At<'_>) -> Result<Vec<(String, bool)>, Failure> {
        let mut all = Vec::new();
        self.selection.read(page, at, |user| {
            let id = user.first(slot::ID).unwrap_or_default().to_owned();
            all.push((id, leaves_out(self.guests, &user)));
        })?;
        Ok(all)
    }

    /// Adds somebody who is gone.
    pub fn gone(&mut self, id: &str, removal: Removal) {
        self.tally.rows += 1;
        if removal != Removal::LeftScope {
            self.tally.deleted += 1;
        }
        self.rows.add(Status::Removed(removal)).id(id);
    }
}

/// Why a user without any property is no user.
const HOLLOW: &str = "Graph shows its id alone, which means that the application may not read it: grant `User.Read.All` with admin consent";

fn held(id: &str, why: &str, rows: &mut Rows, tally: &mut Tally) {
    tally.problems += 1;
    let (place, subject) = match id {
        "" => ("a user without an id".to_owned(), Subject::Nobody),
        id => (format!("user {id}"), Subject::Id(id.to_owned())),
    };
    rows.problem(place, why, subject);
}

/// True if all that is known of a user is that there is one.
fn is_hollow(user: &Record<'_>, requested: usize) -> bool {
    let all = slot::ENABLED..slot::FIRST + requested;
    all.into_iter()
        .all(|slot| user.first(slot).is_none() || user.first(slot) == user.first(slot::ID))
}

fn status(user: &Record<'_>) -> Status {
    match user.first(slot::ENABLED) {
        Some("true") => match user.first(slot::EXTERNAL) {
            Some("PendingAcceptance") => Status::Pending,
            _ => Status::Active,
        },
        Some("false") => Status::Blocked(BlockCause::Disabled),
        _ => Status::Unknown,
    }
}
