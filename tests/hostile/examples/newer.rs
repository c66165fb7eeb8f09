//! Was made for a version of the interface that does not exist yet.
use muster_sdk::prelude::*;

pub struct Newer;

impl Source for Newer {
    type Settings = muster_hostile::Settings;

    fn open(_: Self::Settings) -> Result<Self, Failure> {
        Ok(Self)
    }

    fn check(&mut self, _: &Scope) -> Vec<CheckStep> {
        Vec::new()
    }

    fn attributes(&mut self) -> Result<Vec<Attribute>, Failure> {
        Ok(Vec::new())
    }

    fn start(&mut self, _: ReadRequest) -> Result<(), Failure> {
        Ok(())
    }

    fn next(&mut self) -> Result<Batch, Failure> {
        Err(Failure::cancelled())
    }
}

muster_sdk::plugin!(
    Newer,
    manifest =
        "name = \"newer\"\nversion = \"1.0.0\"\napi = \"muster:provider@9.0\"\nsummary = \"\"\n",
    settings = r#"{"type": "object"}"#
);
