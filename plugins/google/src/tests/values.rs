//! What becomes of a user's properties.

use super::fake::{Fake, error};
use super::{got, read, read_with, request, settings};
use muster_sdk::testing::everybody;
use muster_sdk::{BlockCause, FailureKind, Status};
use serde_json::json;

/// Trap: `archived` is a thing of its own beside `suspended`; what is missing
/// is not known.
#[test]
fn suspended_and_archived_are_two_things() {
    let fake = Fake::of(&["active"])
        .user("suspended", json!({"suspended": true}))
        .user("archived", json!({"archived": true}))
        .user("both", json!({"suspended": true, "archived": true}))
        .user("silent", json!({"suspended": null, "archived": null}))
        .user("half", json!({"archived": null}))
        .user("odd", json!({"suspended": "maybe"}));
    let got = got(fake, &["suspended", "archived"], everybody()).whole();
    let status = |id: &str| got.row(id).status;
    assert_eq!(status("active"), Status::Active);
    assert_eq!(status("suspended"), Status::Blocked(BlockCause::Suspended));
    assert_eq!(status("archived"), Status::Blocked(BlockCause::Archived));
    assert_eq!(status("both"), Status::Blocked(BlockCause::Suspended));
    for id in ["silent", "half", "odd"] {
        assert_eq!(status(id), Status::Unknown, "{id}");
    }
    assert_eq!(
        got.row("both").values,
        [[b"true".to_vec()], [b"true".to_vec()]]
    );
    assert_eq!(
        (got.fact("suspended"), got.fact("archived")),
        (Some("2"), Some("2"))
    );
}

/// Trap: `phones`, `organizations`, `relations` have no declared type.
#[test]
fn untyped_lists_are_read_as_they_come() {
    let names = [
        r#"phones[type eq "work"].value"#,
        "title",
        "organizations[primary eq true].department",
        "manager",
        r#"externalIds[type eq "organization"].value"#,
        "aliases",
        "employee_id",
    ];
    let fake = Fake::of(&[])
        .user("full", json!({
            "phones": [{"value": "1", "type": "home"}, {"value": "2", "type": "work"}, {"value": "3", "type": "work"}],
            "organizations": [{"title": "Old", "department": "X"}, {"title": "Head", "primary": true, "department": "Pay"}],
            "relations": [{"value": "boss@example.com", "type": "manager"}],
            "externalIds": [{"value": "004702", "type": "organization"}, {"value": "9", "type": "custom", "customType": "organization"}],
            "aliases": ["x@example.com", "y@example.com"],
        }))
        .user("one", json!({"organizations": [{"title": "Only"}], "phones": {"value": "7", "type": "work"}}))
        .user("odd", json!({"phones": "12", "organizations": null, "relations": [], "externalIds": [1, null], "aliases": {}}));
    let got = got(fake, &names, everybody()).whole();
    let texts = |id: &str| -> Vec<Vec<String>> {
        let row = got.row(id);
        row.values
            .iter()
            .map(|cell| {
                cell.iter()
                    .map(|v| String::from_utf8_lossy(v).into_owned())
                    .collect()
            })
            .collect()
    };
    assert_eq!(
        texts("full"),
        [
            vec!["2", "3"],
            vec!["Head"],
            vec!["Pay"],
            vec!["boss@example.com"],
            vec!["004702"],
            vec!["x@example.com", "y@example.com"],
            vec!["004702"],
        ]
    );
    assert_eq!(texts("one")[0], ["7"]);
    assert_eq!(texts("one")[1], ["Only"]);
    assert!(texts("odd").iter().all(Vec::is_empty), "{:?}", texts("odd"));
}

/// Trap: custom schemas come only if the projection asks for them.
#[test]
fn custom_schemas_are_asked_for_by_name() {
    let fake = Fake::of(&[]).user("a", json!({"customSchemas": {
        "Employment": {"badge": "B-17", "sites": [{"type": "work", "value": "Oslo"}, {"value": "Rome"}]},
        "Pay": {"grade": 7},
    }}));
    let seen = fake.serve();
    let names = [
        "customSchemas.Employment.badge",
        "customSchemas.Pay.grade",
        "customSchemas.Employment.sites",
    ];
    let got = read_with(settings(json!({})), request(&names, everybody())).unwrap();
    assert_eq!(got.row("a").text(0).as_deref(), Some("B-17"));
    assert_eq!(got.row("a").text(1).as_deref(), Some("7"));
    assert_eq!(got.row("a").values[2], [b"Oslo".to_vec(), b"Rome".to_vec()]);
    let seen = seen.borrow();
    let lists = seen
        .seen
        .iter()
        .filter(|target| target.contains("customSchemas"));
    for target in lists {
        assert!(
            target.contains("projection=custom&customFieldMask=Employment%2CPay"),
            "{target}"
        );
    }
}

#[test]
fn no_more_is_asked_for_than_is_needed() {
    let seen = Fake::of(&["a"]).serve();
    let names = ["name.givenName", r#"phones[type eq "work"].value"#];
    read_with(settings(json!({})), request(&names, everybody())).unwrap();
    let seen = seen.borrow();
    let list = seen
        .seen
        .iter()
        .find(|target| target.contains("phones"))
        .unwrap();
    assert!(
        list.contains("users%28archived%2Cid%2Cname%2Cphones%2CprimaryEmail%2Csuspended%29"),
        "{list}"
    );
    assert!(
        list.contains("projection=basic") && list.contains("viewType=admin_view"),
        "{list}"
    );
    assert!(
        list.contains("maxResults=500") && list.contains("orderBy=email"),
        "{list}"
    );
}

#[test]
fn a_typo_is_refused_before_the_first_row() {
    let seen = Fake::of(&["a"]).serve();
    for name in ["phone.value", "primaryMail", "customSchemas.X"] {
        let failure = read_with(settings(json!({})), request(&[name], everybody())).unwrap_err();
        assert_eq!(failure.kind, FailureKind::Config, "{name}");
    }
    assert!(seen.borrow().seen.is_empty());
}

/// Trap: photos are in a base64 of Google's own, and a photo that cannot be
/// read must not empty the field.
#[test]
fn photos_are_bytes() {
    let tag = json!({"thumbnailPhotoEtag": "\"t\""});
    let mut fake = Fake::of(&["none"])
        .user("a", tag.clone())
        .user("gone", tag.clone())
        .user("secret", tag)
        .fault("users/secret/photos", 403, error(403, "forbidden", "no"));
    fake.photos.insert("a".into(), "-__-IQ**".into());
    let failure = read(fake.clone(), &["photo"], everybody()).unwrap_err();
    assert!(failure.hint.unwrap().contains("photos: true"));
    let seen = fake.serve();
    let got = read_with(
        settings(json!({"photos": true})),
        request(&["photo"], everybody()),
    );
    let got = got.unwrap().whole();
    assert_eq!(got.row("a").values[0], [b"\xfb\xff\xfe!".to_vec()]);
    assert!(got.row("gone").values[0].is_empty() && got.row("none").values[0].is_empty());
    assert_eq!(got.ids(), ["a", "gone", "none"]);
    assert_eq!(got.problems.len(), 1);
    let photos = seen
        .borrow()
        .seen
        .iter()
        .filter(|t| t.contains("/photos/"))
        .count();
    assert_eq!(photos, 3, "nobody without a photo is asked for");
}
