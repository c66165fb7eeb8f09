//! The task that holds the transaction, and takes orders.

use super::connect::words;
use super::failure::Failure;
use super::pack::{Column, Rows};
use super::settings::Settings;
use super::statement::{Parameter, Prepared, prepare};
use std::collections::BTreeMap;
use tokio::sync::{mpsc, oneshot};
use tokio_postgres::{Client, IsolationLevel, Portal, Transaction};

/// Rows that are fetched at first, and at most at once. Photos want smaller
/// batches than names.
const FIRST_BATCH: i32 = 250;
const LARGEST_BATCH: i32 = 2000;
/// Bytes that a batch should not have more of, and much less of.
const HEAVY: usize = 4 << 20;
const LIGHT: usize = 512 << 10;

/// What a transaction begins with, so that every value has one form.
const FORMS: &str = "SET LOCAL intervalstyle = 'iso_8601'; SET LOCAL datestyle = 'ISO, YMD'; \
     SET LOCAL timezone = 'UTC'; SET LOCAL extra_float_digits = 1";

/// What the task is asked for.
pub(super) enum Order {
    /// Begin a query.
    Ask {
        text: String,
        parameters: Vec<Option<String>>,
        /// For the answer, to ask for more.
        orders: mpsc::Sender<Order>,
        reply: oneshot::Sender<Result<Answer, Failure>>,
    },
    /// Fetch the next block of an answer.
    Next {
        answer: u64,
        reply: oneshot::Sender<Result<Rows, Failure>>,
    },
    /// Forget an answer.
    Drop { answer: u64 },
}

/// The rows of a query, block by block.
pub struct Answer {
    number: u64,
    columns: Vec<Column>,
    orders: mpsc::Sender<Order>,
    server: String,
}

impl Answer {
    /// The columns.
    pub(crate) fn columns(&self) -> &[Column] {
        &self.columns
    }

    /// Waits for the next block.
    pub(crate) async fn next(&self) -> Result<Rows, Failure> {
        let (reply, rows) = oneshot::channel();
        let answer = self.number;
        let gone = || Failure::Lost {
            server: self.server.clone(),
            why: "it ended before the answer".to_owned(),
        };
        let sent = self.orders.send(Order::Next { answer, reply }).await;
        sent.map_err(|_| gone())?;
        rows.await.map_err(|_| gone())?
    }
}

impl Drop for Answer {
    fn drop(&mut self) {
        // A task that is gone or busy has nothing to forget, or will end soon.
        let answer = self.number;
        drop(self.orders.try_send(Order::Drop { answer }));
    }
}

/// Serves orders until nobody can give any. The transaction is rolled back.
pub(super) async fn work(mut client: Client, settings: Settings, orders: mpsc::Receiver<Order>) {
    let mut talk = Talk {
        settings,
        orders,
        next: 0,
        open: BTreeMap::new(),
    };
    match talk.begin(&mut client).await {
        Ok(transaction) => talk.serve(&transaction).await,
        Err(failure) => talk.refuse(&failure).await,
    }
}

struct Talk {
    settings: Settings,
    orders: mpsc::Receiver<Order>,
    next: u64,
    open: BTreeMap<u64, Open>,
}

/// An answer that is being read.
struct Open {
    portal: Portal,
    columns: Vec<Column>,
    query: String,
    /// Rows that are fetched next.
    batch: i32,
    /// The block that was fetched before anybody asked for it.
    ahead: Option<Result<Rows, Failure>>,
    ended: bool,
}

