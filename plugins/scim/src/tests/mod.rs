//! Services as they should be and as they are, played by a function.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::panic)]
