//! An Okta org, as far as reading people needs it.
//!
//! The awkward parts are there: a plain list of users leaves the deactivated
//! out; links stand in header lines of their own; `search` may lag behind; the
//! log is never over, and late events come after younger ones; deactivation
//! takes memberships away without an event about them; limits are told as epoch
//! seconds; tokens end, and may be bound to a key.
//!
//! Not emulated: administrators who see a part of the users, user types beside
//! the default, linked objects.

mod answer;
mod expression;
mod jwt;
mod limits;
mod lists;
mod login;
mod org;
mod proof;
mod routes;
mod world;

pub use login::App;

use crate::server::Server;
use org::{Org, lock};
use serde_json::{Value, json};
use std::sync::{Arc, Mutex, MutexGuard};
use world::EVERYONE;

/// The API token that a new org knows, with every right that reading needs.
pub const TOKEN: &str = "00EmulatedApiToken-reads_everything";

/// Scopes that reading needs.
pub const SCOPES: [&str; 4] = [
    "okta.users.read",
    "okta.groups.read",
    "okta.schemas.read",
    "okta.logs.read",
];

/// A running org. It ends with this value.
#[derive(Debug)]
pub struct Okta {
    server: Server,
    org: Arc<Mutex<Org>>,
}

impl Default for Okta {
    fn default() -> Self {
        Self::start(0)
    }
}

impl Okta {
    /// An org with nobody in it, on this port or, with 0, on one that the kernel
    /// chooses.
    pub fn start(port: u16) -> Self {
        let mut org = Org::default();
        org.logins.lifetime_s = 3600;
        let rights = SCOPES.map(str::to_owned).into();
        org.logins.api_tokens.insert(TOKEN.to_owned(), rights);
        org.world.put_group(EVERYONE, "BUILT_IN", "Everyone");
        let org = Arc::new(Mutex::new(org));
        let server = Server::start(port, |_| routes::routes(Arc::clone(&org)));
        Self { server, org }
    }

    /// Adds so many active users, all in a group with this name, and returns its
    /// id. Every tenth has properties without a value.
    pub fn crowd(&self, people: usize, group: &str) -> String {
        let group = self.group(group);
        let mut org = self.org();
        for number in 0..people {
            let login = format!("user{number:06}@example.com");
            let profile = json!({
                "login": login,
                "email": login,
                "firstName": format!("First{number}"),
                "lastName": format!("Last{number}"),
                "department": if number % 10 == 0 { Value::Null } else { json!("Sales") },
            });
            let id = org.world.add_user("ACTIVE", profile);
            org.world.join_quietly(&group, &id);
        }
        drop(org);
        group
    }

    /// The server: its URL, what it was asked, and faults.
    pub fn server(&self) -> &Server {
        &self.server
    }

    /// `http://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        self.server.url()
    }

    fn org(&self) -> MutexGuard<'_, Org> {
        lock(&self.org)
    }
}

/// People.
impl Okta {
    /// Adds an active user and returns the id.
    pub fn user(&self, login: &str, first: &str, last: &str) -> String {
        self.user_with("ACTIVE", login, first, last)
    }

    /// Adds a user of any status.
    pub fn user_with(&self, status: &str, login: &str, first: &str, last: &str) -> String {
        let profile = json!({
            "login": login, "email": login, "firstName": first, "lastName": last,
            "mobilePhone": null,
        });
        self.org().world.add_user(status, profile)
    }

    /// Sets a property of the profile; `null` is a property without a value.
    pub fn edit(&self, user: &str, property: &str, value: impl Into<Value>) {
        self.org().world.edit(user, property, value.into());
    }

    /// Removes a property altogether, as Okta may do with those without a value.
    pub fn leave_out(&self, user: &str, property: &str) {
        let mut org = self.org();
        let user = org.world.users.get_mut(user).expect("a user of the org");
        user.profile.shift_remove(property);
    }

