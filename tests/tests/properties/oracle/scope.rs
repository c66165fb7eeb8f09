//! Scope and conditions.

use super::*;

impl<'w> Oracle<'w> {
    pub(super) fn standing(&self, person: &Person) -> Standing {
        if matches!(person.status, SourceStatus::Removed(_)) {
            return Standing::Out;
        }
        let excluded = self
            .key(person)
            .is_some_and(|key| key == UsernameKey::of("desk"));
        if self.world.terms.excluded && excluded {
            return Standing::Out;
        }
        let level = person.values("level");
        match (self.world.terms.scope, level) {
            (Where::All, _) => Standing::In,
            (Where::Level, [level]) if level == "0" => Standing::Out,
            (Where::Level, _) => Standing::In,
            (Where::Number, [level]) => match level.parse::<i64>() {
                Ok(number) if number > 0 => Standing::In,
                Ok(_) => Standing::Out,
                Err(_) => Standing::Unclear,
            },
            (Where::Number, _) => Standing::Unclear,
        }
    }

    /// Whether the rule holds; `None` if it cannot be evaluated.
    pub(super) fn rule(&self, person: &Person) -> Option<bool> {
        match person.values("ends") {
            _ if !self.world.terms.rule => Some(false),
            [] => Some(false),
            [ends] => ends.parse::<i64>().ok().map(|ends| ends > 0),
            _ => None,
        }
    }
}
