//! From a packed page of the interface to a page of the model.

use super::Breach;
use super::repack::{Packed, Places};
use crate::bindings::people as wit;
use crate::limits::Limits;
use crate::words::tame;
use muster_model::{BlockCause, ExternalId, Page, Problem, Removal, SourceStatus, Subject};

/// Longest text of a problem that is taken over from a plugin, in bytes.
const TEXT: usize = 2000;

/// Longest name of a column in a message, in bytes.
const NAME: usize = 200;

/// Checks a page and gives it the columns of the request.
pub(super) fn checked(
    page: wit::Page,
    attributes: &[String],
    limits: &Limits,
) -> Result<Page, Breach> {
    fits(&page, limits)?;
    let places = places(&page.columns, attributes)?;
    let statuses: Vec<SourceStatus> = page
        .statuses
        .iter()
        .map(|&status| status_of(status))
        .collect();
    let problems = page.problems.into_iter().map(problem).collect();
    let packed = Packed {
        data: page.data,
        value_ends: page.value_ends,
        cell_ends: page.cell_ends,
        rows: statuses.len(),
    };
    let (text, value_ends, cell_ends) = packed.in_order(&places, &page.columns)?;
    Ok(Page::check(
        attributes.len(),
        text,
        value_ends,
        cell_ends,
        statuses,
        problems,
    )?)
}

fn fits(page: &wit::Page, limits: &Limits) -> Result<(), Breach> {
    let rows = page.statuses.len().max(page.problems.len());
    if rows > limits.page_rows {
        return Err(Breach::Rows {
            rows,
            limit: limits.page_rows,
        });
    }
    let bytes = page.data.len() + 4 * (page.value_ends.len() + page.cell_ends.len());
    if bytes > limits.page_bytes {
        return Err(Breach::Bytes {
            bytes,
            limit: limits.page_bytes,
        });
    }
    Ok(())
}

/// Finds each requested attribute among the page's columns.
fn places(columns: &[wit::Column], attributes: &[String]) -> Result<Places, Breach> {
    let mut places = vec![None; attributes.len()];
    for (at, column) in columns.iter().enumerate() {
        // Pages name their columns in the order of the request, as a rule.
        let likely = attributes
            .get(at)
            .filter(|name| **name == column.name)
            .map(|_| at);
        let found = likely.or_else(|| attributes.iter().position(|name| *name == column.name));
        let name = || tame(&column.name, NAME);
        let place = found.and_then(|found| places.get_mut(found));
        match place {
            None => return Err(Breach::UnknownColumn { name: name() }),
            Some(Some(_)) => return Err(Breach::DoubledColumn { name: name() }),
            Some(place) => *place = Some(at),
        }
    }
    Ok(Places::new(places, columns))
}

fn status_of(status: wit::Status) -> SourceStatus {
    match status {
        wit::Status::Active => SourceStatus::Active,
        wit::Status::Pending => SourceStatus::Pending,
        wit::Status::Unknown => SourceStatus::Unknown,
        wit::Status::Blocked(cause) => SourceStatus::Blocked(match cause {
            wit::BlockCause::Disabled => BlockCause::Disabled,
            wit::BlockCause::Locked => BlockCause::Locked,
            wit::BlockCause::Expired => BlockCause::Expired,
            wit::BlockCause::NotYetValid => BlockCause::NotYetValid,
            wit::BlockCause::Suspended => BlockCause::Suspended,
            wit::BlockCause::Archived => BlockCause::Archived,
            wit::BlockCause::Other => BlockCause::Other,
        }),
        wit::Status::Removed(removal) => SourceStatus::Removed(match removal {
            wit::Removal::Restorable => Removal::Restorable,
            wit::Removal::Final => Removal::Final,
            wit::Removal::LeftScope => Removal::LeftScope,
        }),
    }
}

fn problem(problem: wit::Problem) -> Problem {
    Problem {
        place: tame(&problem.place, TEXT),
        text: tame(&problem.message, TEXT),
        // What names a person is compared, not shown: it stays as it is.
        subject: match problem.subject {
            wit::Subject::Id(id) => Subject::Id(ExternalId::new(id)),
            wit::Subject::Attribute((name, value)) => Subject::Attribute { name, value },
            wit::Subject::Nobody => Subject::Nobody,
        },
    }
}
