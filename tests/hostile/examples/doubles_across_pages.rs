//! Delivers one person on two pages.
use muster_hostile::people;
use muster_sdk::Batch;

muster_hostile::hostile!("doubles-across-pages", |request, turn| {
    Ok(Batch::more(people(request, turn * 10..turn * 10 + 11)))
});
