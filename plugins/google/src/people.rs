//! From a user of the Directory API to a row.

use crate::api::Ask;
use crate::attributes::{self, Origin, Wanted};
use crate::photos::Photos;
use muster_sdk::json::{Record, Selection};
use muster_sdk::{BlockCause, Failure, Removal, Rows, Status};

/// Properties that are always asked for, and their slots.
const ALWAYS: [&str; 4] = ["id", "primaryEmail", "suspended", "archived"];
const ID: usize = 0;
const EMAIL: usize = 1;
const SUSPENDED: usize = 2;
const ARCHIVED: usize = 3;
const UNIT: &str = "orgUnitPath";
const PHOTO_TAG: &str = "thumbnailPhotoEtag";

/// What is asked of a user, and where it goes.
#[derive(Clone, Debug)]
pub struct Mapping {
    pub selection: Selection,
    columns: Vec<Column>,
    unit: Option<usize>,
    photo_tag: Option<usize>,
    pub ask: Ask,
}

#[derive(Clone, Debug)]
struct Column {
    wanted: Wanted,
    /// The slots of its paths.
    slots: Vec<usize>,
}

/// A user, as far as every read needs it.
#[derive(Clone, Copy, Debug)]
pub struct User<'r> {
    pub id: &'r str,
    pub email: &'r str,
    pub unit: &'r str,
    pub has_photo: bool,
    pub suspended: Option<bool>,
    pub archived: Option<bool>,
}

impl Mapping {
    /// Plans for these attributes.
    pub fn new(
        names: &[String],
        photos_are_allowed: bool,
        units_matter: bool,
    ) -> Result<Self, Failure> {
        let wanted: Vec<Wanted> = names
            .iter()
            .map(|name| Wanted::parse(name))
            .collect::<Result<_, _>>()?;
        let has_photo = wanted.iter().any(|wanted| wanted.from == Origin::Photo);
        if has_photo && !photos_are_allowed {
            return Err(Failure::config(
                "the policy reads `photo`, which costs one request for each person who has one",
            )
            .hint("add `photos: true` to the provider's config"));
        }
        let mut paths: Vec<&str> = ALWAYS.into();
        let mut slot = |path: &'static str, is_needed: bool| {
            is_needed.then(|| {
                paths.push(path);
                paths.len() - 1
            })
        };
        let unit = slot(UNIT, units_matter);
        let photo_tag = slot(PHOTO_TAG, has_photo);
        let mut columns = Vec::new();
        for wanted in &wanted {
            let slots = wanted.paths().into_iter().map(|path| {
                paths.push(path);
                paths.len() - 1
            });
            columns.push(Column {
                slots: slots.collect(),
                wanted: wanted.clone(),
            });
        }
        // Custom fields with several values are lists of objects with a `value`.
        let selection = Selection::builder().texts(paths).bare("value").build()?;
        let mut heads: Vec<&str> = ALWAYS.into();
        heads.extend(unit.map(|_| UNIT));
        heads.extend(photo_tag.map(|_| PHOTO_TAG));
        heads.extend(attributes::heads(&wanted));
        heads.sort_unstable();
        heads.dedup();
        let mut schemas: Vec<&str> = names
            .iter()
            .filter_map(|name| attributes::schema_of(name))
            .collect();
        schemas.sort_unstable();
        schemas.dedup();
        Ok(Self {
            selection,
            unit,
            photo_tag,
            ask: Ask {
                properties: heads.join(","),
                schemas: schemas.join(","),
            },
            columns,
        })
    }

    /// An empty page.
    pub fn rows(&self) -> Rows {
        let mut rows = Rows::new(self.columns.iter().map(|column| &column.wanted.name));
        for (place, column) in self.columns.iter().enumerate() {
            rows.kind(place, column.wanted.kind);
        }
        rows
    }

    /// True if photos are wanted.
    pub fn has_photos(&self) -> bool {
        self.photo_tag.is_some()
    }

    /// Looks at a user. None has no identifier, which Google promises.
    pub fn user<'r>(&self, record: &Record<'r>) -> Option<User<'r>> {
        let flag = |slot| match record.first(slot) {
            Some("true") => Some(true),
            Some("false") => Some(false),
            _ => None,
        };
        let text = |slot: Option<usize>| slot.and_then(|slot| record.first(slot));
        Some(User {
            id: record.first(ID).filter(|id| !id.is_empty())?,
            email: record.first(EMAIL).unwrap_or_default(),
            unit: text(self.unit).unwrap_or_default(),
            has_photo: text(self.photo_tag).is_some_and(|tag| !tag.is_empty()),
            suspended: flag(SUSPENDED),
            archived: flag(ARCHIVED),
        })
    }

    /// Adds a user to a page. `photos` holds what was fetched for it.
    pub fn add<'g>(
        &self,
        rows: &mut Rows,
        record: &Record<'_>,
        status: Status,
        groups: impl IntoIterator<Item = &'g str>,
        photos: &Photos,
    ) {
        let id = record.first(ID).unwrap_or_default();
        let mut row = rows.add(status);
        row.id(id);
        for group in groups {
            row.group(group);
        }
        for (place, column) in self.columns.iter().enumerate() {
            match column.wanted.from {
                Origin::Path(_) => {
                    for &slot in &column.slots {
                        record.write(&mut row, place, slot);
                    }
                }
                Origin::FirstOf(_) => {
                    let first = column.slots.iter().find_map(|&slot| record.first(slot));
                    row.values(place, first);
                }
                Origin::Photo => {
                    row.values(place, photos.of(id));
                }
            }
        }
    }
}

impl User<'_> {
    /// Suspended and archived are two things, and a user may be both. What is
    /// not said is not known.
    pub fn status(&self) -> Status {
        match (self.suspended, self.archived) {
            (Some(true), _) => Status::Blocked(BlockCause::Suspended),
            (_, Some(true)) => Status::Blocked(BlockCause::Archived),
            (Some(false), Some(false)) => Status::Active,
            _ => Status::Unknown,
        }
    }

    /// Of a list of deleted users.
    pub fn gone() -> Status {
        Status::Removed(Removal::Restorable)
    }
}
