//! The probe, built for version 0.1.0 of the plugin interface.
#![allow(dead_code, reason = "natively, nothing is exported")]

wit_bindgen::generate!({ path: "../../wit/released/0.1.0", world: "source" });

include!("../src/body.rs");

/// The first version has no more than itself.
fn newest() -> Result<(), String> {
    Ok(())
}
