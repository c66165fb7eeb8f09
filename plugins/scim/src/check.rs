//! What an operator sees who asks whether the service can be read.

use crate::discovery::Declared;
use crate::groups::Directory;
use crate::listing::{Listing, Query, Turn};
use crate::people::Mapping;
use crate::position;
use crate::settings::{Incremental, Memberships, Paging, Settings};
use muster_sdk::{
    CheckStep, Failure, FailureKind, ReadFrom, ReadRequest, Report, Rows, Scope, report,
};

/// Pages that are read.
const PAGES: usize = 2;

/// Asks what a read asks, but for two pages of people at most.
pub fn steps(settings: &Settings, scope: &Scope) -> Vec<CheckStep> {
    let mut steps = Vec::new();
    let declared = match Declared::ask() {
        Ok(declared) => declared,
        Err(failure) => return vec![CheckStep::failed("ask what the service can do", failure)],
    };
    steps.push(declaration(&declared));
    match people(settings, &declared) {
        Ok(found) => steps.extend(found),
        Err(failure) => {
            steps.push(CheckStep::failed("list people", failure));
            return steps;
        }
    }
    steps.extend(filter(settings, &declared));
    steps.extend(groups(settings, &declared, scope));
    steps.push(changes(settings, &declared, scope));
    steps
}

fn declaration(declared: &Declared) -> CheckStep {
    let what = "ask what the service can do";
    if !declared.is_known {
        return CheckStep::warning(
            what,
            "there is no usable `/ServiceProviderConfig`; paging by index and no filters are assumed",
        );
    }
    let can = |is: bool, what: &str| format!("{}{what}", if is { "" } else { "no " });
    let most = match declared.most {
        Some(most) => format!("at most {most} on a page"),
        None => "no limit of a page named".to_owned(),
    };
    CheckStep::ok(
        what,
        format!(
            "{}, {}, {most}",
            can(declared.filters, "filters"),
            can(declared.by_cursor, "paging by cursor")
        ),
    )
}

fn people(settings: &Settings, declared: &Declared) -> Result<Vec<CheckStep>, Failure> {
    let mut mapping = Mapping::new(&["userName".to_owned()], settings)?;
    let query = Query {
        what: "the list of users",
        path: declared.users.clone(),
        filter: settings.filter.clone(),
        attributes: mapping.asked(settings, false, false),
    };
    // Small pages, so that paging is tried on a small service, too.
    let small = Settings {
        page_size: settings.page_size.min(20),
        ..settings.clone()
    };
    let mut listing = Listing::new(query, &small, declared, None);
    let mut rows = mapping.rows();
    let selection = mapping.selection.clone();
    let mut everybody = crate::groups::Groups::none();
    let mut has_ended = false;
    for page in 1..=PAGES as u64 + 1 {
        let turn = listing.next(&selection, &mut |record| {
            mapping.take(record, &mut everybody, page, &mut rows);
        })?;
        if turn == Turn::End {
            has_ended = true;
            break;
        }
    }
    let mut steps = vec![found(&listing), trust(&listing, has_ended)];
    steps.extend(statuses(&mapping, &rows, settings));
    Ok(steps)
}

fn found(listing: &Listing) -> CheckStep {
    let what = "list people";
    let total = match listing.total() {
        Some(total) => format!("the service says that there are {total}"),
        None => "the service does not say how many there are".to_owned(),
    };
    match listing.received() {
        0 => CheckStep::warning(what, format!("nobody came; {total}")),
        some => CheckStep::ok(what, format!("the first {some} came; {total}")),
    }
}

fn trust(listing: &Listing, has_ended: bool) -> CheckStep {
    let what = "turn pages";
    let way = match listing.state().paging {
        Paging::Cursor => "by cursor",
        Paging::None => "the service answers everything at once, as the policy says",
        Paging::Index | Paging::Auto => "by index",
    };
    match listing.doubts() {
        Some(doubt) => CheckStep::warning(what, doubt.message.clone())
            .hint("as long as this is so, nobody is blocked for having left"),
        None if has_ended => CheckStep::ok(what, format!("{way}; the list ends where it says")),
        None => CheckStep::ok(what, format!("{way}; pages fit together")),
    }
}

