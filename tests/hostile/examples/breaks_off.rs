//! Delivers one page of a hundred, then its line is cut: each time.
use muster_hostile::{end, people};
use muster_sdk::{Batch, Failure, ReadFrom};

muster_hostile::hostile!("breaks_off", |request, turn| {
    let from = match &request.start_at {
        ReadFrom::Resume(cursor) => cursor.iter().map(|byte| u64::from(*byte)).sum(),
        _ => 0,
    };
    match turn {
        0 if from < 500 => {
            let cursor = vec![100; (from / 100 + 1) as usize];
            Ok(Batch::more(people(request, from..from + 100)).resume_at(cursor))
        }
        0 => end(people(request, 500..500)),
        _ => Err(Failure::unavailable("the line is cut")),
    }
});
