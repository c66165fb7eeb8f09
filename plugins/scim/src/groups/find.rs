//! Finding a group by what the policy calls it.

use crate::attributes;
use crate::discovery::Declared;
use crate::listing::{Doubt, Listing, Query};
use crate::service;
use crate::settings::{GroupFilter, Settings};
use muster_sdk::http::Target;
use muster_sdk::json::{At, Selection};
use muster_sdk::{Failure, FailureKind, Report};

/// The service's groups.
#[derive(Debug)]
pub struct Directory {
    settings: Settings,
    path: String,
    may_filter: bool,
    declared: Declared,
    /// `id` and `displayName` of all groups, once they were needed.
    all: Option<All>,
}

#[derive(Debug, Default)]
struct All {
    groups: Vec<(String, String)>,
    doubt: Option<Doubt>,
}

/// True for names of one group: `displayName` is compared without regard to case.
pub fn same(a: &str, b: &str) -> bool {
    a == b || a.to_lowercase() == b.to_lowercase()
}

impl Directory {
    pub fn new(settings: &Settings, declared: &Declared) -> Self {
        Self {
            settings: settings.clone(),
            path: declared.groups.clone(),
            may_filter: declared.filters && settings.group_filter == GroupFilter::Auto,
            declared: declared.clone(),
            all: None,
        }
    }

    /// The `id` of the group with this `displayName` or `id`.
    pub fn find(&mut self, name: &str) -> Result<Option<String>, Failure> {
        let mut found = Vec::new();
        if self.may_filter {
            found = self.filtered(name)?;
        }
        if found.is_empty() {
            // A filter that finds nothing proves nothing.
            let all = &self.all()?.groups;
            let named = all.iter().filter(|(_, known)| same(known, name));
            found = named.map(|(id, _)| id.clone()).collect();
            if all.iter().any(|(id, _)| id == name) {
                return Ok(Some(name.to_owned()));
            }
        }
        let several = found.len();
        match found.pop() {
            Some(id) if several == 1 => Ok(Some(id)),
            Some(_) => Err(
                Failure::config(format!("{several} groups are called `{name}`"))
                    .hint("name the group by its `id`"),
            ),
            None => self.by_id(name),
        }
    }

    /// Every group with a `displayName` that a pattern stands for: `id` and
    /// `displayName`.
    pub fn fitting(&mut self, report: &mut Report) -> Result<Vec<(String, String)>, Failure> {
        if !report.has_patterns() {
            return Ok(Vec::new());
        }
        let groups = self.all()?.groups.iter();
        let fits = |(_, name): &&(String, String)| !name.is_empty() && report.fits(name);
        Ok(groups.filter(fits).cloned().collect())
    }

    /// Groups of this name, as a filter finds them; the answer is held against
    /// the name, for filters may be ignored.
    fn filtered(&self, name: &str) -> Result<Vec<String>, Failure> {
        let quoted = serde_json::Value::from(name).to_string();
        let target = Target::new(self.path.clone())
            .query("filter", format!("displayName eq {quoted}"))
            .query("attributes", "id,displayName")
            .query("startIndex", 1)
            .query("count", 10);
        let response = service::ask(&target)?;
        if !(200..=299).contains(&response.status) {
            return Ok(Vec::new());
        }
        let mut found = Vec::new();
        let read = selection()?.read(&response.body, At::Member("Resources"), |group| {
            if let (Some(id), Some(known)) = (group.first(0), group.first(1))
                && same(known, name)
            {
                found.push(id.to_owned());
            }
        });
        // What a filter has brought may be read; what cannot be read, the list
        // of all groups will tell.
        Ok(read.map(|_| found).unwrap_or_default())
    }

    /// All groups: read once.
    fn all(&mut self) -> Result<&All, Failure> {
        if self.all.is_none() {
            self.all = Some(self.list()?);
        }
        Ok(self.all.get_or_insert_default())
    }

    fn list(&self) -> Result<All, Failure> {
        let query = Query {
            what: "the list of groups",
            path: self.path.clone(),
            filter: None,
            attributes: Some("id,displayName".to_owned()),
        };
        let mut listing = Listing::new(query, &self.settings, &self.declared, None);
        let mut all = All::default();
        listing.all(&selection()?, |group| {
            if let Some(id) = group.first(0) {
                let name = group.first(1).unwrap_or_default();
                all.groups.push((id.to_owned(), name.to_owned()));
            }
        })?;
        all.doubt = listing.doubts().cloned();
        Ok(all)
    }

    /// A group that the list of all groups lacks may still be there by its `id`.
    fn by_id(&self, id: &str) -> Result<Option<String>, Failure> {
        match self.group(id, "id") {
            Ok(Some(_)) => Ok(Some(id.to_owned())),
            Ok(None) => Ok(None),
            // Whatever is no `id` is refused in many ways.
            Err(failure) if failure.kind == FailureKind::Config => Ok(None),
            Err(failure) => Err(failure),
        }
    }

    /// The body of one group; none if there is no such group.
    pub fn group(&self, id: &str, attributes: &str) -> Result<Option<Vec<u8>>, Failure> {
        let target = Target::new(self.path.clone())
            .segment(id)
            .query("attributes", attributes);
        let response = service::ask(&target)?;
        match response.status {
            200..=299 => Ok(Some(response.body)),
            404 => Ok(None),
            _ => Err(service::refused(&format!("the group `{id}`"), &response)),
        }
    }

    /// True if this is the `id` of a group; for members that do not say what
    /// they are.
    pub fn has(&mut self, id: &str) -> Result<bool, Failure> {
        Ok(self.all()?.groups.iter().any(|(known, _)| known == id))
    }

    /// Why the list of all groups may lack one, if it was read at all.
    pub fn doubt(&self) -> Option<&Doubt> {
        self.all.as_ref()?.doubt.as_ref()
    }
}

fn selection() -> Result<Selection, Failure> {
    attributes::builder().texts(["id", "displayName"]).build()
}
