//! Accounts, runs, notices and failures, as they are printed.

#![allow(clippy::unwrap_used, reason = "tests")]

use super::account::Known;
use super::fixture::{colourful, complete, line};
use super::{Palette, account, notices, plan_text::Folding, run, trouble};
use crate::exit::Exit;
use crate::trouble::Trouble;
use insta::assert_snapshot;
use muster_model::{
    Account, AccountId, Actor, AuditRecord, BlockReason, DirectoryName, ExternalId, FieldName,
    Owner, Run, RunId, RunOutcome, StateVersion, Username, Value,
};
use muster_sync::admin::Notice;
use std::collections::{BTreeMap, BTreeSet};

fn anna() -> Account {
    Account {
        id: AccountId(17),
        username: Username::new("anna").unwrap(),
        owner: Owner::from_name("staff"),
        external_id: Some(ExternalId::from("e-1")),
        block_reasons: BTreeSet::from([BlockReason::LeftScope, BlockReason::Manual]),
        fields: BTreeMap::from([
            (FieldName::from("email"), Value::from("anna@example.org")),
            (FieldName::from("room"), Value::from("")),
        ]),
        synced: BTreeMap::from([(FieldName::from("email"), None)]),
    }
}

fn row(username: &str, reasons: &[BlockReason]) -> account::Row {
    account::Row {
        key: username.to_lowercase(),
        username: username.to_owned(),
        id: "a17".to_owned(),
        directory: "staff".to_owned(),
        reasons: reasons.to_vec(),
    }
}

#[test]
fn an_account_shows_which_fields_are_mapped() {
    let known = |hidden| Known {
        policy: None,
        chart: None,
        hidden,
    };
    let none = BTreeSet::new();
    let shown = account::show(&anna(), &known(&none), Palette::Plain);
    assert_snapshot!("account", shown);
    let hidden = BTreeSet::from([FieldName::from("email")]);
    let masked = account::show(&anna(), &known(&hidden), Palette::Plain);
    assert_eq!(masked, shown.replace("\"anna@example.org\"", "•••"));
}

#[test]
fn a_listing_is_sorted_by_name() {
    let rows = vec![
        row("Zoe", &[]),
        row(
            "anna",
            &[
                BlockReason::LeftScope,
                BlockReason::Rule("contract-ended".into()),
            ],
        ),
        row("Bob", &[]),
    ];
    assert_snapshot!("listing", account::list(rows, Palette::Plain));
    assert_eq!(account::list(Vec::new(), Palette::Plain), "No accounts.\n");
}

fn one_run() -> Run {
    Run {
        id: RunId(3),
        at: "2026-11-23T08:00:00Z".to_owned(),
        actor: Actor {
            name: "petra".to_owned(),
            command: "sync".to_owned(),
        },
        directory: Some(DirectoryName::from("staff")),
        outcome: RunOutcome::Applied,
        summary: colourful().summary,
        held: 2,
        coverage: Some(complete()),
        plan: None,
        policy: None,
        overrides: BTreeMap::from([("block.max".to_owned(), "closed".to_owned())]),
        review: Default::default(),
        approvals: Vec::new(),
        text: None,
        read: None,
        proof: None,
        undoes: None,
        version: StateVersion(4),
    }
}

#[test]
fn a_run_shows_what_it_changed() {
    let audit: Vec<AuditRecord> = colourful()
        .changes
        .iter()
        .zip(1..)
        .map(|(change, seq)| AuditRecord {
            seq,
            run: RunId(3),
            at: "2026-11-23T08:00:00Z".to_owned(),
            actor: one_run().actor,
            account_id: change.account_id,
            username: change.username.clone(),
            action: change.action.to_string(),
            reason: change.reason.clone(),
            fields: change.fields.clone(),
        })
        .collect();
    assert_snapshot!(
        "run",
        run::show(&one_run(), &audit, None, Folding::Alike, Palette::Plain)
    );
    let mut stopped = one_run();
    stopped.outcome = RunOutcome::Stopped;
    assert_snapshot!("runs", run::list(&[one_run(), stopped], Palette::Plain));
}

#[test]
fn a_block_that_may_come_back_names_its_line() {
    let notice = Notice::MayBlockAgain {
        directory: DirectoryName::from("staff"),
        policy_file: Some("policies/staff.yaml".to_owned()),
        reasons: vec![BlockReason::LeftScope],
    };
    let told = notices::sentence(&notice, "anna", &[line(9)]);
    assert_eq!(
        told,
        "if this still holds, the next sync of `staff` blocks it again: left-scope \
         (policies/staff.yaml:9); to keep the person in: muster account detach anna"
    );
    assert!(notices::sentence(&notice, "anna", &[]).contains("(policies/staff.yaml)"));
}

#[test]
fn a_failure_says_what_why_and_what_to_do() {
    let shown = trouble::trouble(
        &Trouble {
            exit: Exit::Failed,
            summary: "the source of `staff` cannot be read".to_owned(),
            causes: vec!["connection refused\u{1b}[2J".to_owned()],
            detail: None,
            hints: vec!["look at the address".to_owned()],
        },
        Palette::Plain,
    );
    assert_snapshot!("trouble", shown);
}
