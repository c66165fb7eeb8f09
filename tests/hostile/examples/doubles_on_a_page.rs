//! Delivers one person twice on a page.
use muster_hostile::{end, people};
use muster_sdk::Status;

muster_hostile::hostile!("doubles-on-a-page", |request, _| {
    let mut rows = people(request, 0..10);
    rows.add(Status::Active).id("7");
    end(rows)
});
