//! `muster plan approve`, and the keys that it is done with.

use super::PlanFile;
use crate::args::{PlanApproveArgs, PlanKeyArgs};
use crate::exit::Exit;
use crate::files;
use crate::policies;
use crate::render::text::{count, safe};
use crate::session::Session;
use crate::state;
use crate::trouble::Trouble;
use muster_model::{Approval, UsernameKey};
use muster_policy::{ApprovalTerms, KEY_KIND, Policy, nearest};
use muster_store::{SledStore, Store};
use muster_sync::plan_file::{Hands, PublicKey, SealedPlan, SigningKey, approve};
use muster_sync::review::{counted, lacking};
use muster_sync::standing;
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

pub(super) fn run(args: &PlanApproveArgs, session: &Session) -> Result<Exit, Trouble> {
    let name = args.name.trim();
    if name.is_empty() {
        return Err(Trouble::new(Exit::Invalid, "`--as` needs a name"));
    }
    let key = args.key.as_deref().map(signing_key).transpose()?;
    let file = PlanFile::open(&args.file)?;
    let (mut sealed, store) = read(&file, key.is_some(), session)?;
    let policy = policy_of(&sealed, session);
    match &policy {
        Some(policy) => fits(name, key.as_ref(), policy)?,
        None => session.note("the plan's policy is not here: who may approve is not checked"),
    }
    if let Some(store) = &store {
        refuse_idle(&sealed, policy.as_ref(), store, session)?;
    }
    let state_key = store.as_ref().map(Store::seal_key);
    let hands = Hands {
        key: key.as_ref(),
        state: state_key.as_ref(),
    };
    let note = args.note.as_deref().map(str::trim);
    let approval = Approval {
        name: name.to_owned(),
        actor: session.actor.name.clone(),
        at: session.now.to_string(),
        note: note.filter(|note| !note.is_empty()).map(str::to_owned),
        signature: None,
        seal: None,
    };
    let approval = approve(&sealed, approval, &hands)
        .ok_or_else(|| Trouble::new(Exit::Failed, "the approval cannot be written as JSON"))?;
    let told = muster_review::report::approval(&approval);
    let again = UsernameKey::of(name);
    sealed
        .approvals
        .retain(|known| UsernameKey::of(&known.name) != again);
    sealed.approvals.push(approval);
    PlanFile::put(&file.with_approvals(&sealed.approvals)?, &file.path)?;
    drop(store);
    session.print(&format!("approved by {told}\n"))?;
    tell_missing(&sealed, policy.as_ref(), session);
    Ok(Exit::Done)
}

/// The plan; genuine where the state is, and as it stands there where only a
/// signature is asked for.
fn read(
    file: &PlanFile,
    has_key: bool,
    session: &Session,
) -> Result<(SealedPlan, Option<SledStore>), Trouble> {
    let store = match state::existing(session) {
        Ok(store) => store,
        Err(trouble) if has_key => {
            session.note(&format!(
                "{}: whether the plan was edited is not checked here; it is when it is applied",
                trouble.summary
            ));
            return Ok((file.loose()?, None));
        }
        Err(trouble) => {
            let hint =
                "an approval without a key is sealed by the state; sign it with `--key` instead";
            return Err(trouble.hint(hint));
        }
    };
    let sealed = file.sealed(&store)?;
    Ok((sealed, Some(store)))
}

fn policy_of(sealed: &SealedPlan, session: &Session) -> Option<Policy> {
    let bindings = &sealed.plan.bindings;
    let values = bindings.environment.as_deref().map(Path::new);
    let values = session.values.as_deref().or(values);
    let checked = policies::checked(Path::new(&bindings.policy_file), values).ok()?;
    checked
        .policy
        .filter(|policy| policy.digest == bindings.policy)
}

/// Refuses an approval that could not count, before anything is written.
fn fits(name: &str, key: Option<&SigningKey>, policy: &Policy) -> Result<(), Trouble> {
    let Some(terms) = &policy.approval else {
        return Ok(());
    };
    if terms.keys.is_empty() {
        return Ok(());
    }
    let wrong = |text: String| Err(Trouble::new(Exit::Invalid, text));
    let at = &terms.at;
    match (terms.keys.get(name), key) {
        (None, _) => wrong(unknown(name, terms)),
        (Some(_), None) => wrong(format!(
            "approvals have to be signed ({at}): say `--key KEYFILE`"
        )),
        (Some(known), Some(key)) if key.public() != PublicKey(*known) => wrong(format!(
            "this is not the key of `{name}` that the policy lists ({at})"
        )),
        _ => Ok(()),
    }
}

