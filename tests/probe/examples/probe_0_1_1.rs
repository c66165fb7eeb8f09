//! The probe, built for version 0.1.1 of the plugin interface.
#![allow(dead_code, reason = "natively, nothing is exported")]

wit_bindgen::generate!({ path: "../../wit/0.1", world: "source" });

include!("../src/body.rs");

/// `text` is new in this version.
fn newest() -> Result<(), String> {
    use muster::provider::text::{decode, encode};
    for text in ["", "Å 👩‍🚀", "\u{feff}a", "a\0b"] {
        if encode(text) != text.as_bytes() || decode(text.as_bytes()).as_deref() != Some(text) {
            return Err(format!("{text:?} does not come back"));
        }
    }
    match decode(&[b'a', 0xff]) {
        None => Ok(()),
        Some(text) => Err(format!("{text:?} was made of no text")),
    }
}
