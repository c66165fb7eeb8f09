//! What expressions mean.
use jiff::Timestamp;
use muster_model::page::PlainRow;
use muster_model::{BlockCause, Page, SourceStatus, Value};
use muster_policy::{Colour, Evaluator, Policy, ValueSource, parse, render};

/// A person with these attributes, in the order of a policy's request.
fn person(policy: &Policy, attributes: &[(&str, &[&str])]) -> Page {
    let values = policy.attributes.iter().map(|wanted| {
        let found = attributes
            .iter()
            .find(|(name, _)| name.eq_ignore_ascii_case(wanted));
        found.map_or_else(Vec::new, |(_, values)| {
            values.iter().map(|v| (*v).to_owned()).collect()
        })
    });
    let row = PlainRow {
        id: Some("1".into()),
        groups: vec!["staff".into(), "editors".into()],
        status: SourceStatus::Blocked(BlockCause::Locked),
        values: values.collect(),
    };
    Page::from_rows(policy.attributes.len(), &[row], vec![])
}

const ANNA: &[(&str, &[&str])] = &[
    ("givenName", &["Anna"]),
    ("sn", &["Ødegård"]),
    ("mail", &["anna@example.org", "a@example.com"]),
    ("title", &["  Editor  "]),
    ("empty", &[""]),
    ("number", &["42"]),
    ("created", &["20260101000000Z"]),
    ("expires", &["134398656000000000"]),
    ("never", &["9223372036854775807"]),
    ("given name", &["spaced"]),
    ("german", &["3.7.2026"]),
    ("zone", &["Asia/Tokyo"]),
    ("secret", &["s3cret canary"]),
];

#[track_caller]
fn policy(key: &str, expression: &str) -> Policy {
    let expression = serde_json::to_string(expression).unwrap();
    let text = format!(
        "muster: 1\ndirectory: d\nprovider: {{plugin: csv}}\nidentity: {{username: uid}}\n{}\n",
        key.replace('@', &expression)
    );
    parse("p.yaml", &text)
        .unwrap_or_else(|wrong| panic!("{}", render(&wrong, &text, Colour::Never)))
}

fn now() -> Timestamp {
    "2026-11-23T08:00:00Z".parse().unwrap()
}

#[track_caller]
fn test(expression: &str) -> Result<bool, String> {
    let policy = policy("scope: {where: @}", expression);
    let page = person(&policy, ANNA);
    let mut evaluator = Evaluator::new(policy.scope.condition.as_ref().unwrap(), now());
    evaluator
        .test(page.entries().next().unwrap())
        .map_err(|failed| failed.to_string())
}

#[track_caller]
fn value(expression: &str) -> Result<Option<Value>, String> {
    let policy = policy("fields: {f: {expr: @}}", expression);
    let page = person(&policy, ANNA);
    let ValueSource::Expression(expression) = &policy.fields[0].value else {
        panic!("none")
    };
    let mut evaluator = Evaluator::new(expression, now());
    evaluator
        .value(page.entries().next().unwrap())
        .map_err(|failed| failed.to_string())
}

