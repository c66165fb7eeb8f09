//! A SCIM 2.0 service that is as honest as it is told to be.
//!
//! Without any [`Quirk`] it does what RFC 7644 and RFC 9865 say. Each quirk was
//! seen in a service somewhere; `Service::quirk` adds them one by one.

mod answers;
mod filter;
mod world;

pub use world::{Group, Quirk, User};

use crate::server::Server;
use axum::Router;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::Response;
use axum::routing::get;
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use world::World;

/// The bearer token that the service accepts.
pub const TOKEN: &str = "scim-token";

type Shared = Arc<Mutex<World>>;

fn locked(world: &Shared) -> MutexGuard<'_, World> {
    world.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A running service.
#[derive(Debug)]
pub struct Service {
    world: Shared,
    server: Server,
}

impl Service {
    /// Starts with this many people, `user-0` and on, all of them active.
    pub fn start(port: u16, people: usize) -> Self {
        let world = Arc::new(Mutex::new(World::new(people)));
        let shared = world.clone();
        let server = Server::start(port, move |url| {
            locked(&shared).url = format!("{url}/v2");
            routes(shared.clone())
        });
        Self { world, server }
    }

    /// What the policy calls `url`.
    pub fn url(&self) -> String {
        format!("{}/v2", self.server.url())
    }

    /// The log of requests, and faults.
    pub fn server(&self) -> &Server {
        &self.server
    }

    /// Misbehaves from now on.
    pub fn quirk(&self, quirk: Quirk) {
        let mut world = locked(&self.world);
        world.quirks.push(quirk);
        world.lists = 0;
    }

    /// Behaves well again.
    pub fn honest(&self) {
        locked(&self.world).quirks.clear();
        self.server.behave();
    }

    /// Changes a person, which also changes `meta.lastModified`.
    pub fn edit(&self, user: &str, change: impl FnOnce(&mut User)) {
        locked(&self.world).edit(user, change);
    }

    /// Adds a person at the end of the list.
    pub fn hire(&self, name: &str) {
        locked(&self.world).hire(name);
    }

    /// Deletes a person.
    pub fn remove(&self, user: &str) {
        locked(&self.world).users.retain(|known| known.name != user);
    }

    /// Adds a group; members are usernames, or names of groups.
    pub fn group(&self, name: &str, members: &[&str]) {
        locked(&self.world).group(name, members);
    }

    /// The `id` of a person.
    pub fn id(&self, user: &str) -> String {
        let world = locked(&self.world);
        let mut users = world.users.iter();
        let found = users.find(|known| known.name == user);
        found.map(|user| user.id.clone()).expect("the person")
    }
}

fn routes(world: Shared) -> Router {
    Router::new()
        .route("/v2/{*path}", get(answer))
        .with_state(world)
}

async fn answer(
    State(world): State<Shared>,
    Path(path): Path<String>,
    Query(query): Query<BTreeMap<String, String>>,
    headers: HeaderMap,
) -> Response {
    let token = headers
        .get("authorization")
        .and_then(|value| value.to_str().ok());
    let mut world = locked(&world);
    if token != Some(&format!("Bearer {TOKEN}")) {
        return answers::error(401, None, "the token is not known here");
    }
    let mut parts = path.trim_end_matches('/').split('/');
    match (parts.next().unwrap_or_default(), parts.next()) {
        ("ServiceProviderConfig", None) => answers::config(&world),
        ("ResourceTypes", None) => answers::resource_types(&world),
        ("Users", None) => answers::list(&mut world, "Users", &query),
        ("Users", Some(id)) => answers::one(&world, "Users", id, &query),
        ("Groups", None) => answers::list(&mut world, "Groups", &query),
        ("Groups", Some(id)) => answers::one(&world, "Groups", id, &query),
        _ => answers::error(404, None, "there is no such resource"),
    }
}
