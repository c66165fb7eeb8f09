//! What a good policy becomes.
use muster_model::{Action, FieldName, UsernameKey};
use muster_policy::{
    Code, Key, Limit, Mode, Policy, SecretSource, Severity, Shape, ValueSource, check, parse,
};

/// The policy of the design, without what comes later.
const DESIGN: &str = r#"muster: 1                                  # version of the policy language
directory: staff                           # written on the accounts it owns
provider:
  plugin: ldap
  config: {url: "ldaps://dc1.example.org", base_dn: "dc=example,dc=org", bind_dn: "cn=sync,dc=example,dc=org"}
  secrets: {bind_password: {env: LDAP_PASSWORD}}   # env, file or command; never the value
scope:
  groups: ["cn=intranet,ou=groups,dc=example,dc=org"]   # nested membership counts
  where: entry.employeeType != "service"
identity:
  key: external_id                         # or: username
  username: sAMAccountName
fields:
  first_name: givenName
  surname: sn
  email: {from: mail}
  display_name: {expr: 'entry.givenName + " " + entry.sn'}
  phone: {from: telephoneNumber, default: ""}
  start_page: {from: department, mode: create}     # always (default) | create | if-empty
block:
  - name: contract-ended
    when: has(entry.accountExpires) && timestamp(entry.accountExpires) < now
guards:
  block: {max: 20, max_percent: 5, min_population: 50}
  create: {max: 200}
  rename: {max: 20}
  shrink: {max_percent: 20}                # the source suddenly has fewer people
  protect: ["admin", "helpdesk"]
"#;

const SMALL: &str =
    "muster: 1\ndirectory: staff\nprovider: {plugin: csv}\nidentity: {username: uid}\n";

#[track_caller]
fn good(text: &str) -> Policy {
    match parse("p.yaml", text) {
        Ok(policy) => policy,
        Err(wrong) => panic!(
            "{}",
            muster_policy::render(&wrong, text, muster_policy::Colour::Never)
        ),
    }
}

#[track_caller]
fn codes(text: &str) -> Vec<&'static str> {
    check("p.yaml", text)
        .diagnostics
        .iter()
        .map(|found| found.code.as_str())
        .collect()
}

#[test]
fn the_policy_of_the_design_is_understood() {
    let policy = good(DESIGN);
    assert_eq!(policy.directory.as_str(), "staff");
    assert_eq!(policy.provider.plugin, "ldap");
    assert_eq!(policy.provider.config["base_dn"], "dc=example,dc=org");
    assert_eq!(policy.provider.config_lines["url"].line, 5);
    assert_eq!(
        policy.provider.secrets["bind_password"],
        SecretSource::Env("LDAP_PASSWORD".into())
    );
    assert_eq!(policy.identity.key, Key::ExternalId);
    assert_eq!(
        policy.attributes,
        [
            "accountExpires",
            "department",
            "employeeType",
            "givenName",
            "mail",
            "sAMAccountName",
            "sn",
            "telephoneNumber"
        ]
    );
    assert_eq!(policy.username_attribute(), Some("sAMAccountName"));
    assert_eq!(policy.scope.condition.as_ref().unwrap().at.line, 9);
    assert_eq!(policy.blocks[0].name, "contract-ended");
    assert_eq!(policy.blocks[0].when.at.line, 22);
    let fields: Vec<&str> = policy
        .fields
        .iter()
        .map(|field| field.name.as_str())
        .collect();
    assert_eq!(
        fields,
        [
            "display_name",
            "email",
            "first_name",
            "phone",
            "start_page",
            "surname"
        ]
    );
    assert_eq!(policy.fields[4].mode, Mode::Create);
    assert_eq!(policy.fields[3].default.as_deref(), Some(""));
    let ValueSource::Expression(name) = &policy.fields[0].value else {
        panic!("no expression")
    };
    let read: Vec<&str> = name
        .attributes()
        .map(|id| policy.attributes[id].as_str())
        .collect();
    assert_eq!(read, ["givenName", "sn"]);
    let block = &policy.guards.limits[&Action::Block];
    assert_eq!(
        (block.max, block.max_percent, block.min_population),
        (Some(20), Some(5), 50)
    );
    assert_eq!(block.at.as_ref().unwrap().line, 24);
    assert_eq!(
        policy.guards.protect[1].username,
        UsernameKey::of("HelpDesk")
    );
    assert_eq!(policy.digest.len(), 64);
    let lines = [
        "sn",
        "accountExpires",
        "employeeType",
        "sAMAccountName",
        "mail",
    ]
    .map(|name| {
        let id = policy
            .attributes
            .iter()
            .position(|known| known == name)
            .unwrap();
        policy.line_of(id).unwrap().line
    });
    assert_eq!(lines, [15, 22, 9, 12, 16]);
    assert_eq!(policy.line_of(99), None);
    let place = |id| {
        policy
            .line_of(id)
            .map_or_else(|| policy.file.clone(), ToString::to_string)
    };
    assert_eq!(
        (place(0), place(99)),
        ("p.yaml:22".to_owned(), "p.yaml".to_owned())
    );
}

