//! A policy in which something may be wrong.

use crate::expression::Expression;
use crate::policy::{BlockRule, FieldMapping, Identity, Policy, Provider};
use muster_model::DirectoryName;

/// A policy as far as it could be read: what is wrong in it is not there. It can
/// be shown, and nothing can be planned with it.
#[derive(Clone, Debug)]
pub struct Draft(Policy);

impl Draft {
    pub(crate) fn of(policy: &Policy) -> Self {
        Self(policy.clone())
    }

    /// The directory's name.
    pub fn directory(&self) -> &DirectoryName {
        &self.0.directory
    }

    /// The plugin and its settings.
    pub fn provider(&self) -> &Provider {
        &self.0.provider
    }

    /// How a username is made.
    pub fn identity(&self) -> &Identity {
        &self.0.identity
    }

    /// The condition that everybody in scope fulfils.
    pub fn condition(&self) -> Option<&Expression> {
        self.0.scope.condition.as_ref()
    }

    /// Mapped fields that could be read.
    pub fn fields(&self) -> &[FieldMapping] {
        &self.0.fields
    }

    /// Block rules that could be read.
    pub fn blocks(&self) -> &[BlockRule] {
        &self.0.blocks
    }

    /// True if an attribute's values must not be shown: a sensitive field is made
    /// of it.
    pub fn hides(&self, attribute: &str) -> bool {
        self.0.hides(attribute)
    }

    /// The attributes that all these read.
    pub fn attributes(&self) -> &[String] {
        &self.0.attributes
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use crate::check;

    #[test]
    fn what_is_right_is_there_beside_what_is_wrong() {
        let checked = check(
            "p.yaml",
            "muster: 1\ndirectory: staff\nprovider: {plugin: csv}\nidentity: {username: uid}\nfields:\n  email: mail\n  name: {expr: 'entry.cn +'}\nblock: [{name: a, when: entry.x == \"1\"}]\n",
        );
        assert!(checked.policy.is_none());
        let draft = checked.draft.unwrap();
        let names: Vec<&str> = draft
            .fields()
            .iter()
            .map(|field| field.name.as_str())
            .collect();
        assert_eq!(names, ["email"]);
        assert_eq!(draft.blocks().len(), 1);
        assert!(check("p.yaml", "muster: 1\n").draft.is_none());
    }
}