impl Talk {
    async fn begin<'a>(&self, client: &'a mut Client) -> Result<Transaction<'a>, Failure> {
        let failed = |error: tokio_postgres::Error| self.failed(&error, "");
        let transaction = client
            .build_transaction()
            .isolation_level(IsolationLevel::RepeatableRead)
            .read_only(true)
            .start()
            .await
            .map_err(failed)?;
        let mut forms = FORMS.to_owned();
        if let Some(limit) = self.settings.statement_timeout {
            forms.push_str(&format!(
                "; SET LOCAL statement_timeout = {}",
                limit.as_millis()
            ));
        }
        transaction.batch_execute(&forms).await.map_err(failed)?;
        Ok(transaction)
    }

    /// Tells everybody who asks that there is no transaction.
    async fn refuse(&mut self, failure: &Failure) {
        while let Some(order) = self.orders.recv().await {
            match order {
                Order::Ask { reply, .. } => drop(reply.send(Err(failure.clone()))),
                Order::Next { reply, .. } => drop(reply.send(Err(failure.clone()))),
                Order::Drop { .. } => {}
            }
        }
    }

    async fn serve(&mut self, transaction: &Transaction<'_>) {
        while let Some(order) = self.orders.recv().await {
            match order {
                Order::Ask {
                    text,
                    parameters,
                    orders,
                    reply,
                } => {
                    let answer = self.ask(transaction, text, parameters, orders).await;
                    let begun = answer.as_ref().ok().map(|answer| answer.number);
                    drop(reply.send(answer));
                    self.fetch_ahead(transaction, begun).await;
                }
                Order::Next { answer, reply } => {
                    let rows = self.take(transaction, answer).await;
                    drop(reply.send(rows));
                    self.fetch_ahead(transaction, Some(answer)).await;
                }
                Order::Drop { answer } => {
                    self.open.remove(&answer);
                }
            }
        }
    }

    async fn ask(
        &mut self,
        transaction: &Transaction<'_>,
        query: String,
        parameters: Vec<Option<String>>,
        orders: mpsc::Sender<Order>,
    ) -> Result<Answer, Failure> {
        let lost = |error: &tokio_postgres::Error| self.failed(error, &query);
        let Prepared { statement, columns } = prepare(transaction, &query, lost).await?;
        let wanted = statement.params().len();
        if wanted != parameters.len() {
            return Err(Failure::Query {
                code: String::new(),
                why: format!(
                    "it has {wanted} parameters, and {} are given",
                    parameters.len()
                ),
                hint: None,
            });
        }
        let parameters: Vec<Parameter> = parameters.into_iter().map(Parameter).collect();
        let portal = transaction
            .bind_raw(&statement, parameters.iter())
            .await
            .map_err(|error| self.failed(&error, &query))?;
        self.next += 1;
        let answer = Answer {
            number: self.next,
            columns: columns.clone(),
            orders,
            server: self.settings.server(),
        };
        let open = Open {
            portal,
            columns,
            query,
            batch: FIRST_BATCH,
            ahead: None,
            ended: false,
        };
        self.open.insert(self.next, open);
        Ok(answer)
    }

    /// While the caller works on one block, the next one is on its way.
    async fn fetch_ahead(&mut self, transaction: &Transaction<'_>, answer: Option<u64>) {
        let Some(answer) = answer else { return };
        let Some(open) = self.open.get(&answer) else {
            return;
        };
        if open.ended {
            return;
        }
        let rows = self.fetch(transaction, open).await;
        if let Some(open) = self.open.get_mut(&answer) {
            open.ended = rows.as_ref().map_or(true, |rows| rows.last);
            open.batch = match rows.as_ref().map_or(0, Rows::size) {
                HEAVY.. => (open.batch / 2).max(1),
                0..LIGHT => (open.batch * 2).min(LARGEST_BATCH),
                _ => open.batch,
            };
            open.ahead = Some(rows);
        }
    }

    async fn take(&mut self, transaction: &Transaction<'_>, answer: u64) -> Result<Rows, Failure> {
        let Some(open) = self.open.get_mut(&answer) else {
            return Err(Failure::Ended);
        };
        if let Some(rows) = open.ahead.take() {
            return rows;
        }
        if open.ended {
            return Err(Failure::Ended);
        }
        self.fetch_ahead(transaction, Some(answer)).await;
        let ahead = self
            .open
            .get_mut(&answer)
            .and_then(|open| open.ahead.take());
        ahead.unwrap_or(Err(Failure::Ended))
    }

    async fn fetch(&self, transaction: &Transaction<'_>, open: &Open) -> Result<Rows, Failure> {
        let found = transaction.query_portal(&open.portal, open.batch).await;
        let found = found.map_err(|error| self.failed(&error, &open.query))?;
        let mut rows = Rows {
            last: found.len() < usize::try_from(open.batch).unwrap_or_default(),
            ..Rows::default()
        };
        for row in &found {
            rows.push(row, &open.columns)?;
        }
        Ok(rows)
    }

    /// What went wrong after the login.
    fn failed(&self, error: &tokio_postgres::Error, query: &str) -> Failure {
        let server = self.settings.server();
        let Some(said) = error.as_db_error() else {
            return Failure::Lost {
                server,
                why: words(error),
            };
        };
        let code = said.code().code();
        if code.starts_with("42") || code.starts_with("25") {
            return super::failure::asked(said, query);
        }
        Failure::Server {
            server,
            code: code.to_owned(),
            why: said.message().to_owned(),
            hint: said.hint().map(str::to_owned),
        }
    }
}
