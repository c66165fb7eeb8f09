//! Groups and who is in them.

use super::Tenant;
use super::error::Refusal;
use super::lists::Listing;
use super::people::{counted, hollow, listable, shown};
use super::query::Query;
use super::tenant::Group;
use super::wire::{Answer, Ask, Reply};
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;

/// What `$expand=members` shows at most, without a word about the rest.
const EXPANDED: usize = 20;

fn described(id: &str, group: &Group) -> Map<String, Value> {
    let kinds = if group.unified {
        vec!["Unified"]
    } else {
        Vec::new()
    };
    let visibility = if group.hidden {
        json!("HiddenMembership")
    } else {
        Value::Null
    };
    let all = json!({"id": id, "displayName": group.name, "groupTypes": kinds, "visibility": visibility,
        "securityEnabled": !group.unified, "mailEnabled": group.unified});
    match all {
        Value::Object(all) => all,
        _ => Map::new(),
    }
}

impl Tenant {
    pub(super) fn groups(&mut self, query: &Query, ask: &Ask) -> Answer {
        if !self.may("GroupMember.Read.All") {
            return Err(Refusal::denied());
        }
        if let Some(next) = self.next_page(query, ask) {
            return next;
        }
        query.only(&["$select", "$top", "$count", "$filter"])?;
        let name = match query.get("$filter") {
            None => None,
            Some(filter) => {
                let quoted = filter.strip_prefix("displayName eq '");
                let name = quoted.and_then(|rest| rest.strip_suffix('\''));
                let name = name.filter(|name| !name.replace("''", "").contains('\''));
                let wrong = || Refusal::bad(format!("Invalid filter clause: {filter}"));
                Some(name.ok_or_else(wrong)?.replace("''", "'"))
            }
        };
        // Graph compares names without regard to case.
        let fits = |group: &Group| {
            let wanted = name.as_ref().map(|name| name.to_lowercase());
            wanted.is_none_or(|wanted| group.name.to_lowercase() == wanted)
        };
        let items = self
            .listed()
            .groups
            .iter()
            .filter(|(_, group)| fits(group))
            .map(|(id, group)| Value::Object(described(id, group)))
            .collect();
        let listing = Listing {
            items,
            context: "groups",
            size: query.top(999)?,
        };
        self.first_page(listing, query, ask)
    }

    pub(super) fn group_alone(&self, id: &str, query: &Query) -> Answer {
        if !self.may("GroupMember.Read.All") {
            return Err(Refusal::denied());
        }
        query.only(&["$select", "$expand"])?;
        let group = self.now.groups.get(id);
        let group = group.ok_or_else(|| Refusal::not_found(id))?;
        let mut item = described(id, group);
        if query.get("$expand") == Some("members") {
            let members = group.members.iter().filter_map(|id| self.member(id, None));
            let members: Vec<Value> = members.take(EXPANDED).collect();
            item.insert("members".to_owned(), Value::Array(members));
        }
        Ok(Reply::json(200, &Value::Object(item)))
    }

    pub(super) fn members(
        &mut self,
        id: &str,
        list: &str,
        rest: &[&str],
        query: &Query,
        ask: &Ask,
    ) -> Answer {
        if !self.may("GroupMember.Read.All") {
            return Err(Refusal::denied());
        }
        let (kind, count) = match rest {
            [] => (None, false),
            ["$count"] => (None, true),
            ["$ref"] => return Err(Refusal::bad("$ref is not emulated")),
            [kind] => (Some(*kind), false),
            [kind, "$count"] => (Some(*kind), true),
            _ => return Err(Refusal::bad("Resource not found for the segment.")),
        };
        let Some(group) = self.listed().groups.get(id).cloned() else {
            return Err(Refusal::not_found(id));
        };
        self.cast(kind, &group, query, ask, count)?;
        if let Some(next) = self.next_page(query, ask) {
            return next;
        }
        query.only(&["$select", "$top", "$count"])?;
        let select = query.select()?;
        listable(select.as_deref())?;
        let ids = self.ids(id, list, &group);
        let wanted = |id: &&String| match kind {
            Some("microsoft.graph.user") => self.listed().users.contains_key(*id),
            Some("microsoft.graph.group") => self.listed().groups.contains_key(*id),
            _ => true,
        };
        let items: Vec<Value> = ids
            .iter()
            .filter(wanted)
            .filter_map(|id| self.member(id, select.as_deref()))
            .collect();
        if count {
            return counted(items.len(), ask);
        }
        let listing = Listing {
            items,
            context: "users",
            size: query.top(999)?,
        };
        self.first_page(listing, query, ask)
    }

    /// A cast is an advanced query, and must be to something that can be there.
    fn cast(
        &self,
        kind: Option<&str>,
        group: &Group,
        query: &Query,
        ask: &Ask,
        count: bool,
    ) -> Result<(), Refusal> {
        let Some(kind) = kind else {
            return Ok(());
        };
        let possible = match kind {
            "microsoft.graph.user" => true,
            "microsoft.graph.group" => !group.unified,
            _ => false,
        };
        let asked = count || query.counts() || query.get("$skiptoken").is_some();
        match possible && ask.is_eventual() && asked {
            true => Ok(()),
            false => Err(Refusal::unsupported(
                "The specified filter to the reference property query is currently not supported.",
            )),
        }
    }

    fn ids(&self, id: &str, list: &str, group: &Group) -> BTreeSet<String> {
        if group.hidden && !self.may("Member.Read.Hidden") {
            return BTreeSet::new();
        }
        match list {
            "members" => group.members.clone(),
            _ => self.listed().below(id),
        }
    }

    fn member(&self, id: &str, select: Option<&[String]>) -> Option<Value> {
        let listed = self.listed();
        if let Some(user) = listed.users.get(id) {
            let kind = "#microsoft.graph.user";
            if user.deleted.is_some() {
                return None;
            }
            if !self.may("User.Read.All") {
                return Some(hollow(id, kind, select));
            }
            let mut item = shown(user, select);
            item.insert("@odata.type".to_owned(), json!(kind));
            item.insert("id".to_owned(), json!(id));
            return Some(Value::Object(item));
        }
        let mut item = described(id, listed.groups.get(id)?);
        item.insert("@odata.type".to_owned(), json!("#microsoft.graph.group"));
        Some(Value::Object(item))
    }

    pub(super) fn check_member_groups(&self, id: &str, ask: &Ask) -> Answer {
        if !self.may("User.Read.All") || !self.may("GroupMember.Read.All") {
            return Err(Refusal::denied());
        }
        self.living(id)?;
        let body: Value = serde_json::from_str(&ask.body).unwrap_or_default();
        let asked: Vec<&str> = body["groupIds"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        if asked.is_empty() || asked.len() > 20 {
            return Err(Refusal::bad(
                "groupIds must hold between 1 and 20 identifiers.",
            ));
        }
        let within: Vec<&str> = asked
            .into_iter()
            .filter(|group| self.now.below(group).contains(id))
            .collect();
        Ok(Reply::json(
            200,
            &json!({"@odata.context": format!("{}/v1.0/$metadata#Collection(Edm.String)", ask.base), "value": within}),
        ))
    }
}
