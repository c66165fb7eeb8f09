//! The System Log, as far as it names people.
//!
//! Polling gives every event in the order in which the log took it in, so that a
//! late event is not lost. It never ends: each page has a next link, and an empty
//! page only means that there is nothing yet.

use crate::api::Api;
use crate::clock;
use crate::cursor::Position;
use crate::fault::Right;
use muster_sdk::http::Target;
use muster_sdk::json::{At, Record, Selection};
use muster_sdk::{Failure, FailureKind, host};
use std::collections::BTreeSet;

/// Events in one page, the most that Okta gives.
const PAGE: u32 = 1000;

/// Pages after which reading everybody is the better way.
const PAGES: usize = 20;

/// The kinds of events after which a person may read differently.
const KINDS: [&str; 5] = [
    "user.lifecycle.",
    "user.account.",
    "group.user_membership.",
    "group.lifecycle.",
    "group.profile.",
];

/// How long Okta keeps its log is 90 days; a little less is sure.
const KEPT_SECONDS: u64 = 85 * 86_400;

/// How far before the read's begin the first position is: whatever was under way.
const OVERLAP_SECONDS: u64 = 600;

const WHAT: &str = "the System Log";

/// What the log has said since a position.
#[derive(Debug, Default)]
pub struct News {
    /// Users who were touched.
    pub users: BTreeSet<String>,
    /// Groups whose membership events were seen.
    pub groups: BTreeSet<String>,
    /// Groups that were deleted.
    pub deleted_groups: BTreeSet<String>,
}

/// A position from which nothing is lost that happens from now on.
pub fn begin(api: &Api) -> Position {
    Position::Since(clock::iso(api.now().saturating_sub(OVERLAP_SECONDS)))
}

/// Tries whether the log may be read.
pub fn probe(api: &Api) -> Result<(), Failure> {
    api.get(WHAT, Right::Logs, target(&begin(api), 1)).map(drop)
}

/// Reads all that is there after a position, and where to go on.
pub fn read(api: &Api, from: &Position, at: u64) -> Result<(News, Position), Failure> {
    if api.now().saturating_sub(at) > KEPT_SECONDS {
        return Err(Failure::stale_cursor(
            "Okta keeps its System Log for 90 days, and the last run was longer ago",
        ));
    }
    let events = Selection::new([
        "eventType",
        r#"target[type eq "User"].id"#,
        r#"target[type eq "UserGroup"].id"#,
    ])?;
    let mut news = News::default();
    let mut position = from.clone();
    for _ in 0..PAGES {
        if host::cancelled() {
            return Err(Failure::cancelled());
        }
        let answer = api.get(WHAT, Right::Logs, target(&position, PAGE));
        let answer = answer.map_err(|failure| lost(failure, &position))?;
        let page = events.read(&answer.body, At::Root, |event| news.take(event))?;
        let Some(next) = answer.next else {
            return Err(Failure::stale_cursor(
                "Okta gave no position in its System Log to go on from",
            ));
        };
        position = Position::Link(next);
        if page.records() == 0 {
            return Ok((news, position));
        }
    }
    Err(Failure::stale_cursor(
        "so much has happened since the last run that reading everybody is quicker",
    ))
}

fn target(position: &Position, limit: u32) -> String {
    let since = match position {
        Position::Link(link) => return link.clone(),
        Position::Since(since) => since,
    };
    let kinds: Vec<String> = KINDS
        .iter()
        .map(|kind| format!("eventType sw \"{kind}\""))
        .collect();
    Target::new("/api/v1/logs")
        .query("since", since)
        .query("sortOrder", "ASCENDING")
        .query("filter", kinds.join(" or "))
        .query("limit", limit)
        .into()
}

/// A position that Okta refuses is lost; everything else is as it is elsewhere.
fn lost(failure: Failure, position: &Position) -> Failure {
    let is_refused = matches!(
        failure.kind,
        FailureKind::Data | FailureKind::Unsupported | FailureKind::Config
    );
    if is_refused && matches!(position, Position::Link(_)) {
        return Failure::stale_cursor(format!(
            "Okta does not know the stored position in its System Log any more: {}",
            failure.message
        ));
    }
    failure
}

impl News {
    fn take(&mut self, event: Record<'_>) {
        let kind = event.first(0).unwrap_or_default();
        self.users.extend(event.values(1).map(str::to_owned));
        let groups = event.values(2).map(str::to_owned);
        if kind.starts_with("group.user_membership.") {
            self.groups.extend(groups);
        } else if kind == "group.lifecycle.delete" {
            self.deleted_groups.extend(groups);
        }
    }
}
