//! What paths find.

use super::{of, one, values};
use crate::json::{At, Selection};
use crate::testing::rows;
use crate::{Rows, Status};

#[test]
fn names_lead_into_objects_and_through_lists() {
    let record = r#"{"a": {"b": {"c": "x"}}, "l": [{"v": 1}, {"v": [2, [3, null, "4"]]}, {}]}"#;
    assert_eq!(one("a.b.c", record), ["x"]);
    assert_eq!(one("l.v", record), ["1", "2", "3", "4"]);
    assert!(one("a.b", record).is_empty());
    assert!(one("a.b.c.d", record).is_empty());
    assert!(one("nowhere", record).is_empty());
}

#[test]
fn conditions_choose_elements_wherever_the_name_stands() {
    let record = r#"{"emails": [
        {"value": "home", "type": "home"}, {"value": "work", "type": "work"},
        {"type": "work", "primary": true, "value": "first"}, "bare", null, ["deep"]]}"#;
    assert_eq!(
        one(r#"emails[type eq "work"].value"#, record),
        ["work", "first"]
    );
    assert_eq!(one("emails[primary eq true].value", record), ["first"]);
    assert_eq!(
        one(
            r#"emails[type eq "work" and primary ne true].value"#,
            record
        ),
        ["work"]
    );
    assert_eq!(one(r#"emails[type ne "work"].value"#, record), ["home"]);
    assert_eq!(
        one(r#"emails[type eq "work"].type"#, record),
        ["work", "work"]
    );
}

#[test]
fn one_value_may_be_wanted_in_several_ways() {
    let selection = Selection::builder()
        .texts([
            "m",
            "m.value",
            r#"m[type eq "a"].value"#,
            r#"m[type eq "b"].value"#,
            "m.type",
        ])
        .raw("m")
        .text("m.value")
        .build()
        .unwrap();
    let record = r#"{"m": [{"value": "1", "type": "a"}, {"type": "b", "value": "2"}, "bare"]}"#;
    let found = values(&selection, record, At::One).remove(0);
    assert_eq!(found[0], ["bare"]);
    assert_eq!(found[1], ["1", "2"]);
    assert_eq!(found[2], ["1"]);
    assert_eq!(found[3], ["2"]);
    assert_eq!(found[4], ["a", "b"]);
    assert_eq!(
        found[5],
        [r#"[{"value": "1", "type": "a"}, {"type": "b", "value": "2"}, "bare"]"#]
    );
    assert_eq!(found[6], found[1]);
}

#[test]
fn numbers_keep_their_digits() {
    let record = r#"{"n": [1.50, 12345678901234567890123, -0, 1E400, 004], "x": 1}"#;
    let bad = Selection::new(["n"]).unwrap();
    assert!(bad.read(record.as_bytes(), At::One, |_| ()).is_err());
    let record = record.replace(", 004", "");
    assert_eq!(
        one("n", &record),
        ["1.50", "12345678901234567890123", "-0", "1E400"]
    );
    assert_eq!(one("b", r#"{"b": [true, false]}"#), ["true", "false"]);
}

#[test]
fn null_absent_and_empty_differ() {
    let selection = Selection::new(["a", "b", "c", "d"]).unwrap();
    let page = br#"{"a": null, "b": [], "c": ""}"#;
    let read = selection.read(page, At::One, |record| {
        let seen = |slot| (record.is_present(slot), record.first(slot));
        assert_eq!(seen(0), (true, None));
        assert_eq!(seen(1), (true, None));
        assert_eq!(seen(2), (true, Some("")));
        assert_eq!(seen(3), (false, None));
    });
    assert_eq!(read.unwrap().records(), 0);
}

#[test]
fn nothing_of_a_record_stays_for_the_next() {
    let selection = Selection::new(["a", "b"]).unwrap();
    let found = values(&selection, r#"[{"a": 1, "b": 2}, {}, {"b": 3}]"#, At::Root);
    assert_eq!(
        found,
        [
            [vec!["1"], vec!["2"]],
            [vec![], vec![]],
            [vec![], vec!["3"]]
        ]
    );
}

#[test]
fn escapes_are_resolved_in_names_and_values() {
    let record = r#"{"n\u0061me": "Bj\u00f6rn \"\ud83d\ude00\"\n", "other": "\u0000"}"#;
    assert_eq!(one("name", record), ["Björn \"😀\"\n"]);
    assert_eq!(one("other", record), ["\0"]);
}

#[test]
fn odd_names_stand_in_brackets() {
    let record = r##"{"a.b": {"c[d]": 1}, "@odata.type": "#user", "": 2, "a]": 3}"##;
    assert_eq!(one(r#"["a.b"].["c[d]"]"#, record), ["1"]);
    assert_eq!(one(r#"["@odata.type"]"#, record), ["#user"]);
    assert_eq!(one(r#"[""]"#, record), ["2"]);
    assert_eq!(one(r#"["a]"]"#, record), ["3"]);
}

#[test]
fn urns_end_at_the_last_colon_of_the_names() {
    let urn = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
    let record = format!(
        r#"{{"{urn}": {{"department": "Pay", "manager": {{"value": "m:1"}}, "l": [{{"t": "a:b.c", "v": 1}}]}}}}"#
    );
    assert_eq!(one(&format!("{urn}:department"), &record), ["Pay"]);
    assert_eq!(one(&format!("{urn}:manager.value"), &record), ["m:1"]);
    assert_eq!(one(&format!(r#"{urn}:l[t eq "a:b.c"].v"#), &record), ["1"]);
    let any = Selection::builder().text(format!("{}:DEPARTMENT", urn.to_uppercase()));
    assert_eq!(of(any.any_case(), &record), ["Pay"]);
}

#[test]
fn case_counts_unless_it_is_said_not_to() {
    let record = r#"{"USERNAME": "x", "Emails": [{"Type": "Work", "VALUE": "y"}]}"#;
    assert!(one("userName", record).is_empty());
    let any = |path: &str| of(Selection::builder().text(path).any_case(), record);
    assert_eq!(any("userName"), ["x"]);
    assert_eq!(any(r#"emails[type eq "work"].value"#), ["y"]);
}

#[test]
fn an_object_and_its_bare_value_stand_for_one_another() {
    let of = |path: &str, record: &str| of(Selection::builder().text(path).bare("value"), record);
    let objects = r#"{"emails": [{"value": "a", "type": "work"}, {"value": "b"}, {"type": "x"}]}"#;
    let texts = r#"{"emails": ["a", "b", 7, null]}"#;
    assert_eq!(of("emails", objects), ["a", "b"]);
    assert_eq!(of("emails.value", objects), ["a", "b"]);
    assert_eq!(of(r#"emails[type eq "work"]"#, objects), ["a"]);
    assert_eq!(of("emails", texts), ["a", "b", "7"]);
    assert_eq!(of("emails.value", texts), ["a", "b", "7"]);
    // What kind of e-mail a bare one is, nobody says.
    assert!(of(r#"emails[type eq "work"].value"#, texts).is_empty());
    assert_eq!(of("manager.value", r#"{"manager": "m\u0031"}"#), ["m1"]);
    assert_eq!(
        of(
            "manager",
            r#"{"manager": {"displayName": "x", "value": "m1"}}"#
        ),
        ["m1"]
    );
}

#[test]
fn json_of_a_slot_is_read_by_another_selection() {
    let selection = Selection::builder()
        .text("id")
        .raw("members")
        .build()
        .unwrap();
    let members = Selection::new(["id"]).unwrap();
    let mut found = Vec::new();
    let page = r#"[{"id": "g", "members": [{"id": 1}, {"id": 2}]}, {"id": "h", "members": null}]"#;
    let read = selection.read(page.as_bytes(), At::Root, |group| {
        if let Some(json) = group.raw(1) {
            found.extend(values(&members, json, At::Root));
        }
    });
    assert_eq!(read.unwrap().records(), 2);
    assert_eq!(found, [[["1"]], [["2"]]]);
}

#[test]
fn what_else_stands_there_is_given_back() {
    let selection = Selection::builder().text("id").any_case().build().unwrap();
    let page =
        br#"{"totalresults": "12", "RESOURCES": [{"id": 1}], "next": "x", "deep": {"a": [1]}}"#;
    let rest = selection
        .read(page, At::Member("Resources"), |_| ())
        .unwrap();
    assert_eq!((rest.records(), rest.has_list()), (1, true));
    assert_eq!(rest.number("totalResults"), Some(12));
    assert_eq!(rest.text("next"), Some("x"));
    assert!(rest.get("resources").is_none());
    assert_eq!(rest.members().len(), 3);
    for none in [r#"{"totalResults": 0}"#, r#"{"Resources": null}"#] {
        let rest = selection.read(none.as_bytes(), At::Member("Resources"), |_| ());
        assert!(!rest.unwrap().has_list());
    }
}

#[test]
fn rows_are_filled_from_slots() {
    let selection = Selection::new(["id", "mail", "phones"]).unwrap();
    let mut page = Rows::new(["phones", "mail"]);
    let json = br#"[{"phones": ["1", "2"], "id": "u"}, {"mail": "", "id": 4}]"#;
    let read = selection.read(json, At::Root, |record| {
        let mut row = page.add(Status::Active);
        row.id(record.first(0).unwrap());
        record.write(&mut row, 0, 2);
        record.write(&mut row, 1, 1);
    });
    read.unwrap();
    let rows = rows(&page.take());
    assert_eq!(rows[0].values, [vec![b"1".to_vec(), b"2".to_vec()], vec![]]);
    assert_eq!(rows[1].values, [vec![], vec![b"".to_vec()]]);
}
