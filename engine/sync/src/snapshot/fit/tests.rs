#![allow(clippy::unwrap_used, clippy::panic, reason = "tests")]

use super::super::{About, People, PluginStamp, Replay, read, write};
use super::*;
use crate::{Delivery, Silent, Source, SourceFailed};
use muster_model::{Coverage, Evidence, Page};
use std::io::Cursor;

/// A policy with this scope and these lines.
fn policy(scope: &str, more: &str) -> Policy {
    let text = format!(
        "muster: 1\ndirectory: staff\nprovider: {{plugin: x}}\nscope: {{{scope}}}\nidentity: {{username: uid}}\n{more}"
    );
    muster_policy::parse("p.yaml", &text).unwrap_or_else(|wrong| panic!("{wrong:#?}"))
}

struct Once(Option<Page>);

impl Source for Once {
    fn next(&mut self) -> Result<Delivery, SourceFailed> {
        Ok(match self.0.take() {
            Some(page) => Delivery::Page(page),
            None => Delivery::End {
                coverage: Coverage::Complete {
                    evidence: Evidence::default(),
                },
                cursor: None,
            },
        })
    }
}

/// Somebody with an identifier, groups, and values of `dn` and `uid`.
fn row(id: &str, groups: &[&str], dn: &str) -> PlainRow {
    PlainRow {
        id: Some(id.to_owned()),
        groups: groups.iter().map(ToString::to_string).collect(),
        status: SourceStatus::Active,
        values: vec![vec![dn.to_owned()], vec![format!("u{id}")]],
    }
}

const DN: &str = "fields: {dn: dn}";

fn recorded(policy: &Policy, rows: &[PlainRow]) -> Vec<u8> {
    let about = About {
        policy,
        plugin: PluginStamp {
            name: "x".to_owned(),
            version: "1".to_owned(),
            digest: String::new(),
        },
        now: jiff::Timestamp::UNIX_EPOCH,
        people: People::AsDelivered,
        also: Vec::new(),
        sensitive: std::collections::BTreeSet::new(),
        known: Vec::new(),
    };
    let page = Page::from_rows(policy.attributes.len(), rows, Vec::new());
    let (mut spool, mut file) = (Cursor::new(Vec::new()), Vec::new());
    write(
        &about,
        &mut Once(Some(page)),
        &mut spool,
        &mut file,
        &Silent,
    )
    .unwrap();
    file
}

/// Identifiers with groups, as a policy gets them; or what is lacking.
fn seen(file: &[u8], policy: &Policy) -> Result<Vec<String>, String> {
    let snapshot = read(file).unwrap();
    let mut replay = Replay::new(snapshot, policy).map_err(|error| error.to_string())?;
    let mut seen = Vec::new();
    while let Delivery::Page(page) = replay.next().unwrap() {
        for entry in page.entries() {
            let groups: Vec<&str> = entry.groups().collect();
            seen.push(format!("{} {}", entry.id().unwrap(), groups.join(",")));
        }
    }
    Ok(seen)
}

#[test]
fn fewer_groups_and_more_exclusions_are_told_from_what_is_known() {
    let wide = policy(
        "groups: [a, b]",
        "fields: {dn: dn, roles: {groups: {c: c, \"t-*\": t}}}",
    );
    let rows = [
        row("1", &["a"], ""),
        row("2", &["b", "c"], ""),
        row("3", &["a", "b", "t-1"], ""),
    ];
    let file = recorded(&wide, &rows);
    let told = |scope: &str, more: &str| seen(&file, &policy(scope, more));
    let ok = |all: &[&str]| Ok(all.iter().map(ToString::to_string).collect::<Vec<_>>());
    let roles = "fields: {roles: {groups: {c: c, \"t-*\": t}}}";
    assert_eq!(
        told("groups: [b, a]", roles),
        ok(&["1 a", "2 b,c", "3 a,b,t-1"])
    );
    assert_eq!(
        told("groups: [A]", roles),
        ok(&["1 A", "3 A,t-1"]),
        "as the policy writes it"
    );
    assert_eq!(
        told("groups: [a, b]", ""),
        ok(&["1 a", "2 b", "3 a,b"]),
        "no roles, no groups"
    );
    assert_eq!(
        told("groups: [a, b], exclude: {groups: [c]}", ""),
        ok(&["1 a", "3 a,b"])
    );
    assert_eq!(
        told("groups: [a], exclude: {groups: [b]}", ""),
        ok(&["1 a"])
    );
    assert_eq!(
        told("groups: [a, b], exclude: {groups: [t-1]}", roles),
        ok(&["1 a", "2 b,c"])
    );
    assert_eq!(
        told("groups: [a]", "fields: {r: {groups: {t-9: x}}}"),
        ok(&["1 a", "3 a"])
    );
}

