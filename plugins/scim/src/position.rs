//! Where an incremental read begins, and whether the service can be asked for one.

use crate::discovery::Declared;
use crate::service;
use crate::settings::{Incremental, Settings};
use crate::time;
use muster_sdk::http::{Response, Target};
use muster_sdk::json::{At, Selection};
use muster_sdk::{Failure, ReadRequest, Scope, host};
use serde::{Deserialize, Serialize};

/// Milliseconds that a position lies before the instant at which it was taken:
/// what a service writes at one instant may be found a little later.
const MARGIN: i64 = 5 * 60 * 1000;

/// What a delta goes on from. It holds only for the same service, filter and
/// attributes.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Position {
    /// Milliseconds since 1970, by the service's clock.
    pub since: i64,
    url: String,
    filter: Option<String>,
    attributes: Vec<String>,
}

impl Position {
    pub fn at(since: i64, settings: &Settings, request: &ReadRequest) -> Self {
        Self {
            since,
            url: settings.url.clone(),
            filter: settings.filter.clone(),
            attributes: request.attributes.clone(),
        }
    }

    /// Reads a position, and refuses one that was made for something else.
    pub fn read(
        cursor: &[u8],
        settings: &Settings,
        request: &ReadRequest,
    ) -> Result<Self, Failure> {
        let position: Self = serde_json::from_slice(cursor).map_err(|_| {
            Failure::stale_cursor("the position of the last read cannot be understood")
        })?;
        match position == Self::at(position.since, settings, request) {
            true => Ok(position),
            false => Err(Failure::stale_cursor(
                "the service's address, the filter or the attributes are others than those of the last read",
            )),
        }
    }

    pub fn write(&self) -> Vec<u8> {
        // A struct of texts and numbers has no value that JSON lacks.
        serde_json::to_vec(self).unwrap_or_default()
    }
}

/// Changes since an instant, as a filter.
pub fn filter(since: i64, settings: &Settings) -> String {
    let changed = format!("meta.lastModified gt \"{}\"", time::write(since));
    match &settings.filter {
        Some(filter) => format!("({filter}) and {changed}"),
        None => changed,
    }
}

/// Takes the position of the read that begins now, if changes can be asked for:
/// the service declares filters, finds nobody changed in the far future and
/// somebody since the beginning.
///
/// With groups, who joins or leaves one is not changed, so there is no position.
pub fn take(
    settings: &Settings,
    declared: &Declared,
    request: &ReadRequest,
    users: &str,
) -> Result<Option<Position>, Failure> {
    let scope = &request.scope;
    if settings.incremental == Incremental::Off || !declared.filters || names_groups(scope) {
        return Ok(None);
    }
    let filter_of = |instant: &str| format!("meta.lastModified gt \"{instant}\"");
    let Some((future, answer)) = count(users, &filter_of("2999-01-01T00:00:00Z"))? else {
        return Ok(None);
    };
    let past = count(users, &filter_of("1970-01-02T00:00:00Z"))?.map(|(count, _)| count);
    if future != 0 || past.is_none_or(|past| past == 0) {
        host::info(
            "the service declares filters, but does not honour one by `meta.lastModified`: no incremental reads",
        );
        return Ok(None);
    }
    Ok(Some(Position::at(now(&answer) - MARGIN, settings, request)))
}

/// True if the policy asks about groups at all.
pub fn names_groups(scope: &Scope) -> bool {
    let all = [&scope.groups, &scope.except_groups, &scope.report];
    all.into_iter().any(|names| !names.is_empty())
}

/// Refuses to go on with a service that ignores the operator's filter: it would
/// bring people whom nobody asked for.
pub fn prove_filter(settings: &Settings, users: &str) -> Result<(), Failure> {
    if settings.filter.is_none() {
        return Ok(());
    }
    let nobody = r#"userName eq "muster-looks-for-nobody-b1946ac92492d234""#;
    match count(users, nobody)? {
        // A filter that is refused is not ignored.
        None | Some((0, _)) => Ok(()),
        Some((count, _)) => Err(Failure::unsupported(format!(
            "the service ignores filters: asked for a person who does not exist, it gave {count}"
        ))
        .hint("take `filter` out, and say in `scope.where` whom the policy is about")),
    }
}

/// How many people a filter finds – at least, for only one is asked for – or
/// nothing if the service refuses it.
fn count(users: &str, filter: &str) -> Result<Option<(u64, Response)>, Failure> {
    let target = Target::new(users)
        .query("filter", filter)
        .query("attributes", "id")
        .query("startIndex", 1)
        .query("count", 1);
    let response = service::ask(&target)?;
    if !(200..=299).contains(&response.status) {
        return match response.status {
            401 | 403 => Err(service::refused("a filter", &response)),
            _ => Ok(None),
        };
    }
    let selection = Selection::new(["id"])?;
    let rest = selection.read(&response.body, At::Member("Resources"), |_| ())?;
    let count = rest.number("totalResults").unwrap_or(0);
    Ok(Some((count.max(rest.records() as u64), response)))
}

/// The service's clock, or ours.
fn now(response: &Response) -> i64 {
    let date = response
        .header("date")
        .and_then(muster_sdk::http::epoch_seconds);
    let ours = host::now_ms() / 1000;
    let seconds = date.unwrap_or(ours);
    i64::try_from(seconds).unwrap_or(i64::MAX / 2000) * 1000
}
