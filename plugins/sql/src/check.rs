//! What an operator sees who asks whether the database can be read.

use crate::columns::Columns;
use crate::groups::Groups;
use crate::reading::count;
use crate::settings::Settings;
use crate::source::DATABASE;
use muster_sdk::{CheckStep, Failure, Scope, report, sql};

/// Logs in, asks every query, and reads the first rows.
pub fn steps(settings: &Settings, scope: &Scope) -> Vec<CheckStep> {
    let what = "log in and ask the query";
    let answer = match sql::open(DATABASE, &settings.query, &[]) {
        Ok(answer) => answer,
        Err(failure) => return vec![CheckStep::failed(what, failure)],
    };
    let names = answer.columns().iter();
    let names: Vec<String> = names
        .map(|column| format!("`{}` {}", column.name, column.type_name))
        .collect();
    let mut steps = vec![CheckStep::ok(
        what,
        format!("the query gives {}", names.join(", ")),
    )];
    let mut missing = Vec::new();
    let tried = [
        (
            "find the columns",
            Columns::find(answer.columns(), settings, &[])
                .map(|_| "every column that the settings name is there".to_owned()),
        ),
        ("read the first rows", first(&answer)),
        ("find the groups", groups(settings, scope, &mut missing)),
        ("count the rows", counted(settings)),
    ];
    for (what, outcome) in tried {
        match outcome {
            Ok(text) if text.is_empty() => {}
            Ok(text) => steps.push(CheckStep::ok(what, text)),
            Err(failure) => {
                steps.push(CheckStep::failed(what, failure));
                return steps;
            }
        }
    }
    steps.extend(missing.iter().map(|name| report::missing(name)));
    if settings.count_query.is_none() {
        steps.push(
            CheckStep::skipped("count the rows", "there is no `count_query`")
                .hint("a number from another query would show a query that leaves people out"),
        );
    }
    steps
}

fn first(answer: &sql::Answer) -> Result<String, Failure> {
    let block = answer.next()?;
    match block.len() {
        0 => Err(Failure::data("the query gives no row").hint(
            "nobody is blocked for that; look at its conditions, and at what the role may see",
        )),
        rows => Ok(format!("the first {rows} rows can be read")),
    }
}

/// Out of a column, all rows alone would tell who is in a group.
fn groups(
    settings: &Settings,
    scope: &Scope,
    missing_reported: &mut Vec<String>,
) -> Result<String, Failure> {
    let mut groups = Groups::new(scope, settings)?;
    groups.read(settings)?;
    if settings.groups_query.is_none() || groups.are_none() {
        return Ok(String::new());
    }
    *missing_reported = groups.missing_reported();
    let missing = groups.missing();
    match missing.is_empty() {
        true if scope.groups.is_empty() => Ok("who is in them is known".to_owned()),
        true => Ok("somebody is in each syncing group".to_owned()),
        false => Err(
            Failure::data(format!("nobody is in `{}`", missing.join("`, `"))).hint(
                "check the spelling; as long as this is so, nobody is blocked for having left",
            ),
        ),
    }
}

fn counted(settings: &Settings) -> Result<String, Failure> {
    let count = count(settings)?;
    Ok(count.map_or_else(String::new, |count| format!("there are {count}")))
}
