//! What has changed.

use super::*;
use crate::settings::Feed;
use muster_emulators::okta::TOKEN;
use muster_emulators::server::Fault;

const GROUP: &str = "Intranet";

/// Anna and Ben are in the group, Cleo is not; everybody was read.
fn staff(org: &Org) -> (String, [String; 3], Done) {
    let group = org.group(GROUP);
    let people = ["anna", "ben", "cleo"].map(|login| org.user(login, login, "Ek"));
    org.join(&group, &people[0]);
    org.join(&group, &people[1]);
    let done = read(org, request(&[GROUP]));
    // What happened until now is told once more: the position overlaps.
    let done = since(org, &done, request(&[GROUP])).unwrap();
    (group, people, done)
}

#[test]
fn nothing_changed_is_two_questions_and_nobody() {
    let org = org();
    let (_, _, done) = staff(&org);
    org.server().forget();
    let delta = since(&org, &done, request(&[GROUP])).unwrap();
    assert!(delta.rows.is_empty());
    assert_eq!(
        asked(&org).len(),
        2,
        "the log, and the group: {:?}",
        asked(&org)
    );
    assert!(
        !delta.last.coverage().unwrap().is_complete(),
        "absence proves nothing"
    );
}

#[test]
fn whoever_was_touched_comes_whole() {
    let org = org();
    let (_, [anna, ben, _], done) = staff(&org);
    org.suspend(&anna);
    org.edit(&ben, "login", "benjamin");
    let delta = since(&org, &done, request(&[GROUP])).unwrap();
    assert_eq!(delta.rows.len(), 2);
    let row = delta.row(&anna);
    assert_eq!(row.status, Status::Blocked(BlockCause::Suspended));
    assert_eq!(
        (row.groups.as_slice(), row.text(0).as_deref()),
        (&[GROUP.to_owned()][..], Some("anna"))
    );
    assert_eq!(delta.row(&ben).text(0).as_deref(), Some("benjamin"));
}

#[test]
fn deactivated_deleted_and_gone_from_the_group_are_three_things() {
    let org = org();
    let (group, [anna, ben, cleo], done) = staff(&org);
    org.deactivate(&anna);
    org.leave(&group, &ben);
    org.delete(&cleo);
    let delta = since(&org, &done, request(&[GROUP])).unwrap();
    assert_eq!(
        delta.row(&anna).status,
        Status::Removed(Removal::Restorable)
    );
    assert_eq!(delta.row(&ben).status, Status::Removed(Removal::LeftScope));
    assert_eq!(delta.row(&cleo).status, Status::Removed(Removal::Final));
}

#[test]
fn whoever_joined_comes_with_the_group() {
    let org = org();
    let (group, [_, _, cleo], done) = staff(&org);
    org.join(&group, &cleo);
    let delta = since(&org, &done, request(&[GROUP])).unwrap();
    assert_eq!(delta.logins(), ["cleo"]);
    assert_eq!(delta.row(&cleo).groups, [GROUP]);
}

#[test]
fn membership_without_an_event_shows_in_the_group() {
    let org = org();
    let (group, [_, _, cleo], done) = staff(&org);
    std::thread::sleep(std::time::Duration::from_millis(5));
    org.join_unlogged(&group, &cleo);
    let delta = since(&org, &done, request(&[GROUP])).unwrap();
    assert_eq!(
        delta.logins(),
        ["anna", "ben", "cleo"],
        "all members are read anew"
    );
    let again = since(&org, &delta, request(&[GROUP])).unwrap();
    assert!(again.rows.is_empty(), "the change is remembered");
}

#[test]
fn logins_and_sessions_are_no_changes() {
    let org = org();
    let (_, [anna, ..], done) = staff(&org);
    org.noise(&anna, 3000);
    let delta = since(&org, &done, request(&[GROUP])).unwrap();
    assert!(delta.rows.is_empty());
}

/// Trap 20, first half: polling never ends, and an empty page is not its end.
#[test]
fn an_empty_page_of_the_log_is_not_its_end() {
    let org = org();
    let (_, [anna, ..], done) = staff(&org);
    let empty = since(&org, &done, request(&[GROUP])).unwrap();
    assert!(empty.rows.is_empty());
    org.suspend(&anna);
    let delta = since(&org, &empty, request(&[GROUP])).unwrap();
    assert_eq!(delta.logins(), ["anna"]);
}

