//! Finds itself in a state that it did not expect.
use muster_hostile::people;
use muster_sdk::Batch;

muster_hostile::hostile!("panics", |request, turn| match turn {
    0 => Ok(Batch::more(people(request, 0..10))),
    _ => panic!("line {turn} has no end"),
});
