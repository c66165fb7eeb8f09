//! A TCP proxy that cuts a connection in the middle.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread;

/// Stands between a client and a server on loopback.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    state: Arc<State>,
}

#[derive(Debug)]
struct State {
    server: SocketAddr,
    /// Bytes that the server sent, over all connections.
    delivered: AtomicU64,
    /// Once the server has sent this many bytes on one connection, it is cut.
    limit: AtomicU64,
    ended: AtomicBool,
}

impl Proxy {
    /// Passes everything on to the server.
    pub fn to(server: SocketAddr) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port for the proxy");
        let address = listener.local_addr().expect("the proxy's address");
        let state = Arc::new(State {
            server,
            delivered: AtomicU64::new(0),
            limit: AtomicU64::new(u64::MAX),
            ended: AtomicBool::new(false),
        });
        let shared = Arc::clone(&state);
        thread::spawn(move || serve(&listener, &shared));
        Self { address, state }
    }

    /// Where clients connect to.
    pub fn address(&self) -> SocketAddr {
        self.address
    }

    /// Number of bytes that the server has sent so far.
    pub fn delivered(&self) -> u64 {
        self.state.delivered.load(Ordering::SeqCst)
    }

    /// Cuts each further connection once the server has sent this many bytes.
    pub fn cut_after(&self, bytes: u64) {
        self.state.limit.store(bytes, Ordering::SeqCst);
    }

    /// Passes everything on again.
    pub fn mend(&self) {
        self.cut_after(u64::MAX);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.state.ended.store(true, Ordering::SeqCst);
        // Wakes the listener, which then sees that it is over.
        let _ = TcpStream::connect(self.address);
    }
}

fn serve(listener: &TcpListener, state: &Arc<State>) {
    for client in listener.incoming() {
        if state.ended.load(Ordering::SeqCst) {
            return;
        }
        // A server that is down closes the client's connection: what it would see.
        let (Ok(client), Ok(server)) = (client, TcpStream::connect(state.server)) else {
            continue;
        };
        let _ = (client.set_nodelay(true), server.set_nodelay(true));
        let (Ok(client_end), Ok(server_end)) = (client.try_clone(), server.try_clone()) else {
            continue;
        };
        thread::spawn(move || copy(client_end, server_end, |_| true));
        let state = Arc::clone(state);
        let limit = state.limit.load(Ordering::SeqCst);
        let mut sent = 0;
        thread::spawn(move || {
            copy(server, client, move |bytes| {
                sent += bytes;
                state.delivered.fetch_add(bytes, Ordering::SeqCst);
                sent < limit
            });
        });
    }
}

/// Copies until the end, or until `go_on` says no; then closes both directions.
fn copy(mut from: TcpStream, mut to: TcpStream, mut go_on: impl FnMut(u64) -> bool) {
    let mut buffer = vec![0; 16 * 1024];
    while let Ok(count @ 1..) = from.read(&mut buffer) {
        if !go_on(count as u64) || to.write_all(&buffer[..count]).is_err() {
            break;
        }
    }
    let _ = (from.shutdown(Shutdown::Both), to.shutdown(Shutdown::Both));
}