/// Trap 20, second half: events arrive late, after younger ones.
#[test]
fn events_that_arrive_late_are_not_lost() {
    let org = org();
    let (_, [anna, ben, _], done) = staff(&org);
    org.slow_log();
    org.suspend(&anna);
    let early = since(&org, &done, request(&[GROUP])).unwrap();
    assert!(early.rows.is_empty());
    org.deliver_late();
    org.suspend(&ben);
    let delta = since(&org, &early, request(&[GROUP])).unwrap();
    assert_eq!(delta.logins(), ["anna", "ben"]);
}

#[test]
fn what_happens_during_the_full_read_is_told_afterwards() {
    let org = org();
    let group = org.crowd(250, GROUP);
    let mut source = open(&org);
    source.start(request(&[GROUP])).unwrap();
    let first = source.next().unwrap();
    let id = testing::rows(first.page())[0].id.clone().unwrap();
    org.leave(&group, &id);
    let done = finish(&mut source).unwrap();
    // 250 people were made within the overlap, which is not too many.
    let delta = since(&org, &done, request(&[GROUP])).unwrap();
    assert_eq!(delta.row(&id).status, Status::Removed(Removal::LeftScope));
}

#[test]
fn many_pages_of_events_are_read_to_their_end() {
    let org = org();
    let (_, [anna, ..], done) = staff(&org);
    for _ in 0..2500 {
        org.event(&anna, "user.account.update_profile");
    }
    let delta = since(&org, &done, request(&[GROUP])).unwrap();
    assert_eq!(delta.logins(), ["anna"]);
}

#[test]
fn too_many_changes_ask_for_everybody() {
    let org = org();
    let (_, _, done) = staff(&org);
    org.crowd(501, "Newcomers");
    let failure = since(&org, &done, request(&[GROUP])).unwrap_err();
    assert_eq!(failure.kind, FailureKind::StaleCursor);
    assert!(failure.message.contains("501 people"), "{failure:?}");
}

#[test]
fn a_lost_position_asks_for_everybody() {
    let org = org();
    let (_, [anna, ..], done) = staff(&org);
    org.suspend(&anna);
    org.forget_log();
    let failure = since(&org, &done, request(&[GROUP])).unwrap_err();
    assert_eq!(failure.kind, FailureKind::StaleCursor);
    assert!(
        failure
            .message
            .contains("does not know the stored position"),
        "{failure:?}"
    );
}

#[test]
fn a_position_of_last_season_asks_for_everybody() {
    let org = org();
    let (_, _, done) = staff(&org);
    org.clock_ahead(86 * 86_400);
    // The plugin learns the server's clock from its answers.
    let mut later = open(&org);
    later.start(request(&[GROUP])).unwrap();
    let today = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    testing::now_ms(today.unwrap().as_millis() as u64 + 86 * 86_400_000);
    let failure = since(&org, &done, request(&[GROUP])).unwrap_err();
    assert_eq!(failure.kind, FailureKind::StaleCursor);
    assert!(failure.message.contains("90 days"), "{failure:?}");
}

#[test]
fn another_question_asks_for_everybody() {
    let org = org();
    let (_, _, done) = staff(&org);
    let mut other = request(&[GROUP]);
    other.attributes = vec!["email".to_owned()];
    for asked in [other, request(&[]), request(&["Everyone"])] {
        let failure = since(&org, &done, asked).unwrap_err();
        assert_eq!(failure.kind, FailureKind::StaleCursor);
    }
    let mut source = open(&org);
    let start_at = ReadFrom::Since(b"\xff".to_vec());
    let failure = source.start(ReadRequest {
        start_at,
        ..request(&[])
    });
    assert_eq!(failure.unwrap_err().kind, FailureKind::StaleCursor);
}

#[test]
fn attributes_in_another_order_are_the_same_question() {
    let org = org();
    org.user("anna", "A", "E");
    let done = read(&org, testing::request(&["login", "email"]));
    assert!(since(&org, &done, testing::request(&["email", "login"])).is_ok());
}