#[test]
fn without_guards_the_built_in_limits_hold() {
    let policy = good(SMALL);
    let limit = |max_percent| Limit {
        max: None,
        max_percent: Some(max_percent),
        min_population: 50,
        at: None,
    };
    assert_eq!(policy.guards.limits, [(Action::Block, limit(10))].into());
    assert_eq!(
        (policy.guards.shrink, policy.guards.clear),
        (limit(20), limit(20))
    );
}

#[test]
fn a_guard_is_switched_off_by_the_word_none() {
    let policy = good(&format!(
        "{SMALL}guards: {{block: none, shrink: none, clear: none, create: none}}\n"
    ));
    assert!(policy.guards.limits.is_empty());
    assert_eq!(
        (policy.guards.shrink.max, policy.guards.shrink.max_percent),
        (None, None)
    );
    assert_eq!(policy.guards.clear.max_percent, None);
    for off in ["off", "false", "~", "", "no", "\"\""] {
        let text = format!("{SMALL}guards:\n  block: {off}\n");
        assert_eq!(codes(&text), ["unknown-word"], "{off}");
    }
}

#[test]
fn a_given_guard_replaces_the_built_in_one_as_a_whole() {
    let policy = good(&format!("{SMALL}guards: {{block: {{max: 3}}}}\n"));
    let block = &policy.guards.limits[&Action::Block];
    assert_eq!((block.max, block.max_percent), (Some(3), None));
}

#[test]
fn words_that_other_readers_of_yaml_twist_are_texts_where_texts_are_wanted() {
    let policy = good(
        "muster: 1\ndirectory: no\nprovider: {plugin: on}\nscope: {groups: [yes, 2026-11-23, 0x1F]}\nidentity: {username: y}\nfields:\n  a: {from: off, default: 007}\n  b: {from: true, default: 1.50}\n",
    );
    assert_eq!(policy.directory.as_str(), "no");
    assert_eq!(policy.provider.plugin, "on");
    assert_eq!(policy.scope.groups, ["yes", "2026-11-23", "0x1F"]);
    assert_eq!(policy.attributes, ["off", "true", "y"]);
    assert_eq!(policy.fields[0].default.as_deref(), Some("007"));
    assert_eq!(policy.fields[1].default.as_deref(), Some("1.50"));
}

#[test]
fn settings_keep_their_types() {
    let policy = good(
        "muster: 1\ndirectory: a\nprovider:\n  plugin: x\n  config: {b: true, n: 12, f: 1.5, t: \"12\", d: 2026-11-23, z: null, l: [1, a], m: {k: v}, password_file: /run/x, want_token: false}\n  secrets: {a: {file: /run/a}, b: {command: [pass, show, ldap]}}\nidentity: {username: uid}\n",
    );
    let config = serde_json::to_string(&policy.provider.config).unwrap();
    assert_eq!(
        config,
        r#"{"b":true,"n":12,"f":1.5,"t":"12","d":"2026-11-23","z":null,"l":[1,"a"],"m":{"k":"v"},"password_file":"/run/x","want_token":false}"#
    );
    assert_eq!(
        policy.provider.secrets["a"],
        SecretSource::File("/run/a".into())
    );
    assert_eq!(
        policy.provider.secrets["b"],
        SecretSource::Command(vec!["pass".into(), "show".into(), "ldap".into()])
    );
}

#[test]
fn fields_take_candidates_defaults_modes_and_lists() {
    let policy = good(&format!(
        "{SMALL}fields:\n  a: {{from: [x, y], default: d, mode: if-empty, type: list}}\n  b: {{expr: entry.x}}\n"
    ));
    let a = &policy.fields[0];
    assert!(matches!(&a.value, ValueSource::Attributes(ids) if ids.len() == 2));
    assert_eq!(
        (a.default.as_deref(), a.mode, a.shape),
        (Some("d"), Mode::IfEmpty, Shape::List)
    );
    assert_eq!(a.at.line, 6);
}

#[test]
fn two_spellings_of_an_attribute_are_one_and_the_first_one_wins() {
    let checked = check(
        "p.yaml",
        &format!(
            "{SMALL}fields: {{a: Mail, b: {{expr: entry.MAIL}}, c: {{from: mail, mode: create}}}}\n"
        ),
    );
    let policy = checked.policy.unwrap();
    assert_eq!(policy.attributes, ["Mail", "uid"]);
    let codes: Vec<Code> = checked.diagnostics.iter().map(|found| found.code).collect();
    assert_eq!(codes, [Code::SpelledTwice]);
    assert_eq!(checked.diagnostics[0].severity, Severity::Warning);
}

