//! Lists: users, groups, members, the log.

use super::answer::{Asked, Listed, Refusal};
use super::expression::{Expression, Rules};
use super::world::{EVERYONE, Event, World, event_json, group_json, user_json};
use serde_json::Value;
use std::collections::BTreeMap;
use std::ops::Bound;

const USERS: Rules = Rules {
    properties: &[
        "status",
        "lastUpdated",
        "id",
        "profile.login",
        "profile.email",
        "profile.firstName",
        "profile.lastName",
    ],
    ordered: &["lastUpdated"],
    fold: false,
};
const GROUPS: Rules = Rules {
    properties: &["id", "type", "lastUpdated", "lastMembershipUpdated"],
    ordered: &["lastUpdated", "lastMembershipUpdated"],
    fold: false,
};
const SEARCH: Rules = Rules {
    properties: &[],
    ordered: &[],
    fold: true,
};
const LOG: Rules = Rules {
    properties: &[],
    ordered: &[],
    fold: false,
};

/// `GET /api/v1/users`.
pub(super) fn users(world: &World, asked: &Asked, omits: &str) -> Result<Listed, Refusal> {
    let limit = asked.limit(200, 200)?;
    let of = |known| asked.parameter(known).filter(|text| !text.is_empty());
    let (source, chosen) = match (of("search"), of("filter"), of("q")) {
        (Some(text), _, _) => {
            let search = parsed(text, SEARCH)?;
            (world.found_by_search().0, Chosen::By(search))
        }
        (None, Some(text), _) => (&world.users, Chosen::By(parsed(text, USERS)?)),
        (None, None, Some(text)) => (&world.users, Chosen::Prefix(text.to_lowercase())),
        (None, None, None) => (&world.users, Chosen::Living),
    };
    let all = following(source, from(asked)?)
        .map(|(id, user)| (id, user_json(user, &asked.origin, omits)))
        .filter(|(_, user)| chosen.holds(user));
    let is_paged = !matches!(chosen, Chosen::Prefix(_));
    let limit = if is_paged || asked.parameter("limit").is_some() {
        limit
    } else {
        10
    };
    paged(asked, all, limit, is_paged)
}

/// `GET /api/v1/groups`.
pub(super) fn groups(world: &World, asked: &Asked) -> Result<Listed, Refusal> {
    let limit = asked.limit(10_000, 10_000)?;
    let of = |known| asked.parameter(known).filter(|text| !text.is_empty());
    let (source, chosen) = match (of("search"), of("filter"), of("q")) {
        (Some(text), _, _) => {
            let search = parsed(text, SEARCH)?;
            (world.found_by_search().1, Chosen::By(search))
        }
        (None, Some(text), _) => (&world.groups, Chosen::By(parsed(text, GROUPS)?)),
        (None, None, Some(text)) => (&world.groups, Chosen::Prefix(text.to_lowercase())),
        (None, None, None) => (&world.groups, Chosen::All),
    };
    let all = following(source, from(asked)?)
        .filter(|(id, _)| !(world.is_everyone_hidden && *id == EVERYONE))
        .map(|(id, group)| (id, group_json(group, &asked.origin)))
        .filter(|(_, group)| chosen.holds(group));
    paged(asked, all, limit, !matches!(chosen, Chosen::Prefix(_)))
}

/// `GET /api/v1/groups/{id}/users`.
pub(super) fn members(world: &World, asked: &Asked, id: &str) -> Result<Listed, Refusal> {
    let group = visible(world, id).ok_or_else(|| Refusal::missing(id, "UserGroup"))?;
    let after = (Bound::Excluded(from(asked)?), Bound::Unbounded);
    let members = group.members.range::<str, _>(after);
    let users = members.filter_map(|id| world.users.get(id));
    let all = users.map(|user| (user.id.as_str(), user_json(user, &asked.origin, "")));
    paged(asked, all, asked.limit(1000, 1000)?, true)
}

/// `GET /api/v1/users/{id}/groups`.
pub(super) fn groups_of(world: &World, asked: &Asked, id: &str) -> Result<Listed, Refusal> {
    if !world.users.contains_key(id) {
        return Err(Refusal::missing(id, "User"));
    }
    let groups = world.groups_of(id);
    let groups = groups.iter().filter_map(|id| visible(world, id));
    let all = groups.map(|group| (group.id.as_str(), group_json(group, &asked.origin)));
    paged(asked, all, usize::MAX, false)
}

/// A group, unless the caller may not see it.
pub(super) fn visible<'a>(world: &'a World, id: &str) -> Option<&'a super::world::Group> {
    let group = world.groups.get(id)?;
    Some(group).filter(|group| !(world.is_everyone_hidden && group.id == EVERYONE))
}

