//! Missing or wrong audit: somebody else is credited, or nobody.

use crate::desk::Desk;
use muster_model::Approval;
use muster_store::Store;
use muster_sync::plan_file::{self, Hands, Once};
use muster_sync::review::{Reviewer, counted, hold, let_past};

#[test]
fn who_made_held_let_past_approved_and_applied_are_five_names() {
    let mut desk = Desk::new();
    let policy = desk.policy(
        "staff",
        "identity: {username: uid}\nguards: {block: {max: 0}, shrink: none}\napproval: {required: 1}\n",
    );
    let people = [
        r#"{"id": "1", "uid": "anna"}"#,
        r#"{"id": "2", "uid": "bo"}"#,
        r#"{"id": "3", "uid": "cleo"}"#,
    ];
    let open = desk.policy(
        "staff",
        "identity: {username: uid}\nguards: {block: none, shrink: none}\n",
    );
    desk.sync(&open, &people);
    let by = |name: &str| Reviewer {
        name: name.to_owned(),
        now: desk.now,
    };
    let mut plan = desk.plan(&policy, &people[..1]);
    plan.review.author = Some("petra".to_owned());
    let plan = let_past(&plan, "block", "they have left", &by("olga")).unwrap();
    let plan = hold(
        &plan,
        &policy,
        &desk.store,
        &["bo".to_owned()],
        (&by("rita"), None),
    )
    .unwrap();
    let key = desk.store.seal_key();
    let file = plan_file::write(&plan, &key, Once([1; 12])).unwrap();
    let mut sealed = plan_file::read(&file, &key).unwrap();
    let approval = Approval {
        name: "mara".to_owned(),
        actor: "mara".to_owned(),
        at: desk.now.to_string(),
        note: Some("seen".to_owned()),
        signature: None,
        seal: None,
    };
    let hands = Hands {
        state: Some(&key),
        ..Hands::default()
    };
    let approval = plan_file::approve(&sealed, approval, &hands).unwrap();
    sealed.approvals.push(approval);
    let approved = counted(&sealed, Some(&policy));
    let run = desk
        .apply_approved(&plan, &policy, "simon", approved)
        .unwrap();
    let kept = desk.store.run(run.id).unwrap().unwrap();
    assert_eq!(kept.actor.name, "simon");
    assert_eq!(kept.review.author.as_deref(), Some("petra"));
    assert_eq!(kept.review.overrides[0].by, "olga");
    assert_eq!(kept.overrides["block.max"], "they have left");
    assert_eq!(kept.review.holds[0].by, "rita");
    assert_eq!(kept.approvals[0].name, "mara");
    let mut actors = Vec::new();
    let mut see = |record: muster_model::AuditRecord| actors.push(record.actor.name);
    desk.store.audit(Some(run.id), &mut see).unwrap();
    assert_eq!(actors, ["simon"], "one change, by whom it was made");
}
