//! A server on loopback that remembers its requests and fails on demand.

use axum::Router;
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, StatusCode};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::thread::JoinHandle;
use tokio::sync::oneshot;

/// Longest body of a request.
const BODY: usize = 1 << 20;

/// A request as it arrived.
#[derive(Clone, Debug)]
pub struct Seen {
    /// `GET`.
    pub method: String,
    /// Path and query.
    pub target: String,
    /// All headers.
    pub headers: HeaderMap,
    /// The body as text.
    pub body: String,
}

impl Seen {
    /// A header's first value.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.get(name)?.to_str().ok()
    }
}

/// What to do in place of an honest answer.
#[derive(Clone, Debug)]
pub struct Fault {
    /// Requests whose path and query contain this.
    pub at: String,
    /// So many of them are answered honestly first.
    pub after: usize,
    /// Then so many are answered like this.
    pub times: usize,
    /// The status of the answer.
    pub status: u16,
    /// Its headers.
    pub headers: Vec<(String, String)>,
    /// Its body.
    pub body: String,
}

impl Fault {
    /// Answers the first request at a place with this status.
    pub fn once(at: &str, status: u16) -> Self {
        Self {
            at: at.to_owned(),
            after: 0,
            times: 1,
            status,
            headers: Vec::new(),
            body: String::new(),
        }
    }

    /// Answers so many honestly first.
    #[must_use]
    pub fn after(self, after: usize) -> Self {
        Self { after, ..self }
    }

    /// Answers so many like this.
    #[must_use]
    pub fn times(self, times: usize) -> Self {
        Self { times, ..self }
    }

    /// Adds a header.
    #[must_use]
    pub fn header(mut self, name: &str, value: &str) -> Self {
        self.headers.push((name.to_owned(), value.to_owned()));
        self
    }

    /// Sets the body.
    #[must_use]
    pub fn body(self, body: &str) -> Self {
        Self {
            body: body.to_owned(),
            ..self
        }
    }

    fn answer(&self) -> Response {
        let mut response = Response::builder().status(self.status);
        for (name, value) in &self.headers {
            response = response.header(name, value);
        }
        response.body(Body::from(self.body.clone())).unwrap()
    }
}

#[derive(Debug, Default)]
struct Watched {
    seen: Mutex<Vec<Seen>>,
    faults: Mutex<Vec<Fault>>,
}

fn locked<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// A running emulator. It ends with this value.
#[derive(Debug)]
pub struct Server {
    address: SocketAddr,
    watched: Arc<Watched>,
    stop: Option<oneshot::Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Server {
    /// Serves what `routes` makes, which gets the server's URL, on a port that
    /// the kernel chooses unless one is given.
    pub fn start(port: u16, routes: impl FnOnce(&str) -> Router) -> Self {
        let listener = std::net::TcpListener::bind((Ipv4Addr::LOCALHOST, port)).expect("a port");
        listener.set_nonblocking(true).expect("a socket");
        let address = listener.local_addr().expect("an address");
        let watched = Arc::new(Watched::default());
        let routes = routes(&format!("http://{address}"))
            .layer(middleware::from_fn_with_state(watched.clone(), watch));
        let (stop, stopped) = oneshot::channel();
        let thread = std::thread::spawn(move || {
            let runtime = tokio::runtime::Builder::new_multi_thread()
                .worker_threads(1)
                .enable_all()
                .build()
                .expect("a runtime");
            runtime.block_on(async move {
                let listener = tokio::net::TcpListener::from_std(listener).expect("a listener");
                tokio::select! {
                    served = axum::serve(listener, routes) => served.expect("to serve"),
                    _ = stopped => {}
                }
            });
        });
        Self {
            address,
            watched,
            stop: Some(stop),
            thread: Some(thread),
        }
    }

    /// `http://127.0.0.1:PORT`.
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Misbehaves from now on; of several faults at one place, the first counts.
    pub fn fail(&self, fault: Fault) {
        locked(&self.watched.faults).push(fault);
    }

    /// Behaves well again.
    pub fn behave(&self) {
        locked(&self.watched.faults).clear();
    }

    /// All requests so far.
    pub fn seen(&self) -> Vec<Seen> {
        locked(&self.watched.seen).clone()
    }

    /// Forgets the requests so far.
    pub fn forget(&self) {
        locked(&self.watched.seen).clear();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(stop) = self.stop.take() {
            // A server that has ended already needs no word.
            let _ = stop.send(());
        }
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

async fn watch(State(watched): State<Arc<Watched>>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(body) = to_bytes(body, BODY).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let target = parts.uri.to_string();
    locked(&watched.seen).push(Seen {
        method: parts.method.to_string(),
        target: target.clone(),
        headers: parts.headers.clone(),
        body: String::from_utf8_lossy(&body).into_owned(),
    });
    if let Some(answer) = watched.due(&target) {
        return answer;
    }
    next.run(Request::from_parts(parts, Body::from(body))).await
}

impl Watched {
    fn due(&self, target: &str) -> Option<Response> {
        let mut faults = locked(&self.faults);
        let fault = faults
            .iter_mut()
            .find(|fault| fault.times > 0 && target.contains(&fault.at))?;
        if fault.after > 0 {
            fault.after -= 1;
            return None;
        }
        fault.times -= 1;
        Some(fault.answer())
    }
}
