//! What can be known without a network beyond the policy's text: whether the
//! plugin takes its settings, and whether the secrets are there.

use super::found::Found;
use crate::plugins::{self, Fetching, Unbound, Unusable};
use crate::secrets;
use crate::session::Session;
use crate::source;
use crate::trouble::Trouble;
use muster_host::{BindError, SettingProblem};
use muster_policy::{Code, Diagnostic, Severity};
use std::path::Path;

/// Tries secrets and settings; what is wrong with either is added. Missing
/// secrets do not hide wrong settings: both are told at once. A registry is asked only by whoever wants the source to be asked as well.
pub(super) fn check(
    found: &mut Found,
    fetching: Fetching,
    session: &Session,
) -> Result<(), Trouble> {
    let Some(policy) = &found.policy else {
        return Ok(());
    };
    let place = Place {
        file: &policy.file,
        text: found.texts.of(&policy.file),
        plugin: &policy.provider.plugin,
    };
    let (fetched, missing) = secrets::try_each(policy);
    let mut wrong: Vec<Diagnostic> = missing.iter().map(|one| place.missing(one)).collect();
    match plugins::try_bind(policy, &fetched, fetching, session) {
        Ok(bound) if wrong.is_empty() => {
            found.bound = Some(bound);
            return Ok(());
        }
        Ok(_) => {}
        Err(Unbound::Plugin(error)) if fetching == Fetching::Pinned && error.is_of_the_world() => {
            return Err(error.trouble(Path::new(&policy.file), session));
        }
        Err(Unbound::Plugin(error)) => wrong.push(place.plugin(&error, session)),
        Err(Unbound::Settings(error)) => wrong.extend(place.settings(&error)),
        Err(Unbound::World(trouble)) => return Err(trouble),
    }
    wrong.sort_by_key(|one| one.span.start);
    found.add(wrong);
    Ok(())
}

/// Where a policy says what.
pub(crate) struct Place<'p> {
    pub(crate) file: &'p str,
    pub(crate) text: &'p str,
    pub(crate) plugin: &'p str,
}

impl Place<'_> {
    fn at(&self, code: Code, way: &[&str], message: String) -> Diagnostic {
        Diagnostic::at_key(code, (self.file, self.text), way, message)
    }

    fn missing(&self, missing: &secrets::Missing) -> Diagnostic {
        let message = format!(
            "The secret `{}` cannot be had from {}: {}",
            missing.name,
            secrets::place(&missing.source),
            missing.why,
        );
        let way = ["provider", "secrets", &missing.name];
        let diagnostic = self.at(Code::MissingSecret, &way, message);
        match secrets::advice(&missing.source) {
            Some(advice) => diagnostic.with_help(sentence(&advice)),
            None => diagnostic,
        }
    }

    /// What a plugin that is not to be had means for the policy. That an accepted
    /// one has still to be fetched is nobody's mistake.
    pub(crate) fn plugin(&self, unusable: &Unusable, session: &Session) -> Diagnostic {
        let message = capital(&unusable.sentence());
        let help = sentence(&unusable.hint(Path::new(self.file), session));
        let mut told = self.at(Code::UnusablePlugin, &["provider", "plugin"], message);
        if unusable.is_elsewhere() {
            told.severity = Severity::Warning;
        }
        told.with_help(help)
    }

    /// What settings or secrets that do not fit mean for the policy.
    pub(crate) fn settings(&self, error: &BindError) -> Vec<Diagnostic> {
        match error {
            BindError::Settings { problems, .. } => problems
                .iter()
                .map(|problem| self.setting(problem))
                .collect(),
            error => vec![self.binding(error)],
        }
    }

    fn setting(&self, problem: &SettingProblem) -> Diagnostic {
        let way: Vec<&str> = ["provider", "config"]
            .into_iter()
            .chain(problem.setting.split('.'))
            .collect();
        let hint = problem.hint.as_deref().map(sentence);
        let all = format!("`muster provider show {}` lists all settings.", self.plugin);
        self.at(Code::WrongSetting, &way, problem.to_string())
            .with_help(hint.into_iter().chain([all]).collect::<Vec<_>>().join(" "))
    }

    fn binding(&self, error: &BindError) -> Diagnostic {
        let (code, below, name) = subject(error);
        let way = ["provider", below, name];
        let diagnostic = self.at(code, &way, capital(&source::chain(error)));
        match error.hint() {
            Some(hint) => diagnostic.with_help(sentence(&hint)),
            None => diagnostic,
        }
    }
}

/// What an error is about: a setting or a secret, and its name if it has one.
fn subject(error: &BindError) -> (Code, &str, &str) {
    match error {
        BindError::NoSecret { secret }
        | BindError::Key { secret, .. }
        | BindError::Identity { secret, .. }
        | BindError::UnknownSecret { secret, .. } => (Code::WrongSecret, "secrets", secret),
        BindError::ManyLogins { given } => {
            let last = given.last().map_or("", String::as_str);
            (Code::WrongSecret, "secrets", last)
        }
        BindError::NoLogin { .. } => (Code::WrongSecret, "secrets", ""),
        BindError::Kind { setting, .. }
        | BindError::NoSetting { setting, .. }
        | BindError::Endpoint { setting, .. } => (Code::WrongSetting, "config", setting),
        _ => (Code::WrongSetting, "config", ""),
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}

/// Hints are parts of sentences.
fn sentence(hint: &str) -> String {
    let ended = hint.ends_with(['.', '?', '!']);
    format!("{}{}", capital(hint), if ended { "" } else { "." })
}
