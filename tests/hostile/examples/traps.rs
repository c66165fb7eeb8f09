//! Runs into an instruction that must not be reached, without a word.
muster_hostile::hostile!("traps", |_, _| {
    #[cfg(target_family = "wasm")]
    core::arch::wasm32::unreachable();
    #[cfg(not(target_family = "wasm"))]
    std::process::abort()
});
