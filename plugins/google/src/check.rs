//! Proves token, rights and lists, step by step.

use crate::api::{self, Users, Wrong};
use crate::clock;
use crate::groups::Walk;
use crate::people::Mapping;
use crate::refusal::About;
use crate::reported::fitting;
use crate::schemas;
use crate::settings::{Settings, Whose};
use crate::tally::Tally;
use crate::units::Units;
use muster_sdk::http::Response;
use muster_sdk::{CheckStep, Failure, FailureKind, Report, Scope, Status, host, report};

/// People of the first page that are looked at.
const SAMPLE: u32 = 10;

/// Goes through all steps; one that fails ends those that need it.
pub fn check(settings: &Settings, scope: &Scope) -> Vec<CheckStep> {
    let mut steps = Vec::new();
    let mapping = match Mapping::new(&[], settings.photos, true) {
        Ok(mapping) => mapping,
        Err(failure) => return vec![CheckStep::failed("settings", failure)],
    };
    let first = page(settings, Users::Live, &mapping);
    token(&first, settings, &mut steps);
    if matches!(&first, Err(Wrong::Failed(_))) {
        return steps;
    }
    if let Ok(response) = &first {
        steps.push(the_clock(response));
    }
    users(first, settings, &mapping, &mut steps);
    deleted(settings, &mapping, &mut steps);
    units(scope, &mut steps);
    for group in scope.groups.iter().chain(&scope.except_groups) {
        steps.push(members(group, settings));
    }
    reported(scope, settings, &mut steps);
    if scope.groups.is_empty() {
        steps.push(CheckStep::ok(
            "find the syncing groups",
            "none: everybody in the account is in scope",
        ));
    }
    steps.push(custom(settings));
    steps
}

fn page(settings: &Settings, which: Users, mapping: &Mapping) -> Result<Response, Wrong> {
    api::get(&api::users(settings, which, &mapping.ask, SAMPLE, None))
}

fn token(first: &Result<Response, Wrong>, settings: &Settings, steps: &mut Vec<CheckStep>) {
    let what = format!("get a token in the name of {}", settings.admin);
    match first {
        Err(Wrong::Failed(failure)) if failure.kind == FailureKind::Auth => {
            steps.push(CheckStep::failed(
                what,
                explained(failure.clone(), settings),
            ));
        }
        Err(Wrong::Failed(failure)) => {
            let connect = format!("connect to {}", settings.url);
            steps.push(CheckStep::failed(connect, failure.clone()));
            steps.push(CheckStep::skipped(what, "there is no connection"));
        }
        _ => steps.push(CheckStep::ok(
            what,
            format!("accepted, with the scopes {}", settings.scopes),
        )),
    }
}

/// Google's words for a refused token are few; what they stand for is known.
fn explained(failure: Failure, settings: &Settings) -> Failure {
    let says = |word: &str| failure.message.contains(word);
    let hint = if says("unauthorized_client") {
        let known = failure.hint.as_ref().map(|hint| format!("{hint}; "));
        Some(format!(
            "{}Admin console > Security > Access and data control > API controls > Domain-wide delegation: the numeric client id (`client_id` of the key file) must have each of these scopes, as one that is missing spoils all: {}",
            known.unwrap_or_default(),
            settings.scopes
        ))
    } else if says("Invalid email") {
        Some(format!(
            "`admin` is `{}`, whom the account does not know",
            settings.admin
        ))
    } else if says("reasonable timeframe") || says("iat and exp") {
        Some("set this machine's clock".to_owned())
    } else if says("Invalid JWT Signature") || says("account not found") {
        Some("the key was deleted, or is of another service account: make a new one in the Google Cloud console".to_owned())
    } else {
        None
    };
    match hint {
        Some(hint) => failure.hint(hint),
        None => failure,
    }
}

fn the_clock(response: &Response) -> CheckStep {
    let what = "compare the clocks";
    match response.header("date") {
        None => CheckStep::skipped(what, "the answer has no date"),
        Some(date) => match clock::skew(date, host::now_ms()) {
            None => CheckStep::ok(what, "they agree"),
            Some(skew) => CheckStep::warning(what, skew)
                .hint("Google refuses tokens of a clock that is off: keep it set by NTP"),
        },
    }
}

