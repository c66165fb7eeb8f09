//! Searches an LDAP server that the policy does not name.
use muster_sdk::ldap::{Mode, Query, Scope, open};

muster_hostile::hostile!(
    "searches-other-servers",
    "[needs.ldap.directory]\nurl = \"url\"\n",
    |_, _| {
        let query = Query {
            base: String::new(),
            scope: Scope::Base,
            filter: "(objectClass=*)".to_owned(),
            attributes: Vec::new(),
            page_size: 0,
            mode: Mode::Plain,
        };
        let wanted = open("ldaps://elsewhere.example", &query);
        Err(wanted
            .err()
            .unwrap_or_else(|| muster_sdk::Failure::internal("it was let in")))
    }
);