#[test]
fn conditions_are_true_or_false() {
    for (expression, holds) in [
        ("entry.givenName == \"Anna\"", true),
        ("entry.GIVENNAME == \"Anna\"", true),
        ("entry[\"given name\"] == \"spaced\"", true),
        ("entry.absent != \"service\"", true),
        ("entry.absent == null", true),
        ("entry[\"not there\"] == null", true),
        ("has(entry.absent)", false),
        ("!has(entry.absent)", true),
        ("has(entry.empty) && entry.empty == \"\"", true),
        ("has(entry.mail)", true),
        ("\"a@example.com\" in entry.mail", true),
        ("\"Anna\" in entry.givenName", true),
        ("\"x\" in entry.absent", false),
        ("entry.mail.exists(m, m.endsWith(\".com\"))", true),
        ("entry.givenName.all(v, v.startsWith(\"A\"))", true),
        ("entry.absent.exists(v, true)", false),
        ("values(entry.absent).size() == 0", true),
        ("size(values(entry.mail)) == 2", true),
        ("entry.mail[0] == \"anna@example.org\"", true),
        ("entry.givenName[0] == \"Anna\"", true),
        (
            "entry.mail == [\"anna@example.org\", \"a@example.com\"]",
            true,
        ),
        ("\"editors\" in groups", true),
        ("groups.exists_one(g, g == \"staff\")", true),
        ("status == \"blocked\"", true),
        ("status in [\"active\", \"pending\"]", false),
        ("int(entry.number) > 41", true),
        ("entry.number == string(42)", true),
        ("entry.sn.matches(\"^[^a-z]\")", true),
        ("matches(entry.sn, r\"^\\w+$\")", true),
        ("lower(entry.givenName) == \"anna\"", true),
        ("entry.sn.upper() == \"ØDEGÅRD\"", true),
        ("timestamp(entry.created) < now", true),
        ("timestamp(entry.expires) < now", true),
        ("timestamp(entry.never) > now", true),
        ("now - timestamp(entry.created) > duration(\"2400h\")", true),
        ("timestamp(\"2026-11-23\") <= now", true),
        ("now == timestamp(\"2026-11-23T08:00:00Z\")", true),
        ("now.getFullYear() == 2026", true),
        ("now.getHours(\"Europe/Berlin\") == 9", true),
        ("now.getHours(\"+02:00\") == 10", true),
        ("now.getHours(entry.zone) == 17", true),
        ("type(entry.mail) == list", true),
        ("entry.number in {\"42\": true}", true),
        // An error on one side does not matter if the other decides.
        ("has(entry.absent) && timestamp(entry.absent) < now", false),
        ("timestamp(entry.absent) < now || has(entry.sn)", true),
        ("has(entry.sn) ? entry.sn != \"x\" : false", true),
    ] {
        assert_eq!(test(expression), Ok(holds), "{expression}");
    }
}

#[test]
fn values_become_texts_and_lists() {
    let text = |text: &str| Ok(Some(Value::from(text)));
    let list = |items: &[&str]| {
        Ok(Some(Value::List(
            items.iter().map(|i| (*i).to_owned()).collect(),
        )))
    };
    for (expression, expected) in [
        ("entry.givenName + \" \" + entry.sn", text("Anna Ødegård")),
        ("entry.mail", list(&["a@example.com", "anna@example.org"])),
        ("entry.absent", Ok(None)),
        ("entry.empty", text("")),
        ("lower(entry.absent)", Ok(None)),
        (
            "lower(entry.mail)",
            list(&["a@example.com", "anna@example.org"]),
        ),
        ("trim(entry.title)", text("Editor")),
        ("entry.mail[1].split(\"@\")[0]", text("a")),
        (
            "values(entry.mail).map(m, m.split(\"@\")[1])",
            list(&["example.com", "example.org"]),
        ),
        (
            "entry.mail.filter(m, m.endsWith(\".org\"))",
            list(&["anna@example.org"]),
        ),
        (
            "join(entry.mail, \"; \")",
            text("anna@example.org; a@example.com"),
        ),
        ("entry.givenName.replace(\"nn\", \"n\")", text("Ana")),
        (
            "[entry.sn, entry.givenName, entry.sn]",
            list(&["Anna", "Ødegård"]),
        ),
        ("int(entry.number) * 2", text("84")),
        ("double(entry.number) / 8.0", text("5.25")),
        ("has(entry.mail)", text("true")),
        ("timestamp(entry.created)", text("2026-01-01T00:00:00Z")),
        (
            "timestamp(entry.created) + duration(\"90m\")",
            text("2026-01-01T01:30:00Z"),
        ),
        ("now", text("2026-11-23T08:00:00Z")),
        ("has(entry.absent) ? entry.absent : \"none\"", text("none")),
        ("{\"Anna\": \"A.\"}[entry.givenName]", text("A.")),
        ("groups", list(&["editors", "staff"])),
        ("\"constant\"", text("constant")),
    ] {
        assert_eq!(value(expression), expected, "{expression}");
    }
}

