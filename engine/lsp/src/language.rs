//! Where a way of keys leads in the policy language.

use crate::outline::{Outline, Step};
use muster_policy::language::{Key, Section, Takes, sections};

/// Keys whose texts are attributes of the source: by the section's id.
const ATTRIBUTES: [(&str, &str); 5] = [
    ("identity", "username"),
    ("username", "from"),
    ("field", "from"),
    ("field", "reference"),
    ("by", "attribute"),
];

/// Keys whose texts are files beside the policy.
const FILES: [(&str, &str); 3] = [
    ("policy", "include"),
    ("policy", "exceptions"),
    ("adopt", "file"),
];

/// Keys whose texts are mapped fields.
const FIELDS: [(&str, &str); 2] = [("adopt", "match"), ("licences", "order")];

/// Sections of whole documents, from the most special one: the first of which all
/// keys of a document are, and that is no policy.
const DOCUMENTS: [&str; 3] = ["environment", "exceptions", "fragment"];

/// Keys that only a policy has.
const OF_POLICIES: [&str; 4] = ["directory", "provider", "identity", "scope"];

/// The section of an id.
pub(crate) fn section(id: &str) -> Option<&'static Section> {
    sections().iter().copied().find(|section| section.id == id)
}

/// The section of a whole document, if it is one of ours: others may have YAML,
/// too. What some policy names is ours whatever is in it.
pub(crate) fn document(outline: &Outline, is_named: bool) -> Option<&'static Section> {
    let policy = section("policy")?;
    let is_marked = outline.keys(None).any(|key| key == "muster");
    let own: Vec<&str> = outline.keys(None).filter(|key| *key != "muster").collect();
    // A file of tests is another language.
    if own.contains(&"policy") && own.contains(&"tests") {
        return None;
    }
    let of_policies = own.iter().filter(|key| OF_POLICIES.contains(key)).count();
    if !is_named && (of_policies >= 2 || (of_policies == 1 && is_marked) || own.is_empty()) {
        return Some(policy);
    }
    let mut special = DOCUMENTS.iter().filter_map(|id| section(id));
    let special = special.find(|special| own.iter().all(|key| special.key(key).is_some()));
    if is_named {
        return special.filter(|_| !own.is_empty()).or(section("fragment"));
    }
    special.or(Some(policy)).filter(|_| is_marked)
}

/// What a place takes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Spot {
    pub(crate) takes: Takes,
    /// The last key of the language on the way, with the section that has it.
    pub(crate) key: Option<(&'static Section, &'static Key)>,
    /// Whether the way ends with a name of the policy's own, such as a field's.
    pub(crate) is_named: bool,
}

impl Spot {
    /// Follows a way through the language. None where it leads nowhere.
    pub(crate) fn of(root: &'static Section, path: &[&Step]) -> Option<Self> {
        let mut spot = Self {
            takes: Takes::Section(root),
            key: None,
            is_named: false,
        };
        for step in path {
            spot = match step {
                Step::Key(name) => spot.key(name)?,
                Step::Item(_) => spot.item()?,
            };
        }
        Some(spot)
    }

    fn key(self, name: &str) -> Option<Self> {
        let choices = self.choices();
        let known = choices.iter().find_map(|takes| match takes {
            Takes::Section(section) => section.key(name).map(|key| (*section, key)),
            _ => None,
        });
        if let Some((section, key)) = known {
            return Some(Self {
                takes: key.takes,
                key: Some((section, key)),
                is_named: false,
            });
        }
        choices.iter().find_map(|takes| match takes {
            Takes::Map { values, .. } => Some(Self {
                takes: **values,
                is_named: true,
                ..self
            }),
            Takes::Settings | Takes::Anything => Some(Self {
                takes: Takes::Settings,
                is_named: true,
                ..self
            }),
            _ => None,
        })
    }

    fn item(self) -> Option<Self> {
        self.choices().iter().find_map(|takes| {
            let takes = match takes {
                Takes::List(inner) => **inner,
                Takes::Texts | Takes::Command => Takes::Text,
                Takes::Settings | Takes::Anything => Takes::Settings,
                _ => return None,
            };
            Some(Self { takes, ..self })
        })
    }

