//! A read: the plugin runs on a thread of its own, a few pages ahead.

use crate::border::{Border, Breach};
use crate::bound::Plan;
use crate::cancel::Cancel;
use crate::crash::Crash;
use crate::failure::Failure;
use crate::instance::{Instance, OpenError};
use crate::request::ReadRequest;
use muster_model::{Coverage, Page};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, SyncSender, sync_channel};
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

/// Why a read ended without its end.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ReadError {
    /// The plugin could not be opened.
    #[error(transparent)]
    Open(#[from] OpenError),
    /// The plugin could not begin.
    #[error(transparent)]
    Start(#[from] StartError),
    /// The plugin says why.
    #[error("plugin `{plugin}` could not go on after {people} people")]
    Failed {
        /// Which plugin.
        plugin: String,
        /// Delivered before.
        people: u64,
        /// In its words.
        #[source]
        failure: Failure,
    },
    /// The plugin broke.
    #[error("plugin `{plugin}` broke after {people} people")]
    Crashed {
        /// Which plugin.
        plugin: String,
        /// Delivered before.
        people: u64,
        /// How.
        #[source]
        crash: Crash,
    },
    /// The plugin delivered what no plugin may.
    #[error("what plugin `{plugin}` delivered after {people} people is refused")]
    Breach {
        /// Which plugin.
        plugin: String,
        /// Delivered before.
        people: u64,
        /// What.
        #[source]
        breach: Breach,
    },
}

/// Why a read could not begin.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StartError {
    /// The plugin says why.
    #[error("plugin `{plugin}` cannot begin to read")]
    Failed {
        /// Which plugin.
        plugin: String,
        /// In its words.
        #[source]
        failure: Failure,
    },
    /// The plugin broke.
    #[error("plugin `{plugin}` broke at the beginning of a read")]
    Crashed {
        /// Which plugin.
        plugin: String,
        /// How.
        #[source]
        crash: Crash,
    },
}

impl ReadError {
    /// Returns the plugin's own account, if it gave one.
    pub fn failure(&self) -> Option<&Failure> {
        match self {
            Self::Open(error) => error.failure(),
            Self::Start(StartError::Failed { failure, .. }) | Self::Failed { failure, .. } => {
                Some(failure)
            }
            Self::Start(StartError::Crashed { .. })
            | Self::Crashed { .. }
            | Self::Breach { .. } => None,
        }
    }

    /// Says what to do about it.
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::Open(error) => error.hint(),
            Self::Start(StartError::Failed { failure, .. }) | Self::Failed { failure, .. } => {
                failure.hint.clone()
            }
            Self::Start(StartError::Crashed { crash, .. }) | Self::Crashed { crash, .. } => {
                Some(crash.hint().to_owned())
            }
            Self::Breach { .. } => {
                Some("this is a defect of the plugin: report it to its author".to_owned())
            }
        }
    }
}

type Message = Result<Delivery, ReadError>;

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
                let read = Reading {
                    people: 0,
                    plan: &run,
                    send: &send,
                };
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

struct Reading<'a> {
    plan: &'a Plan,
    send: &'a SyncSender<Message>,
    people: u64,
}

impl Reading<'_> {
    async fn all(mut self, request: ReadRequest, cancel: Cancel) -> Result<(), ReadError> {
        let mut instance = Instance::open(self.plan, cancel.watch()).await?;
        let mut border = Border::new(&request, &self.plan.shared().limits);
        self.begin(&mut instance, request).await?;
        loop {
            let batch = instance.call(async |guest, store, session| {
                guest.session().call_next(store, session).await
            });
            let batch = match batch.await {
                Ok(Ok(batch)) => batch,
                Ok(Err(failure)) => return Err(self.failed(failure.into())),
                Err(crash) => return Err(self.crashed(crash)),
            };
            let passed = border.pass(batch).map_err(|breach| self.breach(breach))?;
            self.people = border.people();
            let page = Delivery::Page {
                page: passed.page,
                resume: passed.resume,
            };
            if self.send.send(Ok(page)).is_err() {
                return Ok(());
            }
            if let Some((coverage, cursor)) = passed.end {
                // A consumer that went away needs no end.
                let _ = self.send.send(Ok(Delivery::End { coverage, cursor }));
                return Ok(());
            }
        }
    }

    async fn begin(&self, instance: &mut Instance, request: ReadRequest) -> Result<(), StartError> {
        let plugin = || self.plan.about().name.clone();
        let request = request.into();
        let started = instance.call(async |guest, store, session| {
            guest.session().call_start(store, session, &request).await
        });
        match started.await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(failure)) => Err(StartError::Failed {
                plugin: plugin(),
                failure: failure.into(),
            }),
            Err(crash) => Err(StartError::Crashed {
                plugin: plugin(),
                crash,
            }),
        }
    }

    fn failed(&self, failure: Failure) -> ReadError {
        ReadError::Failed {
            plugin: self.plan.about().name.clone(),
            people: self.people,
            failure,
        }
    }

    fn crashed(&self, crash: Crash) -> ReadError {
        ReadError::Crashed {
            plugin: self.plan.about().name.clone(),
            people: self.people,
            crash,
        }
    }

    fn breach(&self, breach: Breach) -> ReadError {
        ReadError::Breach {
            plugin: self.plan.about().name.clone(),
            people: self.people,
            breach,
        }
    }
}
