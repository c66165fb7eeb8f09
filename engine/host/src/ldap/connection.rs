//! One bound connection, on a thread of its own, shared by several searches.
//!
//! The thread keeps reading whatever the caller does: a guest that computes, or
//! a runtime with one thread, never stops the wire. Blocks, not entries, cross
//! the threads.

use super::address::{Address, Security};
use super::bind::Login;
use super::block::Entries;
use super::dial::{End, Line, Outages, Settings, dial};
use super::failure::Failure;
use super::names::{Columns, Ranges};
use super::reader::Reader;
use super::search::{Mode, Query, Search};
use super::tls;
use std::sync::OnceLock;
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
///
/// INVARIANT: of several servers the first that takes the login is used, and no
/// other afterwards: groups of one server and people of another, which lags
/// behind, would look as if somebody had gone.
pub struct Connection {
    addresses: Vec<Address>,
    settings: Settings,
    thread: Mutex<Option<Thread>>,
    chosen: OnceLock<Address>,
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
    /// A URL without encryption that the settings do not allow, a login that is
    /// incomplete or empty, and a client certificate that cannot be used.
    pub fn new(settings: Settings) -> Result<Self, Failure> {
        let addresses = settings.addresses()?;
        for address in &addresses {
            Login::of(&settings, &address.server())?;
        }
        if let Some(pem) = &settings.identity {
            tls::identity(pem)?;
            if addresses
                .iter()
                .any(|address| address.security == Security::None)
            {
                return Err(Failure::Identity {
                    why: "a connection without TLS shows no certificate".to_owned(),
                });
            }
        }
        Ok(Self {
            addresses,
            settings,
            thread: Mutex::new(None),
            chosen: OnceLock::new(),
        })
    }

    /// Connects and logs in, unless that has been done.
    ///
    /// # Errors
    /// Whatever keeps the server from being reached, believed or used.
    pub async fn open(&self) -> Result<(), Failure> {
        self.orders().await.map(drop)
    }

    /// Returns the server that answers, as `dc1.example.org:636`.
    ///
    /// # Errors
    /// As [`Connection::open`].
    pub async fn server(&self) -> Result<String, Failure> {
        self.open().await?;
        Ok(self.lost_from())
    }

    fn lost_from(&self) -> String {
        let known = self.chosen.get().or_else(|| self.addresses.first());
        known.map(Address::server).unwrap_or_default()
    }

    /// Begins a search. Several may run one after the other or side by side.
    ///
    /// # Errors
    /// As [`Connection::open`], and a query that cannot be asked.
    pub async fn search(&self, query: Query) -> Result<Search, Failure> {
        query.check()?;
        let ranges = match query.mode {
            Mode::DirSync(_) => Ranges::Options,
            _ => Ranges::Parts,
        };
        let columns = Columns::new(&query.columns(), ranges)?;
        let orders = self.orders().await?;
        let (send, blocks) = mpsc::channel(BLOCKS);
        orders
            .send(Order {
                query,
                columns,
                blocks: send,
            })
            .map_err(|_| Failure::Lost {
                server: self.lost_from(),
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
        let candidates = match self.chosen.get() {
            Some(chosen) => std::slice::from_ref(chosen),
            None => &self.addresses,
        };
        let mut outages = Outages::default();
        for address in candidates {
            match self.start(address).await {
                Ok(fresh) => {
                    self.chosen.get_or_init(|| address.clone());
                    return Ok(thread.insert(fresh).orders.clone());
                }
                Err(failure) => outages.pass(failure)?,
            }
        }
        Err(outages.failure())
    }

    async fn start(&self, address: &Address) -> Result<Thread, Failure> {
        let (orders, taken) = mpsc::unbounded_channel();
        let (ready, opened) = oneshot::channel();
        let (address, settings) = (address.clone(), self.settings.clone());
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
