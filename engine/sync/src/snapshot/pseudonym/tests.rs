#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on fails"
)]

use super::*;
use muster_model::UsernameKey;
use proptest::prelude::*;
use std::collections::BTreeMap;
use unicode_normalization::UnicodeNormalization;

const POLICY: &str = r#"
muster: 1
directory: staff
provider: {plugin: csv}
scope: {groups: [intranet], where: entry.kind != "service"}
identity: {key: external_id, username: uid}
fields: {email: mail, first: given}
"#;

fn pseudonyms(key: u8, keep: &[&str]) -> Pseudonyms {
    let policy = muster_policy::parse("p.yaml", POLICY).unwrap();
    let keep = keep.iter().map(|name| (*name).to_owned()).collect();
    let now = "2026-11-23T08:00:00Z".parse().unwrap();
    Pseudonyms::new(&[key; 32], &policy, &keep, now)
}

fn key(text: &str) -> UsernameKey {
    UsernameKey::of(text)
}

#[test]
fn one_name_has_one_pseudonym_however_it_is_spelled() {
    let names = pseudonyms(1, &[]);
    let of = |text: &str| names.value(text);
    for (one, other) in [
        ("Anna", "ANNA"),
        ("josé", "JOSE\u{301}"),
        ("Straße", "STRASSE"),
        ("ﬁnn", "Finn"),
        ("ｔａｒｏ", "Taro"),
        ("ΣΊΣΥΦΟΣ", "σίσυφος"),
        ("Ёлка", "ёлка"),
    ] {
        assert_eq!(key(one), key(other));
        assert_eq!(key(&of(one)), key(&of(other)), "{} {}", of(one), of(other));
        assert_ne!(of(one), of(other), "the spelling can still be seen");
        assert_ne!(key(&of(one)), key(one));
    }
    assert_ne!(key(&of("jose")), key(&of("josé")));
    let plain: String = of("Zoë Ångström").nfd().filter(char::is_ascii).collect();
    assert_eq!(
        plain,
        of("Zoe Angstrom"),
        "accents come off before or after"
    );
    let anna = of("Anna");
    assert!(anna.chars().next().unwrap().is_uppercase() && anna.len() == 4);
    assert_eq!(of("ANNA"), anna.to_uppercase());
    assert_eq!(of(" Anna "), format!(" {anna} "));
    assert_ne!(pseudonyms(2, &[]).value("Anna"), anna, "another key");
    assert_eq!(pseudonyms(1, &[]).value("Anna"), anna, "the same key");
}

#[test]
fn values_keep_their_structure() {
    let names = pseudonyms(1, &[]);
    let of = |text: &str| names.value(text);
    let mail = of("Anna.Berg@example.org");
    assert_eq!(
        mail,
        format!("{}.{}@{}", of("Anna"), of("Berg"), of("example.org"))
    );
    assert_eq!(
        of("smtp:anna.berg@example.org").to_lowercase(),
        format!("smtp:{mail}").to_lowercase()
    );
    let dn = of("CN=Anna Berg,OU=People,DC=example,DC=org");
    assert!(
        dn.starts_with("CN=") && dn.contains(",OU=") && dn.matches("DC=").count() == 2,
        "{dn}"
    );
    assert_eq!(
        dn,
        format!(
            "CN={},OU={},DC={},DC={}",
            of("Anna Berg"),
            of("People"),
            of("example"),
            of("org")
        )
    );
    assert_eq!(of("service"), "service", "the policy compares with it");
    assert_eq!(of("TRUE"), "TRUE");
    assert_eq!(of("+46 8 555 0101").replace(' ', ""), of("+4685550101"));
    assert!(of("+46 8 555 0101").starts_with("+46 "));
    let id = "9b1deb4d-3b7d-4bad-9bdd-2b0d7b3dcb6d";
    let other = of(id);
    assert!(
        other.len() == id.len() && other.chars().all(|c| c == '-' || c.is_ascii_hexdigit()),
        "{other}"
    );
    assert_eq!(of("007").chars().next(), Some('0'));
    let picture = STANDARD.encode([&b"\xff\xd8\xff"[..], &[5; 200]].concat());
    let bytes = STANDARD.decode(of(&picture)).unwrap();
    assert!(bytes.starts_with(b"\xff\xd8\xff") && bytes.len() == PICTURE + 32);
    assert_eq!(
        pseudonyms(1, &["MAIL"])
            .row(row(), &["mail".to_owned()])
            .values,
        row().values
    );
    assert_ne!(
        pseudonyms(1, &[]).row(row(), &["mail".to_owned()]).values,
        row().values
    );
}

