//! People of a JSON service: `GET PATH?limit=500&after=TOKEN`, page by page.
use muster_sdk::prelude::*;

/// The settings, and behind them where a read stands.
#[derive(serde::Deserialize)]
pub struct Service {
    path: String,
    #[serde(skip)]
    people: json::People,
    #[serde(skip)]
    at: Option<String>,
}

impl Source for Service {
    type Settings = Self;

    fn open(settings: Self) -> Result<Self, Failure> {
        Ok(settings)
    }

    fn start(&mut self, request: ReadRequest) -> Result<(), Failure> {
        request.scope.expect_everybody()?;
        self.people = json::People::new(&request.attributes, "id", "active")?;
        self.at = request.start_at.resumed()?;
        Ok(())
    }

    fn next(&mut self) -> Result<Batch, Failure> {
        let target = http::Target::new(&self.path).query("limit", 500);
        let page = http::get("api", target.query_some("after", self.at.as_ref()))?;
        let (rows, rest) = self.people.read(&page.body, json::At::Member("people"))?;
        self.at = rest.token("next")?;
        Ok(Batch::until(rows, self.at.clone(), rest.complete("total")))
    }
}

muster_sdk::plugin!(Service);

#[cfg(test)]
mod tests;
