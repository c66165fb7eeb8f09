//! What Microsoft's own words say of plugin and emulator.

use crate::{CLIENT, SECRET, Staff, VARIABLE};
use muster_emulators::server::Fault;
use muster_tests::intranet::Intranet;
use muster_tests::judges::{self, Prism};
use serde_json::{Value, json};

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

const ALLOWED: u16 = 200;
const BAD_REQUEST: u16 = 422;
const BAD_ANSWER: u16 = 500;

/// A proxy whose upstream answers as it is told.
struct Judge {
    staff: Staff,
    prism: Prism,
}

impl Judge {
    fn awake() -> Self {
        let staff = Staff::start();
        let specification = judges::specification("graph_specification.py");
        let prism = Prism::before(&staff.graph.url(), &specification);
        Self { staff, prism }
    }

    /// Whatever is asked from now on, this is the answer.
    fn answer(&self, body: &Value) {
        self.staff.graph.server.behave();
        let fault = Fault::once("/v1.0/", 200).times(1000);
        let fault = fault.header("content-type", "application/json");
        self.staff.graph.server.fail(fault.body(&body.to_string()));
    }

    #[track_caller]
    fn says(&self, status: u16, path: &str, headers: &[(&str, &str)]) {
        let got = self.prism.status(&format!("GET /v1.0{path}"), headers);
        assert_eq!(got, status, "`{path}`: {}", self.prism.log());
    }

    /// What it says of an answer to a request that is right.
    #[track_caller]
    fn says_of(&self, body: &Value, status: u16, path: &str) {
        self.answer(body);
        let headers = [("consistencylevel", "eventual")];
        let got = self.prism.status(&format!("GET /v1.0{path}"), &headers);
        assert_eq!(got, status, "`{path}`, {body}: {}", self.prism.log());
    }
}

/// The judge is awake: it tells what Graph's requests do not have.
#[test]
fn requests_that_graph_does_not_have_are_refused() {
    let judge = Judge::awake();
    judge.answer(&json!({"value": []}));
    for path in [
        "/users?$select=id,signInActivity&$top=999",
        "/groups?$filter=displayName%20eq%20'a'",
    ] {
        judge.says(ALLOWED, path, &[]);
    }
    for path in [
        "/users?$select=id,nickname",
        "/users?$select=id,messages",
        "/users?$top=1000",
        "/users?$top=many",
        "/users?$skip=10",
        "/users?$expand=manager($select=id)",
        "/groups?$select=surname",
        "/groups/1?$top=1",
        "/groups/delta?$filter=displayName%20eq%20'a'",
        "/organization?$select=surname",
        "/directory/deletedItems/microsoft.graph.user?$select=id,name",
        "/users/1/manager?$top=1",
    ] {
        judge.says(BAD_REQUEST, path, &[]);
    }
    let members = "/groups/1/transitiveMembers/microsoft.graph.user?$count=true";
    judge.says(ALLOWED, members, &[("consistencylevel", "eventual")]);
    judge.says(BAD_REQUEST, members, &[("consistencylevel", "strong")]);
    judge.says(BAD_REQUEST, members, &[]);
    let empty_batch = judge.prism.status("POST /v1.0/$batch", &[]);
    assert_eq!(empty_batch, BAD_REQUEST);
}

/// Nor is it content with just any answer. (It would be where it could not make
/// sense of the specification, so each path is asked.)
#[test]
fn answers_that_graph_does_not_give_are_refused() {
    let judge = Judge::awake();
    for path in [
        "/users",
        "/users/delta",
        "/users/1/manager",
        "/groups",
        "/groups/1",
        "/groups/delta",
        "/groups/1/transitiveMembers/microsoft.graph.user",
        "/groups/1/transitiveMembers/microsoft.graph.group",
        "/directory/deletedItems/microsoft.graph.user",
        "/organization",
    ] {
        judge.says_of(&json!({"surprise": 1}), BAD_ANSWER, path);
    }
    let moment = json!("2026-11-23T09:00:00Z");
    for (name, value, status) in [
        ("accountEnabled", Value::Null, ALLOWED),
        ("accountEnabled", json!("perhaps"), BAD_ANSWER),
        ("businessPhones", json!([]), ALLOWED),
        ("businessPhones", Value::Null, BAD_ANSWER),
        ("createdDateTime", moment, ALLOWED),
        ("createdDateTime", json!("yesterday"), BAD_ANSWER),
        ("employeeOrgData", json!({"costCenter": "7"}), ALLOWED),
        ("employeeOrgData", json!({"center": "7"}), BAD_ANSWER),
        ("nickname", json!("Al"), BAD_ANSWER),
        ("id", json!({}), BAD_ANSWER),
    ] {
        let mut user = json!({"id": "1"});
        user[name] = value;
        judge.says_of(&json!({"value": [user]}), status, "/users");
        judge.says_of(&user, status, "/users/1/manager");
    }
    let end = "https://graph.microsoft.com/v1.0/users/delta?$deltatoken=a";
    let removed = json!({"id": "1", "@removed": {"reason": "changed"}});
    let page = json!({"value": [removed], "@odata.deltaLink": end});
    judge.says_of(&page, ALLOWED, "/users/delta");
    judge.says_of(&page, BAD_ANSWER, "/users");
    judge.says_of(&json!({"value": [removed]}), BAD_ANSWER, "/users/delta");
    assert!(judge.prism.log().to_lowercase().contains("violation"));
}