fn row() -> PlainRow {
    PlainRow {
        id: Some("7".to_owned()),
        groups: vec!["intranet".to_owned()],
        status: muster_model::SourceStatus::Active,
        values: vec![vec!["anna@x.org".to_owned()]],
    }
}

#[test]
fn instants_stay_on_their_side_of_now() {
    let names = pseudonyms(1, &[]);
    for (text, is_past) in [
        ("2026-11-20", true),
        ("2026-12-01T08:30:00Z", false),
        ("20200101120000Z", true),
        ("20271231235959.0Z", false),
        ("133500000000000000", true),
        ("140000000000000000", false),
    ] {
        let other = names.value(text);
        assert_ne!(other, text);
        assert_eq!(other.len(), text.len(), "{other}");
        assert_eq!(
            other.as_str() < text_of_now(text),
            is_past,
            "{text} {other}"
        );
        assert_eq!(names.value(text), other);
    }
    // `never` is no instant.
    assert_eq!(names.value("9223372036854775807").len(), 19);
}

/// 2026-11-23 in the same form.
fn text_of_now(form: &str) -> &'static str {
    match form.len() {
        18 => "134088000000000000",
        _ if form.contains('-') => "2026-11-23",
        _ => "20261123000000Z",
    }
}

#[test]
fn an_account_is_the_same_person_as_its_entry() {
    let names = pseudonyms(1, &[]);
    let account = Account {
        id: muster_model::AccountId(1),
        username: Username::new("Anna.Berg").unwrap(),
        owner: muster_model::Owner::from_name("staff"),
        external_id: Some(ExternalId::new("E-17")),
        block_reasons: BTreeSet::new(),
        fields: BTreeMap::from([("email".into(), Value::from("anna@x.org"))]),
        synced: BTreeMap::from([("@let-in".into(), Some(Value::from("2026-11-23T08:00:00Z")))]),
    };
    let other = names.account(&account);
    assert_eq!(other.username.as_str(), names.value("Anna.Berg"));
    assert_eq!(other.external_id.unwrap().as_str(), names.value("E-17"));
    assert_eq!(
        other.fields[&FieldName::from("email")],
        Value::from(names.value("anna@x.org").as_str())
    );
    assert_eq!(other.synced, account.synced, "a clock is no person's");
}

thread_local! {
    static NAMES: Pseudonyms = pseudonyms(1, &[]);
}

fn words() -> impl Strategy<Value = String> {
    let letters = "[a-cA-C0-2éÉßﬁσςΣä日本한ｔ]{1,4}";
    let decomposed = "[a-c]{0,2}(e\u{301}|E\u{301}|a\u{308})[a-c]{0,2}";
    prop_oneof![
        letters,
        decomposed,
        "[a-z]{1,12}",
        "[0-9]{1,8}",
        "[0-9a-f]{8}"
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, failure_persistence: None, ..Default::default() })]

    #[test]
    fn two_names_clash_if_and_only_if_their_pseudonyms_do(one in words(), other in words()) {
        NAMES.with(|names| -> Result<(), TestCaseError> {
        let (first, second) = (names.words.text(&one), names.words.text(&other));
        prop_assert_eq!(key(&one) == key(&other), key(&first) == key(&second), "{} {}", first, second);
        prop_assert_eq!(one == other, first == second, "{} {} {} {}", one, first, other, second);
        Ok(())
        })?;
    }

    #[test]
    fn case_and_white_space_can_be_exchanged_before_or_after(text in "[a-zA-Zé .@-]{0,20}") {
        let names = pseudonyms(1, &[]);
        prop_assert_eq!(names.words.text(&text.to_lowercase()), names.words.text(&text).to_lowercase());
        let whole = names.words.text(&text);
        prop_assert_eq!(names.words.text(text.trim()), whole.trim());
    }
}
