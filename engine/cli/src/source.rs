//! A plugin's read, as the run wants it.

use crate::calls::Watched;
pub use muster_host::chain;
use muster_host::{Delivery as HostDelivery, ReadError, ReadFrom, ReadRequest, Reader, Scope};
use muster_model::{Coverage, Evidence, PartialReason};
use muster_policy::Policy;
use muster_sync::{Delivery, FailureKind, Source, SourceFailed};

/// Asks for what a policy needs, and for no more.
pub fn request(policy: &Policy, from: ReadFrom) -> ReadRequest {
    ReadRequest {
        from,
        ..ReadRequest::new(policy.attributes.clone(), scope(policy))
    }
}

/// Asks for everybody, in the syncing groups or not, and in which of them they are.
pub fn beyond(policy: &Policy) -> ReadRequest {
    let mut report = policy.report_groups();
    report.extend(policy.scope.groups.iter().cloned());
    let scope = Scope {
        groups: Vec::new(),
        under: Vec::new(),
        except_groups: Vec::new(),
        except_under: Vec::new(),
        report,
    };
    ReadRequest::new(policy.attributes.clone(), scope)
}

/// The part of a policy's scope that the source itself can tell.
pub fn scope(policy: &Policy) -> Scope {
    Scope {
        groups: policy.scope.groups.clone(),
        under: policy.scope.under.clone(),
        except_groups: policy.scope.except_groups.clone(),
        except_under: policy.scope.except_under.clone(),
        report: policy.report_groups(),
    }
}

/// A read of a plugin.
pub struct PluginSource {
    reader: Reader,
    tally: Option<Watched>,
}

impl PluginSource {
    /// Takes a read that has begun.
    pub fn new(reader: Reader) -> Self {
        Self {
            reader,
            tally: None,
        }
    }

    /// Lets a recording see what is delivered.
    pub fn watched(self, tally: Option<Watched>) -> Self {
        Self { tally, ..self }
    }
}

impl Source for PluginSource {
    fn next(&mut self) -> Result<Delivery, SourceFailed> {
        let piece = self.reader.next();
        if let (Some(piece), Some(tally)) = (&piece, &self.tally) {
            tally.see(piece);
        }
        match piece {
            Some(Ok(HostDelivery::Page { page, .. })) => Ok(Delivery::Page(page)),
            Some(Ok(HostDelivery::End { coverage, cursor })) => {
                Ok(Delivery::End { coverage, cursor })
            }
            Some(Err(error)) => Err(failed(&error)),
            None => Err(SourceFailed {
                kind: FailureKind::Plugin,
                text: "the read ended without its end".to_owned(),
                hint: None,
            }),
        }
    }
}

/// The first people of a read, and no more: what is there is not all.
pub struct Glance {
    source: PluginSource,
    left: u64,
    seen: u64,
}

impl Glance {
    /// Ends a read after so many people, at the end of a page.
    pub fn new(reader: Reader, people: u64) -> Self {
        Self {
            source: PluginSource::new(reader),
            left: people,
            seen: 0,
        }
    }
}

impl Source for Glance {
    fn next(&mut self) -> Result<Delivery, SourceFailed> {
        if self.left == 0 {
            return Ok(Delivery::End {
                coverage: Coverage::Partial {
                    reason: PartialReason::Unproven,
                    text: "only the first people were read".to_owned(),
                    evidence: Evidence {
                        entries: self.seen,
                        ..Evidence::default()
                    },
                },
                cursor: None,
            });
        }
        let delivery = self.source.next()?;
        if let Delivery::Page(page) = &delivery {
            let people = page.len() as u64;
            self.seen += people;
            self.left = self.left.saturating_sub(people);
        }
        Ok(delivery)
    }
}

/// Tells a failed read in the words of the run.
pub fn failed(error: &ReadError) -> SourceFailed {
    SourceFailed {
        kind: kind(error),
        text: chain(error),
        hint: error.hint(),
    }
}

fn kind(error: &ReadError) -> FailureKind {
    use muster_host::FailureKind as Host;
    match error.failure().map(|failure| failure.kind) {
        Some(Host::Config | Host::Unsupported) => FailureKind::Settings,
        Some(Host::Auth | Host::Denied) => FailureKind::Credentials,
        Some(Host::Unavailable | Host::Throttled) => FailureKind::Unavailable,
        Some(Host::StaleCursor) => FailureKind::StaleCursor,
        Some(Host::Data | Host::Drifted) => FailureKind::Data,
        Some(Host::Cancelled) => FailureKind::Cancelled,
        Some(Host::Internal) | None => FailureKind::Plugin,
    }
}
