//! People from a SCIM 2.0 service.
