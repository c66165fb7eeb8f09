//! One account and its place among the others, for programs.

use muster_model::{AccountId, AccountStatus, FieldName};
use muster_store::AccountJson;
use muster_sync::admin::{Chain, ChainEnd, Chart, Person, Report};
use serde::Serialize;
use std::collections::BTreeMap;

/// What `account show` prints; names are stable, and more may be added.
#[derive(Serialize)]
pub(super) struct ShownAccount {
    #[serde(flatten)]
    pub(super) account: AccountJson,
    /// Not there if the account's directory maps no references.
    #[serde(flatten)]
    pub(super) chart: Option<ChartJson>,
}

/// Whom an account refers to, and who refers to it.
#[derive(Serialize)]
pub(super) struct ChartJson {
    /// Per field; a list where the field is one.
    references: BTreeMap<FieldName, Named>,
    /// Per field with one person: everybody above, from the nearest on.
    chains: BTreeMap<FieldName, ChainJson>,
    reports: Vec<ReportJson>,
}

#[derive(Serialize)]
#[serde(untagged)]
enum Named {
    One(PersonJson),
    Many(Vec<PersonJson>),
}

/// Somebody; without a username and a status if there is no such account.
#[derive(Serialize)]
struct PersonJson {
    id: AccountId,
    username: Option<String>,
    status: Option<AccountStatus>,
}

#[derive(Serialize)]
struct ChainJson {
    people: Vec<PersonJson>,
    /// `top`, `circle` or `missing`.
    end: &'static str,
}

#[derive(Serialize)]
struct ReportJson {
    field: FieldName,
    #[serde(flatten)]
    person: PersonJson,
}

impl From<Chart> for ChartJson {
    fn from(chart: Chart) -> Self {
        let is_one = |field: &FieldName| chart.chains.contains_key(field);
        let references = chart.references.into_iter();
        Self {
            references: references
                .map(|(field, people)| {
                    let is_one = is_one(&field);
                    let mut people: Vec<PersonJson> = people.into_iter().map(Into::into).collect();
                    match (is_one, people.len()) {
                        (true, 1..) => (field, Named::One(people.swap_remove(0))),
                        _ => (field, Named::Many(people)),
                    }
                })
                .collect(),
            chains: chart
                .chains
                .into_iter()
                .map(|(field, chain)| (field, chain.into()))
                .collect(),
            reports: chart.reports.into_iter().map(Into::into).collect(),
        }
    }
}

impl From<Person> for PersonJson {
    fn from(person: Person) -> Self {
        let status = match person.block_reasons.is_empty() {
            true => AccountStatus::Active,
            false => AccountStatus::Blocked,
        };
        Self {
            id: person.id,
            status: person.username.as_ref().map(|_| status),
            username: person.username,
        }
    }
}

impl From<Chain> for ChainJson {
    fn from(chain: Chain) -> Self {
        Self {
            people: chain.people.into_iter().map(Into::into).collect(),
            end: match chain.end {
                ChainEnd::Top => "top",
                ChainEnd::Circle => "circle",
                ChainEnd::Missing => "missing",
            },
        }
    }
}

impl From<Report> for ReportJson {
    fn from(report: Report) -> Self {
        Self {
            field: report.field,
            person: report.person.into(),
        }
    }
}
