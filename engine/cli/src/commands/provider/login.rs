//! `muster provider login`: asks the source whether a password is right.

use crate::args::ProviderLoginArgs;
use crate::exit::Exit;
use crate::render::text::safe;
use crate::session::Session;
use crate::trouble::Trouble;
use crate::{plugins, policies, state};
use muster_host::ldap::Verdict;
use muster_host::{LoginError, Secret};
use muster_model::{Account, ExternalId, Owner, UsernameKey};
use muster_policy::Policy;
use muster_store::Store;

pub(super) fn run(args: &ProviderLoginArgs, session: &Session) -> Result<Exit, Trouble> {
    let policy = policies::load(&args.policy, session)?;
    let bound = plugins::bind(&policy, session)?;
    let about = bound.about();
    if !about.login {
        return Err(not_offered(&about.name));
    }
    // Before the password is asked for: who cannot be found needs none.
    let id = match &args.id {
        Some(id) => id.clone(),
        None => external_id(&policy, &args.username, session)?.to_string(),
    };
    let password = password(&args.username, session)?;
    let verdict = bound
        .authenticate(&id, &password)
        .map_err(|error| unanswered(&error))?;
    let (exit, sentence) = told(verdict);
    session.print(&format!("{}: {sentence}\n", safe(&args.username)))?;
    Ok(exit)
}

/// The identifier at the source of the person who has an account.
fn external_id(policy: &Policy, username: &str, session: &Session) -> Result<ExternalId, Trouble> {
    let directory = &policy.directory;
    let by_id = "or give the person's identifier at the source with `--id`";
    let account: Account = state::existing(session)?
        .find(&UsernameKey::of(username))
        .map_err(state::trouble)?
        .ok_or_else(|| {
            Trouble::new(Exit::Failed, format!("there is no account `{username}`"))
                .hint(format!("`muster account list` shows all; {by_id}"))
        })?;
    if account.owner != Owner::Directory(directory.clone()) {
        return Err(Trouble::new(
            Exit::Failed,
            format!(
                "the account `{username}` belongs to `{}`, not to the directory `{directory}`",
                account.owner
            ),
        )
        .hint(format!("name the policy of `{}`, {by_id}", account.owner)));
    }
    if !account.block_reasons.is_empty() {
        let reasons: Vec<String> = account
            .block_reasons
            .iter()
            .map(ToString::to_string)
            .collect();
        session.note(&format!(
            "whatever the source says: the account `{username}` is blocked ({})",
            reasons.join(", ")
        ));
    }
    account.external_id.ok_or_else(|| {
        Trouble::new(
            Exit::Failed,
            format!("the account `{username}` does not know its person's identifier at the source"),
        )
        .hint(format!(
            "sync once with a provider that has identifiers, {by_id}"
        ))
    })
}

/// Asks on the terminal, or takes one line of standard input. Never empty: a
/// server may take that for an anonymous login, with success.
fn password(username: &str, session: &Session) -> Result<Secret, Trouble> {
    let text = session.secret(&format!("Password of {}:", safe(username)))?;
    if text.is_empty() {
        return Err(Trouble::new(Exit::Failed, "no password was given")
            .hint("type it on the terminal, or give it as one line of standard input"));
    }
    Ok(Secret::new(text))
}

fn told(verdict: Verdict) -> (Exit, &'static str) {
    match verdict {
        Verdict::Accepted => (Exit::Done, "accepted: the password is right"),
        Verdict::WrongPassword => (
            Exit::Failed,
            "refused: the password is wrong (some servers say so of unknown people, too)",
        ),
        Verdict::Disabled => (Exit::Failed, "refused: the source's account is disabled"),
        Verdict::Locked => (Exit::Failed, "refused: the source's account is locked"),
        Verdict::Expired => (
            Exit::Failed,
            "refused: the source's account or its password has expired",
        ),
        Verdict::MustChange => (
            Exit::Failed,
            "refused: the password is right, and must be changed at the source first",
        ),
        Verdict::UnknownUser => (Exit::Failed, "refused: the source knows no such person"),
        Verdict::Refused => (
            Exit::Failed,
            "refused: the source lets this person not log in, and does not say why",
        ),
    }
}

fn unanswered(error: &LoginError) -> Trouble {
    Trouble::of(Exit::Failed, error).hint_if(error.hint())
}

fn not_offered(plugin: &str) -> Trouble {
    let why = match plugin {
        "files" | "csv" => "a file of people holds no passwords",
        "sql" => "a table of people holds no passwords that could be tried",
        "entra" | "okta" | "google" => {
            "its passwords are tried by its own sign-in page alone, with a second factor where one \
             is asked for"
        }
        "scim" => "SCIM has no request that tries a password",
        _ => "the plugin has no such ability",
    };
    Trouble::new(
        Exit::Failed,
        format!("{plugin} offers no login check: {why}"),
    )
    .hint("let people log in at the source itself (OpenID Connect or SAML); `muster provider show PLUGIN` says what a plugin can do")
}
