//! Stopping a plugin from outside.

use tokio::sync::watch;

/// Stops a run from any thread. Dropping it stops nothing.
#[derive(Clone, Debug)]
pub struct Cancel {
    flag: watch::Sender<bool>,
}

impl Default for Cancel {
    fn default() -> Self {
        Self {
            flag: watch::Sender::new(false),
        }
    }
}

impl Cancel {
    /// Stops the run: the plugin is interrupted wherever it is.
    pub fn cancel(&self) {
        self.flag.send_replace(true);
    }

    pub(crate) fn watch(&self) -> Cancelled {
        Cancelled {
            flag: self.flag.subscribe(),
        }
    }
}

/// The plugin's side of a [`Cancel`].
#[derive(Clone, Debug)]
pub(crate) struct Cancelled {
    flag: watch::Receiver<bool>,
}

impl Cancelled {
    /// True once the run is being stopped.
    pub fn now(&self) -> bool {
        *self.flag.borrow()
    }

    /// Waits until the run is being stopped, for ever if nobody is left to
    /// stop it.
    pub async fn wait(&self) {
        let mut flag = self.flag.clone();
        if flag.wait_for(|stopped| *stopped).await.is_err() {
            std::future::pending::<()>().await;
        }
    }
}
