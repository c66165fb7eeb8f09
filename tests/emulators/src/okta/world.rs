//! What an org holds: users, groups and its System Log.

use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};
use std::time::{SystemTime, UNIX_EPOCH};

/// A user as the org knows them.
#[derive(Clone, Debug)]
pub(super) struct User {
    pub(super) id: String,
    pub(super) status: String,
    pub(super) transitioning: Option<String>,
    pub(super) created: String,
    pub(super) activated: Option<String>,
    pub(super) status_changed: Option<String>,
    pub(super) last_login: Option<String>,
    pub(super) last_updated: String,
    pub(super) profile: Map<String, Value>,
    pub(super) provider: String,
}

impl User {
    pub(super) fn login(&self) -> &str {
        self.profile["login"].as_str().unwrap_or_default()
    }
}

/// A group, and who is in it.
#[derive(Clone, Debug)]
pub(super) struct Group {
    pub(super) id: String,
    /// `OKTA_GROUP`, `APP_GROUP` or `BUILT_IN`.
    pub(super) kind: String,
    pub(super) name: String,
    pub(super) members: BTreeSet<String>,
    pub(super) created: String,
    pub(super) last_updated: String,
    pub(super) membership_updated: String,
    /// A group rule: whoever has this value in this property of the profile.
    pub(super) rule: Option<(String, String)>,
}

/// An entry of the System Log.
#[derive(Clone, Debug)]
pub(super) struct Event {
    pub(super) kind: String,
    pub(super) published: String,
    /// When the log took it in, which may be later. The order of polling.
    pub(super) persisted: String,
    /// Id, type, alternate id, name.
    pub(super) targets: Vec<[String; 4]>,
    pub(super) uuid: String,
}

/// The org.
#[derive(Debug, Default)]
pub(super) struct World {
    pub(super) users: BTreeMap<String, User>,
    pub(super) groups: BTreeMap<String, Group>,
    /// In the order of persistence.
    pub(super) log: Vec<Event>,
    /// Events that happened and that the log has not taken in yet.
    pub(super) delayed: Vec<Event>,
    /// New events wait in `delayed`.
    pub(super) is_log_slow: bool,
    /// Entries of the log that are too old to be had.
    pub(super) forgotten: usize,
    /// What `search` finds while it lags behind.
    pub(super) index: Option<(BTreeMap<String, User>, BTreeMap<String, Group>)>,
    /// Further properties of the profile: name and title.
    pub(super) custom: BTreeMap<String, String>,
    /// Group administrators do not see Everyone.
    pub(super) is_everyone_hidden: bool,
    /// The server's clock, ahead of this machine's.
    pub(super) ahead_ms: i64,
    serial: u64,
}

/// The group that everybody is in.
pub(super) const EVERYONE: &str = "00gEveryone000000h7a";

impl World {
    /// Milliseconds since 1970 on the server's clock.
    pub(super) fn now_ms(&self) -> i64 {
        let since = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .expect("a clock");
        i64::try_from(since.as_millis()).expect("a date") + self.ahead_ms
    }

    /// The same as Okta writes it: `2026-01-12T09:41:07.000Z`.
    pub(super) fn now(&self) -> String {
        let now = jiff::Timestamp::from_millisecond(self.now_ms()).expect("a date");
        format!("{now:.3}")
    }

    pub(super) fn new_id(&mut self, kind: &str) -> String {
        self.serial += 1;
        format!("{kind}{:0>12x}0h7aB", self.serial)
    }

    pub(super) fn found_by_search(&self) -> (&BTreeMap<String, User>, &BTreeMap<String, Group>) {
        match &self.index {
            Some((users, groups)) => (users, groups),
            None => (&self.users, &self.groups),
        }
    }

