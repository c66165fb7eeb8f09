//! Verifies logins: knows two people, and asks a server about everybody else.
use muster_sdk::ldap::{Password, Verdict, verify};
use muster_sdk::{Login, prelude::*};

pub struct LogsIn;

impl Source for LogsIn {
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
        Err(Failure::unsupported("nobody is read"))
    }
}

impl Login for LogsIn {
    fn authenticate(&mut self, id: &str, password: Password<'_>) -> Result<Verdict, Failure> {
        match id {
            "1" => Ok(Verdict::Accepted),
            "2" => Ok(Verdict::Locked),
            id => verify("directory", id, password),
        }
    }
}

muster_sdk::plugin!(
    LogsIn,
    manifest = "name = \"logs-in\"\nversion = \"1.0.0\"\napi = \"muster:provider@0.1\"\nsummary = \"Logs in\"\n\
                [needs.ldap.directory]\nurl = \"url\"\nallow_plaintext = \"plain\"\n",
    settings = r#"{"type": "object", "properties": {"url": {"type": "string"}, "plain": {"type": "boolean"}}}"#
);
