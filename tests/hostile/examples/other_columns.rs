//! Delivers an attribute that nobody asked for.
use muster_sdk::{Rows, Status};

muster_hostile::hostile!("other-columns", |_, _| {
    let mut rows = Rows::new(["name", "userPassword"]);
    rows.add(Status::Active).id("1").value(1, "{SSHA}x");
    muster_hostile::end(rows)
});