    pub(super) fn add_user(&mut self, status: &str, profile: Value) -> String {
        let id = self.new_id("00u");
        let now = self.now();
        let is_active = !matches!(status, "STAGED" | "PROVISIONED");
        let profile = profile.as_object().expect("a profile").clone();
        let user = User {
            id: id.clone(),
            status: status.to_owned(),
            transitioning: None,
            created: now.clone(),
            activated: is_active.then(|| now.clone()),
            status_changed: is_active.then(|| now.clone()),
            last_login: None,
            last_updated: now,
            profile,
            provider: "OKTA".to_owned(),
        };
        self.users.insert(id.clone(), user);
        self.log_user("user.lifecycle.create", &id);
        if is_active {
            self.log_user("user.lifecycle.activate", &id);
        }
        if status != "DEPROVISIONED" {
            self.join_quietly(EVERYONE, &id);
            self.apply_rules(&id);
        }
        id
    }

    pub(super) fn set_status(&mut self, id: &str, status: &str, event: &str) {
        let now = self.now();
        let user = self.users.get_mut(id).expect("a user of the org");
        status.clone_into(&mut user.status);
        user.status_changed = Some(now.clone());
        user.last_updated = now;
        if status == "DEPROVISIONED" {
            // Deactivation takes every membership away.
            let groups: Vec<String> = self.groups_of(id);
            for group in groups {
                self.leave_quietly(&group, id);
            }
        }
        self.log_user(event, id);
    }

    pub(super) fn edit(&mut self, id: &str, property: &str, value: Value) {
        let now = self.now();
        let user = self.users.get_mut(id).expect("a user of the org");
        user.profile.insert(property.to_owned(), value);
        user.last_updated = now;
        self.log_user("user.account.update_profile", id);
        self.apply_rules(id);
    }

    pub(super) fn delete(&mut self, id: &str) {
        for group in self.groups_of(id) {
            self.leave_quietly(&group, id);
        }
        self.log_user("user.lifecycle.delete.initiated", id);
        self.log_user("user.lifecycle.delete.completed", id);
        self.users.remove(id);
    }

    pub(super) fn add_group(&mut self, kind: &str, name: &str) -> String {
        let id = self.new_id("00g");
        self.put_group(&id, kind, name);
        self.log("group.lifecycle.create", &[], &[&id]);
        id
    }

    pub(super) fn put_group(&mut self, id: &str, kind: &str, name: &str) {
        let now = self.now();
        let group = Group {
            id: id.to_owned(),
            kind: kind.to_owned(),
            name: name.to_owned(),
            members: BTreeSet::new(),
            created: now.clone(),
            last_updated: now.clone(),
            membership_updated: now,
            rule: None,
        };
        self.groups.insert(id.to_owned(), group);
    }

    pub(super) fn groups_of(&self, user: &str) -> Vec<String> {
        let groups = self.groups.values();
        groups
            .filter(|group| group.members.contains(user))
            .map(|group| group.id.clone())
            .collect()
    }

    pub(super) fn join(&mut self, group: &str, user: &str) {
        self.join_quietly(group, user);
        self.log("group.user_membership.add", &[user], &[group]);
    }

    pub(super) fn leave(&mut self, group: &str, user: &str) {
        self.leave_quietly(group, user);
        self.log("group.user_membership.remove", &[user], &[group]);
    }

    /// Changes a membership without an event that names the user.
    pub(super) fn join_quietly(&mut self, group: &str, user: &str) {
        let now = self.now();
        if let Some(group) = self.groups.get_mut(group) {
            group.members.insert(user.to_owned());
            group.membership_updated = now;
        }
    }

    fn leave_quietly(&mut self, group: &str, user: &str) {
        let now = self.now();
        if let Some(group) = self.groups.get_mut(group) {
            group.members.remove(user);
            group.membership_updated = now;
        }
    }