fn statuses(mapping: &Mapping, rows: &Rows, settings: &Settings) -> Option<CheckStep> {
    let what = "see who may log in";
    let (unclear, all) = (mapping.tally.status_unknown, rows.len());
    if all == 0 {
        return None;
    }
    Some(match unclear {
        0 => CheckStep::ok(what, "everybody has `active`"),
        some => CheckStep::warning(
            what,
            format!(
                "{some} of {all} have no `active`, so they count as {}",
                match settings.active_missing {
                    crate::settings::ActiveMissing::Active => "active",
                    crate::settings::ActiveMissing::Unknown =>
                        "unknown: no account is opened for them",
                    crate::settings::ActiveMissing::Blocked => "blocked",
                }
            ),
        )
        .hint("set `active_missing` if you know what it means"),
    })
}

fn filter(settings: &Settings, declared: &Declared) -> Option<CheckStep> {
    let filter = settings.filter.as_ref()?;
    let what = format!("try the filter `{filter}`");
    Some(match position::prove_filter(settings, &declared.users) {
        Ok(()) => CheckStep::ok(what, "the service honours filters"),
        Err(failure) => CheckStep::failed(what, failure),
    })
}

fn groups(settings: &Settings, declared: &Declared, scope: &Scope) -> Vec<CheckStep> {
    let mut directory = Directory::new(settings, declared);
    let mut patterns = Report::of(scope);
    let mut steps = Vec::new();
    for name in scope.groups.iter().chain(&scope.except_groups) {
        let what = format!("find the group `{name}`");
        steps.push(match directory.find(name) {
            Ok(Some(id)) => members(settings, &mut directory, what, &id),
            Ok(None) => CheckStep::failed(
                what,
                Failure::config("no group has this `displayName` or `id`"),
            ),
            Err(failure) => CheckStep::failed(what, failure),
        });
    }
    for name in patterns.names() {
        let what = format!("find the reported group {name}");
        steps.push(match directory.find(name) {
            Ok(Some(id)) => members(settings, &mut directory, what, &id),
            Ok(None) => report::missing(name),
            Err(failure) => CheckStep::failed(what, failure),
        });
    }
    steps.extend(fitting(&mut patterns, settings, &mut directory));
    steps
}

/// Which groups the patterns stand for.
fn fitting(
    patterns: &mut Report,
    settings: &Settings,
    directory: &mut Directory,
) -> Vec<CheckStep> {
    if !patterns.has_patterns() {
        return Vec::new();
    }
    let what = "list the reported groups";
    match directory.fitting(patterns) {
        Ok(groups) => {
            let found = format!("{} groups fit", groups.len());
            let missing = patterns.unmet();
            let mut steps = vec![CheckStep::ok(what, found)];
            steps.extend(missing.iter().map(|name| report::missing(name)));
            steps
        }
        Err(failure) if settings.groups == Memberships::User => {
            let text = format!("the names that people list must do: {}", failure.message);
            vec![CheckStep::warning(what, text)]
        }
        Err(failure) => vec![CheckStep::failed(what, failure)],
    }
}

fn members(settings: &Settings, directory: &mut Directory, what: String, id: &str) -> CheckStep {
    if settings.groups == Memberships::User {
        return CheckStep::ok(what, format!("its `id` is `{id}`"));
    }
    let mut members = crate::groups::Members::default();
    match members.add(0, id, false, directory) {
        Ok(()) => {
            let (people, read) = (members.len(), members.read());
            match people {
                0 => CheckStep::warning(what, format!("its `id` is `{id}`; it has no members")),
                _ => CheckStep::ok(
                    what,
                    format!("its `id` is `{id}`; it has {people} people, out of {read} groups"),
                ),
            }
        }
        Err(failure) => CheckStep::failed(what, failure),
    }
}

fn changes(settings: &Settings, declared: &Declared, scope: &Scope) -> CheckStep {
    let what = "ask for changes alone";
    if settings.incremental == Incremental::Off {
        return CheckStep::skipped(what, "`incremental` is off");
    }
    let request = ReadRequest {
        attributes: Vec::new(),
        scope: scope.clone(),
        page_size: 1,
        start_at: ReadFrom::Start,
    };
    match position::take(settings, declared, &request, &declared.users) {
        Ok(Some(_)) => CheckStep::ok(what, "the service honours `meta.lastModified`"),
        Ok(None) if position::names_groups(scope) => CheckStep::skipped(
            what,
            "not with groups: who joins or leaves one is not changed",
        ),
        Ok(None) => CheckStep::skipped(
            what,
            "the service does not declare filters, or does not honour one by `meta.lastModified`; every read is whole",
        ),
        Err(failure) if failure.kind == FailureKind::Data => {
            CheckStep::skipped(what, failure.message)
        }
        Err(failure) => CheckStep::failed(what, failure),
    }
}
