//! Begins at the beginning where it should go on.
use muster_hostile::people;
use muster_sdk::{Batch, Failure};

muster_hostile::hostile!("comes_again", |request, turn| match turn {
    0 => Ok(Batch::more(people(request, 0..10)).resume_at("10")),
    _ => Err(Failure::unavailable("the line is cut")),
});
