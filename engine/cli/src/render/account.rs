//! Accounts for people.

use super::text::{self, count, pad, safe};
use super::{Palette, chart, standing, table::table};
use muster_model::{Account, AccountStatus, BlockReason, FieldName, Owner};
use muster_policy::Policy;
use muster_sync::admin::Chart;
use std::collections::BTreeSet;

/// What a listing shows of one account.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Row {
    /// By which rows are sorted: the username's key.
    pub key: String,
    /// The username as it is spelled.
    pub username: String,
    /// `a17`.
    pub id: String,
    /// `local` or a directory.
    pub directory: String,
    /// Why it is blocked.
    pub reasons: Vec<BlockReason>,
}

/// Renders a listing, sorted by username.
pub fn list(mut rows: Vec<Row>, palette: Palette) -> String {
    if rows.is_empty() {
        return "No accounts.\n".to_owned();
    }
    rows.sort_by(|a, b| a.key.cmp(&b.key));
    let total = rows.len() as u64;
    let blocked = rows.iter().filter(|row| !row.reasons.is_empty()).count();
    let cells: Vec<Vec<String>> = rows.into_iter().map(cells).collect();
    format!(
        "{}{}, {blocked} blocked\n",
        table(
            &["USERNAME", "DIRECTORY", "STATUS", "REASONS", "ID"],
            &cells,
            palette
        ),
        count(total, "account", "accounts"),
    )
}

fn cells(row: Row) -> Vec<String> {
    let status = if row.reasons.is_empty() {
        AccountStatus::Active
    } else {
        AccountStatus::Blocked
    };
    vec![
        safe(&row.username),
        safe(&row.directory),
        status.to_string(),
        reasons(&row.reasons),
        row.id,
    ]
}

/// `left-scope, manual`.
pub fn reasons<'a>(reasons: impl IntoIterator<Item = &'a BlockReason>) -> String {
    let names: Vec<String> = reasons
        .into_iter()
        .map(|reason| safe(&reason.to_string()))
        .collect();
    names.join(", ")
}

/// What is known of an account beside itself.
#[derive(Clone, Copy, Debug)]
pub struct Known<'k> {
    /// The policy of its last sync, if it can be read.
    pub policy: Option<&'k Policy>,
    /// Whom it refers to, and who refers to it.
    pub chart: Option<&'k Chart>,
    /// Fields whose values are not shown.
    pub hidden: &'k BTreeSet<FieldName>,
}

/// Renders one account with all that is known of it, but for the values of the
/// hidden fields.
pub fn show(account: &Account, known: &Known<'_>, palette: Palette) -> String {
    let status = match account.status() {
        AccountStatus::Active => palette.good("active"),
        AccountStatus::Blocked => format!(
            "{}: {}",
            palette.bad("blocked"),
            reasons(&account.block_reasons)
        ),
    };
    let external_id = account
        .external_id
        .as_ref()
        .map_or("(none)".to_owned(), |id| safe(id.as_str()));
    let mut out = format!(
        "{}\n  id           {}\n  directory    {}\n  external id  {external_id}\n  status       {status}\n",
        palette.strong(safe(account.username.as_str())),
        account.id,
        safe(account.owner.as_str()),
    );
    out.push_str(&standing::lines(account, known.policy, palette));
    if let (AccountStatus::Blocked, Some(policy)) = (account.status(), known.policy) {
        let username = safe(account.username.as_str());
        let command = format!("muster explain {} {username}", safe(&policy.file));
        out.push_str(&format!("  why          {}\n", palette.name(command)));
    }
    out.push_str(&fields(account, known, palette));
    let chart = known.chart;
    out.push_str(&chart.map_or_else(String::new, |chart| chart::write(chart, palette)));
    out
}

fn fields(account: &Account, known: &Known<'_>, palette: Palette) -> String {
    if account.fields.is_empty() {
        return "  no fields\n".to_owned();
    }
    let width = account
        .fields
        .keys()
        .map(|name| safe(name.as_str()).chars().count())
        .max()
        .unwrap_or(0);
    let mut out = "  fields\n".to_owned();
    for (name, held) in &account.fields {
        let mapped = match &account.owner {
            Owner::Directory(directory) if account.synced.contains_key(name) => {
                palette.faint(format!("  from {}", safe(directory.as_str())))
            }
            _ => String::new(),
        };
        let held = match known.hidden.contains(name) {
            true => text::hidden(Some(held)),
            false => known
                .chart
                .and_then(|chart| chart::value(chart, name))
                .unwrap_or_else(|| text::value(Some(held))),
        };
        let name = pad(&safe(name.as_str()), width);
        out.push_str(&format!("    {name}  {held}{mapped}\n"));
    }
    out
}
