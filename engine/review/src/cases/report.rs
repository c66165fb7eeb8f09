//! What came of tests, for people and programs.

mod json;
mod junit;
mod text;

pub use json::{TEST_FORMAT, json};
pub use junit::junit;
pub use text::{Detail, text};
