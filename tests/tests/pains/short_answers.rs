//! A successful but empty or short answer wipes people, and nobody was shown before.

use crate::desk::{Desk, count};
use muster_model::Action;
use muster_review::report::{Paper, markdown};

fn people(number: usize) -> Vec<String> {
    let person = |n| format!(r#"{{"id": "{n}", "uid": "user{n}"}}"#);
    (0..number).map(person).collect()
}

#[test]
fn a_short_answer_is_stopped_and_the_plan_shows_how_far_the_source_has_shrunk() {
    let all = people(100);
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    let mut desk = Desk::new();
    let policy = desk.policy("staff", "identity: {username: uid}\n");
    desk.sync(&policy, &all);
    let plan = desk.plan(&policy, &all[..70]);
    assert_eq!(count(&plan, Action::Block), 30);
    let shrink = plan
        .guards
        .iter()
        .find(|guard| guard.name == "shrink.max_percent")
        .unwrap();
    assert!(shrink.tripped && shrink.value == 30, "{shrink:?}");
    let page = markdown(Paper::fresh(&plan));
    assert!(page.contains("shrink.max&#95;percent"), "{page}");
    assert!(page.contains("30 %, the limit is"), "{page}");
    let refused = desk.apply_saved(&plan, &policy, "petra").unwrap_err();
    assert!(refused.to_string().contains("shrink"), "{refused}");
}

#[test]
fn an_empty_answer_blocks_nobody() {
    let all = people(30);
    let all: Vec<&str> = all.iter().map(String::as_str).collect();
    let mut desk = Desk::new();
    let policy = desk.policy(
        "staff",
        "identity: {username: uid}\nguards: {block: none, shrink: none}\n",
    );
    desk.sync(&policy, &all);
    let plan = desk.plan(&policy, &[]);
    assert_eq!(
        count(&plan, Action::Block),
        0,
        "absence is no evidence where nobody came"
    );
}