/// `GET /api/v1/logs`.
pub(super) fn log(world: &World, asked: &Asked) -> Result<Listed, Refusal> {
    let limit = asked.limit(100, 1000)?;
    if asked.parameter("since").is_some() && asked.parameter("after").is_some() {
        return Err(Refusal::invalid("since: cannot be used with after"));
    }
    let filter = match asked.parameter("filter") {
        Some(text) => Some(parsed(text, LOG)?),
        None => None,
    };
    let fits = |event: &Value| filter.as_ref().is_none_or(|filter| filter.holds(event));
    match asked.parameter("until") {
        Some(until) => Ok(bounded(world, asked, until, limit, fits)),
        None => polled(world, asked, limit, fits),
    }
}

/// In the order in which the log took events in; there is always a next page.
fn polled(
    world: &World,
    asked: &Asked,
    limit: usize,
    fits: impl Fn(&Value) -> bool,
) -> Result<Listed, Refusal> {
    let mut at = match (asked.parameter("after"), asked.parameter("since")) {
        (Some(after), _) => position(after)?,
        (None, Some(since)) => world.log.partition_point(|e| e.persisted.as_str() < since),
        (None, None) => 0,
    };
    if at < world.forgotten {
        if asked.parameter("after").is_some() {
            return Err(Refusal::invalid("after: is not a valid value"));
        }
        at = world.forgotten;
    }
    let mut items = Vec::new();
    while let Some(event) = world.log.get(at).filter(|_| items.len() < limit) {
        at += 1;
        let shown = event_json(event);
        if fits(&shown) {
            items.push(shown);
        }
    }
    Ok(Listed {
        items,
        after: Some(format!("log-{at}")),
    })
}

/// By publication, with an end; what the log has not taken in is not there.
fn bounded(
    world: &World,
    asked: &Asked,
    until: &str,
    limit: usize,
    fits: impl Fn(&Value) -> bool,
) -> Listed {
    let since = asked.parameter("since").unwrap_or_default();
    let mut all: Vec<&Event> = world.log.iter().skip(world.forgotten).collect();
    all.retain(|event| event.published.as_str() >= since && event.published.as_str() < until);
    all.sort_by(|a, b| a.published.cmp(&b.published));
    let items = all.into_iter().map(event_json).filter(fits).take(limit);
    Listed {
        items: items.collect(),
        after: None,
    }
}

fn position(after: &str) -> Result<usize, Refusal> {
    let number = after.strip_prefix("log-").and_then(|n| n.parse().ok());
    number.ok_or_else(|| Refusal::invalid("after: is not a valid value"))
}

/// Which of all are meant.
enum Chosen {
    /// A plain list of users leaves the deactivated out.
    Living,
    All,
    By(Expression),
    /// `q`: a prefix of a name or address, of the living.
    Prefix(String),
}

impl Chosen {
    fn holds(&self, item: &Value) -> bool {
        let is_living = item["status"] != "DEPROVISIONED";
        match self {
            Self::Living => is_living,
            Self::All => true,
            Self::By(expression) => expression.holds(item),
            Self::Prefix(text) => {
                let names = ["name", "firstName", "lastName", "email"];
                let fits = |name: &&str| {
                    let value = item["profile"][*name].as_str().unwrap_or_default();
                    value.to_lowercase().starts_with(text)
                };
                is_living && names.iter().any(fits)
            }
        }
    }
}

fn parsed(text: &str, rules: Rules) -> Result<Expression, Refusal> {
    Expression::parse(text, rules).map_err(|error| Refusal::bad_search(&error))
}

/// One page of what is ordered by id. The cursor holds for one list only: a
/// client that makes its own is refused.
fn paged<'a>(
    asked: &Asked,
    all: impl Iterator<Item = (&'a str, Value)>,
    limit: usize,
    is_paged: bool,
) -> Result<Listed, Refusal> {
    let seal = seal(asked);
    let mut items = Vec::new();
    let mut after = None;
    let mut last = "";
    for (id, item) in all {
        if items.len() >= limit {
            after = is_paged.then(|| format!("{seal}{last}"));
            break;
        }
        last = id;
        items.push(item);
    }
    Ok(Listed { items, after })
}

/// The id after which a page begins.
fn from(asked: &Asked) -> Result<&str, Refusal> {
    let Some(after) = asked.parameter("after") else {
        return Ok("");
    };
    let of_this_list = after.strip_prefix(&seal(asked));
    of_this_list.ok_or_else(|| Refusal::invalid("after: The after parameter is invalid"))
}

/// What comes after an id.
fn following<'a, T>(
    all: &'a BTreeMap<String, T>,
    id: &str,
) -> impl Iterator<Item = (&'a str, &'a T)> {
    let after = (Bound::Excluded(id), Bound::Unbounded);
    all.range::<str, _>(after)
        .map(|(id, item)| (id.as_str(), item))
}

/// Tells lists apart.
fn seal(asked: &Asked) -> String {
    let mut sum: u32 = 7;
    let mut mix = |text: &str| {
        for byte in text.bytes() {
            sum = sum.wrapping_mul(31).wrapping_add(u32::from(byte));
        }
    };
    mix(&asked.path);
    for (name, value) in &asked.query {
        if name != "after" && name != "limit" {
            mix(name);
            mix(value);
        }
    }
    format!("{sum:08x}")
}
