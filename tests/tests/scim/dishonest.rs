//! Services that miscount, ignore what they are asked, or answer half. Three
//! people have left in each of these tests, so that a reader who believed the
//! service would block somebody.

use crate::{FAILED, INCOMPLETE, PEOPLE, intranet, odd, synced};
use muster_emulators::scim::{Quirk, Service};
use muster_emulators::server::Fault;
use muster_tests::intranet::{Intranet, POLICY};

/// After a good sync, three people leave and the service gets this quirk.
fn turned(quirk: Quirk) -> (Service, Intranet) {
    let (service, intranet) = synced(|policy| policy);
    for leaver in ["user-3", "user-12", "user-24"] {
        service.remove(leaver);
    }
    service.quirk(quirk);
    (service, intranet)
}

/// The sync is partial for a reason that has these words, and blocks nobody –
/// until the service is honest.
#[track_caller]
fn is_partial(quirk: Quirk, words: &str) {
    let (service, intranet) = turned(quirk);
    intranet.sync().exits(INCOMPLETE).says(words);
    is_nobody_blocked(&service, &intranet);
}

/// The sync fails with these words, and blocks nobody.
#[track_caller]
fn fails(quirk: Quirk, words: &str) {
    let (service, intranet) = turned(quirk);
    intranet.sync().exits(FAILED).says(words);
    is_nobody_blocked(&service, &intranet);
}

/// The proof of each test: with the same service, honest again, the leavers are
/// blocked.
#[track_caller]
fn is_nobody_blocked(service: &Service, intranet: &Intranet) {
    for account in intranet.accounts() {
        assert_eq!(account.status(), "active", "{account:?}");
    }
    service.honest();
    intranet.sync().ok();
    let blocked = intranet.accounts();
    let blocked = blocked
        .iter()
        .filter(|account| account.status() == "blocked");
    assert!(blocked.count() >= 3);
}