fn users(
    first: Result<Response, Wrong>,
    settings: &Settings,
    mapping: &Mapping,
    steps: &mut Vec<CheckStep>,
) {
    let what = match settings.whose() {
        Whose::Customer(customer) => format!("list the users of the account {customer}"),
        Whose::Domain(domain) => format!("list the users of the domain {domain}"),
    };
    let response = match first {
        Ok(response) => response,
        Err(wrong) => {
            return steps.push(CheckStep::failed(
                what,
                wrong.failure(About::Users, settings),
            ));
        }
    };
    let (mut names, mut unknown) = (Vec::new(), 0);
    let read = api::page(&response, "users", &mapping.selection, |record| {
        if let Some(user) = mapping.user(&record) {
            names.push(user.email.to_owned());
            unknown += u64::from(user.status() == Status::Unknown);
        }
    });
    match read {
        Err(failure) => return steps.push(CheckStep::failed(what, failure)),
        Ok(_) if names.is_empty() => {
            steps.push(
                CheckStep::warning(what, "nobody")
                    .hint("see whether `customer` or `domain` is right"),
            );
        }
        Ok(_) => steps.push(CheckStep::ok(
            what,
            format!("beginning with {}", names.join(", ")),
        )),
    }
    if unknown > 0 {
        steps.push(
            CheckStep::warning(
                "know who may sign in",
                format!(
                    "{unknown} of {} users come without `suspended` or `archived`",
                    names.len()
                ),
            )
            .hint(format!(
                "the administrator needs `{}`",
                About::Users.privilege()
            )),
        );
    }
}

fn deleted(settings: &Settings, mapping: &Mapping, steps: &mut Vec<CheckStep>) {
    let what = "list deleted users";
    steps.push(match page(settings, Users::Deleted, mapping) {
        Ok(_) => CheckStep::ok(what, "allowed"),
        Err(wrong) => {
            let failure = wrong.failure(About::Users, settings);
            CheckStep::warning(what, failure.message)
                .hint("reads go on without it: whoever was deleted is taken for somebody who left")
        }
    });
}

fn units(scope: &Scope, steps: &mut Vec<CheckStep>) {
    if let Err(failure) = Units::new(scope) {
        steps.push(CheckStep::failed(
            "understand the organisational units",
            failure,
        ));
    }
}

fn members(group: &str, settings: &Settings) -> CheckStep {
    let what = format!("list the members of {group}");
    match counted(group, settings, &what) {
        Ok(Some(step)) => step,
        Ok(None) => {
            let failure = Failure::config("Google knows no such group")
                .hint("name it by its address or its identifier");
            CheckStep::failed(what, failure)
        }
        Err(failure) => CheckStep::failed(what, failure),
    }
}

fn reported(scope: &Scope, settings: &Settings, steps: &mut Vec<CheckStep>) {
    let mut report = Report::of(scope);
    for name in report.names() {
        let what = format!("find the reported group {name}");
        steps.push(match counted(name, settings, &what) {
            Ok(Some(step)) => step,
            Ok(None) => report::missing(name),
            Err(failure) => CheckStep::failed(what, failure),
        });
    }
    if !report.has_patterns() {
        return;
    }
    let what = "list the reported groups";
    match fitting(&mut report, settings, &mut Tally::default()) {
        Ok(groups) => {
            steps.push(CheckStep::ok(what, format!("{} groups fit", groups.len())));
            let unmet = report.unmet();
            steps.extend(unmet.iter().map(|name| report::missing(name)));
        }
        Err(failure) => steps.push(CheckStep::failed(what, failure)),
    }
}

/// Who is in a group; nothing if Google does not know it.
fn counted(group: &str, settings: &Settings, what: &str) -> Result<Option<CheckStep>, Failure> {
    let mut tally = Tally::default();
    let walk = Walk::down(&[group], settings, &mut tally)?;
    let Some(reached) = walk.reach(group, &mut tally) else {
        return Ok(None);
    };
    let mut text = format!(
        "{} members, {} nested groups",
        reached.people.len(),
        reached.nested
    );
    if reached.has_all {
        text.push_str(", and everybody in the account");
    }
    Ok(Some(match tally.first_doubt() {
        Some(doubt) => CheckStep::warning(what, format!("{text}; {doubt}")),
        None if reached.people.is_empty() && !reached.has_all => {
            CheckStep::warning(what, text).hint("it is empty")
        }
        None => CheckStep::ok(what, text),
    }))
}

fn custom(settings: &Settings) -> CheckStep {
    let what = "list custom schemas";
    if !schemas::may_be_read(settings) {
        return CheckStep::skipped(
            what,
            format!(
                "the scope {} is not asked for; fields of custom schemas can be read all the same, but their names are not checked",
                About::Schemas.scope()
            ),
        );
    }
    match schemas::list(settings) {
        Ok(found) => CheckStep::ok(what, format!("{} fields", found.len())),
        Err(failure) => CheckStep::failed(what, failure),
    }
}
