//! Delivers a page whose offsets lead nowhere.
use muster_hostile::people;
use muster_sdk::{Batch, Page};

muster_hostile::hostile!("nonsense", |request, _| {
    let mut page = Page::from(people(request, 0..10));
    if let Some(end) = page.value_ends.last_mut() {
        *end = u32::MAX;
    }
    Ok(Batch::more(page))
});
