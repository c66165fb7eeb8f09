//! Why a run of the past did what it did, from what was kept of it.

use super::{failed, tell};
use crate::archive::Archive;
use crate::args::{ExplainArgs, Format};
use crate::exit::Exit;
use crate::render;
use crate::session::Session;
use crate::trouble::Trouble;
use crate::{snapshots, state};
use jiff::Timestamp;
use muster_model::{AuditRecord, Owner, Plan, Run, RunId, SensitiveFields};
use muster_policy::Policy;
use muster_review::explain::past::{Kept, before, explain_run, recorded};
use muster_review::explain::report::Origin;
use muster_review::explain::{Question, Read, WHOLE};
use muster_store::Store;
use muster_sync::snapshot::Replay;
use muster_sync::{PreviewContext, Silent};

pub(super) fn explain(
    id: RunId,
    now: Policy,
    args: &ExplainArgs,
    session: &Session,
) -> Result<Exit, Trouble> {
    let store = state::existing(session)?;
    let run = store.run(id).map_err(state::trouble)?.ok_or_else(|| {
        Trouble::new(Exit::Failed, format!("there is no run `{id}`"))
            .hint("`muster run list` shows all runs")
    })?;
    if let Some(directory) = run
        .directory
        .as_ref()
        .filter(|name| **name != now.directory)
    {
        let summary = format!(
            "run {id} was of the directory `{directory}`, and the policy is about `{}`",
            now.directory
        );
        return Err(Trouble::new(Exit::Invalid, summary));
    }
    let audit = audit(&run, &store)?;
    let archive = Archive::of(session);
    let plan = archive.plan(id);
    let then = match &run.policy {
        Some(digest) if *digest != now.digest => archive.policy(digest),
        Some(_) => Some(now.clone()),
        None => None,
    };
    let whole = then.and_then(|policy| {
        let read = kept(&run, &policy, &archive, plan.as_ref())?;
        let accounts = before(&store, id, &policy).ok()?;
        Some((policy, read, accounts))
    });
    let Some((policy, read, accounts)) = whole else {
        return from_the_audit(&run, &audit, &store, &now, args, session);
    };
    let context = context(&run, plan.as_ref(), session);
    let origin = Origin::Run {
        run: id,
        recorded: run.at.clone(),
    };
    let question = Question {
        policy: &policy,
        read: &read,
        store: &accounts,
        context: &context,
        origin: &origin,
        asked: &args.person,
        beyond: None,
        reveal: args.reveal,
        whole: WHOLE,
    };
    let kept = Kept {
        run: &run,
        plan: plan.as_ref(),
        audit: &audit,
    };
    let answer = explain_run(&question, &kept).map_err(|error| failed(error, &policy))?;
    tell(answer, &read, &policy, args, session)
}

fn audit(run: &Run, store: &dyn Store) -> Result<Vec<AuditRecord>, Trouble> {
    let directories = store.directories().map_err(state::trouble)?;
    let fields = SensitiveFields::of(&directories);
    let owner = match &run.directory {
        Some(name) => Owner::Directory(name.clone()),
        None => Owner::Local,
    };
    let mut audit = Vec::new();
    store
        .audit(Some(run.id), &mut |mut record| {
            fields.mark(&owner, &mut record.fields);
            audit.push(record);
        })
        .map_err(state::trouble)?;
    Ok(audit)
}

/// The run's read, if it was kept and is whole.
fn kept(run: &Run, policy: &Policy, archive: &Archive, plan: Option<&Plan>) -> Option<Read> {
    let path = archive.read(run.read.as_deref()?);
    let snapshot = snapshots::open(&path).ok()?;
    let mut source = Replay::new(snapshot, policy).ok()?;
    let mut read = Read::take(&mut source, &Silent).ok()?;
    read.note = plan.and_then(|plan| plan.read.clone());
    Some(read)
}

fn context(run: &Run, plan: Option<&Plan>, session: &Session) -> PreviewContext {
    let at = plan.map_or(run.at.as_str(), |plan| plan.bindings.created.as_str());
    let now: Timestamp = at.parse().unwrap_or(session.now);
    let bindings = plan.map(|plan| &plan.bindings);
    PreviewContext {
        now,
        expires: now,
        plugin: bindings.map_or(String::new(), |known| known.plugin.clone()),
        plugin_digest: bindings.map_or(String::new(), |known| known.plugin_digest.clone()),
        read: None,
        only: None,
        overrides: run.overrides.clone(),
    }
}

fn from_the_audit(
    run: &Run,
    audit: &[AuditRecord],
    store: &dyn Store,
    policy: &Policy,
    args: &ExplainArgs,
    session: &Session,
) -> Result<Exit, Trouble> {
    let found = recorded(run, audit, store, policy, &args.person).map_err(state::trouble)?;
    let Some(found) = found else {
        let summary = format!(
            "run {} has changed nothing of anybody called `{}`, and what it read was not kept",
            run.id, args.person
        );
        return Err(Trouble::new(Exit::Failed, summary)
            .hint("`provider.keep_reads` says of how many runs it is kept"));
    };
    match args.format {
        Format::Text => session.print(&render::explain::recorded(&found, session.out))?,
        Format::Json => session.print_json(&found)?,
    }
    Ok(Exit::Done)
}
