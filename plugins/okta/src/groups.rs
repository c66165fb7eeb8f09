//! The groups of a scope: which ones are meant, and who is in them.
//!
//! Okta's groups are flat. A group rule is nothing special: it puts people into
//! an ordinary group, and their membership reads like any other.

use crate::api::Api;
use crate::fault::Right;
use muster_sdk::http::Target;
use muster_sdk::json::{At, Record, Selection};
use muster_sdk::{Failure, Report, host};

/// A group that the policy names.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Okta's identifier.
    pub id: String,
    /// As it is told: an id or a name, as the policy writes it, or the name alone
    /// where a pattern stands for it.
    pub named: String,
    /// Its name.
    pub name: String,
    /// `OKTA_GROUP`, `APP_GROUP` or `BUILT_IN`.
    pub kind: String,
    /// When its membership last changed.
    pub membership_updated: String,
}

/// Most groups in one page; Okta advises no more.
const PAGE: u32 = 200;

/// Pages of groups whose names begin alike, before the search is given up.
const PAGES: usize = 50;

/// Finds all groups that are named, in order.
pub fn find_all(api: &Api, named: &[String]) -> Result<Vec<Group>, Failure> {
    named.iter().map(|named| find(api, named)).collect()
}

/// Which group is meant.
#[derive(Clone, Debug, PartialEq)]
pub enum Meant {
    One(Group),
    /// There is none; the failure says so.
    None(Failure),
    /// Several have the name; the failure says which.
    Several(Failure),
}

/// Finds the one group with this id, or else with exactly this name.
pub fn find(api: &Api, named: &str) -> Result<Group, Failure> {
    match look(api, named)? {
        Meant::One(group) => Ok(group),
        Meant::None(failure) | Meant::Several(failure) => Err(failure),
    }
}

/// As [`find`], for a group that need not be there.
pub fn look(api: &Api, named: &str) -> Result<Meant, Failure> {
    if looks_like_id(named)
        && let Some(group) = by_id(api, named)?
    {
        return Ok(Meant::One(group));
    }
    let mut near = by_name(api, named, Question::Search)?;
    if !near.iter().any(|group| group.name == named) {
        // The search lags behind: a new group may be found in another way.
        near.extend(by_name(api, named, Question::Prefix)?);
    }
    let (exact, others): (Vec<Group>, Vec<Group>) =
        near.into_iter().partition(|group| group.name == named);
    Ok(match exact.as_slice() {
        [one] => Meant::One(one.clone()),
        [] => Meant::None(nobody(named, &others)),
        several => Meant::Several(ambiguous(named, several)),
    })
}

/// Lists all groups once, and gives those that a pattern stands for.
pub fn fitting(api: &Api, report: &mut Report) -> Result<Vec<Group>, Failure> {
    let mut found: Vec<Group> = Vec::new();
    if !report.has_patterns() {
        return Ok(found);
    }
    let target = Target::new("/api/v1/groups").query("limit", PAGE);
    let mut next = Some(String::from(target));
    while let Some(target) = next {
        if host::cancelled() {
            return Err(Failure::cancelled());
        }
        let answer = api.get("the list of groups", Right::Groups, target.as_str())?;
        selection()?.read(&answer.body, At::Root, |record| {
            let name = record.first(1).unwrap_or_default();
            if !name.is_empty() && report.fits(name) {
                found.extend(of(record, name));
            }
        })?;
        refuse_circle(&target, answer.next.as_deref())?;
        next = answer.next;
    }
    Ok(found)
}

fn nobody(named: &str, others: &[Group]) -> Failure {
    let failure = Failure::config(format!("Okta shows no group with the id or name `{named}`"));
    match others.first() {
        Some(near) => failure.hint(format!(
            "there is `{}`; names are compared to the letter",
            near.name
        )),
        None => failure.hint("see whether the login may view this group"),
    }
}

fn ambiguous(named: &str, several: &[Group]) -> Failure {
    let list = several.iter().map(|g| format!("{} ({})", g.id, g.kind));
    let list: Vec<String> = list.collect();
    let count = several.len();
    Failure::config(format!(
        "`{named}` is the name of {count} groups: {}",
        list.join(", ")
    ))
    .hint("name the group by its id, which stands in the address of its page")
}

/// Okta's identifiers are 20 letters and digits, those of groups begin with 00g.
fn looks_like_id(text: &str) -> bool {
    text.len() == 20 && text.starts_with("00g") && text.bytes().all(|b| b.is_ascii_alphanumeric())
}

