//! YAML text to a checked policy, or to diagnostics with their places.
//!
//! This crate knows nothing about files, networks, accounts or plans: text in,
//! [`Policy`] or [`Diagnostic`]s out.

mod expression;
mod policy;

pub use expression::{Evaluator, Expression, ExpressionFailed};
pub use policy::*;
