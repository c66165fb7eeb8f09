//! `scim2-server` from PyPI, unmodified: a service that we did not write.
#![allow(clippy::print_stdout)]

use crate::policy::{self, Policy};
use crate::{FAILED, INCOMPLETE};
use muster_tests::intranet::{Intranet, POLICY};
use muster_tests::judges;
use muster_tests::program::{end_now, eventually, text_of, wait};
use std::cell::RefCell;
use std::fs::File;
use std::net::{Ipv4Addr, TcpListener, TcpStream};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

const SECRET: &str = "real-token";

/// How long the server may take to start, and a read of everybody.
const PATIENCE: Duration = Duration::from_secs(100);

/// Both kinds of paging, and nothing else that differs from the server's own.
const CONFIG: &str = r#"{
    "schemas": ["urn:ietf:params:scim:schemas:core:2.0:ServiceProviderConfig"],
    "patch": {"supported": true}, "changePassword": {"supported": false},
    "bulk": {"supported": true, "maxOperations": 1000, "maxPayloadSize": 1048576},
    "filter": {"supported": true, "maxResults": 1000},
    "sort": {"supported": true}, "etag": {"supported": true},
    "pagination": {"cursor": true, "index": true, "defaultPaginationMethod": "index", "maxPageSize": 1000}
}"#;

struct Server {
    child: RefCell<Child>,
    port: u16,
    folder: TempDir,
}

impl Server {
    #[track_caller]
    fn start(people: usize) -> Self {
        let folder = TempDir::new().unwrap();
        let config = folder.path().join("config.json");
        std::fs::write(&config, CONFIG).unwrap();
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = listener.local_addr().unwrap().port();
        drop(listener);
        let log = File::create(folder.path().join("log")).unwrap();
        let child = Command::new(judges::folder().join("servers/bin/scim2-server"))
            .args(["--port", &port.to_string(), "--bearer-token", SECRET])
            .arg("--service-provider-config")
            .arg(&config)
            .stdin(Stdio::null())
            .stdout(log.try_clone().unwrap())
            .stderr(log)
            .spawn()
            .expect("to start scim2-server");
        let server = Self {
            child: RefCell::new(child),
            port,
            folder,
        };
        let is_up = eventually(PATIENCE, || {
            TcpStream::connect((Ipv4Addr::LOCALHOST, port)).is_ok()
        });
        assert!(is_up, "scim2-server did not start:\n{}", server.log());
        // Each call has a time limit of its own.
        for first in (0..people).step_by(2500) {
            let count = (people - first).min(2500);
            server.change(&["load", &first.to_string(), &count.to_string()]);
        }
        server
    }

    fn log(&self) -> String {
        text_of(&self.folder.path().join("log"))
    }

    #[track_caller]
    fn change(&self, arguments: &[&str]) {
        let port = self.port.to_string();
        let arguments = [&[port.as_str(), SECRET], arguments].concat();
        judges::python("scim_people.py", &arguments).ok();
    }

    fn policy(&self) -> Policy {
        Policy::new(&format!("http://127.0.0.1:{}/v2", self.port))
    }

    fn intranet(&self, policy: &Policy) -> Intranet {
        Intranet::of(&policy.yaml(), &[(policy::VARIABLE, SECRET)])
    }

    fn kill(&self) {
        end_now(&mut self.child.borrow_mut());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        self.kill();
    }
}

/// Ten thousand people: by index and by cursor, changed, and cut off.
#[test]
fn ten_thousand_people() {
    let server = Server::start(10_000);
    let paged = |paging: &str| {
        server
            .policy()
            .set("page_size", "1000")
            .set("paging", paging)
    };
    let intranet = server.intranet(&paged("index"));
    let begun = Instant::now();
    intranet.sync().ok();
    // The server itself needs two milliseconds for each person.
    println!("10,000 people by index, first sync: {:?}", begun.elapsed());
    intranet.nobody_is_blocked(10_000);
    let account = intranet.account("user-9999");
    assert_eq!(account.field("first_name"), "Björn 9999");
    assert_eq!(account.field("department"), "Finance");

    server.change(&["deactivate", "user-5"]);
    server.change(&["delete", "user-4321"]);
    intranet.rewrite_yaml(&paged("cursor").yaml());
    let begun = Instant::now();
    intranet.plan().changes_are(&[
        ("block", "user-5", "blocked-in-source"),
        ("block", "user-4321", "left-scope"),
    ]);
    println!("10,000 people by cursor, plan: {:?}", begun.elapsed());

    // Pages that come faster than they can be waited for would end the test
    // before it began.
    intranet.rewrite_yaml(&paged("index").set("page_size", "500").yaml());
    let before = server.log().matches("startIndex=").count();
    let mut sync = intranet
        .muster()
        .command(&["sync", POLICY])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let is_reading = eventually(PATIENCE, || {
        server.log().matches("startIndex=").count() >= before + 5
    });
    server.kill();
    let status = wait(&mut sync, PATIENCE).expect("the sync ends");
    assert!(is_reading, "five pages were read:\n{}", server.log());
    assert!(
        matches!(status.code(), Some(FAILED | INCOMPLETE)),
        "{status:?}"
    );
    assert_eq!(intranet.account("user-4321").status(), "active");
}

#[test]
fn a_second_plan_is_empty_in_both_kinds_of_paging() {
    let server = Server::start(120);
    let intranet = server.intranet(
        &server
            .policy()
            .set("paging", "cursor")
            .set("page_size", "50"),
    );
    intranet.sync().ok();
    intranet.nobody_is_blocked(120);
    intranet.is_settled();
    intranet.rewrite_yaml(
        &server
            .policy()
            .set("paging", "index")
            .set("page_size", "50")
            .yaml(),
    );
    intranet.is_settled();
    let plan = intranet.plan();
    assert_eq!(plan.coverage().0, "complete", "{:#}", plan.json());
}

#[test]
fn groups_and_a_filter() {
    let server = Server::start(40);
    server.change(&["group", "inner", "user-2", "user-3"]);
    server.change(&["group", "outer", "user-1", "inner"]);
    let policy = server.policy().scope("{groups: [outer]}");
    let intranet = server.intranet(&policy);
    intranet.sync().ok();
    assert_eq!(intranet.usernames(), ["user-1", "user-2", "user-3"]);
    intranet.is_settled();
    let filtered = server.policy().set("filter", r#"'userName eq "user-7"'"#);
    let intranet = server.intranet(&filtered);
    intranet.sync().ok();
    assert_eq!(intranet.usernames(), ["user-7"]);
    intranet
        .run(&["check", "--online", POLICY])
        .ok()
        .says("the service honours filters");
}

#[test]
fn changes_alone() {
    let server = Server::start(40);
    let policy = server.policy().set("incremental", "auto");
    let intranet = server.intranet(&policy);
    intranet.sync().ok();
    server.change(&["move", "user-9", "Law"]);
    let plan = intranet.plan();
    assert_eq!(plan.coverage().0, "delta", "{:#}", plan.json());
    plan.changes_are(&[("update", "user-9", "changed-at-source")]);
}
