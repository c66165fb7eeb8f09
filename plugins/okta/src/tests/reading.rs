//! Full reads: who comes, how often, and what the end proves.

use super::*;
use crate::settings::Deactivated;
use muster_emulators::server::Fault;

/// Trap 1: Okta's plain list hides the deactivated.
#[test]
fn deactivated_people_come_in_a_second_pass() {
    let org = org();
    org.user("anna@x.example", "Anna", "Ek");
    let ben = org.user("ben@x.example", "Ben", "Berg");
    org.deactivate(&ben);
    let done = read(&org, request(&[]));
    assert_eq!(
        done.people(),
        [
            ("anna@x.example".to_owned(), Status::Active),
            (
                "ben@x.example".to_owned(),
                Status::Removed(Removal::Restorable)
            ),
        ]
    );
    let coverage = done.last.coverage().unwrap();
    assert!(coverage.is_complete());
    assert!(
        coverage
            .facts()
            .contains(&("deactivated users".to_owned(), "read".to_owned()))
    );
}

#[test]
fn deactivated_people_lose_their_groups_and_still_come() {
    let org = org();
    let group = org.group("Intranet");
    let (anna, ben) = (org.user("anna", "A", "E"), org.user("ben", "B", "B"));
    org.join(&group, &anna);
    org.join(&group, &ben);
    org.deactivate(&ben);
    let done = read(&org, request(&["Intranet"]));
    assert_eq!(done.row(&anna).groups, ["Intranet"]);
    let gone = done.row(&ben);
    assert_eq!(gone.status, Status::Removed(Removal::Restorable));
    assert!(gone.groups.is_empty());
}

#[test]
fn the_second_pass_can_be_left_out() {
    let org = org();
    org.user("anna", "A", "E");
    let ben = org.user("ben", "B", "B");
    org.deactivate(&ben);
    let settings = Settings {
        deactivated: Deactivated::Skip,
        ..settings(&org)
    };
    let done = try_read(settings, request(&[])).unwrap();
    assert_eq!(done.logins(), ["anna"]);
    assert!(
        !asked(&org)
            .iter()
            .any(|target| target.contains("DEPROVISIONED"))
    );
}

#[test]
fn each_status_is_judged() {
    let org = org();
    let words = [
        ("STAGED", Status::Pending),
        ("PROVISIONED", Status::Pending),
        ("ACTIVE", Status::Active),
        ("RECOVERY", Status::Active),
        ("PASSWORD_EXPIRED", Status::Active),
        ("LOCKED_OUT", Status::Blocked(BlockCause::Locked)),
        ("SUSPENDED", Status::Blocked(BlockCause::Suspended)),
        ("DEPROVISIONED", Status::Removed(Removal::Restorable)),
        ("ACTIVATING", Status::Unknown),
    ];
    let users = words.map(|(word, status)| (org.user_with(word, word, "F", "L"), status));
    // A change that is under way has not happened.
    org.transition(&users[2].0, "DEPROVISIONED");
    let done = read(&org, request(&[]));
    for (id, status) in users {
        assert_eq!(done.row(&id).status, status);
    }
}

#[test]
fn links_are_followed_and_never_made() {
    let org = org();
    org.crowd(450, "Intranet");
    let done = read(&org, request(&["Intranet"]));
    assert_eq!((done.rows.len(), done.problems), (450, 0));
    // 200, 200, 50, and the page of the deactivated.
    assert_eq!(done.pages, 4);
    let asked = asked(&org);
    let pages = asked
        .iter()
        .filter(|t| t.contains("/users?") && t.contains("limit=200"));
    assert_eq!(pages.count(), 4, "{asked:?}");
    assert!(
        !asked.iter().any(|t| t.contains("/users?search=")),
        "{asked:?}"
    );
}

#[test]
fn a_search_that_lags_behind_changes_nobody() {
    let org = org();
    let group = org.group("Intranet");
    org.lag();
    let anna = org.user("anna", "A", "E");
    org.join(&group, &anna);
    assert_eq!(read(&org, request(&["Intranet"])).logins(), ["anna"]);
    assert_eq!(read(&org, request(&[])).logins(), ["anna"]);
}

#[test]
fn a_person_of_several_groups_comes_once_with_all_of_them() {
    let org = org();
    let (a, b, c) = (org.group("A"), org.group("B"), org.group("C"));
    let (anna, ben, cleo) = (
        org.user("anna", "A", "E"),
        org.user("ben", "B", "B"),
        org.user("cleo", "C", "C"),
    );
    for (group, user) in [
        (&a, &anna),
        (&b, &anna),
        (&b, &ben),
        (&c, &ben),
        (&c, &cleo),
        (&a, &cleo),
    ] {
        org.join(group, user);
    }
    let done = read(&org, request(&["A", "B", "C"]));
    assert_eq!(done.rows.len(), 3);
    assert_eq!(done.row(&anna).groups, ["A", "B"]);
    assert_eq!(done.row(&ben).groups, ["B", "C"]);
    assert_eq!(done.row(&cleo).groups, ["A", "C"]);
}

