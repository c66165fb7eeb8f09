//! What authors of provider plugins get from Muster: a project to begin with, and
//! the packing of what other toolchains build.
//!
//! Knows nothing about policies, and neither compiles nor runs a plugin: whether a
//! packed component is one is for the host to say. A [`Project`] is made of texts
//! that are part of the program, so that nothing is fetched; [`packed`] is a
//! function of bytes.

#![cfg_attr(
    test,
    allow(
        clippy::unwrap_used,
        clippy::expect_used,
        clippy::indexing_slicing,
        clippy::panic
    )
)]

mod language;
mod name;
mod pack;
mod project;
mod template;
mod texts;
mod write;

pub use language::Language;
pub use name::{Name, NameFault};
pub use pack::{PackFault, packed};
pub use project::{Project, ProjectFile};
pub use write::WriteFault;