fn unknown(name: &str, terms: &ApprovalTerms) -> String {
    let known = terms.keys.keys().map(String::as_str);
    let near = nearest(name, known.clone());
    let known: Vec<&str> = known.collect();
    match near {
        Some(near) => format!(
            "`{name}` is no approver ({}); did you mean `{near}`?",
            terms.at
        ),
        None => format!(
            "`{name}` is no approver ({}); there are {}",
            terms.at,
            known.join(", ")
        ),
    }
}

/// What cannot be applied any more needs no approval.
fn refuse_idle(
    sealed: &SealedPlan,
    policy: Option<&Policy>,
    store: &dyn Store,
    session: &Session,
) -> Result<(), Trouble> {
    if policy.is_none() && !sealed.plan.bindings.policy.is_empty() {
        return Ok(());
    }
    let plugin = &sealed.plan.bindings.plugin_digest;
    let why = standing::why_not(sealed, policy, plugin, session.now, store);
    let why = why.map_err(state::trouble)?;
    match why.is_empty() {
        true => Ok(()),
        false => Err(Trouble::new(
            Exit::Outdated,
            format!("there is nothing to approve of: {}", why.join("; ")),
        )),
    }
}

fn tell_missing(sealed: &SealedPlan, policy: Option<&Policy>, session: &Session) {
    let approved = counted(sealed, policy);
    match lacking(&sealed.plan, policy, &approved) {
        Some(lacking) => session.note(&lacking.to_string()),
        None if policy.is_some_and(|policy| policy.approval.is_some()) => {
            let given = count(approved.good().len() as u64, "approval", "approvals");
            session.say(&format!("{given}: enough for the plan to be applied"));
        }
        None => {}
    }
}

fn signing_key(path: &Path) -> Result<SigningKey, Trouble> {
    let summary = || format!("the key `{}` cannot be used", path.display());
    let text = fs::read_to_string(path)
        .map_err(|error| Trouble::new(Exit::Invalid, summary()).because(Some(&error)))?;
    SigningKey::read(&text).map_err(|error| {
        Trouble::new(Exit::Invalid, summary())
            .because(Some(&error))
            .hint("`muster plan key NAME` makes one")
    })
}

/// `muster plan key`.
pub(super) fn make_key(args: &PlanKeyArgs, session: &Session) -> Result<Exit, Trouble> {
    let name = args.name.trim();
    let path = match &args.out {
        Some(path) => path.clone(),
        None if is_file_name(name) => PathBuf::from(format!("{name}.key")),
        None => {
            let text = format!("`{}` makes no file name; say `--out FILE`", safe(name));
            return Err(Trouble::new(Exit::Invalid, text));
        }
    };
    let written = |error: &dyn std::error::Error| {
        Trouble::new(
            Exit::Failed,
            format!("`{}` cannot be written", path.display()),
        )
        .because(Some(error))
    };
    if path.exists() {
        return Err(Trouble::new(
            Exit::Invalid,
            format!("`{}` is there already, and stays as it is", path.display()),
        ));
    }
    let text = SigningKey::make().map_err(|error| written(&error))?;
    let key = SigningKey::read(&text).map_err(|error| written(&error))?;
    files::private(&path, |out| out.write_all(text.as_bytes())).map_err(|error| written(&error))?;
    let name = serde_json::to_string(name).map_err(|error| written(&error))?;
    session.print(&format!("{name}: \"{KEY_KIND}{}\"\n", key.public()))?;
    session.say(&format!(
        "wrote {}: keep it to yourself; the line above goes under `approval: keys:` of a policy",
        path.display()
    ));
    Ok(Exit::Done)
}

fn is_file_name(name: &str) -> bool {
    let fits = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '_' | '-');
    name.chars().all(fits) && name.starts_with(|c: char| c.is_ascii_alphanumeric())
}
