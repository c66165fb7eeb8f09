//! What Google's own words say of the emulator, and of the plugin's requests.

use muster_emulators::google::{self, Google, Member, Person};
use muster_tests::judges;
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
