//! Languages that projects are made for.

/// A language, with the toolchain that makes components of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// Cargo, for `wasm32-unknown-unknown`.
    Rust,
    /// componentize-py.
    Python,
    /// componentize-qjs.
    JavaScript,
}

impl Language {
    /// Every language.
    pub const ALL: [Self; 3] = [Self::Rust, Self::Python, Self::JavaScript];
}
