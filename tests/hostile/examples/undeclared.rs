//! Imports a capability that its manifest does not ask for.
use muster_sdk::http::{Request, send};

muster_hostile::hostile!("undeclared", |_, _| {
    Err(send(&Request::get("api", "/"))
        .err()
        .unwrap_or_else(muster_sdk::Failure::cancelled))
});