fn by_id(api: &Api, id: &str) -> Result<Option<Group>, Failure> {
    let what = format!("the group `{id}`");
    let target = Target::new("/api/v1/groups").segment(id);
    let Some(answer) = api.find(&what, Right::Groups, target)? else {
        return Ok(None);
    };
    let mut group = None;
    selection()?.read(&answer.body, At::One, |record| group = of(record, id))?;
    Ok(group)
}

#[derive(Clone, Copy)]
enum Question {
    /// Compares without regard to case, and lags behind.
    Search,
    /// Finds names that begin so.
    Prefix,
}

/// Groups whose names are at least like this.
fn by_name(api: &Api, name: &str, question: Question) -> Result<Vec<Group>, Failure> {
    let what = format!("the group `{name}`");
    let target = Target::new("/api/v1/groups");
    let target = match question {
        Question::Search => target.query("search", format!("profile.name eq {}", quoted(name))),
        Question::Prefix => target.query("q", name),
    };
    let mut next = Some(String::from(target.query("limit", PAGE)));
    let mut found = Vec::new();
    for _ in 0..PAGES {
        let Some(target) = next else { break };
        let answer = api.get(&what, Right::Groups, target)?;
        selection()?.read(&answer.body, At::Root, |record| {
            found.extend(of(record, name));
        })?;
        next = answer.next;
    }
    Ok(found)
}

/// When the memberships of groups last changed, of those that changed after an
/// instant. Ids come with it.
pub fn changed(api: &Api, ids: &[&str], after: &str) -> Result<Vec<(String, String)>, Failure> {
    let mut changed = Vec::new();
    for some in ids.chunks(20) {
        let one_of: Vec<String> = some
            .iter()
            .map(|id| format!("id eq {}", quoted(id)))
            .collect();
        let filter = format!(
            "lastMembershipUpdated gt {} and ({})",
            quoted(after),
            one_of.join(" or ")
        );
        let target = Target::new("/api/v1/groups")
            .query("filter", filter)
            .query("limit", PAGE);
        let answer = api.get("the changed groups", Right::Groups, target)?;
        selection()?.read(&answer.body, At::Root, |record| {
            changed.extend(of(record, "").map(|group| (group.id, group.membership_updated)));
        })?;
    }
    Ok(changed)
}

/// The first page of a group's members.
pub fn members(id: &str, page_size: u32) -> String {
    Target::new("/api/v1/groups")
        .segment(id)
        .segment("users")
        .query("limit", page_size)
        .into()
}

/// The groups that a user is in.
pub fn of_user(id: &str) -> String {
    Target::new("/api/v1/users")
        .segment(id)
        .segment("groups")
        .into()
}

/// Reads the ids of a group's members.
pub fn member_ids(
    api: &Api,
    group: &Group,
    page_size: u32,
    mut each: impl FnMut(&str),
) -> Result<(), Failure> {
    let what = format!("the members of `{}`", group.named);
    let ids = Selection::new(["id"])?;
    let mut next = Some(members(&group.id, page_size));
    while let Some(target) = next {
        if host::cancelled() {
            return Err(Failure::cancelled());
        }
        let answer = api.get(&what, Right::Groups, target.as_str())?;
        ids.read(&answer.body, At::Root, |record| {
            if let Some(id) = record.first(0) {
                each(id);
            }
        })?;
        refuse_circle(&target, answer.next.as_deref())?;
        next = answer.next;
    }
    Ok(())
}

/// A page that follows itself would never end.
pub fn refuse_circle(target: &str, next: Option<&str>) -> Result<(), Failure> {
    match next {
        Some(next) if next.ends_with(target) => Err(Failure::data(
            "a page of the answer names itself as the next one",
        )),
        _ => Ok(()),
    }
}

fn selection() -> Result<Selection, Failure> {
    Selection::new(["id", "profile.name", "type", "lastMembershipUpdated"])
}

fn of(record: Record<'_>, named: &str) -> Option<Group> {
    let text = |slot| record.first(slot).unwrap_or_default().to_owned();
    Some(Group {
        id: record.first(0)?.to_owned(),
        named: named.to_owned(),
        name: text(1),
        kind: text(2),
        membership_updated: text(3),
    })
}

/// A value of a filter or search.
fn quoted(text: &str) -> String {
    let text = text.replace('\\', "\\\\").replace('"', "\\\"");
    format!("\"{text}\"")
}
