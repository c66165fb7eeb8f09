//! What Microsoft's own words say of plugin and emulator.

use crate::{CLIENT, SECRET, Staff, VARIABLE};
use muster_tests::intranet::Intranet;
use muster_tests::judges::{self, Prism};
use serde_json::json;

#[test]
fn microsofts_library_is_content_with_the_emulator() {
    let staff = Staff::start();
    {
        let mut tenant = staff.graph.tenant();
        tenant.page_cap = 2;
        tenant.manage(&staff.bo, Some(&staff.anna));
        tenant.photo(&staff.bo, b"\xff\xd8\xff\xe0");
        let gone = tenant.user("gone@fabrikam.example", json!({}));
        tenant.delete(&gone);
    }
    let arguments = [&staff.graph.url(), CLIENT, SECRET, &staff.group, &staff.bo];
    judges::python("graph_sdk.py", &arguments).ok();
}

/// Requests and answers of a whole read and of a delta fit the specification.
#[test]
fn the_specification_is_kept() {
    let staff = Staff::start();
    staff.graph.tenant().page_cap = 2;
    staff.graph.tenant().manage(&staff.bo, Some(&staff.anna));
    let specification = judges::specification("graph_specification.py");
    let prism = Prism::before(&staff.graph.url(), &specification);
    staff.graph.tenant().links = Some(prism.url());
    let policy = staff
        .policy()
        .set("url", &prism.url())
        .field("boss: {from: manager, default: \"\"}")
        .field("cost: {from: employeeOrgData.costCenter, default: \"\"}")
        .field("phones: {from: businessPhones, default: \"\"}");
    for groups in [
        vec![staff.group.clone()],
        vec!["Intranet".to_owned()],
        Vec::new(),
    ] {
        let mut policy = policy.clone();
        policy.groups = groups;
        let intranet = Intranet::of(&policy.yaml(), &[(VARIABLE, SECRET)]);
        intranet.sync().ok();
        staff
            .graph
            .tenant()
            .set(&staff.anna, "department", json!("Finance"));
        intranet.sync().ok();
        intranet
            .run(&["check", "--online", muster_tests::intranet::POLICY])
            .ok();
        prism.is_content();
    }
    // It was asked at all, and about everything.
    let log = prism.log();
    for path in [
        "/users?",
        "/groups/delta",
        "/users/delta",
        "/transitiveMembers/",
        "/$batch",
    ] {
        assert!(
            log.contains(path.trim_end_matches('?')),
            "`{path}` in {log}"
        );
    }
}
