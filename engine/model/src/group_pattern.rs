//! Names of groups with `*` in them.

/// A name with `*`, which stands for any run of characters. Letter case means
/// nothing.
///
/// ```
/// use muster_model::GroupPattern;
///
/// let teams = GroupPattern::new("cn=team-*").unwrap();
/// assert!(teams.fits("CN=Team-Red,ou=groups,dc=example,dc=org"));
/// assert!(!teams.fits("cn=steam-1"));
/// assert_eq!(GroupPattern::new("cn=staff"), None);
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GroupPattern {
    text: String,
    before: String,
    between: Vec<String>,
    after: String,
}

impl GroupPattern {
    /// Takes a name apart; nothing if it holds no `*`.
    pub fn new(text: &str) -> Option<Self> {
        let (before, rest) = text.split_once('*')?;
        let (between, after) = rest.rsplit_once('*').unwrap_or(("", rest));
        let between = between.split('*').filter(|piece| !piece.is_empty());
        Some(Self {
            text: text.to_owned(),
            before: fold(before),
            between: between.map(fold).collect(),
            after: fold(after),
        })
    }

    /// As it was written.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// True if it stands for the group with this name.
    pub fn fits(&self, name: &str) -> bool {
        let name = fold(name);
        let Some(mut rest) = name.strip_prefix(self.before.as_str()) else {
            return false;
        };
        for piece in &self.between {
            match rest.split_once(piece.as_str()) {
                Some((_, behind)) => rest = behind,
                None => return false,
            }
        }
        rest.ends_with(&self.after)
    }
}

/// Takes letter case away as plugins do: upper case first, so that `ß` and `SS`,
/// or the two small sigmas, are the same.
fn fold(text: &str) -> String {
    let upper = text.chars().flat_map(char::to_uppercase);
    upper.flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_is_any_run_of_characters_and_case_means_nothing() {
        for (pattern, name, fits) in [
            ("*", "", true),
            ("*", "anything", true),
            ("cn=team-*", "CN=Team-A,ou=groups,dc=x", true),
            ("cn=team-*", "cn=steam-a", false),
            ("*,dc=x", "cn=a,dc=x", true),
            ("*,dc=x", "cn=a,dc=x,dc=y", false),
            ("a*b*c", "a--b--c", true),
            ("a*b*c", "abc", true),
            ("a*b*c", "acb", false),
            ("a*a", "a", false),
            ("a*a", "aa", true),
            ("**a**", "bab", true),
            ("*ab*ab*", "xabx", false),
            ("*ab*ab*", "xababx", true),
            ("straße-*", "STRASSE-1", true),
            ("ΟΔΟΣ*", "οδος", true),
            ("équipe *", "ÉQUIPE Å", true),
        ] {
            let found = GroupPattern::new(pattern).map(|pattern| pattern.fits(name));
            assert_eq!(found, Some(fits), "{pattern} and {name}");
        }
    }
}
