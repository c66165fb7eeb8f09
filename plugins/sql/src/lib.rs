//! People from a database.
