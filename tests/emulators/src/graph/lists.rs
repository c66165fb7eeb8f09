//! Collections in pages, each with an opaque token for the next.

use super::Tenant;
use super::error::Refusal;
use super::query::Query;
use super::wire::{Answer, Ask, Reply};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

/// Collections that are being read.
#[derive(Debug, Default)]
pub(super) struct Pages {
    open: BTreeMap<String, Open>,
    made: u64,
}

/// The rest of a collection, as it was when its first page was asked for.
#[derive(Clone, Debug)]
struct Open {
    context: String,
    items: Vec<Value>,
    at: usize,
    size: usize,
    /// The first page was asked for with `ConsistencyLevel: eventual`.
    eventual: bool,
}

/// The first page of a collection.
pub(super) struct Listing<'a> {
    pub context: &'a str,
    pub items: Vec<Value>,
    pub size: usize,
}

impl Tenant {
    /// The page that a `$skiptoken` names, if the query has one.
    pub(super) fn next_page(&mut self, query: &Query, ask: &Ask) -> Option<Answer> {
        let token = query.get("$skiptoken")?;
        let Some(open) = self.pages.open.get(token).cloned() else {
            let text = "The specified page token value has expired and can no longer be included in your request.";
            return Some(Err(Refusal::new(400, "Directory_ExpiredPageToken", text)));
        };
        if open.eventual && !ask.is_eventual() {
            let text = "The request uses advanced query parameters; the ConsistencyLevel header is missing.";
            return Some(Err(Refusal::unsupported(text)));
        }
        Some(Ok(self.page(open, None, ask)))
    }

    /// The first page.
    pub(super) fn first_page(&mut self, listing: Listing<'_>, query: &Query, ask: &Ask) -> Answer {
        let count = (query.counts() && ask.is_eventual()).then(|| {
            let truth = i64::try_from(listing.items.len()).unwrap_or(i64::MAX);
            truth + self.miscount
        });
        let open = Open {
            context: listing.context.to_owned(),
            items: listing.items,
            at: 0,
            size: listing.size.min(self.page_cap),
            eventual: ask.is_eventual() && query.counts(),
        };
        Ok(self.page(open, count, ask))
    }

    fn page(&mut self, mut open: Open, count: Option<i64>, ask: &Ask) -> Reply {
        let mut body = Map::new();
        let context = format!("{}/v1.0/$metadata#{}", ask.base, open.context);
        body.insert("@odata.context".to_owned(), json!(context));
        if let Some(count) = count {
            body.insert("@odata.count".to_owned(), json!(count));
        }
        let end = (open.at + open.size).min(open.items.len());
        let mut value = open.items[open.at..end].to_vec();
        if self.repeats > 0 && open.at > 0 {
            value.extend(open.items[..open.at].iter().step_by(self.repeats).cloned());
        }
        let over = end == open.items.len() && !(self.empty_last_page && open.at < end);
        open.at = end;
        if !over {
            self.pages.made += 1;
            let token = format!(
                "RFNwdAIAAQ{:08x}",
                self.pages.made.wrapping_mul(2_654_435_761)
            );
            let path = ask.target.split('?').next().unwrap_or_default();
            let path = if path.starts_with("/v1.0") {
                path.to_owned()
            } else {
                format!("/v1.0{path}")
            };
            let link = format!("{}{path}?$skiptoken={token}", ask.base);
            body.insert("@odata.nextLink".to_owned(), json!(link));
            self.pages.open.insert(token, open);
        }
        body.insert("value".to_owned(), Value::Array(value));
        Reply::json(200, &Value::Object(body))
    }
}
