//! TODO
pub mod admin;
