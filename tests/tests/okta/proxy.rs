//! Okta's own specification between the plugin and the emulator: what the one
//! asks and what the other answers are both held against it.

use crate::{GROUP, Policy, intranet};
use muster_emulators::okta::Okta;
use muster_tests::judges::{Prism, specification};

#[test]
fn requests_and_answers_are_as_okta_specifies_them() {
    let org = Okta::default();
    let group = org.crowd(25, GROUP);
    let [anna, ben, cleo] = ["anna", "ben", "cleo"].map(|name| org.user(name, name, "Ek"));
    for user in [&anna, &ben, &cleo] {
        org.join(&group, user);
    }
    let proxy = Prism::before(&org.url(), &specification("okta_specification.py"));
    org.behind(&proxy.url());
    let intranet = intranet(&Policy::new(&proxy.url()).set("page_size", "10"));
    intranet.run(&["check", "policy.yaml", "--online"]).ok();
    intranet.sync().ok();
    assert_eq!(intranet.accounts().len(), 28);
    org.suspend(&anna);
    org.deactivate(&ben);
    org.leave(&group, &cleo);
    intranet.plan().changes_are(&[
        ("block", "anna", "blocked-in-source"),
        ("block", "ben", "left-scope"),
        ("block", "cleo", "left-scope"),
    ]);
    intranet.sync().ok();
    intranet.run(&["sync", "policy.yaml", "--reset"]).ok();
    proxy.is_content();
}
