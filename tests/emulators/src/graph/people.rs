//! Users: listed, alone, deleted, with manager and picture.

use super::Tenant;
use super::error::Refusal;
use super::lists::Listing;
use super::properties::{ALONE, DEFAULT, is_list};
use super::query::Query;
use super::tenant::User;
use super::wire::{Answer, Ask, Reply};
use serde_json::{Map, Value, json};

/// Sizes of pictures that are kept.
const SIZES: [&str; 8] = [
    "48x48", "64x64", "96x96", "120x120", "240x240", "360x360", "432x432", "504x504",
];

/// A user with the properties that were asked for; what was never set is null.
pub(super) fn shown(user: &User, select: Option<&[String]>) -> Map<String, Value> {
    let mut all = Map::new();
    let defaults = DEFAULT.map(str::to_owned);
    for name in select.unwrap_or(&defaults) {
        let unset = if is_list(name) {
            json!([])
        } else {
            Value::Null
        };
        let value = user.properties.get(name).cloned();
        all.insert(name.clone(), value.unwrap_or(unset));
    }
    all
}

/// What a caller without rights to a type gets in a list of members.
pub(super) fn hollow(id: &str, kind: &str, select: Option<&[String]>) -> Value {
    let mut all = Map::new();
    all.insert("@odata.type".to_owned(), json!(kind));
    for name in select.unwrap_or(&[]) {
        all.insert(name.clone(), Value::Null);
    }
    all.insert("id".to_owned(), json!(id));
    Value::Object(all)
}

/// Refuses what only one user at a time shows.
pub(super) fn listable(select: Option<&[String]>) -> Result<(), Refusal> {
    let alone = |name: &&String| ALONE.contains(&name.as_str());
    match select.and_then(|names| names.iter().find(alone)) {
        Some(name) => Err(Refusal::new(
            501,
            "NotImplemented",
            format!("The property '{name}' is not supported in a collection."),
        )),
        None => Ok(()),
    }
}

impl Tenant {
    pub(super) fn users(&mut self, query: &Query, ask: &Ask) -> Answer {
        if !self.may("User.Read.All") {
            return Err(Refusal::denied());
        }
        if let Some(next) = self.next_page(query, ask) {
            return next;
        }
        query.only(&["$select", "$top", "$count", "$expand", "$filter"])?;
        let select = query.select()?;
        listable(select.as_deref())?;
        let sign_in = select
            .as_ref()
            .is_some_and(|names| names.iter().any(|name| name == "signInActivity"));
        if sign_in && !self.may("AuditLog.Read.All") {
            return Err(Refusal::new(
                403,
                "Authentication_MSGraphPermissionMissing",
                "The principal does not have required Microsoft Graph permission(s): AuditLog.Read.All to call this API.",
            ));
        }
        let size = query.top(if sign_in { 500 } else { 999 })?;
        let manager = expand(query, ask)?;
        let listed = self.listed();
        let items = listed.living().map(|(id, user)| {
            let mut item = shown(user, select.as_deref());
            if let Some(select) = &manager
                && let Some(boss) = user.manager.as_ref().and_then(|id| listed.users.get(id))
            {
                let mut boss = shown(boss, Some(select));
                boss.insert("@odata.type".to_owned(), json!("#microsoft.graph.user"));
                item.insert("manager".to_owned(), Value::Object(boss));
            }
            item.insert("id".to_owned(), json!(id));
            Value::Object(item)
        });
        let listing = Listing {
            items: items.collect(),
            context: "users",
            size,
        };
        self.first_page(listing, query, ask)
    }

    pub(super) fn users_counted(&self, ask: &Ask) -> Answer {
        if !self.may("User.Read.All") {
            return Err(Refusal::denied());
        }
        counted(self.listed().living().count(), ask)
    }

    pub(super) fn user_alone(&self, id: &str, query: &Query) -> Answer {
        if !self.may("User.Read.All") {
            return Err(Refusal::denied());
        }
        query.only(&["$select", "$expand"])?;
        let user = self.living(id)?;
        let mut item = shown(user, query.select()?.as_deref());
        item.insert("id".to_owned(), user.properties["id"].clone());
        if let Some(text) = query.get("$expand") {
            let select = manager_select(text)?;
            let boss = user.manager.as_ref();
            if let Some(boss) = boss.and_then(|boss| self.living(boss).ok()) {
                let mut boss = shown(boss, Some(&select));
                boss.insert("@odata.type".to_owned(), json!("#microsoft.graph.user"));
                item.insert("manager".to_owned(), Value::Object(boss));
            }
        }
        Ok(Reply::json(200, &Value::Object(item)))
    }

