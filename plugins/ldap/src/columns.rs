//! The attributes that a search asks for, each once.

/// A growing list of attributes.
#[derive(Clone, Debug, Default)]
pub struct Columns(Vec<String>);

impl Columns {
    /// Asks for an attribute, and returns its column.
    pub fn want(&mut self, name: &str) -> usize {
        let known = self
            .0
            .iter()
            .position(|other| other.eq_ignore_ascii_case(name));
        known.unwrap_or_else(|| {
            self.0.push(name.to_owned());
            self.0.len() - 1
        })
    }

    /// What a query asks for.
    pub fn names(&self) -> &[String] {
        &self.0
    }
}
