//! The probe, built for a version of the interface that this host does not know
//! yet: `newer/muster.wit` is the current text with one function more.
#![allow(dead_code, reason = "natively, nothing is exported")]

wit_bindgen::generate!({ path: "newer", world: "source" });

include!("../src/body.rs");

fn newest() -> Result<(), String> {
    host::shout("hello");
    Ok(())
}