    /// What it takes, one kind after the other.
    pub(crate) fn choices(&self) -> Vec<Takes> {
        fn add(takes: Takes, all: &mut Vec<Takes>) {
            match takes {
                Takes::OneOf(choices) => choices.iter().for_each(|one| add(*one, all)),
                other => all.push(other),
            }
        }
        let mut all = Vec::new();
        add(self.takes, &mut all);
        all
    }

    /// The sections among what it takes.
    pub(crate) fn sections(&self) -> impl Iterator<Item = &'static Section> {
        self.choices().into_iter().filter_map(|takes| match takes {
            Takes::Section(section) => Some(section),
            _ => None,
        })
    }

    fn is_one_of(&self, keys: &[(&str, &str)]) -> bool {
        self.key
            .is_some_and(|(section, key)| keys.contains(&(section.id, key.name)))
    }

    /// True if a text here is an attribute of the source.
    pub(crate) fn is_attribute(&self) -> bool {
        let takes_text = self
            .choices()
            .iter()
            .any(|takes| matches!(takes, Takes::Text | Takes::Texts));
        let is_field = self.is_named && self.key.is_some_and(|(_, key)| key.name == "fields");
        takes_text && (is_field || (!self.is_named && self.is_one_of(&ATTRIBUTES)))
    }

    /// True if a text here is one of the mapped fields.
    pub(crate) fn is_field(&self) -> bool {
        self.is_one_of(&FIELDS)
    }

    /// True if a text here is a file beside the policy.
    pub(crate) fn is_file(&self) -> bool {
        self.is_one_of(&FILES)
    }

    /// True if a text here is an expression.
    pub(crate) fn is_expression(&self) -> bool {
        let choices = self.choices();
        choices
            .iter()
            .any(|takes| matches!(takes, Takes::Expression))
    }
}

/// What may stand at a key, in words.
pub(crate) fn in_words(takes: Takes) -> String {
    match takes {
        Takes::Version(number) => format!("`{number}`"),
        Takes::Text | Takes::AnyText | Takes::Pattern(_) => "a text".to_owned(),
        Takes::Texts => "a text, or a list of texts".to_owned(),
        Takes::Expression => "an expression".to_owned(),
        Takes::Words(words) => {
            let words = words.iter().map(|(word, _)| format!("`{word}`"));
            words.collect::<Vec<_>>().join(" or ")
        }
        Takes::Name { .. } => "a name".to_owned(),
        Takes::Whole(_) => "a whole number".to_owned(),
        Takes::Bool => "`true` or `false`".to_owned(),
        Takes::Section(section) => format!("a mapping ({})", keys(section)),
        Takes::List(inner) => format!("a list; each item is {}", in_words(*inner)),
        Takes::Command => "a list: a program and its arguments".to_owned(),
        Takes::Map { values, .. } => format!("by name, {}", in_words(*values)),
        Takes::Settings => "settings of the plugin".to_owned(),
        Takes::OneOf(choices) => {
            let choices = choices.iter().map(|one| in_words(*one));
            choices.collect::<Vec<_>>().join(", or ")
        }
        Takes::Anything => "a value".to_owned(),
    }
}

