//! A database that plugins may ask.

use super::connect::connect;
use super::failure::Failure;
use super::settings::Settings;
use super::worker::{Answer, Order, work};
use tokio::sync::{Mutex, mpsc, oneshot};

/// One login, made when the first query comes, with one snapshot for all.
pub(crate) struct Database {
    settings: Settings,
    /// Where queries go; none before the first.
    orders: Mutex<Option<mpsc::Sender<Order>>>,
}

impl Database {
    /// Opens nothing yet.
    pub fn new(settings: Settings) -> Self {
        Self {
            settings,
            orders: Mutex::new(None),
        }
    }

    /// Asks a query, and waits until its first rows are on the way.
    pub async fn ask(
        &self,
        text: String,
        parameters: Vec<Option<String>>,
    ) -> Result<Answer, Failure> {
        let orders = self.orders().await?;
        let (reply, answer) = oneshot::channel();
        let order = Order::Ask {
            text,
            parameters,
            orders: orders.clone(),
            reply,
        };
        let gone = || self.gone();
        orders.send(order).await.map_err(|_| gone())?;
        answer.await.map_err(|_| gone())?
    }

    async fn orders(&self) -> Result<mpsc::Sender<Order>, Failure> {
        let mut held = self.orders.lock().await;
        if let Some(orders) = held.as_ref() {
            return Ok(orders.clone());
        }
        let client = connect(&self.settings).await?;
        let (send, receive) = mpsc::channel(1);
        tokio::spawn(work(client, self.settings.clone(), receive));
        Ok(held.insert(send).clone())
    }

    fn gone(&self) -> Failure {
        Failure::Lost {
            server: self.settings.server(),
            why: "it ended before the answer".to_owned(),
        }
    }
}