    /// Group rules put a user in and out by their profile. Nesting there is none.
    pub(super) fn apply_rules(&mut self, user: &str) {
        let profile = &self.users[user].profile;
        let mut moves = Vec::new();
        for group in self.groups.values() {
            if let Some((property, value)) = &group.rule {
                let fits = profile.get(property).and_then(Value::as_str) == Some(value);
                if fits != group.members.contains(user) {
                    moves.push((group.id.clone(), fits));
                }
            }
        }
        for (group, fits) in moves {
            if fits {
                self.join(&group, user);
            } else {
                self.leave(&group, user);
            }
        }
    }

    pub(super) fn log_user(&mut self, kind: &str, user: &str) {
        self.log(kind, &[user], &[]);
    }

    pub(super) fn log(&mut self, kind: &str, users: &[&str], groups: &[&str]) {
        let mut targets = Vec::new();
        for id in users {
            let user = &self.users[*id];
            let login = user.login().to_owned();
            targets.push([(*id).to_owned(), "User".to_owned(), login.clone(), login]);
        }
        for id in groups {
            let name = self.groups[*id].name.clone();
            targets.push([
                (*id).to_owned(),
                "UserGroup".to_owned(),
                "unknown".to_owned(),
                name,
            ]);
        }
        self.serial += 1;
        let now = self.now();
        let event = Event {
            kind: kind.to_owned(),
            published: now.clone(),
            persisted: now,
            targets,
            uuid: format!("00000000-0000-4000-8000-{:012x}", self.serial),
        };
        if self.is_log_slow {
            self.delayed.push(event);
        } else {
            self.log.push(event);
        }
    }
}

/// A user as the API shows them; `nulls` keeps properties without a value.
pub(super) fn user_json(user: &User, origin: &str, omits: &str) -> Value {
    let mut body = json!({
        "id": user.id,
        "status": user.status,
        "created": user.created,
        "activated": user.activated,
        "statusChanged": user.status_changed,
        "lastLogin": user.last_login,
        "lastUpdated": user.last_updated,
        "passwordChanged": user.activated,
        "type": {"id": "otyEmulated0000000h7"},
        "profile": user.profile,
        "_links": {"self": {"href": format!("{origin}/api/v1/users/{}", user.id)}},
    });
    if let Some(to) = &user.transitioning {
        body["transitioningToStatus"] = json!(to);
    }
    if !omits
        .split(',')
        .any(|part| part.trim() == "omitCredentials")
    {
        let provider = json!({"type": user.provider, "name": user.provider});
        body["credentials"] = json!({ "provider": provider });
    }
    body
}

/// A group as the API shows it.
pub(super) fn group_json(group: &Group, origin: &str) -> Value {
    let class = match group.kind.as_str() {
        "APP_GROUP" => "okta:windows_security_principal",
        _ => "okta:user_group",
    };
    json!({
        "id": group.id,
        "created": group.created,
        "lastUpdated": group.last_updated,
        "lastMembershipUpdated": group.membership_updated,
        "objectClass": [class],
        "type": group.kind,
        "profile": {"name": group.name, "description": ""},
        "_links": {"users": {"href": format!("{origin}/api/v1/groups/{}/users", group.id)}},
    })
}

/// An event as the API shows it.
pub(super) fn event_json(event: &Event) -> Value {
    let target: Vec<Value> = event
        .targets
        .iter()
        .map(|[id, kind, alternate, name]| {
            json!({"id": id, "type": kind, "alternateId": alternate, "displayName": name,
                "detailEntry": {}})
        })
        .collect();
    json!({
        "uuid": event.uuid,
        "published": event.published,
        "eventType": event.kind,
        "version": "0",
        "severity": "INFO",
        "legacyEventType": "",
        "displayMessage": event.kind,
        "actor": {"id": "00uEmulatedAdmin0h7a", "type": "User", "alternateId": "admin@example.com",
            "displayName": "Admin"},
        "outcome": {"result": "SUCCESS"},
        "target": target,
        "transaction": {"type": "WEB", "id": event.uuid, "detail": {}},
        "debugContext": {"debugData": {}},
    })
}
