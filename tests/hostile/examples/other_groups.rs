//! Tells of a group that nobody asked for: it might be one with rights.
use muster_sdk::{Rows, Status};

muster_hostile::hostile!("other-groups", |request, _| {
    let mut rows = Rows::new(&request.attributes);
    rows.add(Status::Active).id("1").group("administrators");
    muster_hostile::end(rows)
});