#[test]
fn texts_are_changed() {
    let text = |text: &str| Ok(Some(Value::from(text)));
    for (expression, expected) in [
        ("title(entry.sn)", text("Ødegård")),
        ("stripDiacritics(entry.sn)", text("Odegard")),
        ("lower(stripDiacritics(entry.sn))", text("odegard")),
        ("title(entry.absent)", Ok(None)),
        ("substring(entry.sn, 0, 3)", text("Øde")),
        ("substring(entry.sn, 5)", text("rd")),
        ("substring(entry.sn, 5, 99)", text("rd")),
        ("substring(entry.sn, 99)", text("")),
        ("substring(entry.sn, 99, 100)", text("")),
        ("entry.sn.substring(2, 2)", text("")),
        ("substring(entry.empty, 0, 1)", text("")),
        ("substring(entry.absent, 0, 1)", Ok(None)),
        (
            "substring(entry.mail, 0, 1)",
            Ok(Some(Value::list(vec!["a".into()]))),
        ),
        (
            "entry.mail[0].substring(0, indexOf(entry.mail[0], \"@\"))",
            text("anna"),
        ),
        ("indexOf(entry.sn, \"å\")", text("4")),
        ("entry.sn.indexOf(\"x\")", text("-1")),
        ("indexOf(entry.sn, \"\")", text("0")),
        ("join(lower(entry.givenName), \",\")", text("anna")),
        ("join(entry.absent, \",\")", text("")),
        ("join(lower(entry.absent), \",\")", text("")),
    ] {
        assert_eq!(value(expression), expected, "{expression}");
    }
}

#[test]
fn lists_are_taken_apart_and_put_in_order() {
    let text = |text: &str| Ok(Some(Value::from(text)));
    for (expression, expected) in [
        ("first(entry.mail)", text("anna@example.org")),
        ("last(entry.mail)", text("a@example.com")),
        ("first(entry.givenName)", text("Anna")),
        ("first(entry.absent)", Ok(None)),
        ("last([])", Ok(None)),
        ("first(lower(entry.givenName))", text("anna")),
        ("first(lower(entry.absent))", Ok(None)),
        ("first(entry.mail).split(\"@\").last()", text("example.org")),
        ("default(entry.absent, \"x\")", text("x")),
        ("default(entry.empty, \"x\")", text("x")),
        ("default(entry.givenName, \"x\")", text("Anna")),
        ("default(null, entry.givenName)", text("Anna")),
        (
            "entry.absent.default(entry.empty).default(\"x\")",
            text("x"),
        ),
        ("default([], \"x\")", text("x")),
        ("default(entry.absent, entry.absent)", Ok(None)),
        (
            "join(sort(entry.mail), \" \")",
            text("a@example.com anna@example.org"),
        ),
        (
            "join(reverse(entry.mail), \" \")",
            text("a@example.com anna@example.org"),
        ),
        ("join(unique([\"b\", \"a\", \"b\"]), \"\")", text("ba")),
        (
            "join(flatten([entry.mail, entry.absent, entry.sn]), \" \")",
            text("anna@example.org a@example.com Ødegård"),
        ),
        ("sort([10, 9, 2])[0]", text("2")),
        ("sort([1.5, -2.0, 0.0])[0]", text("-2")),
        (
            "sort([now, timestamp(\"2026-01-01\")])[0]",
            text("2026-01-01T00:00:00Z"),
        ),
        ("size(unique([1, 1u, 2]))", text("2")),
        ("sort(entry.absent).size()", text("0")),
        ("reverse(entry.givenName)[0]", text("Anna")),
    ] {
        assert_eq!(value(expression), expected, "{expression}");
    }
}

