//! Components that misbehave, one per example, for the tests of the host.
//!
//! [`hostile!`] makes a plugin of the one thing that it does wrong; everything
//! else about it is as it should be.

use muster_sdk::prelude::*;

/// Makes a plugin whose `next` is the given function of the request and the
/// number of the call, counted from 0.
#[macro_export]
macro_rules! hostile {
    ($name:literal, $next:expr) => {
        $crate::hostile!($name, "", $next);
    };
    ($name:literal, $needs:literal, $next:expr) => {
        pub struct Hostile {
            request: Option<muster_sdk::ReadRequest>,
            turn: u64,
        }

        impl muster_sdk::Source for Hostile {
            type Settings = $crate::Settings;

            fn open(_: $crate::Settings) -> Result<Self, muster_sdk::Failure> {
                Ok(Self { request: None, turn: 0 })
            }

            fn check(&mut self, _: &muster_sdk::Scope) -> Vec<muster_sdk::CheckStep> {
                Vec::new()
            }

            fn attributes(&mut self) -> Result<Vec<muster_sdk::Attribute>, muster_sdk::Failure> {
                Ok(Vec::new())
            }

            fn start(&mut self, request: muster_sdk::ReadRequest) -> Result<(), muster_sdk::Failure> {
                self.request = Some(request);
                Ok(())
            }

            fn next(&mut self) -> Result<muster_sdk::Batch, muster_sdk::Failure> {
                let next: fn(&muster_sdk::ReadRequest, u64) -> Result<muster_sdk::Batch, muster_sdk::Failure> = $next;
                let Some(request) = &self.request else {
                    return Err(muster_sdk::Failure::internal("not started"));
                };
                let turn = self.turn;
                self.turn += 1;
                next(request, turn)
            }
        }

        muster_sdk::plugin!(
            Hostile,
            manifest = concat!(
                "name = \"", $name, "\"\nversion = \"1.0.0\"\napi = \"muster:provider@0.1\"\n",
                "summary = \"Misbehaves\"\n", $needs
            ),
            settings = r#"{"type": "object", "properties": {"url": {"type": "string"}, "path": {"type": "string"}}}"#
        );
    };
}

/// Settings that a test may give.
#[derive(serde::Deserialize)]
pub struct Settings {}

/// A page with these people on it.
pub fn people(request: &ReadRequest, ids: std::ops::Range<u64>) -> Rows {
    let mut rows = Rows::new(&request.attributes);
    for id in ids {
        rows.add(Status::Active)
            .id(id.to_string())
            .value(0, format!("Person {id}"));
    }
    rows
}

/// The end, with everybody delivered.
pub fn end(rows: Rows) -> Result<Batch, Failure> {
    Ok(Batch::last(rows, Coverage::complete()))
}
