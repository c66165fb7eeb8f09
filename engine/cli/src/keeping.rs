//! Keeps what is read while it is being planned.
//!
//! Pages are copied and written down in a thread of their own, so that a run waits
//! for the disk only if it is slower than the source. That a read cannot be kept
//! stops no run: what was done can then be explained from its record alone.

use crate::files::{self, Scratch};
use muster_model::{Coverage, Page};
use muster_sync::snapshot::{About, Header, Recorder, Unwritten};
use muster_sync::{Delivery, Source, SourceFailed};
use std::fs::File;
use std::io::{self, Write};
use std::path::Path;
use std::sync::mpsc::{SyncSender, sync_channel};
use std::thread::{self, JoinHandle};

/// Pages that wait to be written.
const WAITING: usize = 4;

/// What the writer hears.
enum Piece {
    Page(Page),
    End(Coverage, Option<Vec<u8>>),
}

type Kept = (Recorder<File>, Coverage, Option<Vec<u8>>);

/// A read that is being kept.
pub struct Keeping {
    _scratch: Scratch,
    sender: SyncSender<Piece>,
    writer: JoinHandle<Result<Option<Kept>, Unwritten>>,
}

impl Keeping {
    /// Begins beside the file that it is to become.
    pub fn begin(beside: &Path, attributes: Vec<String>) -> io::Result<Self> {
        let scratch = files::scratch(beside)?;
        let mut recorder = Recorder::begin(scratch.file.try_clone()?)?;
        let (sender, pieces) = sync_channel(WAITING);
        let writer = thread::spawn(move || {
            for piece in pieces {
                match piece {
                    Piece::Page(page) => recorder.page(&page, &attributes)?,
                    Piece::End(coverage, cursor) => return Ok(Some((recorder, coverage, cursor))),
                }
            }
            Ok(None)
        });
        Ok(Self {
            _scratch: scratch,
            sender,
            writer,
        })
    }

    /// Hands on what a source delivers, and keeps it.
    pub fn of<'s>(&self, source: Box<dyn Source + 's>) -> Box<dyn Source + 's> {
        Box::new(Tee {
            source,
            writer: self.sender.clone(),
        })
    }

    /// Writes the snapshot; none if the read did not come to its end.
    pub fn finish(
        self,
        about: &About<'_>,
        out: &mut dyn Write,
    ) -> Result<Option<Header>, Unwritten> {
        drop(self.sender);
        let Ok(written) = self.writer.join() else {
            return Ok(None);
        };
        match written? {
            None => Ok(None),
            Some((recorder, coverage, cursor)) => {
                recorder.finish(about, coverage, cursor, out).map(Some)
            }
        }
    }
}

struct Tee<'s> {
    source: Box<dyn Source + 's>,
    writer: SyncSender<Piece>,
}

impl Source for Tee<'_> {
    fn next(&mut self) -> Result<Delivery, SourceFailed> {
        let delivery = self.source.next()?;
        let piece = match &delivery {
            Delivery::Page(page) => Piece::Page(page.clone()),
            Delivery::End { coverage, cursor } => Piece::End(coverage.clone(), cursor.clone()),
        };
        // A writer that has failed hears no more; `finish` tells why.
        let _ = self.writer.send(piece);
        Ok(delivery)
    }
}