#[test]
fn a_deleted_group_asks_for_everybody_and_then_fails() {
    let org = org();
    let (group, _, done) = staff(&org);
    org.delete_group(&group);
    let failure = since(&org, &done, request(&[GROUP])).unwrap_err();
    assert_eq!(failure.kind, FailureKind::StaleCursor);
    let failure = try_read(settings(&org), request(&[GROUP])).unwrap_err();
    assert_eq!(
        failure.kind,
        FailureKind::Config,
        "nobody is blocked for it"
    );
}

#[test]
fn whoever_is_in_an_excluded_group_has_left() {
    let org = org();
    let robots = org.group("Robots");
    let anna = org.user("anna", "A", "E");
    let mut asked = request(&[]);
    asked.scope.except_groups = vec!["Robots".to_owned()];
    let done = read(&org, asked.clone());
    assert_eq!(done.logins(), ["anna"]);
    org.join(&robots, &anna);
    let delta = since(&org, &done, asked.clone()).unwrap();
    assert_eq!(delta.row(&anna).status, Status::Removed(Removal::LeftScope));
    org.leave(&robots, &anna);
    let delta = since(&org, &delta, asked).unwrap();
    assert_eq!(delta.row(&anna).status, Status::Active);
}

#[test]
fn without_the_right_to_the_log_there_is_no_feed() {
    let org = org();
    org.user("anna", "A", "E");
    org.rights(
        TOKEN,
        &["okta.users.read", "okta.groups.read", "okta.schemas.read"],
    );
    let done = read(&org, request(&[]));
    assert_eq!(
        (done.logins(), done.feed()),
        (vec!["anna".to_owned()], None)
    );
    let log = testing::take_log();
    assert!(log[0].1.contains("every run reads everybody"), "{log:?}");
    assert!(log[0].1.contains("E0000006"));
}

#[test]
fn a_policy_may_do_without_the_feed() {
    let org = org();
    let done = read(&org, request(&[]));
    let settings = Settings {
        feed: Feed::None,
        ..settings(&org)
    };
    let without = try_read(settings.clone(), request(&[])).unwrap();
    assert_eq!(without.feed(), None);
    let start_at = ReadFrom::Since(done.feed().unwrap());
    let failure = try_read(
        settings,
        ReadRequest {
            start_at,
            ..request(&[])
        },
    );
    assert_eq!(failure.unwrap_err().kind, FailureKind::StaleCursor);
}

#[test]
fn an_outage_in_the_middle_keeps_the_position() {
    let org = org();
    let (_, [anna, ..], done) = staff(&org);
    org.suspend(&anna);
    for (at, status) in [
        ("/logs", 500),
        ("/users/", 503),
        ("/groups?", 502),
        ("/groups", 503),
    ] {
        org.server().fail(Fault::once(at, status));
        let failure = since(&org, &done, request(&[GROUP])).unwrap_err();
        assert_eq!(failure.kind, FailureKind::Unavailable, "{at}");
        org.server().behave();
    }
    assert_eq!(
        since(&org, &done, request(&[GROUP])).unwrap().logins(),
        ["anna"]
    );
}

#[test]
fn a_404_of_something_else_than_okta_removes_nobody() {
    let org = org();
    let (_, [anna, ..], done) = staff(&org);
    org.edit(&anna, "department", "Sales");
    let of_okta = r#"{"errorCode":"E0000007","errorSummary":"Not found"}"#;
    let user = format!("/users/{anna}");
    for (at, body, kind) in [
        (user.as_str(), "no such route", FailureKind::Config),
        ("/groups", "no such route", FailureKind::Config),
        // The user is there, and their groups are not.
        ("/groups", of_okta, FailureKind::Drifted),
    ] {
        let at = match at {
            "/groups" => format!("{user}/groups"),
            user => user.to_owned(),
        };
        org.server().fail(Fault::once(&at, 404).body(body));
        let failure = since(&org, &done, request(&[GROUP])).unwrap_err();
        assert_eq!(failure.kind, kind, "{at} {body}");
        org.server().behave();
    }
}
