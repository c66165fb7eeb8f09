//! Delivers the same page a thousand times, as fast as it can be copied: what
//! the border itself costs. Its people have no identifier, or they would be
//! refused.
use muster_sdk::Page;
use muster_sdk::prelude::*;

#[derive(serde::Deserialize)]
pub struct Settings {
    pages: u64,
}

pub struct Repeats {
    left: u64,
    page: Page,
}

impl Source for Repeats {
    type Settings = Settings;

    fn open(settings: Settings) -> Result<Self, Failure> {
        let page = Rows::new([""; 0]).into();
        Ok(Self {
            left: settings.pages,
            page,
        })
    }

    fn check(&mut self, _: &Scope) -> Vec<CheckStep> {
        Vec::new()
    }

    fn attributes(&mut self) -> Result<Vec<Attribute>, Failure> {
        Ok(Vec::new())
    }

    fn start(&mut self, request: ReadRequest) -> Result<(), Failure> {
        let mut rows = Rows::new(&request.attributes);
        for person in 0..request.page_size {
            let mut row = rows.add(Status::Active);
            row.group("intranet");
            for (column, attribute) in request.attributes.iter().enumerate() {
                row.value(column, format!("{attribute} of {person:06}"));
            }
        }
        self.page = rows.into();
        Ok(())
    }

    fn next(&mut self) -> Result<Batch, Failure> {
        self.left = self.left.saturating_sub(1);
        Ok(match self.left {
            0 => Batch::last(self.page.clone(), Coverage::complete()),
            _ => Batch::more(self.page.clone()),
        })
    }
}

muster_sdk::plugin!(
    Repeats,
    manifest = "name = \"repeats\"\nversion = \"1.0.0\"\napi = \"muster:provider@0.1\"\nsummary = \"One page\"\n",
    settings = r#"{"type": "object", "properties": {"pages": {"type": "integer"}}, "required": ["pages"]}"#
);
