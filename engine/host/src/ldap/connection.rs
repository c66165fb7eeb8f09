//! One bound connection, on a thread of its own, shared by several searches.
//!
//! The thread keeps reading whatever the caller does: a guest that computes, or
//! a runtime with one thread, never stops the wire. Blocks, not entries, cross
//! the threads.

use super::address::Address;
use super::bind::Login;
use super::block::Entries;
use super::dial::{End, Line, Settings, dial};
use super::failure::Failure;
use super::names::Columns;
use super::reader::Reader;
use super::search::{Query, Search};
use std::time::Duration;
use tokio::sync::{Mutex, mpsc, oneshot};
use tokio::task::JoinSet;
use tokio::time::timeout;

/// Blocks that may wait for the caller.
const BLOCKS: usize = 4;

/// How long the thread waits for the server to take leave.
const PARTING: Duration = Duration::from_secs(1);

/// A search that the connection's thread is to run.
pub(super) struct Order {
    query: Query,
    columns: Columns,
    blocks: mpsc::Sender<Result<Entries, Failure>>,
}

type Orders = mpsc::UnboundedSender<Order>;

/// A connection to one server, opened and bound at its first use, and again if
/// it was lost between two searches.
pub struct Connection {
    address: Address,
    settings: Settings,
    thread: Mutex<Option<Thread>>,
}

/// The thread that keeps the wire.
struct Thread {
    orders: Orders,
    end: End,
}

impl Connection {
    /// Checks the settings. Nothing is sent yet.
    ///
    /// # Errors
    /// A URL without encryption that the settings do not allow, and a login
    /// that is incomplete or empty.
    pub fn new(settings: Settings) -> Result<Self, Failure> {
        let address = Address::parse(&settings.url, settings.starttls, settings.allow_plaintext)?;
        Login::of(&settings, &address.server())?;
        Ok(Self {
            address,
            settings,
            thread: Mutex::new(None),
        })
    }

    /// Connects and logs in, unless that has been done.
    ///
    /// # Errors
    /// Whatever keeps the server from being reached, believed or used.
    pub async fn open(&self) -> Result<(), Failure> {
        self.orders().await.map(drop)
    }

    /// Begins a search. Several may run one after the other or side by side.
    ///
    /// # Errors
    /// As [`Connection::open`], and a query that cannot be asked.
    pub async fn search(&self, query: Query) -> Result<Search, Failure> {
        query.check()?;
        let columns = Columns::new(&query.columns())?;
        let orders = self.orders().await?;
        let (send, blocks) = mpsc::channel(BLOCKS);
        orders
            .send(Order {
                query,
                columns,
                blocks: send,
            })
            .map_err(|_| Failure::Lost {
                server: self.address.server(),
                why: "it was closed".to_owned(),
            })?;
        Ok(Search {
            blocks,
            over: false,
            _line: orders,
        })
    }

    async fn orders(&self) -> Result<Orders, Failure> {
        let mut thread = self.thread.lock().await;
        if let Some(thread) = thread.as_ref().filter(|thread| !thread.end.is_here()) {
            return Ok(thread.orders.clone());
        }
        let fresh = self.start().await?;
        Ok(thread.insert(fresh).orders.clone())
    }

    async fn start(&self) -> Result<Thread, Failure> {
        let (orders, taken) = mpsc::unbounded_channel();
        let (ready, opened) = oneshot::channel();
        let (address, settings) = (self.address.clone(), self.settings.clone());
        let no_thread = |error: std::io::Error| Failure::Thread {
            why: error.to_string(),
        };
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .map_err(no_thread)?;
        std::thread::Builder::new()
            .name("muster-ldap".to_owned())
            .spawn(move || runtime.block_on(serve(address, settings, ready, taken)))
            .map_err(no_thread)?;
        let end = opened.await.unwrap_or(Err(Failure::Ended))?;
        Ok(Thread { orders, end })
    }
}

/// The thread's life: open, take orders until nobody is left to give any or the
/// wire ends, finish what was begun.
async fn serve(
    address: Address,
    settings: Settings,
    ready: oneshot::Sender<Result<End, Failure>>,
    mut orders: mpsc::UnboundedReceiver<Order>,
) {
    let mut line = match log_in(&address, &settings).await {
        Ok(line) => line,
        Err(failure) => return drop(ready.send(Err(failure))),
    };
    drop(settings);
    if ready.send(Ok(line.end())).is_err() {
        return;
    }
    let mut searches = JoinSet::new();
    let mut end = line.end();
    loop {
        tokio::select! {
            order = orders.recv() => match order {
                Some(Order { query, columns, blocks }) => {
                    searches.spawn(Reader::new(line.clone(), query, columns, blocks).run());
                }
                // INVARIANT: a search holds a sender, so nobody reads any more.
                None => break,
            },
            _ = end.wait() => {
                orders.close();
                while searches.join_next().await.is_some() {}
                break;
            }
        }
    }
    // Best effort: what is written last must leave before the thread does.
    let parting = async {
        drop(line.ldap.unbind().await);
        end.wait().await
    };
    drop(timeout(PARTING, parting).await);
}

async fn log_in(address: &Address, settings: &Settings) -> Result<Line, Failure> {
    let login = Login::of(settings, &address.server())?;
    let mut line = dial(address, settings).await?;
    login.perform(&mut line).await?;
    Ok(line)
}
