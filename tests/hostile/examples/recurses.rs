//! Calls itself without end.
use std::hint::black_box;

#[expect(unconditional_recursion, reason = "this is what it is for")]
pub fn deeper(depth: u64) -> u64 {
    black_box(deeper(black_box(depth + 1)) + 1)
}

muster_hostile::hostile!("recurses", |_, _| {
    Err(muster_sdk::Failure::internal(deeper(0).to_string()))
});
