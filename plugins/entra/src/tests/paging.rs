//! Pages, counts, and going on after a failure.

use super::world::{World, reply};
use muster_emulators::graph::Reply;
use muster_sdk::{Failure, FailureKind, PartialReason};
use serde_json::json;

fn crowd(count: usize) -> World {
    let mut world = World::new();
    let ids: Vec<String> = (0..count)
        .map(|n| {
            world
                .tenant()
                .user(&format!("p{n:05}@fabrikam.example"), json!({}))
        })
        .collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    world.syncing("Staff", &ids);
    world
}

#[test]
fn every_page_is_asked_for_with_the_consistency_level() {
    let world = crowd(2500);
    let got = world.whole();
    assert_eq!(got.rows.len(), 2500);
    let asked = world.asked();
    let pages: Vec<_> = asked
        .iter()
        .filter(|ask| ask.target.contains("$skiptoken"))
        .collect();
    assert_eq!(pages.len(), 2);
    for ask in pages {
        assert_eq!(ask.header("consistencylevel"), Some("eventual"), "{ask:?}");
        // The next link is followed whole: nothing is cut out or added.
        assert!(
            ask.target
                .ends_with(ask.target.split("$skiptoken=").nth(1).unwrap())
        );
    }
}

#[test]
fn a_page_without_anybody_is_not_the_end() {
    let world = crowd(30);
    world.tenant().page_cap = 10;
    let empty = json!({"value": [], "@odata.nextLink": format!("{}/v1.0/users?$skiptoken=x", super::world::BASE)});
    world.fail("transitiveMembers", 1, Ok(Reply::json(200, &empty)));
    world.tenant().empty_last_page = true;
    let failure = world.read().unwrap_err();
    assert!(
        failure.message.contains("Directory_ExpiredPageToken"),
        "{failure:?}"
    );
    let got = world.whole();
    assert_eq!(got.rows.len(), 30);
}

#[test]
fn a_shorter_page_than_asked_for_is_not_the_end() {
    let world = crowd(100);
    world.tenant().page_cap = 7;
    assert_eq!(world.whole().rows.len(), 100);
}

#[test]
fn a_count_that_disagrees_with_the_list_is_partial() {
    for miscount in [-1, 1] {
        let world = crowd(20);
        world.tenant().miscount = miscount;
        let got = world.read().unwrap();
        assert_eq!(got.reason(), Some(PartialReason::Drifted));
        assert_eq!(got.rows.len(), 20);
        assert!(got.cursor.is_none());
    }
}

#[test]
fn people_that_come_again_on_a_later_page_come_once() {
    let world = crowd(100);
    world.tenant().page_cap = 30;
    world.tenant().repeats = 3;
    assert_eq!(world.whole().rows.len(), 100);
}

#[test]
fn an_answer_without_a_list_is_no_empty_list() {
    let world = crowd(20);
    world.fail("transitiveMembers/microsoft.graph.user", 0, Ok(reply(200)));
    assert_eq!(world.read().unwrap_err().kind, FailureKind::Data);
}

#[test]
fn a_next_link_to_somewhere_else_is_not_followed() {
    let world = crowd(20);
    let page =
        json!({"value": [], "@odata.nextLink": "https://evil.example/v1.0/users?$skiptoken=x"});
    world.fail(
        "transitiveMembers/microsoft.graph.user",
        0,
        Ok(Reply::json(200, &page)),
    );
    assert_eq!(world.read().unwrap_err().kind, FailureKind::Denied);
}

#[test]
fn a_next_link_to_the_same_page_is_not_followed_for_ever() {
    let world = crowd(20);
    let link = format!("{}/v1.0/users?$skiptoken=again", super::world::BASE);
    let page = json!({"value": [], "@odata.nextLink": link});
    for _ in 0..3 {
        world.fail(
            "transitiveMembers/microsoft.graph.user",
            0,
            Ok(Reply::json(200, &page)),
        );
        world.fail("$skiptoken=again", 0, Ok(Reply::json(200, &page)));
    }
    assert_eq!(world.read().unwrap_err().kind, FailureKind::Data);
}

#[test]
fn a_read_goes_on_where_it_was_interrupted() {
    let world = crowd(3000);
    let down = || Err(Failure::unavailable("the network is gone"));
    world.fail("transitiveMembers", 2, down());
    world.fail("transitiveMembers", 4, down());
    let got = world.whole();
    assert_eq!(got.rows.len(), 3000);
    assert!(got.cursor.is_some());
    let mut names = got.names();
    names.dedup();
    assert_eq!(names.len(), 3000);
}

#[test]
fn several_groups_go_on_as_well() {
    let mut world = crowd(1500);
    let more: Vec<String> = (0..1500)
        .map(|n| {
            world
                .tenant()
                .user(&format!("q{n:05}@fabrikam.example"), json!({}))
        })
        .collect();
    let more: Vec<&str> = more.iter().map(String::as_str).collect();
    world.syncing("Others", &more);
    // Both lists of ids, the nested groups of both, then the pages.
    world.fail("$skiptoken", 3, Err(Failure::throttled("too much", None)));
    let got = world.whole();
    assert_eq!(got.rows.len(), 3000);
}

#[test]
fn a_failure_before_the_first_page_is_the_runs() {
    let world = crowd(20);
    world.fail("transitiveMembers/microsoft.graph.user", 0, Ok(reply(503)));
    assert_eq!(world.read().unwrap_err().kind, FailureKind::Unavailable);
}

#[test]
fn ten_thousand_people() {
    let world = crowd(10_000);
    let got = world.whole();
    assert_eq!(got.rows.len(), 10_000);
    let asked = world.asked();
    assert!(asked.len() < 20, "{} requests", asked.len());
}
