//! Delivers as many people as it is told: shows that the others fail for what
//! they do, not for what they are.
use muster_sdk::prelude::*;

#[derive(serde::Deserialize)]
pub struct Settings {
    people: u64,
}

pub struct Polite {
    people: u64,
    next: u64,
    request: Option<ReadRequest>,
}

impl Source for Polite {
    type Settings = Settings;

    fn open(settings: Settings) -> Result<Self, Failure> {
        Ok(Self {
            people: settings.people,
            next: 0,
            request: None,
        })
    }

    fn check(&mut self, _: &Scope) -> Vec<CheckStep> {
        vec![CheckStep::ok("count", format!("{} people", self.people))]
    }

    fn attributes(&mut self) -> Result<Vec<Attribute>, Failure> {
        Ok(vec![Attribute::single("name")])
    }

    fn start(&mut self, request: ReadRequest) -> Result<(), Failure> {
        self.request = Some(request);
        Ok(())
    }

    fn next(&mut self) -> Result<Batch, Failure> {
        let Some(request) = &self.request else {
            return Err(Failure::internal("not started"));
        };
        let mut rows = Rows::new(&request.attributes);
        let end = self.people.min(self.next + u64::from(request.page_size));
        for id in self.next..end {
            let mut row = rows.add(Status::Active);
            row.id(id.to_string()).value(0, format!("Person {id}"));
            let asked = request.scope.groups.iter().chain(&request.scope.report);
            asked.for_each(|group| {
                row.group(group);
            });
        }
        self.next = end;
        Ok(if end == self.people {
            Batch::last(rows, Coverage::complete().source_count(self.people))
        } else {
            Batch::more(rows)
        })
    }
}

muster_sdk::plugin!(
    Polite,
    manifest = "name = \"polite\"\nversion = \"1.0.0\"\napi = \"muster:provider@0.1\"\nsummary = \"Invents people\"\n",
    settings = r#"{"type": "object", "properties": {"people": {"type": "integer"}}, "required": ["people"]}"#
);
