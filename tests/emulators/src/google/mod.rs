//! Google Workspace: the Directory API of the Admin SDK, and the token endpoint
//! before it.
//!
//! Follows the discovery document `admin.directory_v1` and Google's guides:
//! service accounts with domain-wide delegation, users, photos, groups, members,
//! custom schemas; `fields` masks, projections, page tokens that expire, quotas
//! that show as 403, lists that lag behind, administrators with fewer rights.
//!
//! [`state`] is the account, [`token`] the OAuth 2.0 endpoint, [`gate`] what
//! every call has to pass, [`users`] and [`groups`] the API, [`fields`] its masks,
//! [`refusal`] its errors.

mod fields;
mod gate;
mod groups;
mod key;
mod refusal;
mod state;
mod token;
mod users;

use crate::server::{Fault, Server};
use axum::Router;
use axum::routing::{get, post};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE;
use serde_json::{Value, json};
use state::{Account, Shared};
use std::sync::MutexGuard;

pub use state::{Member, Person, Right};

/// The administrator who is there from the beginning.
pub const ADMIN: &str = "admin@example.com";

/// The service account's numeric client id, as the Admin console registers it.
pub const CLIENT_ID: &str = "117000000000000000001";

/// The service account's address.
pub const SERVICE_ACCOUNT: &str = "muster@directory-sync.iam.gserviceaccount.com";

/// Scopes that are registered from the beginning.
pub const SCOPES: [&str; 4] = [
    "https://www.googleapis.com/auth/admin.directory.user.readonly",
    "https://www.googleapis.com/auth/admin.directory.group.readonly",
    "https://www.googleapis.com/auth/admin.directory.group.member.readonly",
    "https://www.googleapis.com/auth/admin.directory.userschema.readonly",
];

/// A running Workspace account.
#[derive(Debug)]
pub struct Google {
    server: Server,
    account: Shared,
}

impl Default for Google {
    fn default() -> Self {
        Self::start()
    }
}

impl Google {
    /// An account with one administrator, on a port that the kernel chooses.
    pub fn start() -> Self {
        Self::start_at(0)
    }

    /// The same, on a given port.
    pub fn start_at(port: u16) -> Self {
        let account = Shared::new(Account::new());
        let routes = routes(account.clone());
        let google = Self {
            server: Server::start(port, |_| routes),
            account,
        };
        google.add(Person::new("admin", "Ada", "Min").with(json!({"isAdmin": true})));
        google
    }

    /// The base URL of the Directory API, and of the token endpoint.
    pub fn url(&self) -> String {
        self.server.url()
    }

    /// Where tokens come from.
    pub fn token_url(&self) -> String {
        format!("{}/token", self.url())
    }

    /// What is shared by all emulators: the requests seen, faults on demand.
    pub fn server(&self) -> &Server {
        &self.server
    }

    /// The JSON key file of the service account, as Google Cloud hands it out.
    pub fn key_file(&self) -> String {
        key_file(&self.token_url())
    }

    /// Adds a person; returns the identifier.
    pub fn add(&self, person: Person) -> String {
        self.state().add(person)
    }

    /// Adds numbered people: `person00001@example.com` and so on.
    pub fn add_crowd(&self, count: usize) -> Vec<String> {
        let mut state = self.state();
        (1..=count)
            .map(|number| {
                let name = format!("person{number:05}");
                state.add(Person::new(&name, "Person", &format!("{number:05}")))
            })
            .collect()
    }

    /// Overwrites properties of a person; null takes one away. The person is
    /// named by address, alias or identifier.
    pub fn change(&self, who: &str, properties: Value) {
        self.state().change(who, properties);
    }

    /// Deletes a person, who can be brought back for 20 days.
    pub fn delete(&self, who: &str) {
        self.state().delete(who);
    }

    /// Sets a person's photo.
    pub fn photo(&self, who: &str, bytes: &[u8]) {
        let mut state = self.state();
        let id = state.id_of(who);
        state.change(
            &id,
            json!({"thumbnailPhotoEtag": format!("\"photo-{id}\"")}),
        );
        state
            .photos
            .insert(id, URL_SAFE.encode(bytes).replace('=', "*"));
    }

    /// Adds a group; returns its identifier.
    pub fn group(&self, email: &str) -> String {
        self.state().add_group(email)
    }

    /// Deletes a group.
    pub fn delete_group(&self, group: &str) {
        let mut state = self.state();
        let id = state.group(group).expect("a group").id.clone();
        state.groups.remove(&id);
        state.touch();
    }

    /// Adds a member to a group.
    pub fn join(&self, group: &str, member: Member) {
        self.state().join(group, member, "MEMBER");
    }

    /// Adds a member with the role `OWNER` or `MANAGER`.
    pub fn join_as(&self, group: &str, member: Member, role: &str) {
        self.state().join(group, member, role);
    }

    /// Takes a member out of a group.
    pub fn leave(&self, group: &str, member: &Member) {
        self.state().leave(group, member);
    }