    /// The user can no longer sign in, and keeps groups.
    pub fn suspend(&self, user: &str) {
        self.status(user, "SUSPENDED", "user.lifecycle.suspend");
    }

    /// Takes [`Okta::suspend`] back.
    pub fn unsuspend(&self, user: &str) {
        self.status(user, "ACTIVE", "user.lifecycle.unsuspend");
    }

    /// Too many wrong passwords.
    pub fn lock_out(&self, user: &str) {
        self.status(user, "LOCKED_OUT", "user.account.lock");
    }

    /// Deactivates: `DEPROVISIONED`, without any membership.
    pub fn deactivate(&self, user: &str) {
        self.status(user, "DEPROVISIONED", "user.lifecycle.deactivate");
    }

    /// Brings a deactivated user back, in no group but Everyone.
    pub fn reactivate(&self, user: &str) {
        self.status(user, "ACTIVE", "user.lifecycle.reactivate");
        self.org().world.join_quietly(EVERYONE, user);
    }

    /// Sets any status, with the event that tells of it.
    pub fn status(&self, user: &str, status: &str, event: &str) {
        self.org().world.set_status(user, status, event);
    }

    /// Begins a change of status that has not come to its end.
    pub fn transition(&self, user: &str, to: &str) {
        let mut org = self.org();
        let user = org.world.users.get_mut(user).expect("a user of the org");
        user.transitioning = Some(to.to_owned());
    }

    /// Deletes for good.
    pub fn delete(&self, user: &str) {
        self.org().world.delete(user);
    }

    /// Says who keeps the user's password: `ACTIVE_DIRECTORY`.
    pub fn source(&self, user: &str, provider: &str) {
        let mut org = self.org();
        let user = org.world.users.get_mut(user).expect("a user of the org");
        provider.clone_into(&mut user.provider);
    }

    /// Adds a property to the schema of profiles.
    pub fn custom(&self, property: &str, title: &str) {
        let mut org = self.org();
        org.world
            .custom
            .insert(property.to_owned(), title.to_owned());
    }

    /// Something that changes nobody, in the log.
    pub fn noise(&self, user: &str, events: usize) {
        let mut org = self.org();
        for _ in 0..events {
            org.world.log_user("user.session.start", user);
        }
    }

    /// Something that happened to a user, in the log.
    pub fn event(&self, user: &str, kind: &str) {
        self.org().world.log_user(kind, user);
    }
}

/// Groups.
impl Okta {
    /// Adds an `OKTA_GROUP` and returns its id.
    pub fn group(&self, name: &str) -> String {
        self.group_of("OKTA_GROUP", name)
    }

    /// Adds a group of any type: names are unique within a type at best.
    pub fn group_of(&self, kind: &str, name: &str) -> String {
        self.org().world.add_group(kind, name)
    }

    /// Gives a group another name.
    pub fn rename_group(&self, group: &str, name: &str) {
        let mut org = self.org();
        let found = org.world.groups.get_mut(group).expect("a group of the org");
        found.name = name.to_owned();
        org.world.log("group.profile.update", &[], &[group]);
    }

    /// The id of the group that everybody is in.
    pub fn everyone(&self) -> String {
        EVERYONE.to_owned()
    }

    /// Puts a user into a group.
    pub fn join(&self, group: &str, user: &str) {
        self.org().world.join(group, user);
    }

    /// The same without an event that names the user.
    pub fn join_unlogged(&self, group: &str, user: &str) {
        self.org().world.join_quietly(group, user);
    }

    /// Takes a user out of a group.
    pub fn leave(&self, group: &str, user: &str) {
        self.org().world.leave(group, user);
    }

    /// Whoever has this value in this property is in the group from now on.
    pub fn rule(&self, group: &str, property: &str, value: &str) {
        let mut org = self.org();
        let found = org.world.groups.get_mut(group).expect("a group of the org");
        found.rule = Some((property.to_owned(), value.to_owned()));
        let users: Vec<String> = org.world.users.keys().cloned().collect();
        for user in users {
            org.world.apply_rules(&user);
        }
    }

