//! The tenant: who is in it, what changed, and how well it is served.

use super::delta::{Change, Rounds};
use super::lists::Pages;
use super::login::{Client, Tokens};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// A user.
#[derive(Clone, Debug, Default)]
pub(super) struct User {
    pub properties: Map<String, Value>,
    pub manager: Option<String>,
    pub photo: Option<Vec<u8>>,
    /// When it was put into the bin.
    pub deleted: Option<String>,
}

/// A group.
#[derive(Clone, Debug, Default)]
pub(super) struct Group {
    pub name: String,
    /// Ids of users and groups.
    pub members: BTreeSet<String>,
    pub unified: bool,
    pub hidden: bool,
}

/// What lists show: a copy of the directory, which may lag behind.
#[derive(Clone, Debug, Default)]
pub(super) struct Directory {
    pub users: BTreeMap<String, User>,
    pub groups: BTreeMap<String, Group>,
}

/// A tenant of Entra ID.
#[derive(Debug)]
pub struct Tenant {
    /// Its id, as in the token URL.
    pub id: String,
    /// Its name.
    pub name: String,
    /// Application permissions that were granted.
    pub rights: BTreeSet<String>,
    /// Seconds that a token is good for.
    pub token_seconds: i64,
    /// No page is longer than this, whatever was asked.
    pub page_cap: usize,
    /// Each collection ends with a page that holds nobody.
    pub empty_last_page: bool,
    /// Delta rounds repeat what was told before, and in another order.
    pub replays: bool,
    /// Parts of batches that are throttled from now on.
    pub throttled_parts: usize,
    /// What `@odata.count` says beyond the truth.
    pub miscount: i64,
    /// What links in answers begin with, if a proxy stands in between that does
    /// not hand the `Host` header on.
    pub links: Option<String>,
    /// Every nth listed object comes again on the following page; 0 for none.
    pub repeats: usize,
    pub(super) now: Directory,
    /// The index that lists are answered from, while it lags.
    pub(super) index: Option<Directory>,
    pub(super) clients: Vec<Client>,
    pub(super) tokens: Tokens,
    pub(super) pages: Pages,
    pub(super) rounds: Rounds,
    made: u64,
}

impl Tenant {
    /// An empty tenant with one client and all rights.
    pub fn new(client: Client) -> Self {
        Self {
            id: "9a3c1f0e-0000-4000-8000-00000000c0de".to_owned(),
            name: "Fabrikam".to_owned(),
            rights: [
                "User.Read.All",
                "GroupMember.Read.All",
                "Organization.Read.All",
            ]
            .map(str::to_owned)
            .into(),
            token_seconds: 3900,
            page_cap: 999,
            empty_last_page: false,
            replays: false,
            throttled_parts: 0,
            miscount: 0,
            links: None,
            repeats: 0,
            now: Directory::default(),
            index: None,
            clients: vec![client],
            tokens: Tokens::default(),
            pages: Pages::default(),
            rounds: Rounds::default(),
            made: 0,
        }
    }

    /// Adds a user who may sign in; the properties come on top. Gives the id.
    pub fn user(&mut self, upn: &str, properties: Value) -> String {
        let id = self.new_id("u");
        let mut all = Map::new();
        for (name, value) in [
            ("id", json!(id)),
            ("userPrincipalName", json!(upn)),
            ("accountEnabled", json!(true)),
            ("userType", json!("Member")),
            ("displayName", json!(upn.split('@').next())),
            ("mail", json!(upn)),
        ] {
            all.insert(name.to_owned(), value);
        }
        if let Value::Object(more) = properties {
            all.extend(more);
        }
        let user = User {
            properties: all,
            ..User::default()
        };
        let names = user.properties.keys().cloned().collect();
        self.now.users.insert(id.clone(), user);
        self.rounds.note(Change::User(id.clone(), names));
        id
    }

    /// Adds this many users, all in a group of this name. Gives the group's id.
    pub fn crowd(&mut self, people: usize, group: &str) -> String {
        let group = self.group(group);
        for number in 0..people {
            let properties = json!({
                "givenName": format!("First{number}"), "surname": format!("Last{number}"),
                "department": format!("Department {}", number % 10)});
            let user = self.user(&format!("user{number:06}@fabrikam.example"), properties);
            self.join(&group, &user);
        }
        group
    }

    /// Adds a group without members. Gives the id.
    pub fn group(&mut self, name: &str) -> String {
        let id = self.new_id("a");
        let group = Group {
            name: name.to_owned(),
            ..Group::default()
        };
        self.now.groups.insert(id.clone(), group);
        id
    }

    /// Gives a group another name, which a feed of members does not tell.
    pub fn rename_group(&mut self, group: &str, name: &str) {
        self.group_mut(group).name = name.to_owned();
    }

    /// A group of Microsoft 365, which cannot hold groups.
    pub fn unify(&mut self, group: &str) {
        self.group_mut(group).unified = true;
    }

    /// A group whose members only a special right shows.
    pub fn hide(&mut self, group: &str) {
        self.group_mut(group).hidden = true;
    }

    /// Puts a user or group into a group.
    pub fn join(&mut self, group: &str, member: &str) {
        if self.group_mut(group).members.insert(member.to_owned()) {
            self.member_changed(group, member, true);
        }
    }

    /// Takes a user or group out of a group.
    pub fn leave(&mut self, group: &str, member: &str) {
        if self.group_mut(group).members.remove(member) {
            self.member_changed(group, member, false);
        }
    }

