//! The limits that Windows imposes and Samba does not, on a controller of our
//! own: entries per page, values per answer, answers that end early.

use muster_tests::Policy;
use muster_tests::controller::{Controller, Limits};
use muster_tests::intranet::Intranet;

#[test]
fn a_thousand_people_a_page_are_not_all() {
    let server = Controller::serve(2350, Limits::default());
    for way in ["memberOf", "in-chain"] {
        // More than the server gives: it sends what it likes.
        let wishes = Policy::controller(&server)
            .set("membership", way)
            .set("page_size", "5000");
        let intranet = Intranet::synced(&wishes);
        assert_eq!(intranet.usernames().len(), 2350, "by {way}");
        let plan = intranet.plan();
        assert_eq!(
            plan.coverage(),
            ("complete", None),
            "{:#}",
            plan.json()["coverage"]
        );
        plan.changes_are(&[]);
    }
}

#[test]
fn members_come_in_ranges_of_whatever_length_the_server_likes() {
    for (people, values) in [
        (3200, 1500),
        (1450, 700),
        (1400, 700),
        (1501, 1500),
        (40, 1),
    ] {
        let limits = Limits {
            values,
            ..Limits::default()
        };
        let server = Controller::serve(people, limits);
        let intranet = Intranet::synced(&Policy::controller(&server).set("membership", "member"));
        assert_eq!(intranet.usernames().len(), people, "{people} by {values}");
        assert_eq!(intranet.plan().coverage(), ("complete", None));
    }
}

#[test]
fn an_answer_that_ends_early_blocks_nobody() {
    let whole = Controller::serve(300, Limits::default());
    for (code, reason) in [(3, "time-limit"), (4, "size-limit"), (11, "size-limit")] {
        let limits = Limits {
            ends: Some((200, code)),
            ..Limits::default()
        };
        let server = Controller::serve(300, limits);
        let intranet = Intranet::synced(&Policy::controller(&whole).set("membership", "memberOf"));
        intranet.rewrite(&Policy::controller(&server).set("membership", "memberOf"));
        let plan = intranet.plan();
        assert_eq!(plan.coverage(), ("partial", Some(reason)), "code {code}");
        plan.changes_are(&[]);
        intranet.sync().exits(5);
        intranet.nobody_is_blocked(300);
    }
}