fn keys(section: &Section) -> String {
    let names = section.keys.iter().map(|key| format!("`{}`", key.name));
    names.collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;

    #[test]
    fn what_is_listed_here_is_in_the_language() {
        for (id, key) in ATTRIBUTES.iter().chain(&FILES).chain(&FIELDS) {
            assert!(section(id).unwrap().key(key).is_some(), "{id}.{key}");
        }
        for id in DOCUMENTS {
            assert!(section(id).is_some(), "{id}");
        }
        for key in OF_POLICIES {
            assert!(section("policy").unwrap().key(key).is_some(), "{key}");
            for id in DOCUMENTS {
                assert!(section(id).unwrap().key(key).is_none(), "{id}.{key}");
            }
        }
    }

    fn kind(text: &str, is_named: bool) -> Option<&'static str> {
        document(&Outline::of(text), is_named).map(|section| section.id)
    }

    #[test]
    fn documents_are_told_by_their_keys() {
        for (text, id) in [
            ("", Some("policy")),
            ("muster: 1\n", Some("policy")),
            ("muster: 1\ndirectory: staff\n", Some("policy")),
            ("directory: staff\nprovider: {}\n", Some("policy")),
            ("muster: 1\nfields: {}\n", Some("fragment")),
            ("muster: 1\nblock: []\nguards: {}\n", Some("fragment")),
            ("muster: 1\nvalues: {}\n", Some("environment")),
            ("muster: 1\nexceptions: []\n", Some("exceptions")),
            ("muster: 1\nexceptions: []\nfields: {}\n", Some("policy")),
            ("muster: 1\nvalues: {}\nfields: {}\n", Some("policy")),
            ("muster: 1\nfeilds: {}\nfields: {}\n", Some("policy")),
            ("version: 3\nservices: {}\n", None),
            ("directory: x\nname: y\n", None),
            ("muster: 1\npolicy: a.yaml\ntests: []\n", None),
            ("muster: 1\ndirec: x\n", Some("policy")),
        ] {
            assert_eq!(kind(text, false), id, "{text:?}");
        }
        assert_eq!(kind("feilds: {}\n", true), Some("fragment"));
        assert_eq!(kind("fields: {}\n", true), Some("fragment"));
    }

    fn spot(keys: &[&str]) -> Option<Spot> {
        let steps: Vec<Step> = keys
            .iter()
            .map(|key| match key.parse() {
                Ok(at) => Step::Item(at),
                Err(_) => Step::Key((*key).to_owned()),
            })
            .collect();
        let steps: Vec<&Step> = steps.iter().collect();
        Spot::of(section("policy").unwrap(), &steps)
    }

    #[test]
    fn a_way_leads_through_the_language() {
        let sections = |keys: &[&str]| -> Vec<&str> {
            let spot = spot(keys).unwrap();
            spot.sections().map(|section| section.id).collect()
        };
        assert_eq!(sections(&[]), ["policy"]);
        assert_eq!(sections(&["fields", "email"]), ["field"]);
        assert_eq!(sections(&["block", "3"]), ["rule"]);
        assert_eq!(sections(&["guards", "create"]), ["limit"]);
        assert_eq!(sections(&["provider", "secrets", "x"]), ["secret"]);
        assert_eq!(sections(&["provider", "config"]), [""; 0]);
        assert!(spot(&["provider", "config", "url"]).is_some());
        assert!(spot(&["nonsense"]).is_none());
        assert!(spot(&["directory", "x"]).is_none());
        for (keys, is_attribute, is_expression) in [
            (&["identity", "username"][..], true, false),
            (&["identity", "username", "from", "0"], true, false),
            (&["identity", "username", "expr"], false, true),
            (&["fields", "email"], true, false),
            (&["fields", "email", "from"], true, false),
            (&["fields", "email", "from", "1"], true, false),
            (&["fields", "email", "default"], false, false),
            (&["fields", "email", "expr"], false, true),
            (&["block", "0", "when"], false, true),
            (&["scope", "where"], false, true),
            (&["fields", "manager", "reference"], true, false),
            (&["fields", "manager", "by", "attribute"], true, false),
            (&["fields", "manager", "by", "0", "attribute"], true, false),
            (&["fields", "a", "transform", "0"], false, false),
            (&["scope", "groups", "0"], false, false),
            (&["fields"], false, false),
            (&["provider", "secrets", "x"], false, false),
            (&["values", "x"], false, false),
        ] {
            let spot = spot(keys).unwrap();
            assert_eq!(spot.is_attribute(), is_attribute, "{keys:?}");
            assert_eq!(spot.is_expression(), is_expression, "{keys:?}");
        }
        for keys in [
            &["include", "0"][..],
            &["exceptions"],
            &["identity", "adopt", "file"],
        ] {
            assert!(spot(keys).unwrap().is_file(), "{keys:?}");
        }
    }
}
