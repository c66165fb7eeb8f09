//! What a policy says of people that changes with time alone.

use crate::policy::{FieldMapping, Policy, ValueSource};
use jiff::Timestamp;

impl Policy {
    /// True if somebody's account may have to change although nothing has
    /// changed at the source: a condition, a rule or a mapping reads `now`.
    pub fn depends_on_time(&self) -> bool {
        self.blocks_by_time()
            || self.identity.username.value.depends_on_time()
            || self.fields.iter().any(FieldMapping::depends_on_time)
    }

    /// True if somebody may have to be blocked, or let in, although nothing has
    /// changed at the source: a condition or a rule reads `now`.
    pub fn blocks_by_time(&self) -> bool {
        let rules = self.blocks.iter().map(|rule| &rule.when);
        let mut conditions = self.scope.condition.iter().chain(rules);
        conditions.any(|condition| condition.depends_on_time())
    }

    /// The last instant, of those up to `now`, at which an exception ended: who
    /// was read before it has to be looked at again.
    pub fn last_end(&self, now: Timestamp) -> Option<Timestamp> {
        let ends = self.exceptions.iter().filter_map(crate::Exception::end);
        ends.filter(|end| *end <= now).max()
    }
}

impl FieldMapping {
    /// True if the field's value changes with time alone.
    pub fn depends_on_time(&self) -> bool {
        self.value.depends_on_time()
    }
}

impl ValueSource {
    fn depends_on_time(&self) -> bool {
        match self {
            Self::Attributes(_) | Self::Reference(_) | Self::Groups(_) => false,
            Self::Expression(expression) => expression.depends_on_time(),
        }
    }
}
