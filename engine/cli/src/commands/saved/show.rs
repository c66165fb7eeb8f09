//! `muster plan show`: a saved plan in any format, and whether it can be applied.

use super::PlanFile;
use super::file::policy_of;
use crate::args::{PlanFormat, PlanShowArgs};
use crate::exit::Exit;
use crate::files::whole;
use crate::plugins;
use crate::render::plan_text::{Folding, plan_text};
use crate::render::{Palette, review};
use crate::session::Session;
use crate::state;
use crate::trouble::Trouble;
use muster_model::{Approval, Plan};
use muster_review::report::{self, Note, Paper, Tone};
use muster_store::Store;
use muster_sync::plan_file::SealedPlan;
use muster_sync::review::{counted, lacking};
use muster_sync::standing;
use serde::Serialize;
use std::io::{self, BufWriter, Write};

pub(super) fn run(args: &PlanShowArgs, session: &Session) -> Result<Exit, Trouble> {
    let file = PlanFile::open(&args.file)?;
    let (sealed, notes) = look(&file, session)?;
    let shown = Shown {
        sealed: &sealed,
        notes: &notes,
        format: args.format,
        folding: Folding::unless(args.all),
    };
    match &args.out {
        None => shown.print(session)?,
        Some(path) => {
            let written = whole(path, |out| {
                let mut out = BufWriter::new(out);
                shown.write(&mut out, Palette::Plain)?;
                out.flush()
            });
            written.map_err(|error| {
                let summary = format!("`{}` cannot be written", path.display());
                Trouble::new(Exit::Failed, summary).because(Some(&error))
            })?;
            session.say(&format!("wrote {}", path.display()));
        }
    }
    let is_bad = notes.iter().any(|note| note.tone == Tone::Bad);
    Ok(if is_bad { Exit::Outdated } else { Exit::Done })
}

/// The plan, and what is known of its file.
fn look(file: &PlanFile, session: &Session) -> Result<(SealedPlan, Vec<Note>), Trouble> {
    let loose = file.loose()?;
    let doubt = |text: String| vec![note(Tone::Doubt, text)];
    let store = match state::existing(session) {
        Ok(store) => store,
        Err(trouble) => {
            let why = trouble.summary;
            let notes = doubt(format!(
                "The seal could not be checked, so this may have been edited: {why}."
            ));
            return Ok((loose, notes));
        }
    };
    if loose.plan.bindings.state != store.identity() {
        let notes = doubt(format!(
            "The seal could not be checked, so this may have been edited: the plan is one of the \
             state `{}`, and this is `{}`.",
            loose.plan.bindings.state,
            store.identity()
        ));
        return Ok((loose, notes));
    }
    match file.sealed(&store) {
        Ok(sealed) => {
            let notes = standing(&sealed, &store, session);
            Ok((sealed, notes))
        }
        Err(trouble) => {
            let why = trouble.causes.first().unwrap_or(&trouble.summary);
            let text = format!("Do not trust this plan: {why}. It will not be applied.");
            Ok((loose, vec![note(Tone::Bad, text)]))
        }
    }
}

fn note(tone: Tone, text: String) -> Note {
    Note { tone, text }
}

/// Whether a plan that nobody edited could be applied now.
fn standing(sealed: &SealedPlan, store: &dyn Store, session: &Session) -> Vec<Note> {
    let fits = "The seal fits: this is what was planned for this state.".to_owned();
    let mut notes = vec![note(Tone::Good, fits)];
    match why_not(sealed, store, session) {
        Ok((why, lacking)) => {
            notes.extend(lacking.map(|text| note(Tone::Doubt, text)));
            notes.extend(why.into_iter().map(|why| {
                let text = format!("It can no longer be applied: {why}.");
                note(Tone::Bad, text)
            }));
        }
        Err(trouble) => {
            let why = std::iter::once(trouble.summary).chain(trouble.causes);
            let why: Vec<String> = why.collect();
            let text = format!("It cannot be applied from here: {}.", why.join(": "));
            notes.push(note(Tone::Doubt, text));
        }
    }
    notes
}

/// Why not, and who has still to approve.
fn why_not(
    sealed: &SealedPlan,
    store: &dyn Store,
    session: &Session,
) -> Result<(Vec<String>, Option<String>), Trouble> {
    let plan = &sealed.plan;
    let policy = match plan.bindings.policy.is_empty() {
        true => None,
        false => Some(policy_of(plan, session)?),
    };
    let plugin = match (&policy, plan.undoes) {
        (Some(policy), None) => plugins::digest(policy, session)?,
        // What takes a run back asks no plugin.
        _ => plan.bindings.plugin_digest.clone(),
    };
    let policy = policy.as_ref();
    let why = standing::why_not(sealed, policy, &plugin, session.now, store);
    let approved = counted(sealed, policy);
    let lacking = lacking(plan, policy, &approved).map(|lacking| capital(&lacking.to_string()));
    Ok((why.map_err(state::trouble)?, lacking))
}

/// A sentence begins with a capital letter, and ends.
fn capital(text: &str) -> String {
    let mut chars = text.chars();
    let first = chars.next().map(|first| first.to_uppercase().to_string());
    format!("{}{}.", first.unwrap_or_default(), chars.as_str())
}

/// A plan on its way out.
struct Shown<'a> {
    sealed: &'a SealedPlan,
    notes: &'a [Note],
    format: PlanFormat,
    folding: Folding,
}

impl Shown<'_> {
    fn print(&self, session: &Session) -> Result<(), Trouble> {
        session.stream(|out| self.write(out, session.out))
    }

    fn write(&self, out: &mut dyn Write, palette: Palette) -> io::Result<()> {
        let paper = Paper {
            plan: &self.sealed.plan,
            approvals: &self.sealed.approvals,
            notes: self.notes,
        };
        match self.format {
            PlanFormat::Text => {
                let text = plan_text(paper.plan, self.folding, palette);
                out.write_all(text.as_bytes())?;
                let text = review::file(paper.approvals, self.notes, palette);
                out.write_all(text.as_bytes())
            }
            PlanFormat::Json => self.json(out),
            PlanFormat::Markdown => out.write_all(report::markdown(paper).as_bytes()),
            PlanFormat::Html => report::html(out, paper),
        }
    }

    fn json(&self, out: &mut dyn Write) -> io::Result<()> {
        let told = Told {
            plan: &self.sealed.plan,
            file: About {
                digest: &self.sealed.digest,
                approvals: &self.sealed.approvals,
                notes: self.notes.iter().map(Remark::from).collect(),
            },
        };
        serde_json::to_writer_pretty(&mut *out, &told)?;
        out.write_all(b"\n")
    }
}

/// A plan's JSON, and one member more about its file.
#[derive(Serialize)]
struct Told<'a> {
    #[serde(flatten)]
    plan: &'a Plan,
    file: About<'a>,
}

#[derive(Serialize)]
struct About<'a> {
    digest: &'a str,
    approvals: &'a [Approval],
    notes: Vec<Remark<'a>>,
}

#[derive(Serialize)]
struct Remark<'a> {
    tone: &'static str,
    text: &'a str,
}

impl<'a> From<&'a Note> for Remark<'a> {
    fn from(note: &'a Note) -> Self {
        let tone = match note.tone {
            Tone::Good => "good",
            Tone::Doubt => "doubt",
            Tone::Bad => "bad",
        };
        Self {
            tone,
            text: &note.text,
        }
    }
}
