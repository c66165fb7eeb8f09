//! Goes below the kit to claim what is not so: a count, or another coverage
//! than was asked for.
use muster_sdk::Failure;
use muster_sdk::bindings::exports::muster::provider::provider::{
    Attribute, Batch, CheckStep, Coverage, End, Evidence, Guest, GuestSession, ReadRequest, Scope,
    Session,
};

pub struct Lies;

pub struct Liar {
    settings: String,
}

impl Guest for Lies {
    type Session = Liar;

    fn open(settings: String) -> Result<Session, Failure> {
        Ok(Session::new(Liar { settings }))
    }
}

impl GuestSession for Liar {
    fn check(&self, _: Scope) -> Vec<CheckStep> {
        Vec::new()
    }

    fn attributes(&self) -> Result<Vec<Attribute>, Failure> {
        Ok(Vec::new())
    }

    fn start(&self, _: ReadRequest) -> Result<(), Failure> {
        Ok(())
    }

    fn next(&self) -> Result<Batch, Failure> {
        let mut rows = muster_sdk::Rows::new(["name"]);
        rows.add(muster_sdk::Status::Active).id("1");
        let entries = if self.settings.contains("count") {
            1000
        } else {
            1
        };
        let evidence = Evidence {
            entries,
            source_count: Some(entries),
            facts: Vec::new(),
        };
        let coverage = match self.settings.contains("delta") {
            true => Coverage::Delta(evidence),
            false => Coverage::Complete(evidence),
        };
        Ok(Batch {
            page: rows.into(),
            resume: None,
            end: Some(End {
                coverage,
                next: None,
            }),
        })
    }
}

#[cfg(target_family = "wasm")]
#[allow(unsafe_code, reason = "the component's exports")]
mod component {
    use super::Lies;

    muster_sdk::bindings::export!(Lies with_types_in muster_sdk::bindings);

    const MANIFEST: &str = "name = \"lies\"
version = \"1.0.0\"
api = \"muster:provider@0.1\"
summary = \"Claims what is not so\"
delta = true
";

    #[used]
    #[unsafe(link_section = "muster:manifest")]
    static MANIFEST_SECTION: [u8; MANIFEST.len()] = muster_sdk::section(MANIFEST);
}
