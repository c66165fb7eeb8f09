//! What the server answered, recorded and played again without it.

use crate::{GROUP, staff};
use muster_tests::crowd;
use muster_tests::intranet::{Intranet, POLICY};
use muster_tests::policy::PASSWORD_VARIABLE;
use muster_tests::proxy::Proxy;
use muster_tests::slapd::{PASSWORD, Reader};
use muster_tests::{Policy, Slapd};

const CALLS: &str = "staff.calls";

/// More people than a page.
const CROWD: usize = 1_200;

#[test]
fn a_replay_needs_neither_server_nor_password_and_gives_the_same_snapshot() {
    let server = Slapd::serve(&staff());
    let mut intranet = Intranet::new(&Policy::openldap(&server, GROUP));
    let record = ["snapshot", "record", POLICY];
    intranet
        .run(&[&record[..], &["--calls", CALLS, "--out", "live"]].concat())
        .ok();
    let recorded = intranet.muster().read(CALLS);
    assert!(!recorded.contains(PASSWORD), "{recorded}");
    server.stop();
    intranet.muster_mut().set(PASSWORD_VARIABLE, "gone");
    intranet
        .run(&[&record[..], &["--replay", CALLS, "--out", "replayed"]].concat())
        .ok();
    let bytes = |name: &str| std::fs::read(intranet.muster().folder().join(name)).unwrap();
    assert_eq!(bytes("live"), bytes("replayed"));
    intranet
        .run(&["provider", "replay", CALLS])
        .ok()
        .says("3 people on 1 page, complete")
        .says("the same as was recorded");
}

#[test]
fn a_connection_that_was_cut_is_cut_again_at_the_same_place() {
    let server = crowd::serve(CROWD);
    let proxy = Proxy::to(server.address());
    let policy = Policy::openldap(&server, crowd::GROUP)
        .set("bind_dn", &Reader::Sync.dn())
        .set("url", &format!("ldap://{}", proxy.address()));
    let intranet = Intranet::new(&policy);
    let record = ["provider", "record", POLICY, "--out", CALLS];
    let before = proxy.delivered();
    intranet.run(&record).ok();
    let whole = proxy.delivered() - before;
    let mut partial = 0;
    for tenth in 1..10 {
        proxy.cut_after(whole * tenth / 10);
        let recorded = intranet.run(&record);
        assert!(
            matches!(recorded.code(), Some(1 | 5)),
            "cut at {tenth}/10: {recorded}"
        );
        partial += u32::from(recorded.code() == Some(5));
        let told = recorded.stdout().lines().next().unwrap().to_owned();
        proxy.mend();
        intranet
            .run(&["provider", "replay", CALLS])
            .ok()
            .says(&told)
            .says("the same as was recorded");
    }
    assert!(partial > 0, "no cut came after the first page");
}
