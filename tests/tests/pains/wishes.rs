//! What users of other tools wish that a mapping could do.

use crate::desk::{Desk, text};

#[test]
fn usernames_numbers_and_names_are_made_of_what_there_is() {
    let mut desk = Desk::new();
    let policy = desk.policy(
        "staff",
        r#"identity:
  username: {from: mail, transform: [lower, {replace: {pattern: "@.*$", with: ""}}]}
fields:
  display_name: {expr: 'title(entry.givenName) + " " + upper(entry.sn)'}
  ascii_name: {from: sn, transform: strip_diacritics}
  phone: {from: tel, transform: [{phone: DE}], on_error: absent}
  site: {from: l, transform: [{map: {table: {BER: Berlin}, otherwise: {text: elsewhere}}}]}
  active_member: {from: member, type: bool}
  tags: {from: tags, transform: [{split: ","}, trim], type: list}
  hired: {from: hired, transform: [{date: {from: "%d.%m.%Y", to: "%Y-%m-%d"}}]}
"#,
    );
    desk.sync(&policy, &[
        r#"{"id": "1", "mail": "Zoe.Lodz@X.org", "givenName": "zoë", "sn": "Łódź", "tel": "030 1234567", "l": "ber", "member": "False", "tags": "b, a,b", "hired": "01.02.2020"}"#,
    ]);
    let zoe = desk.account("zoe.lodz");
    let field = |name: &str| text(&zoe, name).unwrap_or_default();
    assert_eq!(field("display_name"), "Zoë ŁÓDŹ");
    assert_eq!(field("ascii_name"), "Lodz");
    assert_eq!(field("phone"), "+49301234567");
    assert_eq!(field("site"), "Berlin");
    assert_eq!(field("active_member"), "false");
    assert_eq!(field("tags"), "a, b");
    assert_eq!(field("hired"), "2020-02-01");
}