#[test]
fn times_are_read_written_and_reckoned_with() {
    let text = |text: &str| Ok(Some(Value::from(text)));
    for (expression, expected) in [
        (
            "date(entry.german, \"%d.%m.%Y\")",
            text("2026-07-03T00:00:00Z"),
        ),
        (
            "date(entry.german + \" 14:05\", \"%d.%m.%Y %H:%M\")",
            text("2026-07-03T14:05:00Z"),
        ),
        (
            "date(entry.german + \" 14\", \"%d.%m.%Y %H\")",
            text("2026-07-03T14:00:00Z"),
        ),
        (
            "date(entry.german, \"%d.%m.%Y\", \"Europe/Berlin\")",
            text("2026-07-02T22:00:00Z"),
        ),
        (
            "date(\"3 Jul 2026 02:00 +0200\", \"%d %b %Y %H:%M %z\")",
            text("2026-07-03T00:00:00Z"),
        ),
        ("date(\"1767225600\", \"%s\")", text("2026-01-01T00:00:00Z")),
        ("date(entry.created)", text("2026-01-01T00:00:00Z")),
        ("date(now)", text("2026-11-23T08:00:00Z")),
        ("date(entry.absent, \"%d.%m.%Y\")", Ok(None)),
        ("date(entry.empty, \"%d.%m.%Y\")", Ok(None)),
        ("date(\"  \")", Ok(None)),
        ("format(date(entry.absent), \"%Y\")", Ok(None)),
        (
            "format(date(entry.german, \"%d.%m.%Y\"), \"%Y-%m-%d\")",
            text("2026-07-03"),
        ),
        (
            "format(timestamp(\"2026-12-31T23:30:00Z\"), \"%Y\", \"Europe/Berlin\")",
            text("2027"),
        ),
        (
            "format(timestamp(\"2026-12-31T23:30:00-05:00\"), \"%Y-%m-%d\")",
            text("2027-01-01"),
        ),
        ("format(timestamp(entry.never), \"%Y\")", text("9999")),
        ("now - days(1)", text("2026-11-22T08:00:00Z")),
        (
            "now + days(int(entry.number))",
            text("2027-01-04T08:00:00Z"),
        ),
        ("days(-1) + now", text("2026-11-22T08:00:00Z")),
        ("startOfDay(now)", text("2026-11-23T00:00:00Z")),
        (
            "startOfDay(now, \"Europe/Berlin\")",
            text("2026-11-22T23:00:00Z"),
        ),
        // Clocks went from 24:00 to 1:00 there.
        (
            "startOfDay(timestamp(\"2018-11-04T12:00:00Z\"), \"America/Sao_Paulo\")",
            text("2018-11-04T03:00:00Z"),
        ),
        ("startOfDay(date(entry.absent))", Ok(None)),
    ] {
        assert_eq!(value(expression), expected, "{expression}");
    }
    assert_eq!(
        test("default(date(entry.absent), now) < now - days(365)"),
        Ok(false)
    );
    assert_eq!(
        test("startOfDay(now) < now && days(2) > duration(\"47h\")"),
        Ok(true)
    );
}