#[test]
fn a_group_may_come_to_limit_everybody_if_its_members_were_told() {
    let everybody = policy("", "fields: {dn: dn, roles: {groups: {c: c}}}");
    let file = recorded(&everybody, &[row("1", &["c"], ""), row("2", &[], "")]);
    assert_eq!(
        seen(&file, &policy("groups: [c]", "")),
        Ok(vec!["1 c".to_owned()])
    );
    assert_eq!(
        seen(&file, &policy("groups: [d]", "")),
        Err("the snapshot lacks who is in the group `d` (scope.groups)".to_owned())
    );
}

#[test]
fn sub_trees_are_told_by_distinguished_names() {
    let people = [
        row("1", &[], "cn=1,ou=sales,dc=x"),
        row("2", &[], "cn=2,OU=EMEA, ou=Sales,dc=x"),
        row("3", &[], "cn=3,ou=it,dc=x"),
    ];
    let file = recorded(&policy("under: [\"dc=x\"]", DN), &people);
    let told = |scope: &str| seen(&file, &policy(scope, ""));
    let ok = |all: &[&str]| Ok(all.iter().map(ToString::to_string).collect::<Vec<_>>());
    assert_eq!(told("under: [\"ou=sales,DC=x\"]"), ok(&["1 ", "2 "]));
    assert_eq!(
        told("under: [\"dc=x\"], exclude: {under: [\"ou=emea,ou=sales,dc=x\"]}"),
        ok(&["1 ", "3 "])
    );
    assert_eq!(
        told("under: [\"dc=y\"]"),
        Err("the snapshot lacks who is in `dc=y` (scope.under)".to_owned())
    );
    let blind = policy("under: [\"dc=x\"]", "fields: {other: other}");
    let file = recorded(&blind, &people);
    assert!(
        seen(&file, &policy("under: [\"ou=it,dc=x\"]", "")).is_err(),
        "nobody knows where they are"
    );
}

#[test]
fn what_was_not_asked_for_is_named_and_all_of_it() {
    let narrow = policy(
        "groups: [a], under: [\"ou=a,dc=x\"], exclude: {groups: [g], under: [\"ou=z,ou=a,dc=x\"]}",
        DN,
    );
    let file = recorded(&narrow, &[]);
    let wide = policy(
        "exclude: {groups: [h], usernames: [root]}",
        "fields: {mail: mail, roles: {groups: {\"t-*\": t}}}",
    );
    assert_eq!(
        seen(&file, &wide).unwrap_err(),
        "the snapshot lacks the attribute `mail`; everybody else, without `scope.groups`; \
         the people of `g`, who were left out (scope.exclude.groups); \
         who is in the group `h` (scope.exclude.groups); \
         who is in the group `t-*` (fields.*.groups); everybody else, without `scope.under`; \
         the people of `ou=z,ou=a,dc=x`, who were left out (scope.exclude.under)"
    );
}

#[test]
fn what_is_recorded_for_several_policies_tells_of_each() {
    let people = |scope: &str, more: &str| policy(scope, more);
    let all = [
        people("groups: [a, b]", "fields: {mail: mail}"),
        people(
            "groups: [b, d], exclude: {groups: [g]}",
            "fields: {phone: phone}",
        ),
        people("", "fields: {roles: {groups: {\"t-*\": t}}}"),
        people("groups: [a], exclude: {groups: [g, h]}", "fields: {dn: dn}"),
    ];
    for one in &all {
        for other in &all {
            let wide = for_all(one, &[other]);
            let file = recorded(&wide, &[]);
            let header = read(file.as_slice()).unwrap().header().clone();
            for policy in [one, other] {
                assert_eq!(header.lacks(policy), [], "{:?}", policy.scope);
            }
        }
    }
    let others: Vec<&Policy> = all.iter().collect();
    let wide = for_all(&all[0], &others);
    assert!(wide.scope.groups.is_empty(), "one of them wants everybody");
    let file = recorded(&wide, &[]);
    let header = read(file.as_slice()).unwrap().header().clone();
    for policy in &all {
        assert_eq!(header.lacks(policy), []);
    }
}
