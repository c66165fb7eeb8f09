//! Small forms inside arguments: `FIELD=VALUE`, `GUARD=REASON`.

use std::str::FromStr;

/// `FIELD=VALUE`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Assignment {
    /// Before the first `=`.
    pub field: String,
    /// After it; may be empty, which is not absent.
    pub value: String,
}

impl FromStr for Assignment {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (field, value) = text
            .split_once('=')
            .ok_or("expected FIELD=VALUE, such as phone=+4930123")?;
        if field.trim().is_empty() {
            return Err("there is no field before `=`".to_owned());
        }
        Ok(Self {
            field: field.trim().to_owned(),
            value: value.to_owned(),
        })
    }
}

/// `GUARD=REASON`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Override {
    /// As the plan names it: `block.max`.
    pub guard: String,
    /// Why this one plan may go past it.
    pub reason: String,
}

impl FromStr for Override {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (guard, reason) = text
            .split_once('=')
            .ok_or("expected GUARD=REASON, such as block.max=\"department closed\"")?;
        if guard.trim().is_empty() {
            return Err("there is no guard before `=`".to_owned());
        }
        if reason.trim().is_empty() {
            return Err("an override needs a reason after `=`; it is kept with the run".to_owned());
        }
        Ok(Self {
            guard: guard.trim().to_owned(),
            reason: reason.trim().to_owned(),
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn an_assignment_splits_at_the_first_sign() {
        let read: Assignment = "note= a=b ".parse().unwrap();
        assert_eq!(
            (read.field.as_str(), read.value.as_str()),
            ("note", " a=b ")
        );
        assert_eq!("note=".parse::<Assignment>().unwrap().value, "");
        assert!("note".parse::<Assignment>().is_err());
        assert!("=x".parse::<Assignment>().is_err());
    }

    #[test]
    fn an_override_needs_a_reason() {
        let read: Override = "block.max=department closed".parse().unwrap();
        assert_eq!(
            (read.guard.as_str(), read.reason.as_str()),
            ("block.max", "department closed")
        );
        assert!("block.max".parse::<Override>().is_err());
        assert!("block.max= ".parse::<Override>().is_err());
        assert!("=x".parse::<Override>().is_err());
    }
}
