//! Takes memory without end.
use std::hint::black_box;

muster_hostile::hostile!("hoards", |_, _| {
    let mut hoard = Vec::new();
    loop {
        hoard.push(black_box(vec![1_u8; 1 << 20]));
    }
});
