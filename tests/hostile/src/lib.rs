//! Components that misbehave, one per example, for the tests of the host.
