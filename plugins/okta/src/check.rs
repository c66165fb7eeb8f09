//! Proves settings, network, login, rights and the reading itself, step by step.

use crate::api::Api;
use crate::fault::Right;
use crate::groups::{self, Group, Meant};
use crate::log;
use crate::schema::Schema;
use crate::settings::{Deactivated, Feed, Settings, check_scope};
use crate::status::DEPROVISIONED;
use muster_sdk::http::Target;
use muster_sdk::json::{At, Selection};
use muster_sdk::{CheckStep, Failure, FailureKind, Report, Scope, report};

/// A clock that is off by more makes signed logins fail before long.
const CLOCK_SECONDS: i64 = 60;

/// People whose list is tried.
const SAMPLE: u32 = 10;

/// Goes through all steps; without a login there is only the first.
pub fn check(settings: &Settings, scope: &Scope) -> Vec<CheckStep> {
    let api = Api::default();
    let mut steps = Vec::new();
    if !login(&api, settings, &mut steps) {
        return steps;
    }
    clock(&api, &mut steps);
    if let Err(failure) = check_scope(scope) {
        steps.push(CheckStep::failed("understand the scope", failure));
    }
    for named in scope.groups.iter().chain(&scope.except_groups) {
        steps.push(group(&api, named, settings.page_size));
    }
    reported(&api, scope, settings.page_size, &mut steps);
    if settings.deactivated == Deactivated::Read {
        steps.push(deactivated(&api));
    }
    steps.push(schema(&api));
    steps.push(feed(&api, settings));
    steps
}

/// The first request shows whether the org answers and who asks.
fn login(api: &Api, settings: &Settings, steps: &mut Vec<CheckStep>) -> bool {
    let connect = format!("connect to {}", settings.url);
    let list = "list users";
    let target = Target::new("/api/v1/users").query("limit", SAMPLE);
    let listed = api
        .get("the list of users", Right::Users, target)
        .and_then(|answer| Ok((count(&answer.body)?, answer.next.is_some())));
    match listed {
        Ok((users, more)) => {
            steps.push(CheckStep::ok(connect, "Okta answers"));
            steps.push(CheckStep::ok("log in", "accepted"));
            steps.push(CheckStep::ok(list, counted(users, more, "users")));
            true
        }
        Err(failure) => {
            let (reached, accepted) = match failure.kind {
                FailureKind::Auth => (true, false),
                FailureKind::Denied | FailureKind::Throttled => (true, true),
                _ => (false, false),
            };
            if !reached {
                steps.push(CheckStep::failed(connect, failure));
                return false;
            }
            steps.push(CheckStep::ok(connect, "Okta answers"));
            if !accepted {
                steps.push(CheckStep::failed("log in", failure));
                return false;
            }
            steps.push(CheckStep::ok("log in", "accepted"));
            steps.push(CheckStep::failed(list, failure));
            true
        }
    }
}

fn clock(api: &Api, steps: &mut Vec<CheckStep>) {
    let what = "compare the clocks";
    let step = match api.clock_ahead() {
        None => CheckStep::skipped(what, "Okta's answers have no date"),
        Some(ahead) if ahead.abs() <= CLOCK_SECONDS => {
            CheckStep::ok(what, format!("{} seconds apart", ahead.abs()))
        }
        Some(ahead) => {
            let side = if ahead > 0 { "ahead of" } else { "behind" };
            let message = format!(
                "this machine's clock is {} seconds {side} Okta's",
                ahead.abs()
            );
            CheckStep::warning(what, message)
                .hint("let this machine's clock be set over the network: a signed login is refused when clocks differ by minutes")
        }
    };
    steps.push(step);
}

fn group(api: &Api, named: &str, page_size: u32) -> CheckStep {
    let what = format!("find the group `{named}`");
    match groups::find(api, named) {
        Err(failure) => CheckStep::failed(what, failure),
        Ok(group) => held(api, group, page_size, what),
    }
}