    /// Sets a property; `null` clears it.
    pub fn set(&mut self, user: &str, property: &str, value: Value) {
        let found = self.now.users.get_mut(user).expect("the user");
        found.properties.insert(property.to_owned(), value);
        let change = Change::User(user.to_owned(), vec![property.to_owned()]);
        self.rounds.note(change);
    }

    /// Allows or refuses a user's sign-in.
    pub fn enable(&mut self, user: &str, enabled: bool) {
        self.set(user, "accountEnabled", json!(enabled));
    }

    /// Sets who somebody reports to.
    pub fn manage(&mut self, user: &str, manager: Option<&str>) {
        let found = self.now.users.get_mut(user).expect("the user");
        found.manager = manager.map(str::to_owned);
        let change = Change::User(user.to_owned(), vec!["manager".to_owned()]);
        self.rounds.note(change);
    }

    /// Sets somebody's picture. Delta does not tell it.
    pub fn photo(&mut self, user: &str, photo: &[u8]) {
        let found = self.now.users.get_mut(user).expect("the user");
        found.photo = Some(photo.to_owned());
    }

    /// Puts a user into the bin.
    pub fn delete(&mut self, user: &str) {
        for group in self.groups_of(user) {
            self.member_changed(&group, user, false);
        }
        let found = self.now.users.get_mut(user).expect("the user");
        found.deleted = Some("2026-11-20T09:30:00Z".to_owned());
        let change = Change::Gone(user.to_owned());
        self.rounds.note(change);
    }

    /// Takes a user out of the bin again.
    pub fn restore(&mut self, user: &str) {
        let found = self.now.users.get_mut(user).expect("the user");
        found.deleted = None;
        let names = found.properties.keys().cloned().collect();
        self.rounds.note(Change::User(user.to_owned(), names));
        for group in self.groups_of(user) {
            self.member_changed(&group, user, true);
        }
    }

    /// Deletes a user for good.
    pub fn purge(&mut self, user: &str) {
        for group in self.groups_of(user) {
            self.member_changed(&group, user, false);
            self.group_mut(&group).members.remove(user);
        }
        self.now.users.remove(user);
        self.rounds.note(Change::Gone(user.to_owned()));
    }

    /// Deletes a group.
    pub fn delete_group(&mut self, group: &str) {
        self.now.groups.remove(group);
        for other in self.groups_of(group) {
            self.member_changed(&other, group, false);
            self.group_mut(&other).members.remove(group);
        }
        let change = Change::GroupGone(group.to_owned());
        self.rounds.note(change);
    }

    /// From now on, lists show the directory as it is at this moment.
    pub fn lag(&mut self) {
        self.index = Some(self.now.clone());
    }

    /// Lists have caught up.
    pub fn catch_up(&mut self) {
        self.index = None;
    }

    /// No token that was handed out is good any longer.
    pub fn expire_tokens(&mut self) {
        self.tokens = Tokens::default();
    }

    /// No delta link that was handed out is good any longer.
    pub fn expire_deltas(&mut self) {
        self.rounds.expire();
    }

    /// The tenant was moved: delta links are answered with 410.
    pub fn migrate(&mut self) {
        self.rounds.migrate();
    }

    /// Takes a right away.
    pub fn revoke(&mut self, right: &str) {
        self.rights.remove(right);
    }

    /// Registers another client.
    pub fn client(&mut self, client: Client) {
        self.clients.push(client);
    }

    pub(super) fn may(&self, right: &str) -> bool {
        self.rights.contains(right)
    }

    /// What lists show.
    pub(super) fn listed(&self) -> &Directory {
        self.index.as_ref().unwrap_or(&self.now)
    }

    fn group_mut(&mut self, group: &str) -> &mut Group {
        self.now.groups.get_mut(group).expect("the group")
    }

    fn groups_of(&self, member: &str) -> Vec<String> {
        let within = |group: &&String| self.now.groups[*group].members.contains(member);
        self.now.groups.keys().filter(within).cloned().collect()
    }

    fn member_changed(&mut self, group: &str, member: &str, added: bool) {
        let kind = match self.now.users.contains_key(member) {
            true => "#microsoft.graph.user",
            false => "#microsoft.graph.group",
        };
        let change = Change::Member {
            group: group.to_owned(),
            member: member.to_owned(),
            kind,
            added,
        };
        self.rounds.note(change);
    }

    /// Ids as Entra makes them, in no order that means anything.
    fn new_id(&mut self, kind: &str) -> String {
        self.made += 1;
        let mixed = self.made.wrapping_mul(0x9E37_79B9_7F4A_7C15);
        let kind = if kind == "u" { 4 } else { 5 };
        format!(
            "{:08x}-{:04x}-4{:03x}-8{kind}00-{:012x}",
            (mixed >> 32) as u32,
            (mixed >> 16) as u16,
            mixed as u16 & 0xfff,
            self.made
        )
    }
}

impl Directory {
    /// Users who are not in the bin.
    pub fn living(&self) -> impl Iterator<Item = (&String, &User)> {
        self.users.iter().filter(|(_, user)| user.deleted.is_none())
    }

    /// Everything below a group, nested groups and their members included.
    pub fn below(&self, group: &str) -> BTreeSet<String> {
        let (mut all, mut waiting) = (BTreeSet::new(), vec![group.to_owned()]);
        while let Some(next) = waiting.pop() {
            let Some(found) = self.groups.get(&next) else {
                continue;
            };
            for member in &found.members {
                if member != group && all.insert(member.clone()) {
                    waiting.push(member.clone());
                }
            }
        }
        all
    }
}
