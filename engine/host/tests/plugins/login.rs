//! Logins, verified by a plugin that can.

use crate::common::{HOST, WITH_LOGIN, bind, load};
use muster_host::ldap::Verdict;
use muster_host::{FailureKind, LoginError, Plugin, Secret};
use serde_json::json;
use std::net::TcpListener;

#[test]
fn a_plugin_that_can_judges() {
    let plugin = Plugin::load(&HOST, "./logs_in.wasm", &WITH_LOGIN).unwrap();
    assert!(plugin.about().login);
    let bound = bind(&plugin, json!({})).unwrap();
    let password = Secret::new("hunter2");
    assert_eq!(bound.authenticate("1", &password), Ok(Verdict::Accepted));
    assert_eq!(bound.authenticate("2", &password), Ok(Verdict::Locked));
    let Err(LoginError::Failed { failure, .. }) = bound.authenticate("3", &password) else {
        panic!("nobody granted it a server")
    };
    assert_eq!(failure.kind, FailureKind::Denied, "{failure}");
}

#[test]
fn a_password_goes_to_the_granted_server_alone() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("ldap://{}", listener.local_addr().unwrap());
    drop(listener);
    let plugin = Plugin::load(&HOST, "./logs_in.wasm", &WITH_LOGIN).unwrap();
    let bound = bind(&plugin, json!({"url": url, "plain": true})).unwrap();
    let Err(error @ LoginError::Failed { .. }) =
        bound.authenticate("uid=a", &Secret::new("hunter2"))
    else {
        panic!("nobody listens there")
    };
    let LoginError::Failed { failure, .. } = &error else {
        panic!()
    };
    assert_eq!(failure.kind, FailureKind::Unavailable, "{failure}");
    assert!(!format!("{error:?}").contains("hunter2"));
}

#[test]
fn a_plugin_that_cannot_is_not_asked() {
    let plugin = load(&HOST, "lies");
    assert!(!plugin.about().login);
    let bound = bind(&plugin, json!({})).unwrap();
    let asked = bound.authenticate("1", &Secret::new("x"));
    assert!(
        matches!(asked, Err(LoginError::NotOffered { .. })),
        "{asked:?}"
    );
}
