//! A small directory as data: people, groups, and their LDIF.

use std::collections::BTreeMap;
use std::fmt::Write;

/// The suffix of every test directory.
pub const SUFFIX: &str = "dc=example,dc=org";

/// A person to be served.
#[derive(Clone, Debug)]
pub struct Person {
    uid: String,
    parent: String,
    attributes: Vec<(String, String)>,
}

impl Person {
    /// A person below `ou=people`, with an address made from the uid.
    pub fn new(uid: &str, given_name: &str, surname: &str) -> Self {
        let mut person = Self {
            uid: uid.to_owned(),
            parent: format!("ou=people,{SUFFIX}"),
            attributes: Vec::new(),
        };
        person = person
            .with("givenName", given_name)
            .with("sn", surname)
            .with("cn", &format!("{given_name} {surname}"))
            .with("mail", &format!("{uid}@example.org"));
        person
    }

    /// Adds a value.
    #[must_use]
    pub fn with(mut self, attribute: &str, value: &str) -> Self {
        self.attributes
            .push((attribute.to_owned(), value.to_owned()));
        self
    }

    /// Takes all values of an attribute away.
    #[must_use]
    pub fn without(mut self, attribute: &str) -> Self {
        self.attributes.retain(|(name, _)| name != attribute);
        self
    }

    /// Puts the person below another unit, as in `ou=oslo,ou=people`.
    #[must_use]
    pub fn under(mut self, unit: &str) -> Self {
        self.parent = format!("{unit},{SUFFIX}");
        self
    }

    /// The entry's name.
    pub fn dn(&self) -> String {
        format!("uid={},{}", escape(&self.uid), self.parent)
    }
}

/// A group of names: `member` is a list of DNs.
#[derive(Clone, Debug)]
pub struct Group {
    cn: String,
    members: Vec<String>,
}

impl Group {
    /// A group below `ou=groups`. Its members are DNs, or uids of people below
    /// `ou=people`, or `cn=…` of other groups.
    pub fn new(cn: &str, members: &[&str]) -> Self {
        Self {
            cn: cn.to_owned(),
            members: members.iter().map(|member| member_dn(member)).collect(),
        }
    }

    /// The entry's name.
    pub fn dn(&self) -> String {
        group_dn(&self.cn)
    }
}

/// The name of a group below `ou=groups`.
pub fn group_dn(cn: &str) -> String {
    format!("cn={cn},ou=groups,{SUFFIX}")
}

/// The name of a person below `ou=people`.
pub fn person_dn(uid: &str) -> String {
    format!("uid={uid},ou=people,{SUFFIX}")
}

fn member_dn(member: &str) -> String {
    match member {
        dn if dn.ends_with(SUFFIX) => dn.to_owned(),
        group if group.starts_with("cn=") => format!("{group},ou=groups,{SUFFIX}"),
        uid => person_dn(uid),
    }
}

/// People and groups, and the units above them.
#[derive(Clone, Debug, Default)]
pub struct Tree {
    people: Vec<Person>,
    groups: Vec<Group>,
    units: Vec<String>,
}

impl Tree {
    /// Nobody.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a person.
    #[must_use]
    pub fn person(mut self, person: Person) -> Self {
        self.people.push(person);
        self
    }

    /// Adds a group.
    #[must_use]
    pub fn group(mut self, cn: &str, members: &[&str]) -> Self {
        self.groups.push(Group::new(cn, members));
        self
    }

    /// Adds a unit, as in `ou=oslo,ou=people`, before the people in it.
    #[must_use]
    pub fn unit(mut self, unit: &str) -> Self {
        self.units.push(unit.to_owned());
        self
    }

    /// Writes everything as LDIF, for `slapadd`. That does not run the memberof
    /// overlay, so `memberOf` is in the text.
    pub fn ldif(&self) -> String {
        let above = self.groups_above();
        let mut text = String::new();
        for unit in &self.units {
            let name = unit
                .split(',')
                .next()
                .and_then(|first| first.strip_prefix("ou="))
                .expect("a unit begins with ou=");
            let _ = write!(
                text,
                "dn: {unit},{SUFFIX}\nobjectClass: organizationalUnit\nou: {name}\n\n"
            );
        }
        for person in &self.people {
            line(&mut text, "dn", &person.dn());
            text.push_str("objectClass: inetOrgPerson\n");
            line(&mut text, "uid", &person.uid);
            for (name, value) in &person.attributes {
                line(&mut text, name, value);
            }
            memberships(&mut text, &above, &person.dn());
        }
        for group in &self.groups {
            line(&mut text, "dn", &group.dn());
            text.push_str("objectClass: groupOfNames\n");
            line(&mut text, "cn", &group.cn);
            for member in &group.members {
                line(&mut text, "member", member);
            }
            memberships(&mut text, &above, &group.dn());
        }
        text
    }

    fn groups_above(&self) -> BTreeMap<&str, Vec<String>> {
        let mut above: BTreeMap<&str, Vec<String>> = BTreeMap::new();
        for group in &self.groups {
            for member in &group.members {
                above.entry(member).or_default().push(group.dn());
            }
        }
        above
    }
}

fn memberships(text: &mut String, above: &BTreeMap<&str, Vec<String>>, dn: &str) {
    for group in above.get(dn).into_iter().flatten() {
        line(text, "memberOf", group);
    }
    text.push('\n');
}

/// One line of LDIF; what is not plain text is written in base64 (RFC 2849).
pub fn line(text: &mut String, name: &str, value: &str) {
    let plain = value.is_ascii()
        && !value.starts_with([' ', ':', '<'])
        && !value.ends_with(' ')
        && !value.contains(['\0', '\n', '\r']);
    let _ = if plain {
        writeln!(text, "{name}: {value}")
    } else {
        writeln!(text, "{name}:: {}", base64(value.as_bytes()))
    };
}

/// Encodes bytes as base64.
pub fn base64(bytes: &[u8]) -> String {
    use base64::Engine;
    base64::engine::general_purpose::STANDARD.encode(bytes)
}

/// Escapes a value for a DN (RFC 4514).
pub fn escape(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    for (at, letter) in value.char_indices() {
        let first = at == 0;
        let last = at + letter.len_utf8() == value.len();
        let special = matches!(letter, '"' | '+' | ',' | ';' | '<' | '>' | '\\')
            || (first && letter == '#')
            || (letter == ' ' && (first || last));
        if special {
            out.push('\\');
        }
        out.push(letter);
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn members_carry_their_groups_and_groups_too() {
        let ldif = Tree::new()
            .person(Person::new("anna", "Anna", "Ek"))
            .group("inner", &["anna"])
            .group("outer", &["cn=inner"])
            .ldif();
        assert_eq!(ldif.matches("memberOf: cn=inner,ou=groups").count(), 1);
        assert_eq!(ldif.matches("memberOf: cn=outer,ou=groups").count(), 1);
    }

    #[test]
    fn what_is_not_plain_text_is_written_in_base64() {
        let mut text = String::new();
        for value in ["plain", "Ås", " first", "last ", ":colon", "<file", ""] {
            line(&mut text, "sn", value);
        }
        let plain: Vec<&str> = text
            .lines()
            .filter(|line| !line.starts_with("sn::"))
            .collect();
        assert_eq!(plain, ["sn: plain", "sn: "]);
    }

    #[test]
    fn names_are_escaped_where_they_must_be() {
        assert_eq!(escape("#a, b+c #d "), "\\#a\\, b\\+c #d\\ ");
        assert_eq!(escape("plain name"), "plain name");
    }
}
