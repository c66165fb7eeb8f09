//! People from Okta.
