//! The client against servers of this process that do as they are told.

mod bodies;
mod downloads;
mod login;
mod manners;
mod oauth;
mod proofs;
mod redirects;
mod requests;
mod statements;
mod tls;

use super::{Client, Endpoint, Login};
use crate::bindings::http::{Method, Request, Response};
use crate::bindings::types::Failure;
use crate::grants::{Grant, Grants};
use crate::limits::Limits;
use crate::waiting::Waiting;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::time::Duration;

/// A server that answers each request with what `answer` makes of its head and
/// body, and remembers them.
struct Server {
    url: String,
    heads: Arc<Mutex<Vec<String>>>,
}

impl Server {
    fn start(answer: impl Fn(&str) -> Vec<u8> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let heads = Arc::new(Mutex::new(Vec::new()));
        let (answer, seen) = (Arc::new(answer), heads.clone());
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let (answer, seen) = (answer.clone(), seen.clone());
                std::thread::spawn(move || serve(stream, &*answer, &seen));
            }
        });
        Self { url, heads }
    }

    fn heads(&self) -> Vec<String> {
        self.heads.lock().unwrap().clone()
    }
}

fn serve(stream: TcpStream, answer: &dyn Fn(&str) -> Vec<u8>, seen: &Mutex<Vec<String>>) {
    let mut reader = BufReader::new(stream.try_clone().unwrap());
    let (mut head, mut length) = (String::new(), 0);
    while reader.read_line(&mut head).is_ok_and(|count| count > 2) {
        let last = head.lines().last().unwrap().to_ascii_lowercase();
        if let Some(bytes) = last.strip_prefix("content-length: ") {
            length = bytes.trim().parse().unwrap();
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).unwrap();
    head.push_str(&String::from_utf8_lossy(&body));
    seen.lock().unwrap().push(head.clone());
    let mut stream = stream;
    // The client may have given up.
    let _ = stream.write_all(&answer(&head));
}

fn ok(body: &str) -> Vec<u8> {
    format!(
        "HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    )
    .into_bytes()
}

fn redirect(status: u16, to: &str) -> Vec<u8> {
    format!("HTTP/1.1 {status} Moved\r\nLocation: {to}\r\nConnection: close\r\nContent-Length: 0\r\n\r\n").into_bytes()
}

fn limits() -> Limits {
    Limits {
        http_body_bytes: 10_000,
        back_off: Duration::from_millis(1),
        ..Limits::default()
    }
}

/// A client with one endpoint per URL: `api`, then `other`.
fn client(urls: &[&str]) -> Arc<Client> {
    client_within(urls, &limits())
}

fn client_within(urls: &[&str], limits: &Limits) -> Arc<Client> {
    let endpoints = ["api", "other"].into_iter().zip(urls).map(|(name, url)| {
        let endpoint = Endpoint::new("base_url", url).unwrap();
        Endpoint {
            login: Login::bearer(&format!("token-of-{name}")),
            ..endpoint
        }
    });
    client_of(endpoints, limits)
}

fn client_of(endpoints: impl IntoIterator<Item = Endpoint>, limits: &Limits) -> Arc<Client> {
    let names = ["api", "other"].map(str::to_owned).into_iter();
    let bound = endpoints.into_iter().map(Grant::Bound);
    let grants = Grants {
        http: names.zip(bound).collect(),
        ..Grants::default()
    };
    let waiting = Arc::new(Waiting::new(limits));
    Arc::new(Client::new(Arc::new(grants), limits, &waiting))
}

fn run<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build();
    runtime.unwrap().block_on(future)
}

fn request(method: Method, target: &str) -> Request {
    Request {
        method,
        endpoint: "api".to_owned(),
        target: target.to_owned(),
        headers: vec![("Accept".to_owned(), "application/scim+json".to_owned())],
        body: b"{}".to_vec(),
    }
}

fn get(client: &Client, target: &str) -> Result<Response, Failure> {
    run(client.send(request(Method::Get, target)))
}
