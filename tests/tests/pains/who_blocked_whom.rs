//! Nobody knows who blocked an account, and whether it will come back; accounts
//! flap on every run, or a block by hand is undone.

use crate::desk::{Desk, count, reasons};
use muster_model::{AccountStatus, Action, BlockReason};

const POLICY: &str = r#"identity: {username: uid}
block:
  - name: contract-ended
    when: entry.state == "ended"
    reason: The contract has ended.
  - name: dismissed
    when: entry.state == "dismissed"
    unblock: manual
"#;

#[test]
fn each_reason_is_kept_apart_and_goes_by_itself() {
    let mut desk = Desk::new();
    let policy = desk.policy("staff", POLICY);
    let (well, ended) = (
        r#"{"id": "1", "uid": "anna"}"#,
        r#"{"id": "1", "uid": "anna", "state": "ended"}"#,
    );
    desk.sync(&policy, &[well]);
    let plan = desk.sync(&policy, &[ended]);
    let reason = &plan.changes[0].reason;
    assert_eq!(reason.text, "The contract has ended");
    assert_eq!(reason.policy.as_ref().unwrap().line, 6);
    desk.tamper("anna", |account| {
        account.block_reasons.insert(BlockReason::Manual);
    });
    desk.sync(&policy, &[well]);
    assert_eq!(
        reasons(&desk.account("anna")),
        ["manual"],
        "sync undoes its own alone"
    );
    desk.tamper("anna", |account| account.block_reasons.clear());
    assert!(desk.sync(&policy, &[well]).changes.is_empty());
}

#[test]
fn who_stays_out_until_somebody_decides_does_not_flap() {
    let mut desk = Desk::new();
    let policy = desk.policy("staff", POLICY);
    let (well, out) = (
        r#"{"id": "1", "uid": "anna"}"#,
        r#"{"id": "1", "uid": "anna", "state": "dismissed"}"#,
    );
    desk.sync(&policy, &[well]);
    desk.sync(&policy, &[out]);
    for _ in 0..3 {
        let plan = desk.sync(&policy, &[well]);
        assert_eq!(count(&plan, Action::Unblock), 0);
        assert_eq!(desk.account("anna").status(), AccountStatus::Blocked);
    }
}
