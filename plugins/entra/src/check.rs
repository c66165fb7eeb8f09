//! Proves login, rights, groups and the search itself, step by step.

use crate::extras::Managers;
use crate::fault::Right;
use crate::feeds::Feeds;
use crate::graph::{self, Trouble};
use crate::groups::{Group, Groups, find, fitting};
use crate::members;
use crate::names::Names;
use crate::people::{People, Verdict};
use crate::settings::{FeedSetting, Settings};
use crate::tally::Tally;
use muster_sdk::json::At;
use muster_sdk::prelude::*;
use muster_sdk::{Report, report};
use serde_json::Value;

/// People in the sample.
const SAMPLE: usize = 10;

/// Goes through all steps; one that fails ends those that need it.
pub fn check(settings: &Settings, scope: &Scope) -> Vec<CheckStep> {
    let mut steps = Vec::new();
    if !login(settings, &mut steps) {
        return steps;
    }
    let users = users(&mut steps);
    right(
        "read deleted users",
        "/directory/deletedItems/microsoft.graph.user?$select=id&$top=1",
        &mut steps,
    );
    let groups = groups(scope, &mut steps);
    match groups {
        Some(groups) if users => {
            sample(settings, &groups, &mut steps);
            feeds(settings, &groups, &mut steps);
        }
        _ => steps.push(CheckStep::skipped(
            "look at ten people",
            "a step before failed",
        )),
    }
    steps
}

/// The token is the host's; any answer of Graph shows that it is taken.
fn login(settings: &Settings, steps: &mut Vec<CheckStep>) -> bool {
    let what = format!("log in to {} for tenant {}", settings.url, settings.tenant);
    match graph::get_json("/organization?$select=id,displayName") {
        Ok(answer) => {
            let first = answer.get("value").and_then(|list| list.get(0));
            let name = first
                .and_then(|org| org.get("displayName"))
                .and_then(Value::as_str);
            steps.push(CheckStep::ok(
                what,
                format!(
                    "accepted; the tenant is {}",
                    name.unwrap_or("without a name")
                ),
            ));
            true
        }
        Err(Trouble::Said(fault)) if fault.status == 403 => {
            steps.push(CheckStep::ok(
                what,
                "accepted; its name is hidden, as `Organization.Read.All` is not granted and not needed",
            ));
            true
        }
        Err(trouble) => {
            let failure = trouble.failure("the organisation", Right::Organization);
            steps.push(CheckStep::failed(what, failure));
            false
        }
    }
}

fn right(what: &str, path: &str, steps: &mut Vec<CheckStep>) -> bool {
    match graph::get_json(path) {
        Ok(_) => {
            steps.push(CheckStep::ok(what, "allowed"));
            true
        }
        Err(trouble) => {
            steps.push(CheckStep::failed(
                what,
                trouble.failure("the answer", Right::Users),
            ));
            false
        }
    }
}

fn users(steps: &mut Vec<CheckStep>) -> bool {
    right(
        "read users",
        "/users?$select=id,accountEnabled&$top=1",
        steps,
    )
}

fn groups(scope: &Scope, steps: &mut Vec<CheckStep>) -> Option<Groups> {
    let named: Vec<&String> = scope.groups.iter().chain(&scope.except_groups).collect();
    if named.is_empty() {
        steps.push(CheckStep::ok(
            "find the syncing groups",
            "none: everybody in the tenant is in scope",
        ));
    }
    for written in named {
        let what = format!("find the group {written}");
        steps.push(match find(written) {
            Ok(Ok(group)) => counted(&group, what),
            Ok(Err(wrong)) => CheckStep::failed(what, unfound(wrong.text)),
            Err(failure) => CheckStep::failed(what, failure),
        });
    }
    reported(scope, steps);
    match Groups::find(scope) {
        Ok(groups) => Some(groups),
        Err(failure) => {
            if !steps.iter().any(|step| step.outcome == StepResult::Failed) {
                steps.push(CheckStep::failed("find the syncing groups", failure));
            }
            None
        }
    }
}

fn unfound(text: String) -> Failure {
    Failure::config(text).hint("write the group's object id or its exact display name")
}