    pub(super) fn manager(&self, id: &str, query: &Query) -> Answer {
        if !self.may("User.Read.All") {
            return Err(Refusal::denied());
        }
        let boss = self.living(id)?.manager.clone();
        let boss = boss.and_then(|boss| self.living(&boss).ok());
        let boss = boss.ok_or_else(|| Refusal::not_found("manager"))?;
        let mut item = shown(boss, query.select()?.as_deref());
        item.insert("@odata.type".to_owned(), json!("#microsoft.graph.user"));
        Ok(Reply::json(200, &Value::Object(item)))
    }

    pub(super) fn picture(&self, id: &str, size: Option<&str>) -> Answer {
        if !self.may("User.Read.All") {
            return Err(Refusal::denied());
        }
        let photo = self.living(id)?.photo.clone();
        let size = size.is_none_or(|size| SIZES.contains(&size));
        let photo = photo.filter(|_| size).ok_or_else(|| {
            let text = "Exception of type 'Microsoft.Fast.Profile.Core.Exception.ImageNotFoundException' was thrown.";
            Refusal::new(404, "ImageNotFound", text)
        })?;
        Ok(Reply::of(200, "image/jpeg", photo))
    }

    pub(super) fn deleted_users(&mut self, query: &Query, ask: &Ask) -> Answer {
        if !self.may("User.Read.All") {
            return Err(Refusal::denied());
        }
        if let Some(next) = self.next_page(query, ask) {
            return next;
        }
        query.only(&["$select", "$top", "$count"])?;
        let select = query.select()?;
        let size = query.top(999)?;
        let gone = self.listed().users.values().filter_map(|user| {
            let deleted = user.deleted.clone()?;
            let mut item = shown(user, select.as_deref());
            if item.contains_key("deletedDateTime") {
                item.insert("deletedDateTime".to_owned(), json!(deleted));
            }
            item.insert("id".to_owned(), user.properties["id"].clone());
            Some(Value::Object(item))
        });
        let listing = Listing {
            items: gone.collect(),
            context: "users",
            size,
        };
        self.first_page(listing, query, ask)
    }

    pub(super) fn deleted_alone(&self, id: &str) -> Answer {
        if !self.may("User.Read.All") {
            return Err(Refusal::denied());
        }
        let user = self.now.users.get(id);
        let user = user.filter(|user| user.deleted.is_some());
        let user = user.ok_or_else(|| Refusal::not_found(id))?;
        let mut item = shown(user, None);
        item.insert("@odata.type".to_owned(), json!("#microsoft.graph.user"));
        Ok(Reply::json(200, &Value::Object(item)))
    }

    /// A user by id or name, as it is now: asking for one does not lag.
    pub(super) fn living(&self, id: &str) -> Result<&User, Refusal> {
        let by_name = || {
            let named = |user: &&User| user.properties["userPrincipalName"] == json!(id);
            self.now.users.values().find(named)
        };
        let user = self.now.users.get(id).or_else(by_name);
        let user = user.filter(|user| user.deleted.is_none());
        user.ok_or_else(|| Refusal::not_found(id))
    }
}

/// A number as text, which needs the index.
pub(super) fn counted(count: usize, ask: &Ask) -> Answer {
    match ask.is_eventual() {
        true => Ok(Reply::of(200, "text/plain", count.to_string().into_bytes())),
        false => Err(Refusal::bad("$count is not currently supported.")),
    }
}

/// What `$expand=manager(…)` of a list selects of the manager.
fn expand(query: &Query, ask: &Ask) -> Result<Option<Vec<String>>, Refusal> {
    let Some(text) = query.get("$expand") else {
        return Ok(None);
    };
    if text.contains("$levels") && !(ask.is_eventual() && query.counts()) {
        return Err(Refusal::unsupported(
            "$levels needs the ConsistencyLevel header and $count.",
        ));
    }
    manager_select(text).map(Some)
}

fn manager_select(text: &str) -> Result<Vec<String>, Refusal> {
    let wrong = || Refusal::bad(format!("Invalid expand clause: {text}"));
    let inner = text.strip_prefix("manager").ok_or_else(wrong)?;
    let options = inner.trim_start_matches('(').trim_end_matches(')');
    let select = options
        .split(';')
        .find_map(|option| option.strip_prefix("$select="));
    Ok(match select {
        Some(names) => names.split(',').map(str::to_owned).collect(),
        None => DEFAULT.map(str::to_owned).into(),
    })
}
