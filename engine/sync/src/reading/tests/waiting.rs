//! People who wait for time to pass or for a seat, where only changes are read.

use super::*;
use muster_model::{AccountId, BlockReason, Owner, Pending, Username};
use std::collections::BTreeSet;

impl Scene {
    fn reasons(&self, username: &str) -> Vec<String> {
        let reasons = self.account(username).block_reasons;
        reasons.iter().map(ToString::to_string).collect()
    }

    fn pending(&self) -> Pending {
        let record = self.store.directory(&self.policy.directory).unwrap();
        record.unwrap().pending
    }

    /// So many accounts beside the directory's: then a delta of a few people is
    /// looked up one by one.
    fn crowd(&mut self, accounts: u64) {
        let next = self.store.next_account_id().unwrap().0;
        let put = (next..next + accounts).map(|number| Account {
            id: AccountId(number),
            username: Username::new(&format!("guest{number}")).unwrap(),
            owner: Owner::Local,
            external_id: None,
            block_reasons: BTreeSet::new(),
            fields: BTreeMap::new(),
            synced: BTreeMap::new(),
        });
        let commit = Commit {
            expected: self.store.version().unwrap(),
            put: put.collect(),
            ..Commit::default()
        };
        self.store.commit(commit).unwrap();
    }

    fn unblock(&mut self, username: &str) {
        let at = self.now.to_string();
        let context = AdminContext {
            at: &at,
            actor: &actor(),
        };
        let prepared = admin::unblock(&self.store, context, username).unwrap();
        let Effect::Commit(commit) = prepared.effect else {
            panic!("nothing to do");
        };
        self.store.commit(*commit).unwrap();
    }
}

/// Reads everything once in a month, so that these days are deltas.
fn patient(more: &str) -> Scene {
    Scene::with(&format!("  full_read: 31d\n{more}"))
}

#[test]
fn a_grace_that_a_feed_began_ends_without_it() {
    for crowd in [0, 1000] {
        let mut scene = patient("scope: {grace: 3d}");
        scene.crowd(crowd);
        scene.server.remove("1");
        assert!(scene.sync().changes.is_empty());
        assert_eq!(
            scene.pending().due.as_deref(),
            Some("2026-11-26T08:00:00Z"),
            "crowd of {crowd}"
        );
        // Changes of others change nothing, nor does a run of nobody.
        scene.now += 24.hours();
        scene.server.set("2", "ben", "benjamin@x");
        assert_eq!(scene.sync().changes.len(), 1);
        scene.now += 24.hours();
        assert!(scene.sync().changes.is_empty());
        assert_eq!(scene.reasons("anna"), [""; 0]);
        scene.now += 24.hours();
        let plan = scene.sync();
        assert_eq!(why(&plan), ReadReason::Feed);
        assert_eq!(scene.reasons("anna"), ["left-scope"]);
        assert!(plan.changes[0].reason.text.contains("since 2026-11-23"));
        assert_eq!(scene.pending(), Pending::default());
        assert!(scene.sync().changes.is_empty());
    }
}

#[test]
fn coming_back_resets_the_clock() {
    let mut scene = patient("scope: {grace: 3d}");
    scene.server.remove("1");
    scene.sync();
    scene.now += 48.hours();
    scene.server.set("1", "anna", "anna@x");
    scene.sync();
    assert_eq!(scene.pending(), Pending::default());
    scene.server.remove("1");
    scene.sync();
    scene.now += 48.hours();
    scene.sync();
    assert_eq!(scene.reasons("anna"), [""; 0]);
    scene.now += 24.hours();
    scene.sync();
    assert_eq!(scene.reasons("anna"), ["left-scope"]);
}

#[test]
fn a_plan_that_is_not_applied_starts_no_clock() {
    let mut scene = patient("scope: {grace: 3d}");
    scene.server.remove("1");
    assert_eq!(scene.plan().remembered.len(), 1);
    scene.now += 96.hours();
    assert!(scene.sync().changes.is_empty());
}

#[test]
fn who_is_let_in_after_a_grace_is_blocked_again() {
    let mut scene = patient("scope: {grace: 3d}");
    scene.server.remove("1");
    scene.sync();
    scene.now += 72.hours();
    scene.sync();
    scene.unblock("anna");
    assert_eq!(scene.reasons("anna"), [""; 0]);
    let plan = scene.sync();
    assert_eq!(why(&plan), ReadReason::NoCursor);
    assert_eq!(scene.reasons("anna"), ["left-scope"]);
}

#[test]
fn complete_reads_are_counted_each_once() {
    let mut scene = Scene::with("  full_read: always\nscope: {grace: 3 reads}");
    scene.server.remove("1");
    for _ in 0..2 {
        scene.now += 1.hour();
        scene.sync();
        assert!(scene.plan().remembered.is_empty(), "the same instant");
        assert_eq!(scene.reasons("anna"), [""; 0]);
    }
    scene.server.is_partial.set(true);
    scene.now += 1.hour();
    scene.sync();
    assert_eq!(scene.reasons("anna"), [""; 0]);
    scene.server.is_partial.set(false);
    scene.now += 1.hour();
    scene.sync();
    assert_eq!(scene.reasons("anna"), ["left-scope"]);
}

