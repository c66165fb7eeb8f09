//! Text and its bytes: nothing is reached by it, so that it needs no grant.

use crate::bindings::text::Host;
use crate::instance::State;

impl Host for State {
    fn decode(&mut self, bytes: Vec<u8>) -> wasmtime::Result<Option<String>> {
        Ok(String::from_utf8(bytes).ok())
    }

    fn encode(&mut self, text: String) -> wasmtime::Result<Vec<u8>> {
        Ok(text.into_bytes())
    }
}
