//! Computes for ever.
use std::hint::black_box;

muster_hostile::hostile!("loops", |_, _| {
    let mut number = 0_u64;
    loop {
        number = black_box(number.wrapping_add(1));
    }
});
