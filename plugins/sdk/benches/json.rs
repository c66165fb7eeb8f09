//! Pages of 100 people, as three kinds of services send them, read with what a
//! policy usually wants and packed.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing)]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use muster_sdk::json::{At, Builder, Selection};
use muster_sdk::{Page, Rows, Status};
use serde_json::{Value, json};
use std::hint::black_box;

const PEOPLE: u64 = 100;

fn id(at: u64) -> String {
    format!("{at:08x}-6090-4610-87e4-49d8ca9f808d")
}

fn scim(at: u64) -> Value {
    json!({
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User",
            "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User"],
        "id": id(at), "externalId": format!("HR-{at:06}"),
        "userName": format!("mara.lindqvist{at}@example.com"), "active": true,
        "displayName": "Mara Lindqvist", "nickName": "Mara",
        "name": {"givenName": "Mara", "familyName": "Lindqvist", "formatted": "Mara Lindqvist"},
        "title": "Head of \"Payroll\"", "preferredLanguage": "sv-SE, en;q=0.8", "locale": "sv-SE",
        "timezone": "Europe/Stockholm", "userType": "Employee",
        "emails": [{"value": format!("mara.lindqvist{at}@example.com"), "type": "work", "primary": true},
            {"value": "mara@home.example", "type": "home"}],
        "phoneNumbers": [{"value": "tel:+46-70-555-01-01", "type": "mobile"},
            {"value": "tel:+46-8-555-01-02", "type": "work"}],
        "addresses": [{"type": "work", "streetAddress": "Drottninggatan 1", "locality": "Stockholm",
            "postalCode": "111 51", "country": "SE", "formatted": "Drottninggatan 1\n111 51 Stockholm"}],
        "groups": [{"value": id(7), "$ref": "https://scim.example.com/v2/Groups/7", "display": "Everybody"}],
        "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User": {
            "employeeNumber": format!("{at:06}"), "department": "Finance", "costCenter": "4130",
            "manager": {"value": id(1), "displayName": "Ines Okafor"}},
        "meta": {"resourceType": "User", "created": "2019-03-01T07:58:12Z",
            "lastModified": "2026-01-12T09:41:07Z", "version": "W/\"3694e05e9dff590\"",
            "location": format!("https://scim.example.com/v2/Users/{}", id(at))}
    })
}

fn graph(at: u64) -> Value {
    json!({
        "@odata.type": "#microsoft.graph.user", "id": id(at), "accountEnabled": true,
        "userPrincipalName": format!("mara.lindqvist{at}@contoso.example"), "givenName": "Mara",
        "surname": "Lindqvist", "displayName": "Mara Lindqvist", "mail": "mara@contoso.example",
        "jobTitle": "Head of Payroll", "department": "Finance", "officeLocation": null,
        "businessPhones": ["+46 8 555 01 02"], "mobilePhone": "+46 70 555 01 01",
        "employeeId": format!("{at:06}"), "preferredLanguage": "sv-SE", "city": "Stockholm",
        "country": "Sweden", "proxyAddresses": ["SMTP:mara@contoso.example", "smtp:m@contoso.example"],
        "onPremisesExtensionAttributes": {"extensionAttribute1": null, "extensionAttribute2": "A"}
    })
}

fn okta(at: u64) -> Value {
    json!({
        "id": format!("00u{at:017}"), "status": "ACTIVE", "created": "2019-03-01T07:58:12.000Z",
        "activated": null, "statusChanged": "2019-03-01T07:58:13.000Z",
        "lastLogin": "2026-11-01T06:00:00.000Z", "lastUpdated": "2026-01-12T09:41:07.000Z",
        "passwordChanged": null, "type": {"id": "otyfnjfba4ye7pgjB0g4"},
        "profile": {"firstName": "Mara", "lastName": "Lindqvist", "mobilePhone": "+46 70 555 01 01",
            "secondEmail": null, "login": format!("mara.lindqvist{at}@example.com"),
            "email": format!("mara.lindqvist{at}@example.com"), "department": "Finance",
            "title": "Head of Payroll", "employeeNumber": format!("{at:06}"), "managerId": "00u1",
            "locale": "sv_SE", "timezone": "Europe/Stockholm", "city": "Stockholm"},
        "credentials": {"provider": {"type": "OKTA", "name": "OKTA"}},
        "_links": {"self": {"href": format!("https://example.okta.com/api/v1/users/00u{at:017}")}}
    })
}

const SCIM: [&str; 14] = [
    "id",
    "active",
    "userName",
    "displayName",
    "name.givenName",
    "name.familyName",
    "title",
    r#"emails[type eq "work"].value"#,
    "emails[primary eq true].value",
    "phoneNumbers.value",
    "addresses.locality",
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:department",
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:employeeNumber",
    "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User:manager.value",
];
const GRAPH: [&str; 13] = [
    "id",
    "accountEnabled",
    "userPrincipalName",
    "givenName",
    "surname",
    "displayName",
    "mail",
    "jobTitle",
    "department",
    "businessPhones",
    "mobilePhone",
    "employeeId",
    "proxyAddresses",
];
const OKTA: [&str; 11] = [
    "id",
    "status",
    "profile.login",
    "profile.firstName",
    "profile.lastName",
    "profile.email",
    "profile.department",
    "profile.title",
    "profile.mobilePhone",
    "profile.employeeNumber",
    "profile.managerId",
];

fn people(one: impl Fn(u64) -> Value) -> Value {
    (0..PEOPLE).map(one).collect()
}

fn read(selection: &Selection, rows: &mut Rows, page: &[u8], at: At<'_>, slots: usize) -> Page {
    let read = selection.read(page, at, |record| {
        let mut row = rows.add(Status::Active);
        row.id(record.first(0).unwrap_or_default());
        for slot in 1..slots {
            record.write(&mut row, slot - 1, slot);
        }
    });
    read.unwrap();
    rows.take()
}

fn pages(criterion: &mut Criterion) {
    let any: fn(Builder) -> Builder = |builder| builder.any_case().bare("value");
    let same: fn(Builder) -> Builder = |builder| builder;
    let member = |name: &str, list| json!({"total": PEOPLE, name: list}).to_string();
    let cases = [
        (
            "scim",
            member("Resources", people(scim)),
            At::Member("Resources"),
            &SCIM[..],
            any,
        ),
        (
            "graph",
            member("value", people(graph)),
            At::Member("value"),
            &GRAPH[..],
            same,
        ),
        ("okta", people(okta).to_string(), At::Root, &OKTA[..], same),
    ];
    let mut group = criterion.benchmark_group("json");
    group.throughput(Throughput::Elements(PEOPLE));
    for (name, page, at, paths, options) in cases {
        let builder = Selection::builder().texts(paths.iter().copied());
        let selection = options(builder).build().unwrap();
        let mut rows = Rows::new(&paths[1..]);
        group.bench_function(format!("{name}, {} bytes", page.len()), |bencher| {
            bencher.iter(|| {
                read(
                    &selection,
                    &mut rows,
                    black_box(page.as_bytes()),
                    at,
                    paths.len(),
                )
            });
        });
    }
    group.finish();
}

criterion_group!(benches, pages);
criterion_main!(benches);
