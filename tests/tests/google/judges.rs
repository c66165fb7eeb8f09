//! What Google's own words say of the emulator, and of the plugin's requests.

use crate::workspace::{Policy, STAFF, account, address, intranet};
use muster_emulators::google::{self, Google, Member, Person};
use muster_emulators::server::Fault;
use muster_tests::intranet::POLICY;
use muster_tests::judges::{self, Prism};
use serde_json::json;
use std::io::Write;

#[test]
fn googles_library_is_content_with_the_emulator() {
    let google = Google::start();
    google.add_crowd(248);
    google.schema("Employment", &[("badge", "STRING")]);
    google.add(Person::new("arch", "Arch", "Ived").with(json!({
        "archived": true,
        "customSchemas": {"Employment": {"badge": "B-17"}},
    })));
    google.photo("arch@example.com", b"\xfb\xff\xfe!");
    google.add(Person::new("gone", "Gerd", "Gone"));
    google.delete("gone@example.com");
    let (group, nested) = ("staff@example.com", "nested@example.com");
    google.group(group);
    google.group(nested);
    google.join(nested, Member::person("arch@example.com"));
    google.join(group, Member::group(nested));
    google.join(group, Member::Everybody);
    google.join(group, Member::outsider("eve@else.example"));
    google.join_as(group, Member::person(google::ADMIN), "OWNER");
    for number in 1..=200 {
        let person = format!("person{number:05}@example.com");
        google.join(group, Member::person(&person));
    }
    google.when("/users?", 3, |account| account.expire_tokens());
    let mut key = tempfile::NamedTempFile::new().unwrap();
    key.write_all(google.key_file().as_bytes()).unwrap();
    let key = key.path().to_string_lossy();
    judges::python("google_sdk.py", &[&google.url(), &key, group, "250"]).ok();
}

/// Every request of the plugin, and every answer of the emulator, as Google's
/// discovery document has them.
#[test]
fn googles_specification_allows_what_the_plugin_asks() {
    let google = account();
    google.schema("Employment", &[("badge", "STRING")]);
    google.photo(&address("anna"), b"\xfb\xff\xfe!");
    google.add_crowd(600);
    google.add(Person::new("gone", "Gerd", "Gone"));
    google.delete(&address("gone"));
    google.join(STAFF, Member::outsider("eve@else.example"));
    let specification = judges::specification("google_specification.py");
    let prism = Prism::before(&google.url(), &specification);
    let policy = |policy: Policy| Policy {
        url: prism.url(),
        // Prism does not follow the burst of a test.
        ..policy.set("parallel", "2")
    };
    let few = policy(
        Policy::of(&google)
            .set("photos", "true")
            .set("scopes", &google::SCOPES.join(" "))
            .field("photo", "photo")
            .field("badge", "customSchemas.Employment.badge")
            .field("title", "title"),
    );
    let few = intranet(&google, &few);
    few.run(&["provider", "check", POLICY]).ok();
    few.sync().ok();
    few.nobody_is_blocked(4);
    let all = intranet(&google, &policy(Policy::of(&google).scope(&[])));
    all.sync().ok();
    all.nobody_is_blocked(606);
    // What Google refuses is in the specification's form, too.
    google.revoke(google::Right::Groups);
    few.sync().exits(1).says("Not Authorized");
    prism.is_content();

    // The judge is awake: an answer that Google cannot give is refused.
    google.grant(google::Right::Groups);
    let strange = Fault::once("/members", 200)
        .header("content-type", "application/json")
        .body(r#"{"kind": "admin#directory#members", "surprise": 1}"#);
    google.server().fail(strange.times(1000));
    few.sync().exits(1);
    assert!(prism.log().to_lowercase().contains("violation"));
}
