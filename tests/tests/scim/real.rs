//! `scim2-server`.
