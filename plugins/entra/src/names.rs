//! What is asked of each user: from the names of a policy to `$select`.

use crate::properties::{self, ALONE, LISTS};
use crate::settings::{Photos, Settings};
use muster_sdk::json::Selection;
use muster_sdk::{ColumnKind, Failure, Rows};

/// What every user is asked for, requested or not.
const ALWAYS: [&str; 4] = ["id", "accountEnabled", "userType", "externalUserState"];

/// Slots of the selection that are always there, in its order.
pub mod slot {
    pub const ID: usize = 0;
    pub const ENABLED: usize = 1;
    pub const TYPE: usize = 2;
    pub const EXTERNAL: usize = 3;
    /// The first requested attribute.
    pub const FIRST: usize = 4;
}

/// The requested attributes.
#[derive(Clone, Debug)]
pub struct Names {
    requested: Vec<String>,
    /// Path into a user's JSON; none for the photo.
    paths: Vec<Option<String>>,
    select: Vec<String>,
    /// Properties of the manager that are asked for; empty if none is.
    manager: Vec<String>,
    /// Width of the photo, if one is asked for.
    photo: Option<String>,
}

impl Names {
    /// Understands the names of a request, and refuses what no list shows.
    pub fn read(requested: &[String], settings: &Settings) -> Result<Self, Failure> {
        let mut names = Self {
            requested: requested.to_vec(),
            paths: Vec::new(),
            select: ALWAYS.map(str::to_owned).into(),
            manager: Vec::new(),
            photo: None,
        };
        for name in requested {
            let path = names.one(name, settings)?;
            names.paths.push(path);
        }
        Ok(names)
    }

    fn one(&mut self, name: &str, settings: &Settings) -> Result<Option<String>, Failure> {
        let (first, rest) = match name.split_once('.') {
            Some((first, rest)) => (first, Some(rest)),
            None => (name, None),
        };
        if let Some(right) = properties::spelled(first) {
            return Err(
                Failure::config(format!("Graph knows no attribute `{first}` of users"))
                    .hint(format!("did you mean `{right}`?")),
            );
        }
        match (first, rest) {
            ("photo", None) => {
                let Photos::Wide(wide) = &settings.photos else {
                    return Err(Failure::config(
                        "the attribute `photo` is asked for, but `photos` is `none`",
                    )
                    .hint("set `photos` to a width in pixels, as in `photos: \"240\"`"));
                };
                self.photo = Some(wide.clone());
                return Ok(None);
            }
            ("manager", part) => return self.of_manager(part.unwrap_or("id")).map(Some),
            (first, _) if ALONE.contains(&first) => {
                return Err(Failure::config(format!(
                    "Graph shows `{first}` of one user at a time only, and refuses it in a list"
                ))
                .hint("take another attribute"));
            }
            (first, _) if LISTS.contains(&first) => {
                return Err(Failure::config(format!(
                    "`{first}` is a list of other objects, not an attribute of a user"
                )));
            }
            (first, None) if let Some(parts) = properties::parts(first) => {
                let all: Vec<String> = parts
                    .iter()
                    .map(|part| format!("`{first}.{part}`"))
                    .collect();
                return Err(
                    Failure::config(format!("`{first}` has parts: name one of them"))
                        .hint(all.join(", ")),
                );
            }
            _ => {}
        }
        let clean = |c: char| c.is_ascii_alphanumeric() || c == '_';
        if first.is_empty() || !first.chars().all(clean) {
            return Err(Failure::config(format!(
                "`{name}` is no name of an attribute"
            )));
        }
        push(&mut self.select, first);
        Ok(Some(name.to_owned()))
    }

    fn of_manager(&mut self, part: &str) -> Result<String, Failure> {
        if let Some(right) = properties::spelled(part) {
            return Err(
                Failure::config(format!("a manager has no attribute `{part}`"))
                    .hint(format!("did you mean `manager.{right}`?")),
            );
        }
        if part.contains('.') || !part.chars().all(|c| c.is_ascii_alphanumeric() || c == '_') {
            return Err(Failure::config(format!(
                "`manager.{part}` is no name of an attribute"
            )));
        }
        push(&mut self.manager, "id");
        push(&mut self.manager, part);
        Ok(format!("manager.{part}"))
    }

    /// The value of `$select`.
    pub fn select(&self) -> String {
        self.select.join(",")
    }

    /// The value of `$select` of a change feed, which follows managers as well.
    pub fn followed(&self) -> String {
        match self.manager.is_empty() {
            true => self.select(),
            false => format!("{},manager", self.select()),
        }
    }

    /// What is selected of managers, if they are asked for.
    pub fn manager(&self) -> Option<String> {
        (!self.manager.is_empty()).then(|| self.manager.join(","))
    }

    /// Width of the photo, if one is asked for.
    pub fn photo(&self) -> Option<&str> {
        self.photo.as_deref()
    }

    /// True if sign-ins are asked for, which makes pages shorter.
    pub fn has_sign_ins(&self) -> bool {
        self.select.iter().any(|name| name == "signInActivity")
    }

    /// Compiles the walk through a page: what is always there, then each
    /// requested attribute in the order of the request.
    pub fn selection(&self) -> Result<Selection, Failure> {
        let requested = self.paths.iter().map(|path| {
            // The photo has no path; its slot stays empty.
            path.as_deref().unwrap_or("@photo")
        });
        Selection::new(ALWAYS.into_iter().chain(requested))
    }

    /// An empty page with the requested columns.
    pub fn rows(&self) -> Rows {
        let mut rows = Rows::new(&self.requested);
        for (column, name) in self.requested.iter().enumerate() {
            match name.as_str() {
                "photo" => rows.kind(column, ColumnKind::Binary),
                "manager" | "manager.id" | "manager.userPrincipalName" => {
                    rows.kind(column, ColumnKind::Reference);
                }
                _ => {}
            }
        }
        rows
    }

    /// The columns, and for each whether it is of the manager or the photo.
    pub fn columns(&self) -> impl Iterator<Item = Origin<'_>> {
        self.paths.iter().map(|path| match path.as_deref() {
            None => Origin::Photo,
            Some(path) => match path.strip_prefix("manager.") {
                Some(part) => Origin::Manager(part),
                None => Origin::User,
            },
        })
    }
}

/// Where a column's values come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Origin<'a> {
    User,
    Manager(&'a str),
    Photo,
}

fn push(names: &mut Vec<String>, name: &str) {
    if !names.iter().any(|known| known == name) {
        names.push(name.to_owned());
    }
}