#[test]
fn a_service_that_ignores_filters_is_not_read_with_one() {
    let (_service, intranet) = odd(&[Quirk::IgnoresFilters], |policy| {
        policy.set("filter", r#"'userType eq "Guest"'"#)
    });
    intranet.sync().exits(FAILED).says("ignores filters");
    assert!(intranet.accounts().is_empty());
}

#[test]
fn a_service_that_ignores_the_index_is_partial() {
    is_partial(Quirk::IgnoresStartIndex, "gives its first page whatever");
}

#[test]
fn a_service_that_answers_all_at_once_is_partial_unless_the_operator_says_so() {
    is_partial(Quirk::AnswersAllAtOnce, "`paging: none`");
    let (service, intranet) = turned(Quirk::AnswersAllAtOnce);
    let said = crate::Policy::new(&service.url()).set("paging", "none");
    intranet.rewrite_yaml(&said.yaml());
    intranet.sync().ok();
    assert_eq!(intranet.account("user-3").status(), "blocked");
}

#[test]
fn a_service_that_rejects_paging_fails_unless_the_operator_says_so() {
    fails(Quirk::RejectsPaging, "`paging: none`");
}

#[test]
fn a_total_that_is_the_size_of_the_page_ends_nothing() {
    is_partial(
        Quirk::TotalOfThePage,
        "it had 10 entries when the read began",
    );
}

#[test]
fn a_total_of_the_page_ends_no_list_even_if_pages_are_small() {
    let (service, intranet) = odd(&[Quirk::TotalOfThePage], |policy| policy);
    intranet.sync().exits(INCOMPLETE);
    // All of them came, for the list ended where nothing was behind it.
    intranet.nobody_is_blocked(PEOPLE);
    drop(service);
}

#[test]
fn a_total_that_is_too_high_is_partial() {
    is_partial(Quirk::TotalTooHigh(2), "the service says 24");
}

#[test]
fn a_total_that_changes_is_partial() {
    is_partial(Quirk::TotalChanges, "changed meanwhile");
}

#[test]
fn a_list_without_a_total_is_partial() {
    is_partial(Quirk::NoTotal, "how many there are");
}

#[test]
fn half_an_answer_and_then_an_error_blocks_nobody() {
    let (service, intranet) = synced(|policy| policy);
    for leaver in ["user-3", "user-12", "user-24"] {
        service.remove(leaver);
    }
    let broken = Fault::once("/Users?", 500).after(1).times(1000);
    service
        .server()
        .fail(broken.body(r#"{"status": "500", "detail": "out of memory"}"#));
    let output = intranet.sync();
    assert!(
        matches!(output.code(), Some(FAILED | INCOMPLETE)),
        "{output}"
    );
    is_nobody_blocked(&service, &intranet);
}

#[test]
fn half_a_body_blocks_nobody() {
    fails(Quirk::HalfAfter(1), "cannot be read at `$.Resources[");
}

#[test]
fn an_html_page_with_status_200_is_no_list() {
    fails(Quirk::HtmlAfter(0), "`<!DOCTYPE html>`");
    fails(Quirk::HtmlAfter(2), "`<!DOCTYPE html>`");
}

#[test]
fn an_empty_object_is_no_list() {
    fails(Quirk::EmptyObject, "no `Resources`");
}

#[test]
fn an_empty_list_blocks_nobody() {
    is_partial(Quirk::Nobody, "nobody at all");
}

#[test]
fn an_entry_that_comes_twice_is_partial() {
    is_partial(Quirk::RepeatsTheFirst, "came twice");
}

#[test]
fn somebody_who_is_counted_and_not_listed_is_missed() {
    is_partial(
        Quirk::Hides("user-7".to_owned()),
        "changed while it was read",
    );
    is_partial(Quirk::Hides("user-23".to_owned()), "but gave 21");
}

#[test]
fn an_entry_dropped_at_page_borders_is_not_lost() {
    let (service, intranet) = odd(&[Quirk::DropsAtBorders], |policy| policy);
    intranet.sync().ok();
    // Advancing by what came asks for the dropped one once more.
    intranet.nobody_is_blocked(PEOPLE);
    drop(service);
}

#[test]
fn a_list_that_shifts_forward_while_it_is_read_is_partial() {
    // The total stays, nothing comes twice: the overlap of the pages tells.
    is_partial(Quirk::ShiftsAfter(1), "changed while it was read");
}

#[test]
fn a_list_that_shifts_back_while_it_is_read_is_partial() {
    is_partial(Quirk::GrowsInFrontAfter(1), "changed while it was read");
}

#[test]
fn a_service_that_demands_both_parameters_gets_them() {
    let (_service, intranet) = odd(&[Quirk::DemandsBoth], |policy| policy);
    intranet.sync().ok();
    intranet.nobody_is_blocked(PEOPLE);
}

#[test]
fn cursors_that_come_unasked_are_followed() {
    let (service, intranet) = turned(Quirk::CursorsUnasked);
    intranet.sync().ok();
    assert_eq!(intranet.account("user-12").status(), "blocked");
    assert!(
        service
            .server()
            .seen()
            .iter()
            .any(|seen| seen.target.contains("cursor=at-10"))
    );
}

#[test]
fn cursors_that_go_in_a_circle_are_partial() {
    is_partial(Quirk::CursorCircle, "came twice");
}

#[test]
fn a_cursor_that_expires_is_asked_for_again_once() {
    let (service, intranet) = turned(Quirk::CursorExpiresAfter(2));
    intranet.sync().ok();
    assert_eq!(intranet.account("user-12").status(), "blocked");
    let firsts = service.server().seen();
    let firsts = firsts
        .iter()
        .filter(|seen| seen.target.contains("cursor=&"));
    assert_eq!(firsts.count(), 2);
}

#[test]
fn cursors_that_always_expire_are_partial() {
    is_partial(
        Quirk::CursorsExpireAfter(2),
        "no longer knows its own cursor",
    );
}

#[test]
fn a_redirect_to_another_host_is_refused() {
    let other = Service::start(0, 3);
    let to = format!("{}/Users", other.url());
    fails(Quirk::RedirectsTo(to), &other.url());
    let asked = other.server().seen();
    assert!(
        asked.is_empty(),
        "the token went to another host: {asked:?}"
    );
}

#[test]
fn people_without_active_are_unknown_unless_the_operator_says_more() {
    let (_service, unknown) = odd(&[Quirk::NoActive], |policy| policy);
    unknown.sync();
    assert!(unknown.accounts().is_empty(), "unknown opens no account");
    let active = |policy: crate::Policy| policy.set("active_missing", "active");
    let (_service, active) = odd(&[Quirk::NoActive], active);
    active.sync().ok();
    active.nobody_is_blocked(PEOPLE);
    let (service, intranet) = synced(|policy| policy);
    service.quirk(Quirk::NoActive);
    intranet.sync();
    intranet.nobody_is_blocked(PEOPLE);
}

#[test]
fn people_without_id_are_held() {
    let (_service, intranet) = turned(Quirk::NoId(1));
    intranet.sync().exits(INCOMPLETE).says("has no `id`");
    // By the username, it is known whose record that is: nobody else is held.
    assert_eq!(intranet.account("user-0").status(), "active");
    assert_eq!(intranet.account("user-12").status(), "blocked");
}

#[test]
fn a_service_that_forgets_attributes_empties_no_field() {
    fails(Quirk::ForgetsExtensions, "attributes_parameter: omit");
    let (_service, intranet) = odd(&[Quirk::ForgetsExtensions], |policy| {
        policy.set("attributes_parameter", "omit")
    });
    intranet.sync().ok();
    assert_eq!(intranet.account("user-1").field("department"), "Finance");
}

#[test]
fn a_refused_token_says_so() {
    let (service, intranet) = synced(|policy| policy);
    let mut intranet = intranet;
    intranet.muster_mut().set(crate::policy::VARIABLE, "stale");
    intranet
        .sync()
        .exits(FAILED)
        .says("401")
        .says("the token is not known here");
    intranet.nobody_is_blocked(PEOPLE);
    drop(service);
}

#[test]
fn a_wrong_path_says_so() {
    let service = Service::start(0, 3);
    let intranet = intranet(&service, |policy| {
        policy.set("url", &service.url().replace("/v2", "/scim"))
    });
    intranet
        .run(&["plan", POLICY])
        .exits(FAILED)
        .says("404")
        .says("`url`");
}
