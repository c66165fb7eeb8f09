//! Wants the host to keep a megabyte between runs.
use muster_hostile::people;
use muster_sdk::Batch;

muster_hostile::hostile!("huge-cursor", |request, _| {
    Ok(Batch::more(people(request, 0..1)).resume_at(vec![7; 1 << 20]))
});