#[test]
fn members_of_excluded_groups_do_not_come() {
    let org = org();
    let (all, robots) = (org.group("All"), org.group("Robots"));
    for (login, is_robot) in [("anna", false), ("r2d2", true)] {
        let user = org.user(login, "F", "L");
        org.join(&all, &user);
        if is_robot {
            org.join(&robots, &user);
        }
    }
    let mut request = request(&["All"]);
    request.scope.except_groups = vec!["Robots".to_owned()];
    assert_eq!(read(&org, request.clone()).logins(), ["anna"]);
    request.scope.groups.clear();
    assert_eq!(read(&org, request).logins(), ["anna"]);
}

#[test]
fn a_read_that_broke_goes_on_after_its_last_page() {
    let org = org();
    let group = org.crowd(250, "Intranet");
    let gone = org.user("gone", "G", "G");
    org.deactivate(&gone);
    // The server's clock is told in whole seconds.
    std::thread::sleep(std::time::Duration::from_millis(1100));
    for groups in [&["Intranet"][..], &[]] {
        let mut source = open(&org);
        source.start(request(groups)).unwrap();
        let first = source.next().unwrap();
        let mut ids: Vec<_> = testing::rows(first.page())
            .into_iter()
            .map(|r| r.id)
            .collect();
        org.server().fail(Fault::once("after=", 503));
        assert_eq!(source.next().unwrap_err().kind, FailureKind::Unavailable);
        // As the host does it: a fresh instance, and the last page's cursor.
        let start_at = ReadFrom::Resume(first.resumes_at().unwrap().to_vec());
        let mut fresh = open(&org);
        fresh
            .start(ReadRequest {
                start_at,
                ..request(groups)
            })
            .unwrap();
        let rest = finish(&mut fresh).unwrap();
        assert!(rest.last.coverage().unwrap().is_complete() && rest.feed().is_some());
        ids.extend(rest.rows.into_iter().map(|row| row.id));
        assert_eq!(ids.len(), 251);
        ids.sort();
        ids.dedup();
        assert_eq!(ids.len(), 251);
    }
    let others = ReadFrom::Resume(b"{}".to_vec());
    let mut source = open(&org);
    let failure = source.start(ReadRequest {
        start_at: others,
        ..request(&[&group])
    });
    assert_eq!(failure.unwrap_err().kind, FailureKind::StaleCursor);
}

#[test]
fn whoever_is_deactivated_during_a_read_comes_once() {
    let org = org();
    let group = org.crowd(250, "Intranet");
    let done = read(&org, request(&["Intranet"]));
    let first = done.rows[0].id.clone().unwrap();
    for is_resumed in [false, true] {
        let mut source = open(&org);
        source.start(request(&[&group])).unwrap();
        let page = source.next().unwrap();
        let count = testing::rows(page.page()).len();
        std::thread::sleep(std::time::Duration::from_millis(1100));
        org.deactivate(&first);
        if is_resumed {
            let start_at = ReadFrom::Resume(page.resumes_at().unwrap().to_vec());
            source = open(&org);
            source
                .start(ReadRequest {
                    start_at,
                    ..request(&[&group])
                })
                .unwrap();
        }
        let rest = finish(&mut source).unwrap();
        assert_eq!(count + rest.rows.len(), 250, "resumed: {is_resumed}");
        org.reactivate(&first);
        org.join(&group, &first);
    }
}

#[test]
fn pages_are_as_small_as_they_are_wanted() {
    let org = org();
    org.crowd(25, "Intranet");
    let small = ReadRequest {
        page_size: 10,
        ..request(&["Intranet"])
    };
    assert_eq!(read(&org, small).pages, 4);
    let settings = Settings {
        page_size: 5,
        ..settings(&org)
    };
    assert_eq!(try_read(settings, request(&["Intranet"])).unwrap().pages, 6);
}

#[test]
fn logins_with_a_slash_are_read_like_others() {
    let org = org();
    let id = org.user("corp/anna", "Anna", "Ek");
    let done = read(&org, request(&[]));
    assert_eq!(done.row(&id).text(0).as_deref(), Some("corp/anna"));
    org.suspend(&id);
    let delta = since(&org, &done, request(&[])).unwrap();
    assert_eq!(
        delta.row(&id).status,
        Status::Blocked(BlockCause::Suspended)
    );
}

#[test]
fn a_stopped_run_ends_the_read() {
    let org = org();
    let mut source = open(&org);
    source.start(request(&[])).unwrap();
    testing::cancel();
    assert_eq!(source.next().unwrap_err().kind, FailureKind::Cancelled);
}