#[test]
fn a_feed_that_does_not_tell_who_is_missing_is_found_out_even_with_a_grace() {
    let mut scene = Scene::with("scope: {grace: 3d}");
    scene.server.people.borrow_mut().remove("3");
    scene.now += 24.hours();
    let plan = scene.sync();
    assert_eq!(why(&plan), ReadReason::Due);
    let finding = &plan.findings[0];
    assert_eq!(finding.code, Fault::FeedDrift);
    assert!(finding.text.contains("cleo"), "{}", finding.text);
    // The feed is not blamed a second time when the grace is over.
    scene.now += 72.hours();
    let plan = scene.sync();
    assert_eq!(scene.reasons("cleo"), ["left-scope"]);
    assert_eq!(plan.findings, []);
}

#[test]
fn a_seat_that_a_delta_frees_goes_to_whom_it_does_not_deliver() {
    for crowd in [0, 1000] {
        let mut scene = patient("licences: {limit: 2}");
        assert_eq!(scene.reasons("cleo"), ["no-licence"]);
        assert_eq!(scene.pending().waiting, 1);
        scene.crowd(crowd);
        scene.server.set("4", "dora", "dora@x");
        let plan = scene.sync();
        assert_eq!(scene.reasons("dora"), ["no-licence"]);
        assert_eq!(plan.licences.as_ref().unwrap().waiting, 2);
        scene.server.remove("1");
        let plan = scene.sync();
        assert_eq!(why(&plan), ReadReason::Feed);
        assert_eq!(scene.reasons("anna"), ["left-scope"]);
        assert_eq!(scene.reasons("cleo"), [""; 0]);
        assert_eq!(scene.reasons("dora"), ["no-licence"]);
        assert_eq!(scene.pending().waiting, 1);
        let seats = plan.licences.unwrap();
        assert_eq!((seats.now, seats.after, seats.left), (2, 2, 0));
        assert!(scene.sync().changes.is_empty());
    }
}

#[test]
fn seats_are_counted_by_a_delta_that_looks_up_few() {
    let mut scene = patient("licences: {limit: 1003, count: intranet}");
    scene.crowd(1000);
    scene.server.set("4", "dora", "dora@x");
    let plan = scene.sync();
    let seats = plan.licences.unwrap();
    assert_eq!((seats.now, seats.after, seats.left), (1003, 1003, 0));
    assert_eq!(scene.reasons("dora"), ["no-licence"]);
}

#[test]
fn a_plan_about_one_person_counts_who_waits() {
    let mut scene = patient("licences: {limit: 3}");
    scene.server.set("0", "anna2", "a@x");
    let plan = scene.wanted(Wanted::One);
    assert_eq!(plan.pending.waiting, 0, "she is not in the plan");
    assert!(scene.apply(&plan));
    assert_eq!(scene.pending().waiting, 0);
    scene.sync();
    assert_eq!(scene.pending().waiting, 1);
    let plan = scene.wanted(Wanted::One);
    assert!(scene.apply(&plan));
    assert_eq!(scene.pending().waiting, 1);
}

#[test]
fn a_sync_decides_again_on_whom_an_administrator_let_in() {
    let mut scene = patient("licences: {limit: 2}");
    scene.unblock("cleo");
    assert_eq!(scene.reasons("cleo"), [""; 0]);
    scene.sync();
    assert_eq!(scene.reasons("cleo"), ["no-licence"]);
    // With room, the seat is hers for good.
    scene.unblock("cleo");
    scene.server.remove("2");
    scene.sync();
    assert_eq!(scene.reasons("cleo"), [""; 0]);
    scene.server.set("2", "ben", "ben@x");
    scene.sync();
    assert_eq!(scene.reasons("cleo"), [""; 0]);
    assert_eq!(scene.reasons("ben"), ["no-licence"]);
    let kept = scene.account("cleo").synced;
    assert!(kept.keys().all(|name| !name.is_hidden()), "{kept:?}");
}

#[test]
fn what_is_remembered_outlives_an_update() {
    let mut scene = Scene::with(
        "  full_read: always\nblock: [{name: odd, when: 'entry.mail == \"odd\"', grace: 3d}]",
    );
    scene.server.set("1", "anna", "odd");
    scene.sync();
    let since = |scene: &Scene| {
        let name = muster_model::FieldName::from("@rule:odd");
        scene.account("anna").synced.get(&name).cloned().flatten()
    };
    let first = since(&scene);
    assert_eq!(first, Some(Value::from("2026-11-23T08:00:00Z")));
    scene.now += 24.hours();
    scene.server.set("1", "anna.lindner", "odd");
    assert_eq!(scene.sync().changes.len(), 1);
    let account = scene.account("anna.lindner");
    assert_eq!(
        account.synced[&muster_model::FieldName::from("@rule:odd")],
        first
    );
    scene.now += 48.hours();
    scene.sync();
    assert_eq!(scene.reasons("anna.lindner"), ["rule:odd"]);
    assert!(
        scene
            .store
            .accounts()
            .all(|a| a.block_reasons != BTreeSet::from([BlockReason::Manual]))
    );
}