    /// Deletes a group.
    pub fn delete_group(&self, group: &str) {
        let mut org = self.org();
        org.world.log("group.lifecycle.delete", &[], &[group]);
        org.world.groups.remove(group);
    }
}

/// What goes on behind the API.
impl Okta {
    /// A proxy at this URL stands before the org and puts its own name into the
    /// requests: links lead to the proxy all the same.
    pub fn behind(&self, url: &str) {
        self.org().behind = Some(url.to_owned());
    }

    /// `search` finds what is there now, whatever changes, until
    /// [`Okta::catch_up`].
    pub fn lag(&self) {
        let mut org = self.org();
        let index = (org.world.users.clone(), org.world.groups.clone());
        org.world.index = Some(index);
    }

    /// `search` finds everything again.
    pub fn catch_up(&self) {
        self.org().world.index = None;
    }

    /// The log takes nothing in until [`Okta::deliver_late`].
    pub fn slow_log(&self) {
        self.org().world.is_log_slow = true;
    }

    /// The log takes in what happened meanwhile, published before what it has.
    pub fn deliver_late(&self) {
        let mut org = self.org();
        let now = org.world.now();
        org.world.is_log_slow = false;
        let mut late = std::mem::take(&mut org.world.delayed);
        for event in &mut late {
            event.persisted.clone_from(&now);
        }
        org.world.log.append(&mut late);
    }

    /// Events until now are too old to be had.
    pub fn forget_log(&self) {
        let mut org = self.org();
        org.world.forgotten = org.world.log.len();
    }

    /// The server's clock goes ahead of this machine's, or behind.
    pub fn clock_ahead(&self, seconds: i64) {
        self.org().world.ahead_ms = seconds * 1000;
    }
}

/// Who may ask, and how often.
impl Okta {
    /// Adds a service app.
    pub fn app(&self, app: App) {
        self.org().logins.apps.push(app);
    }

    /// Grants and takes scopes of an app; tokens that are out end.
    pub fn grant(&self, client_id: &str, scopes: &[&str]) {
        let mut org = self.org();
        for app in &mut org.logins.apps {
            if app.client_id == client_id {
                app.scopes = scopes.iter().map(|&scope| scope.to_owned()).collect();
            }
        }
        org.logins.expire();
    }

    /// What the maker of an API token may do, as scopes.
    pub fn rights(&self, token: &str, scopes: &[&str]) {
        let scopes = scopes.iter().map(|&scope| scope.to_owned()).collect();
        self.org()
            .logins
            .api_tokens
            .insert(token.to_owned(), scopes);
    }

    /// The token's maker was deactivated.
    pub fn revoke(&self, token: &str) {
        self.org().logins.api_tokens.remove(token);
    }

    /// All tokens of apps end now.
    pub fn expire_tokens(&self) {
        self.org().logins.expire();
    }

    /// How long tokens of apps live.
    pub fn token_lifetime(&self, seconds: i64) {
        self.org().logins.lifetime_s = seconds;
    }

    /// How many tokens were handed out to apps.
    pub fn tokens_given(&self) -> u64 {
        self.org().logins.given
    }

    /// Group administrators do not see the group Everyone.
    pub fn hide_everyone(&self) {
        self.org().world.is_everyone_hidden = true;
    }

    /// So many requests per window and endpoint are answered.
    pub fn limit(&self, requests: u64, window_s: i64) {
        let mut org = self.org();
        org.limits.size = requests;
        org.limits.window_s = window_s;
    }

    /// So many requests more are refused as too many at once: limit and
    /// remaining are 0, and the reset is only a hint.
    pub fn too_many_at_once(&self, requests: u64) {
        self.org().limits.too_many_at_once = requests;
    }
}
