//! The way to the border for fuzz targets: batches as a plugin could hand them over,
//! whatever is in them. Not part of the product.

use crate::bindings::{people as wit, provider};
use crate::border::{Border, Breach};
use crate::limits::Limits;
use crate::reader::Delivery;
use crate::request::ReadRequest;

/// A batch, with small numbers in the place of enumerations.
#[derive(Clone, Debug, Default)]
pub struct Batch {
    /// Names, and whether they are text, binary or references.
    pub columns: Vec<(String, u8)>,
    /// Every value.
    pub data: Vec<u8>,
    /// Where each value ends.
    pub value_ends: Vec<u32>,
    /// Where each cell ends.
    pub cell_ends: Vec<u32>,
    /// One per row.
    pub statuses: Vec<u8>,
    /// A text, and whom it is about: an id, an attribute's value, or nobody.
    pub problems: Vec<(String, u8)>,
    /// Where to go on.
    pub resume: Option<Vec<u8>>,
    /// A claim of coverage, the people that the plugin counted, and its cursor.
    pub end: Option<(u8, u64, Option<Vec<u8>>)>,
}

/// Lets batches pass one after the other, as one read, up to the first that may not.
pub fn pass(
    request: &ReadRequest,
    batches: impl IntoIterator<Item = Batch>,
) -> (Vec<Delivery>, Option<Breach>) {
    let mut border = Border::new(request, &Limits::default());
    let mut passed = Vec::new();
    for batch in batches {
        let batch = match border.pass(packed(batch)) {
            Ok(batch) => batch,
            Err(breach) => return (passed, Some(breach)),
        };
        passed.push(Delivery::Page {
            page: batch.page,
            resume: batch.resume,
        });
        if let Some((coverage, cursor)) = batch.end {
            passed.push(Delivery::End { coverage, cursor });
            break;
        }
    }
    (passed, None)
}

fn packed(batch: Batch) -> provider::Batch {
    let column = |(name, kind)| wit::Column {
        name,
        kind: match kind % 3 {
            0 => wit::ColumnKind::Text,
            1 => wit::ColumnKind::Binary,
            _ => wit::ColumnKind::Reference,
        },
    };
    let problem = |(text, subject): (String, u8)| wit::Problem {
        place: "somewhere".to_owned(),
        subject: match subject % 3 {
            0 => wit::Subject::Id(text.clone()),
            1 => wit::Subject::Attribute(("mail".to_owned(), text.clone())),
            _ => wit::Subject::Nobody,
        },
        message: text,
    };
    provider::Batch {
        page: wit::Page {
            columns: batch.columns.into_iter().map(column).collect(),
            data: batch.data,
            value_ends: batch.value_ends,
            cell_ends: batch.cell_ends,
            statuses: batch.statuses.into_iter().map(status).collect(),
            problems: batch.problems.into_iter().map(problem).collect(),
        },
        resume: batch.resume,
        end: batch.end.map(|(claim, entries, next)| provider::End {
            coverage: coverage(claim, entries),
            next,
        }),
    }
}

fn status(number: u8) -> wit::Status {
    match number % 5 {
        0 => wit::Status::Active,
        1 => wit::Status::Pending,
        2 => wit::Status::Blocked(wit::BlockCause::Other),
        3 => wit::Status::Removed(wit::Removal::Final),
        _ => wit::Status::Unknown,
    }
}

fn coverage(claim: u8, entries: u64) -> provider::Coverage {
    let evidence = provider::Evidence {
        entries,
        source_count: None,
        facts: Vec::new(),
    };
    match claim % 3 {
        0 => provider::Coverage::Complete(evidence),
        1 => provider::Coverage::Delta(evidence),
        _ => provider::Coverage::Partial(provider::Shortfall {
            reason: provider::PartialReason::Truncated,
            message: String::new(),
            evidence,
        }),
    }
}
