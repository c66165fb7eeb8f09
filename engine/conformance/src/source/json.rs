//! The suite's own service: people as JSON over HTTP on loopback, page by page.
//!
//! It wants the secret, as `Authorization: Bearer` or basic, and repeats it in a
//! header of every answer, as careless services do in their traces.

mod answer;
mod shelf;

use super::{Said, SourceError, said};
use crate::case::Json;
use crate::people::Person;
use axum::Router;
use axum::extract::{Request, State};
use axum::response::Response;
use shelf::Shelf;
use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr, TcpListener};
use std::sync::atomic::AtomicU64;
use std::sync::{Arc, PoisonError, RwLock};
use std::thread::{self, JoinHandle};
use tokio::runtime::Builder;
use tokio::sync::oneshot;

/// The running service.
pub struct Service {
    json: Arc<Json>,
    id: &'static str,
    shelf: Arc<RwLock<Shelf>>,
    address: SocketAddr,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

/// What the handlers share.
struct Shared {
    json: Arc<Json>,
    shelf: Arc<RwLock<Shelf>>,
    secrets: Vec<String>,
    base: String,
    /// Counts requests: a header that is never the same.
    requests: AtomicU64,
}

impl Service {
    /// Starts on a port that the system chooses.
    pub fn start(
        json: &Json,
        secrets: &BTreeMap<String, String>,
        id: &'static str,
    ) -> Result<Self, SourceError> {
        let json = Arc::new(json.clone());
        let shelf = Arc::new(RwLock::new(Shelf::default()));
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).map_err(SourceError::Listen)?;
        listener
            .set_nonblocking(true)
            .map_err(SourceError::Listen)?;
        let address = listener.local_addr().map_err(SourceError::Listen)?;
        let shared = Shared {
            json: json.clone(),
            shelf: shelf.clone(),
            secrets: secrets.values().cloned().collect(),
            base: format!("http://{address}"),
            requests: AtomicU64::new(0),
        };
        let (stop, stopped) = oneshot::channel();
        let serve = move || serve(listener, shared, stopped);
        let thread = thread::Builder::new().name("stand-in".to_owned());
        let thread = thread.spawn(serve).map_err(SourceError::Listen)?;
        Ok(Self {
            json,
            id,
            shelf,
            address,
            stop: Some(stop),
            thread: Some(thread),
        })
    }

    /// Has these people from now on.
    pub fn set(&self, people: &[Person]) -> Result<Said, SourceError> {
        let shelf = self.shelf.write();
        let mut shelf = shelf.unwrap_or_else(PoisonError::into_inner);
        shelf.fill(people, &self.json, self.id)?;
        Ok(said("url", format!("http://{}", self.address)))
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            // A service that has ended already needs no word.
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn serve(listener: TcpListener, shared: Shared, stopped: oneshot::Receiver<()>) {
    // Without a runtime nobody answers, which the first read tells.
    let Ok(runtime) = Builder::new_current_thread().enable_all().build() else {
        return;
    };
    runtime.block_on(async {
        let Ok(listener) = tokio::net::TcpListener::from_std(listener) else {
            return;
        };
        let router = Router::new().fallback(asked).with_state(Arc::new(shared));
        tokio::select! {
            _ = axum::serve(listener, router) => {}
            _ = stopped => {}
        }
    });
}

async fn asked(State(shared): State<Arc<Shared>>, request: Request) -> Response {
    let shelf = shared.shelf.read();
    let shelf = shelf.unwrap_or_else(PoisonError::into_inner);
    answer::answer(&shared, &shelf, &request)
}
