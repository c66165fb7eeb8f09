//! A small policy and small accounts, for the unit tests of this crate.
#![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

use crate::accounts::AccountTable;
use muster_model::{Account, AccountId, Owner, PolicyLine, Username};
use muster_policy::{Guards, Identity, Key, Limit, Policy, Provider, Scope, UsernameMapping};
use std::collections::BTreeMap;

pub(crate) fn at(line: u32) -> PolicyLine {
    PolicyLine {
        file: "staff.yaml".to_owned(),
        line,
    }
}

pub(crate) fn no_limit() -> Limit {
    Limit {
        max: None,
        max_percent: None,
        min_population: 0,
        at: None,
    }
}

/// Matches by external id, maps nothing.
pub(crate) fn policy() -> Policy {
    Policy {
        directory: "staff".into(),
        file: "staff.yaml".to_owned(),
        digest: String::new(),
        files: vec![],
        environment: None,
        provider: Provider {
            plugin: "csv".to_owned(),
            config: Default::default(),
            config_lines: BTreeMap::new(),
            full_read: Default::default(),
            keep_reads: 30,
            secrets: BTreeMap::new(),
            at: at(2),
        },
        scope: Scope {
            groups: vec![],
            under: vec![],
            except_groups: vec![],
            except_under: vec![],
            except_usernames: vec![],
            condition: None,
            grace: None,
            unblock: Default::default(),
            at: at(3),
        },
        identity: Identity {
            key: Key::ExternalId,
            username: UsernameMapping::of_attribute(0, at(4)),
            adopt: Default::default(),
            at: at(4),
        },
        fields: vec![],
        blocks: vec![],
        upcoming: Some(30),
        licences: None,
        approval: None,
        guards: Guards {
            limits: BTreeMap::new(),
            shrink: no_limit(),
            clear: no_limit(),
            protect: vec![],
        },
        precedence: vec![],
        exceptions: vec![],
        texts: Default::default(),
        attributes: vec!["uid".to_owned()],
    }
}

/// Accounts `a1`, `a2`, … with these usernames and owners.
pub(crate) fn table(policy: &Policy, people: &[(&str, &str)]) -> AccountTable {
    let mut table = AccountTable::new(policy);
    for (number, (username, owner)) in (1..).zip(people) {
        let account = Account {
            id: AccountId(number),
            username: Username::new(username).unwrap(),
            owner: Owner::from_name(owner),
            external_id: Some(format!("id-{username}").as_str().into()),
            block_reasons: Default::default(),
            fields: BTreeMap::new(),
            synced: BTreeMap::new(),
        };
        table.add(&account.view()).unwrap();
    }
    table
}
