//! Delivers one person with a photo of 17 MiB.
use muster_sdk::{ColumnKind, Rows, Status};

muster_hostile::hostile!("oversized", |request, _| {
    let mut rows = Rows::new(&request.attributes);
    rows.kind(0, ColumnKind::Binary);
    rows.add(Status::Active).id("1").value(0, vec![0; 17 << 20]);
    muster_hostile::end(rows)
});
