//! Delivers everybody on one page.
use muster_hostile::{end, people};

muster_hostile::hostile!("overlong", |request, _| end(people(request, 0..10_001)));