#[test]
fn a_mappings_digest_tells_what_was_written_and_not_where() {
    let digest = |fields: &str| {
        let policy = good(&format!("{SMALL}fields:\n{fields}"));
        let found = policy
            .fields
            .iter()
            .find(|field| field.name.as_str() == "a");
        found.unwrap().digest.clone()
    };
    let plain = digest("  a: mail\n");
    assert_eq!(
        plain,
        digest("  # moved\n\n  b: Mail\n  a: {from: [mail]}\n")
    );
    for other in [
        "  a: mail2\n",
        "  a: {from: mail, default: ''}\n",
        "  a: {from: mail, mode: create}\n",
        "  a: {from: mail, type: list}\n",
        "  a: {expr: entry.mail}\n",
    ] {
        assert_ne!(plain, digest(other), "{other}");
    }
}

#[test]
fn line_ends_marks_and_spaces_do_not_matter() {
    let windows = format!("\u{feff}{}", DESIGN.replace('\n', "\r\n"));
    let policy = good(&windows);
    assert_eq!(policy.blocks[0].when.at.line, 22);
    assert_eq!(policy.attributes, good(DESIGN).attributes);
    let wrong = parse(
        "p.yaml",
        &format!("\u{feff}{}", SMALL.replace("muster", "muster_")),
    )
    .unwrap_err();
    assert_eq!((wrong[1].line, wrong[1].column), (1, 1), "{wrong:?}");
}

#[test]
fn ten_mistakes_are_said_at_once_and_in_order() {
    let text = std::fs::read_to_string(
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/all.yaml"),
    )
    .unwrap();
    let wrong = parse("all.yaml", &text).unwrap_err();
    let lines: Vec<u32> = wrong.iter().map(|found| found.line).collect();
    assert!(wrong.len() >= 10, "{wrong:?}");
    assert!(lines.is_sorted());
}

#[test]
fn an_expression_is_pointed_at_inside_its_scalar() {
    let place = |text: &str| {
        let text = format!("{SMALL}scope:\n{text}");
        let wrong = parse("p.yaml", &text).unwrap_err();
        assert_eq!(wrong.len(), 1, "{wrong:?}");
        (
            wrong[0].line,
            wrong[0].column,
            text[wrong[0].span.clone()].to_owned(),
        )
    };
    let wrong = || "foo".to_owned();
    assert_eq!(place("  where: entry.a == foo\n"), (6, 21, wrong()));
    assert_eq!(
        place("  where: 'entry.a == \"it''s\" || foo'\n"),
        (6, 33, wrong())
    );
    assert_eq!(
        place("  where: \"entry.a == \\\"x\\\" || foo\"\n"),
        (6, 31, wrong())
    );
    assert_eq!(
        place("  where: |\n    entry.a == \"x\"\n      || foo\n"),
        (8, 10, wrong())
    );
    assert_eq!(
        place("  where: >-\n    entry.a == \"x\"\n    || foo\n"),
        (8, 8, wrong())
    );
    assert_eq!(place("  where: entry.a == \"é😀\" || foo\n").1, 29);
}

#[test]
fn limits_on_size_and_depth_are_kept() {
    assert_eq!(codes(&"#".repeat(1 << 20)), ["empty"]);
    assert_eq!(codes(&"#".repeat((1 << 20) + 1)), ["too-large"]);
    let nested = format!("muster: 1\nx: {}{}\n", "[".repeat(50), "]".repeat(50));
    assert!(codes(&nested).contains(&"too-deep"));
    let long = format!("{SMALL}scope: {{where: '{}'}}\n", "x".repeat(5000));
    assert_eq!(codes(&long), ["expression-too-large"]);
}

#[test]
fn a_secret_is_shown_nowhere() {
    let text = std::fs::read_to_string(
        std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests/fixtures/secret-in-policy.yaml"),
    )
    .unwrap();
    assert!(text.contains("hunter2"));
    let wrong = parse("p.yaml", &text).unwrap_err();
    let shown = muster_policy::render(&wrong, &text, muster_policy::Colour::Always);
    assert!(!shown.contains("hunter"), "{shown}");
    assert!(!format!("{wrong:?}").contains("hunter"));
}

#[test]
fn a_username_is_mapped_like_a_field() {
    let policy = |username: &str| {
        let plain = "username: uid";
        assert!(SMALL.contains(plain));
        good(&SMALL.replace(plain, &format!("username: {username}")))
    };
    let plain = policy("uid");
    assert_eq!(plain.username_attribute(), Some("uid"));
    assert_eq!(plain.username_source(), "`uid`");
    assert_eq!(
        plain.mappings()[&FieldName::from("username")],
        policy("{from: [UID]}").mappings()[&FieldName::from("username")]
    );
    let two = policy("{from: [uid, mail]}");
    assert_eq!(two.username_attribute(), None);
    assert_eq!(two.username_source(), "`uid` or `mail`");
    assert_ne!(two.mappings(), plain.mappings());
    assert!(!two.depends_on_time());
    assert!(policy("{expr: 'entry.uid + string(now)'}").depends_on_time());
}