#[test]
fn what_has_no_value_says_why_without_showing_values() {
    for (expression, why) in [
        (
            "entry.givenName + entry.absent",
            "`+` cannot be used on a text and null; for this person `absent` is absent.",
        ),
        (
            "entry.mail.startsWith(\"a\") ? \"x\" : \"y\"",
            "`startsWith` cannot be used on a list and a text; for this person `mail` has 2 values.",
        ),
        (
            "timestamp(entry.sn)",
            "`timestamp` failed: the value is no point in time.",
        ),
        (
            "string(timestamp(entry.absent))",
            "`timestamp` cannot be used on null; for this person `absent` is absent.",
        ),
        ("int(entry.sn)", "`int` cannot read the value."),
        (
            "entry.absent[0]",
            "A list has fewer items than the expression asks for; for this person `absent` is absent.",
        ),
        (
            "{\"x\": \"y\"}[entry.sn]",
            "A table has no entry for the value.",
        ),
        (
            "date(entry.secret, \"%d.%m.%Y\")",
            "`date` failed: the value is no time of the form `%d.%m.%Y`.",
        ),
        (
            "date(entry.secret)",
            "`date` failed: the value is no point in time.",
        ),
        (
            "date(entry.mail)",
            "`date` cannot be used on a list; for this person `mail` has 2 values.",
        ),
        (
            "substring(entry.secret, indexOf(entry.secret, \"@\"))",
            "`substring` failed: a place is negative.",
        ),
        (
            "substring(entry.secret, 4, int(entry.number) - 41)",
            "`substring` failed: the end lies before the beginning.",
        ),
        (
            "days(int(entry.number) * 10000) + now",
            "`days` failed: a duration has at most 106751 days.",
        ),
        (
            "sort([entry.secret, 1])",
            "`sort` failed: the items are not all texts, all numbers or all times.",
        ),
        (
            "unique([entry.absent])",
            "`unique` failed: an item is a list, a table or null; for this person `absent` is absent.",
        ),
        (
            "join([1], entry.secret)",
            "`join` failed: an item of the list is no text.",
        ),
        ("1 / (int(entry.number) - 42)", "It divides by zero."),
        (
            "9223372036854775807 + int(entry.number)",
            "A number or a time becomes too large.",
        ),
        (
            "[[entry.sn]]",
            "The result is a list, which is not what is wanted here.",
        ),
    ] {
        assert_eq!(value(expression), Err(why.to_owned()), "{expression}");
    }
    assert_eq!(
        test("[entry.givenName].exists(v, v + 1 == 2)"),
        Err("`+` cannot be used on a text and a whole number.".to_owned())
    );
}

#[test]
fn what_would_grow_without_end_fails() {
    let doubling = format!("entry.givenName{}", ".map(v, v + v)".repeat(20));
    let failed = value(&doubling).unwrap_err();
    assert!(failed.contains("too long"), "{failed}");
    let growing = format!(
        "entry.givenName{}",
        ".replace(\"n\", \"nnnnnnnnnnnnnnnnnnnnnnnn\")".repeat(8)
    );
    let failed = value(&growing).unwrap_err();
    assert!(failed.contains("too long"), "{failed}");
}

#[test]
fn long_chains_that_are_allowed_are_evaluated() {
    let chain = vec!["entry.sn"; 28].join(" + ");
    assert!(value(&chain).unwrap().is_some());
    let ors: Vec<String> = (0..100)
        .map(|n| format!("entry.sn == \"{n:03}\""))
        .collect();
    assert_eq!(test(&ors.join(" || ")), Ok(false));
    let ins: Vec<String> = (0..400).map(|n| format!("\"{n:05}\"")).collect();
    assert_eq!(test(&format!("entry.sn in [{}]", ins.join(","))), Ok(false));
    let nested = format!("{}has(entry.sn){}", "(".repeat(14), ")".repeat(14));
    assert_eq!(test(&nested), Ok(true));
    let nots = format!("{}has(entry.sn)", "!".repeat(301));
    assert_eq!(test(&nots), Ok(false));
}

#[test]
fn long_chains_that_are_too_deep_are_refused_and_harm_nothing() {
    for expression in [
        "1+".repeat(499) + "1 == 2",
        "a.".repeat(499) + "b",
        "[".repeat(16) + &"-".repeat(900),
        "entry.a[0]".to_owned() + &"[0]".repeat(300) + " == 1",
        "entry.a".to_owned() + &".trim()".repeat(200) + " == 'x'",
        "a?b:".repeat(15) + &"c+".repeat(400) + "d",
        "((((((((((((((((".to_owned() + &"1<".repeat(450) + "1))))))))))))))))",
        "x.map(".repeat(15),
        "{1:".repeat(16) + &"}".repeat(16),
    ] {
        let text = format!(
            "muster: 1\ndirectory: d\nprovider: {{plugin: csv}}\nidentity: {{username: uid}}\nscope: {{where: '{}'}}\n",
            expression.replace('\'', "''")
        );
        assert!(parse("p.yaml", &text).is_err(), "{expression}");
    }
}
