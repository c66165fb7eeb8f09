//! Delivers one page, and nothing more ever.
use muster_hostile::people;
use muster_sdk::{Batch, Failure, ReadFrom};

muster_hostile::hostile!("gives_up", |request, turn| {
    let begins = matches!(request.start_at, ReadFrom::Start);
    match turn {
        0 if begins => Ok(Batch::more(people(request, 0..10)).resume_at("10")),
        _ => Err(Failure::throttled("too many requests", None)),
    }
});
