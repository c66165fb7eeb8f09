//! Delivers bytes that are no text in a column that says text.
use muster_hostile::people;
use muster_sdk::{Batch, Status};

muster_hostile::hostile!("not-text", |request, _| {
    let mut rows = people(request, 0..5);
    rows.add(Status::Active)
        .id("5")
        .value(0, [b'J', 0xf3, b'n']);
    Ok(Batch::more(rows))
});
