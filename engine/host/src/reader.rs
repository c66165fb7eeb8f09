//! A read: the plugin runs on a thread of its own, a few pages ahead.

use crate::bound::Plan;
use crate::cancel::Cancel;
use crate::crash::Crash;
use crate::read_error::{ReadError, StartError};
use crate::reading::Reading;
use crate::request::ReadRequest;
use muster_model::{Coverage, Page};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, sync_channel};
use std::thread;

/// Pages that may wait for the consumer.
const AHEAD: usize = 2;

/// One piece of a read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// People; others follow.
    Page {
        /// Checked, with the columns of the request.
        page: Page,
        /// Where another read may go on after this page.
        resume: Option<Vec<u8>>,
    },
    /// The end; nothing follows.
    End {
        /// How much was read, as far as it was shown.
        coverage: Coverage,
        /// Where the next delta goes on.
        cursor: Option<Vec<u8>>,
    },
}

/// A piece, or why none follows.
pub(crate) type Message = Result<Delivery, ReadError>;

/// The pages of a read, in order. Ends after [`Delivery::End`] or an error.
/// Dropping it stops the plugin.
pub struct Reader {
    plugin: String,
    cancel: Cancel,
    /// Gone once the read has ended.
    deliveries: Option<Receiver<Message>>,
}

impl Reader {
    pub(crate) fn start(plan: Arc<Plan>, request: ReadRequest) -> Result<Self, ReadError> {
        let cancel = Cancel::default();
        let (send, deliveries) = sync_channel(AHEAD);
        let no_thread = |why: String| {
            let plugin = plan.about().name.clone();
            ReadError::Start(StartError::Crashed {
                plugin,
                crash: Crash::Thread { why },
            })
        };
        let Some(runtime) = plan.shared().runtime().cloned() else {
            return Err(no_thread("the host is shutting down".to_owned()));
        };
        let (name, run, stopped) = (plan.about().name.clone(), plan.clone(), cancel.clone());
        thread::Builder::new()
            .name("muster-plugin".to_owned())
            .spawn(move || {
                let read = Reading::new(&run, &request, &send);
                if let Err(error) = runtime.block_on(read.all(request, stopped)) {
                    // A consumer that went away needs no error.
                    let _ = send.send(Err(error));
                }
            })
            .map_err(|error| no_thread(error.to_string()))?;
        Ok(Self {
            plugin: name,
            cancel,
            deliveries: Some(deliveries),
        })
    }

    /// Returns what stops the read from another thread.
    pub fn cancel(&self) -> Cancel {
        self.cancel.clone()
    }
}

impl Iterator for Reader {
    type Item = Message;

    /// Waits for the next piece.
    ///
    /// INVARIANT: the last piece is an end or an error, whatever happens to the
    /// plugin's thread: silence is never taken for an end.
    fn next(&mut self) -> Option<Message> {
        let message = self.deliveries.as_ref()?.recv().unwrap_or_else(|_| {
            let why = "it ended without a word".to_owned();
            Err(ReadError::Crashed {
                plugin: self.plugin.clone(),
                people: 0,
                crash: Crash::Thread { why },
            })
        });
        if !matches!(message, Ok(Delivery::Page { .. })) {
            self.deliveries = None;
        }
        Some(message)
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.cancel.cancel();
    }
}
