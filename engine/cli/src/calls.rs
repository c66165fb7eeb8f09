//! Recordings: what a plugin asked and what it was answered, in a file.

use crate::exit::Exit;
use crate::files::{self, Pending, unwritable};
use crate::plugins;
use crate::render::text::count;
use crate::session::Session;
use crate::trouble::Trouble;
use muster_host::calls::recording::{
    Ending, Header, Outcome, Question, Recorder, Recording, Removed, Replayer, Tally,
};
use muster_host::{Bound, Delivery, Plugin, PluginFile, ReadError, ReadRequest, Secret};
use muster_model::Coverage;
use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufReader, BufWriter};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, PoisonError};

/// A tally that a read's consumer and its recording share.
#[derive(Clone, Default)]
pub struct Watched(Arc<Mutex<Tally>>);

impl Watched {
    /// Takes the next piece into account.
    pub fn see(&self, piece: &Result<Delivery, ReadError>) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .see(piece);
    }

    /// What came of it, as far as it was seen.
    pub fn outcome(&self) -> Outcome {
        let mut tally = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        std::mem::take(&mut *tally).outcome()
    }
}

/// A recording that is being made.
pub struct Taking {
    recorder: Arc<Recorder<BufWriter<File>>>,
    tally: Watched,
    file: Pending,
    path: PathBuf,
}

impl Taking {
    /// Begins to record what a bound plugin asks. Ask the [tapped](Self::tapped) one
    /// in its place, and let the tally see what it delivers.
    pub fn begin(
        path: &Path,
        bound: &Bound,
        request: &ReadRequest,
        secrets: &BTreeMap<String, Secret>,
    ) -> Result<Self, Trouble> {
        let header = Header::new(bound.about(), bound.settings(), request, bound.now_ms());
        let begun = || -> io::Result<_> {
            let file = Pending::begin(path)?;
            let out = BufWriter::new(file.handle()?);
            Ok((file, Recorder::begin(out, &header, secrets)?))
        };
        let (file, recorder) = begun().map_err(|error| unwritable(path, &error))?;
        Ok(Self {
            recorder: Arc::new(recorder),
            tally: Watched::default(),
            file,
            path: path.to_owned(),
        })
    }

    /// The same plugin, recorded while it is asked this.
    pub fn tapped(&self, bound: &Bound, question: Question) -> Bound {
        bound.tapped(self.recorder.tap(question))
    }

    /// What counts along.
    pub fn tally(&self) -> Watched {
        self.tally.clone()
    }

    /// Ends the recording once the read has ended, and tells of it.
    pub fn keep(self, session: &Session) -> Result<Outcome, Trouble> {
        let outcome = self.tally.outcome();
        let kept = self.recorder.finish(&outcome);
        let removed = kept.and_then(|removed| self.file.keep().map(|()| removed));
        let removed = removed.map_err(|error| unwritable(&self.path, &error))?;
        session.say(&format!(
            "wrote {}: what the plugin asked, and was answered; it holds personal data",
            self.path.display()
        ));
        tell(&removed, session);
        Ok(outcome)
    }
}

fn tell(removed: &Removed, session: &Session) {
    if removed.answers > 0 {
        session.note(&format!(
            "the source repeated a secret in {}; it was taken out, and a replay may differ there",
            count(removed.answers, "answer", "answers")
        ));
    }
    for secret in &removed.not_searched {
        session.note(&format!(
            "the secret `{secret}` is too short to be looked for: see for yourself whether the source repeats it"
        ));
    }
}

/// Reads a recording.
pub fn read(path: &Path) -> Result<Recording, Trouble> {
    let unusable = |exit, error: &dyn std::error::Error| {
        let summary = format!("the recording `{}` cannot be used", path.display());
        Trouble::new(exit, summary).because(Some(error))
    };
    let file = File::open(path).map_err(|error| {
        let mut trouble = unusable(Exit::Failed, &error);
        trouble.causes = vec![files::why(path, &error)];
        trouble
    })?;
    Recording::read(BufReader::new(file)).map_err(|error| unusable(Exit::Invalid, &error))
}

/// A plugin that reaches a recording and nothing else.
pub struct Replayed {
    plugin: Plugin,
    recording: Recording,
}

impl Replayed {
    /// Takes the plugin that was recorded, or another. It reaches nothing, so nobody
    /// has to accept it first.
    pub fn load(
        recording: Recording,
        file: PluginFile,
        session: &Session,
    ) -> Result<Self, Trouble> {
        let recorded = &recording.header.plugin;
        let about = file.about();
        if about.digest != recorded.digest {
            session.note(&format!(
                "recorded with {} {}, replayed with another build: {} {}",
                recorded.name, recorded.version, about.name, about.version
            ));
        }
        let plugin = file.compile(&plugins::host(session)?);
        let plugin = plugin.map_err(|error| plugins::unusable(&error))?;
        Ok(Self { plugin, recording })
    }

    /// What was recorded.
    pub fn recording(&self) -> &Recording {
        &self.recording
    }

    /// Binds it to the answers to one question.
    pub fn bind(&self, question: Question) -> (Bound, Arc<Replayer>) {
        let header = &self.recording.header;
        let replayer = Arc::new(Replayer::new(&self.recording, question));
        let settings = header.settings.to_string();
        let bound = self
            .plugin
            .bind_to(replayer.clone(), &settings, header.now_ms);
        (bound, replayer)
    }
}

/// What came of a read, in words: `11 people on 1 page, complete`.
pub fn words(outcome: &Outcome) -> String {
    let read = format!(
        "{} on {}",
        count(outcome.people, "person", "people"),
        count(outcome.pages, "page", "pages")
    );
    match &outcome.ending {
        Ending::Covered(Coverage::Complete { .. }) => format!("{read}, complete"),
        Ending::Covered(Coverage::Delta { .. }) => format!("{read}, changes only"),
        Ending::Covered(Coverage::Partial { text, .. }) => format!("{read}, not all: {text}"),
        Ending::Failed(why) => format!("{read}, then it failed: {why}"),
        Ending::Dropped => format!("{read}, then nobody wanted more"),
    }
}