fn reported(api: &Api, scope: &Scope, page_size: u32, steps: &mut Vec<CheckStep>) {
    let mut report = Report::of(scope);
    for named in report.names() {
        let what = format!("find the reported group {named}");
        steps.push(match groups::look(api, named) {
            Ok(Meant::One(group)) => held(api, group, page_size, what),
            Ok(Meant::None(failure)) => CheckStep {
                message: format!("{}, so nobody is in it", failure.message),
                ..report::missing(named)
            },
            Ok(Meant::Several(failure)) | Err(failure) => CheckStep::failed(what, failure),
        });
    }
    if !report.has_patterns() {
        return;
    }
    let what = "list the reported groups";
    match groups::fitting(api, &mut report) {
        Ok(groups) => {
            steps.push(CheckStep::ok(what, format!("{} groups fit", groups.len())));
            let unmet = report.unmet();
            steps.extend(unmet.iter().map(|name| report::missing(name)));
        }
        Err(failure) => steps.push(CheckStep::failed(what, failure)),
    }
}

/// Who is in a group, as far as the first page shows.
fn held(api: &Api, group: Group, page_size: u32, what: String) -> CheckStep {
    let found = members(api, &group, page_size);
    match found.map(|(members, more)| (group, members, more)) {
        Err(failure) => CheckStep::failed(what, failure),
        Ok((_, 0, _)) => CheckStep::warning(what, "nobody is in it"),
        Ok((group, members, more)) => {
            let members = counted(members, more, "members");
            CheckStep::ok(what, format!("{} ({}), {members}", group.id, group.kind))
        }
    }
}

fn members(api: &Api, group: &Group, page_size: u32) -> Result<(usize, bool), Failure> {
    let what = format!("the members of `{}`", group.named);
    let answer = api.get(&what, Right::Groups, groups::members(&group.id, page_size))?;
    Ok((count(&answer.body)?, answer.next.is_some()))
}

fn deactivated(api: &Api) -> CheckStep {
    let what = "list deactivated users";
    let target = Target::new("/api/v1/users")
        .query("filter", format!("status eq \"{DEPROVISIONED}\""))
        .query("limit", SAMPLE);
    let listed = api
        .get("the list of deactivated users", Right::Users, target)
        .and_then(|answer| Ok((count(&answer.body)?, answer.next.is_some())));
    match listed {
        Ok((users, more)) => CheckStep::ok(what, counted(users, more, "users")),
        Err(failure) => CheckStep::failed(what, failure),
    }
}

fn schema(api: &Api) -> CheckStep {
    let what = "read the schema of user profiles";
    match Schema::read(api) {
        Ok(schema) => CheckStep::ok(what, format!("{} properties", schema.len())),
        Err(failure) => lesser(
            what,
            failure,
            "so a mistyped attribute cannot be told from an absent one",
        ),
    }
}

fn feed(api: &Api, settings: &Settings) -> CheckStep {
    let what = "read the System Log";
    if settings.feed == Feed::None {
        return CheckStep::skipped(
            what,
            "the policy says `feed: none`: every run reads everybody",
        );
    }
    match log::probe(api) {
        Ok(()) => CheckStep::ok(what, "changes can be read"),
        Err(failure) => lesser(what, failure, "so every run reads everybody"),
    }
}

/// A right without which reading works, in a lesser way.
fn lesser(what: &str, failure: Failure, so: &str) -> CheckStep {
    if failure.kind != FailureKind::Denied {
        return CheckStep::failed(what, failure);
    }
    let step = CheckStep::warning(what, format!("{}, {so}", failure.message));
    match failure.hint {
        Some(hint) => step.hint(hint),
        None => step,
    }
}

fn count(body: &[u8]) -> Result<usize, Failure> {
    let page = Selection::new(["id"])?.read(body, At::Root, |_| {})?;
    Ok(page.records())
}

fn counted(found: usize, more: bool, of: &str) -> String {
    let more = if more { ", and there are more" } else { "" };
    format!("{found} {of}{more}")
}