    /// Adds a custom schema: field names with their types.
    pub fn schema(&self, name: &str, fields: &[(&str, &str)]) {
        let fields: Vec<Value> = fields
            .iter()
            .map(|(field, kind)| json!({"fieldName": field, "fieldType": kind, "displayName": field}))
            .collect();
        self.state().schemas.insert(name.to_owned(), fields.into());
    }

    /// Every token issued so far is refused from now on.
    pub fn expire_tokens(&self) {
        self.state().tokens.clear();
    }

    /// Every page token issued so far is refused from now on.
    pub fn expire_pages(&self) {
        self.state().generation += 1;
    }

    /// Takes a scope off the list that the Admin console has for the client.
    pub fn unregister(&self, scope: &str) {
        self.state().scopes.retain(|known| known != scope);
    }

    /// Takes a right from all administrators.
    pub fn revoke(&self, right: Right) {
        self.state().rights.retain(|&known| known != right);
    }

    /// Gives a right back.
    pub fn grant(&self, right: Right) {
        self.state().rights.push(right);
    }

    /// The Admin SDK is not switched on in the cloud project.
    pub fn switch_api_off(&self) {
        self.state().api_is_off = true;
    }

    /// The account does not allow API access.
    pub fn bar_apis(&self) {
        self.state().apis_are_barred = true;
    }

    /// Changes from now on show only after [`Google::settle`].
    pub fn lag(&self) {
        let mut state = self.state();
        state.shown = Some(Box::new(state.clone()));
    }

    /// Shows every change.
    pub fn settle(&self) {
        self.state().shown = None;
    }

    /// Changes the account when a request whose path and query contain `at` has
    /// been answered for the `after`-th time.
    pub fn when(
        &self,
        at: &str,
        after: usize,
        change: impl FnOnce(&mut Changes<'_>) + Send + 'static,
    ) {
        self.state().later.push(state::Later {
            at: at.to_owned(),
            after,
            act: state::Act(Box::new(change)),
        });
    }

    fn state(&self) -> MutexGuard<'_, Account> {
        self.account.lock()
    }
}

/// What can be changed while a read is under way.
#[derive(Debug)]
pub struct Changes<'a>(&'a mut Account);

impl Changes<'_> {
    /// As [`Google::change`].
    pub fn change(&mut self, who: &str, properties: Value) {
        self.0.change(who, properties);
    }

    /// As [`Google::delete`].
    pub fn delete(&mut self, who: &str) {
        self.0.delete(who);
    }

    /// As [`Google::add`].
    pub fn add(&mut self, person: Person) -> String {
        self.0.add(person)
    }

    /// As [`Google::expire_tokens`].
    pub fn expire_tokens(&mut self) {
        self.0.tokens.clear();
    }

    /// As [`Google::expire_pages`].
    pub fn expire_pages(&mut self) {
        self.0.generation += 1;
    }
}

/// An answer by which Google asks to slow down: 403, not 429.
pub fn throttled(at: &str, reason: &str) -> Fault {
    let message = match reason {
        "quotaExceeded" => "Quota exceeded for concurrent operations.",
        _ => "User Rate Limit Exceeded. Rate of requests for user exceed configured project quota.",
    };
    Fault::once(at, 403)
        .header("content-type", "application/json")
        .body(&refusal::body(403, "usageLimits", reason, message).to_string())
}

/// An answer by which Google says that the administrator may not.
pub fn forbidden(at: &str) -> Fault {
    let body = refusal::body(403, "global", "forbidden", refusal::NOT_AUTHORIZED);
    Fault::once(at, 403)
        .header("content-type", "application/json")
        .body(&body.to_string())
}

fn key_file(token_url: &str) -> String {
    json!({
        "type": "service_account",
        "project_id": "directory-sync",
        "private_key_id": "5f5e100",
        "private_key": key::key().private,
        "client_email": SERVICE_ACCOUNT,
        "client_id": CLIENT_ID,
        "auth_uri": "https://accounts.google.com/o/oauth2/auth",
        "token_uri": token_url,
        "universe_domain": "googleapis.com",
    })
    .to_string()
}

fn routes(account: Shared) -> Router {
    let group_key = get(groups::get);
    Router::new()
        .route("/token", post(token::issue))
        .route("/admin/directory/v1/users", get(users::list))
        .route("/admin/directory/v1/users/{key}", get(users::get))
        .route(
            "/admin/directory/v1/users/{key}/photos/thumbnail",
            get(users::photo),
        )
        .route("/admin/directory/v1/groups", get(groups::list))
        .route("/admin/directory/v1/groups/{key}", group_key)
        .route(
            "/admin/directory/v1/groups/{key}/members",
            get(groups::members),
        )
        .route(
            "/admin/directory/v1/groups/{key}/members/{member}",
            get(groups::member),
        )
        .route(
            "/admin/directory/v1/groups/{key}/hasMember/{member}",
            get(groups::has_member),
        )
        .route(
            "/admin/directory/v1/customer/{customer}/schemas",
            get(users::schemas),
        )
        .layer(axum::middleware::from_fn_with_state(
            account.clone(),
            gate::afterwards,
        ))
        .with_state(account)
}
