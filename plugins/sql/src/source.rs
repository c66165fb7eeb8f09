//! What the plugin calls its database.

/// The need of the manifest that the policy binds to a database.
pub const DATABASE: &str = "database";
