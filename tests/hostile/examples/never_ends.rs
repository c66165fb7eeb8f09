//! Delivers nobody, for ever.
use muster_hostile::people;
use muster_sdk::Batch;

muster_hostile::hostile!("never-ends", |request, _| Ok(Batch::more(people(
    request,
    0..0
))));