fn reported(scope: &Scope, steps: &mut Vec<CheckStep>) {
    let mut report = Report::of(scope);
    for written in report.names() {
        let what = format!("find the reported group {written}");
        steps.push(match find(written) {
            Ok(Ok(group)) => counted(&group, what),
            Ok(Err(wrong)) if wrong.is_missing => CheckStep {
                message: format!("{}, so nobody is in it", wrong.text),
                ..report::missing(written)
            },
            Ok(Err(wrong)) => CheckStep::failed(what, unfound(wrong.text)),
            Err(failure) => CheckStep::failed(what, failure),
        });
    }
    if !report.has_patterns() {
        return;
    }
    let what = "list the reported groups";
    match fitting(&mut report) {
        Ok(groups) => {
            steps.push(CheckStep::ok(what, format!("{} groups fit", groups.len())));
            let unmet = report.unmet();
            steps.extend(unmet.iter().map(|name| report::missing(name)));
        }
        Err(failure) => steps.push(CheckStep::failed(what, failure)),
    }
}

fn counted(group: &Group, what: String) -> CheckStep {
    let path = format!(
        "/groups/{}/transitiveMembers/microsoft.graph.user/$count",
        group.id
    );
    let body = match graph::get(&path) {
        Ok(body) => body,
        Err(trouble) => {
            return CheckStep::failed(what, trouble.failure("its members", Right::Members));
        }
    };
    let text = String::from_utf8_lossy(&body);
    let count = text.trim_start_matches('\u{feff}').trim();
    let text = format!(
        "`{}`, {count} users in it, nested groups included",
        group.name
    );
    match (count, group.hidden) {
        ("0", true) => CheckStep::warning(what, text)
            .hint("its membership is hidden: seeing it needs `Member.Read.Hidden`"),
        ("0", false) => CheckStep::warning(what, text).hint("it is empty"),
        _ => CheckStep::ok(what, text),
    }
}

/// The first people as they would be read.
fn sample(settings: &Settings, groups: &Groups, steps: &mut Vec<CheckStep>) {
    let what = "look at ten people";
    let names = ["userPrincipalName".to_owned()];
    let found = Names::read(&names, settings).and_then(|names| {
        let path = match groups.syncing.first() {
            Some(group) => format!(
                "/groups/{}/transitiveMembers/microsoft.graph.user",
                group.id
            ),
            None => "/users".to_owned(),
        };
        let first = members::first(&path, &names.select(), SAMPLE);
        let page =
            graph::get(&first).map_err(|trouble| trouble.failure("the list", Right::Members))?;
        let mut people = People::new(names, settings, Tally::default())?;
        let in_scope = |_: &str| Verdict::Member([].into());
        people.page(&page, At::Member("value"), Managers::Expanded, in_scope)?;
        Ok(people)
    });
    let mut people = match found {
        Ok(people) => people,
        Err(failure) => return steps.push(CheckStep::failed(what, failure)),
    };
    let page = people.rows.take();
    if let Some(problem) = page.problems.first() {
        let failure = Failure::denied(format!("{}: {}", problem.place, problem.message));
        return steps.push(CheckStep::failed(what, failure.hint(Right::Users.hint())));
    }
    let count =
        |wanted: fn(&Status) -> bool| page.statuses.iter().filter(|status| wanted(status)).count();
    let text = format!(
        "{} looked at: {} may sign in, {} are blocked, {} are invited, {} without a status",
        page.statuses.len(),
        count(|status| *status == Status::Active),
        count(|status| matches!(status, Status::Blocked(_))),
        count(|status| *status == Status::Pending),
        count(|status| *status == Status::Unknown),
    );
    steps.push(match page.statuses.is_empty() {
        true => CheckStep::warning(what, "nobody was found"),
        false => CheckStep::ok(what, text),
    });
}

fn feeds(settings: &Settings, groups: &Groups, steps: &mut Vec<CheckStep>) {
    let what = "follow changes";
    if settings.feed == FeedSetting::None {
        return steps.push(CheckStep::skipped(what, "`feed` is `none`"));
    }
    let feeds = Names::read(&[], settings).and_then(|names| Feeds::latest(&names, groups));
    steps.push(match feeds {
        Ok(feeds) => CheckStep::ok(
            what,
            format!("the feeds answer; {} groups are followed", feeds.followed()),
        ),
        Err(failure) => CheckStep::warning(what, failure.message)
            .hint("without the feeds, every run reads everybody"),
    });
}
