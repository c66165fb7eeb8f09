//! A directory in memory that answers searches as servers do: filters, scopes,
//! blocks, limits, and whatever a test wants to go wrong.

use crate::dn::Names;
use muster_sdk::Failure;
use muster_sdk::ldap::{Change, Feed, Mode, Outcome, Query, Scope};
use muster_sdk::testing::{self, Block};
use std::cell::RefCell;
use std::rc::Rc;

pub type Attributes = Vec<(String, Vec<Vec<u8>>)>;

/// What goes wrong in searches below a base.
#[derive(Clone, Debug, Default)]
pub enum Trouble {
    #[default]
    None,
    /// This result code after this many entries.
    Code(usize, u32),
    /// The connection breaks after this many entries.
    Cut(usize),
}

#[derive(Clone, Debug)]
pub struct Fake {
    entries: Vec<(String, Attributes)>,
    root: Attributes,
    pub trouble: Trouble,
    /// Entries that exist and that nobody may read.
    pub hidden: Vec<String>,
    /// Entries that searches below a base leave out, as if they had come later.
    pub late: Vec<String>,
    pub block: usize,
    /// What refreshes and DirSync answer.
    pub told: Told,
    asked: Rc<RefCell<Vec<Query>>>,
}

/// What a feed tells.
#[derive(Clone, Debug, Default)]
pub struct Told {
    /// Names of people that are sent.
    pub sent: Vec<String>,
    /// Names of groups that are sent.
    pub groups: Vec<String>,
    pub present: Vec<[u8; 16]>,
    pub deleted: Vec<[u8; 16]>,
    pub absent_are_gone: bool,
    pub code: u32,
}

pub const SCHEMA: &str = "cn=schema";

fn bytes(values: &[&str]) -> Vec<Vec<u8>> {
    values
        .iter()
        .map(|value| value.as_bytes().to_vec())
        .collect()
}

impl Fake {
    /// An OpenLDAP server with a base, a group unit, and a schema.
    pub fn openldap() -> Self {
        let mut fake = Self::bare(&[("objectClass", &["top", "OpenLDAProotDSE"])]);
        fake.schema(&[
            "uid",
            "cn",
            "givenName",
            "title",
            "memberOf",
            "entryUUID",
            "jpegPhoto",
            "manager",
            "pwdAccountLockedTime",
        ]);
        fake
    }

    /// Active Directory.
    pub fn active_directory() -> Self {
        let mut fake = Self::bare(&[
            ("supportedCapabilities", &["1.2.840.113556.1.4.800"]),
            ("defaultNamingContext", &["dc=x"]),
        ]);
        fake.schema(&[
            "sAMAccountName",
            "cn",
            "memberOf",
            "objectGUID",
            "userAccountControl",
            "manager",
        ]);
        fake.set("dc=x", "lockoutDuration", &["-18000000000"]);
        fake
    }

    pub fn bare(root: &[(&str, &[&str])]) -> Self {
        let mut fake = Self {
            entries: Vec::new(),
            root: Vec::new(),
            trouble: Trouble::None,
            hidden: Vec::new(),
            late: Vec::new(),
            block: 3,
            told: Told::default(),
            asked: Rc::default(),
        };
        let common: &[(&str, &[&str])] = &[
            ("namingContexts", &["dc=x"]),
            ("subschemaSubentry", &[SCHEMA]),
        ];
        fake.root = root
            .iter()
            .chain(common)
            .map(|(name, values)| ((*name).to_owned(), bytes(values)))
            .collect();
        for (dn, class) in [
            ("dc=x", "domain"),
            ("ou=people,dc=x", "organizationalUnit"),
            ("ou=groups,dc=x", "organizationalUnit"),
        ] {
            fake.add(dn, &[("objectClass", &[class])]);
        }
        fake
    }

    fn schema(&mut self, names: &[&str]) {
        let types: Vec<String> = names
            .iter()
            .enumerate()
            .map(|(number, name)| {
                let syntax = match *name {
                    "manager" | "memberOf" => 12,
                    "jpegPhoto" => 28,
                    "objectGUID" => 40,
                    _ => 15,
                };
                format!("( 1.1.{number} NAME '{name}' SYNTAX 1.3.6.1.4.1.1466.115.121.1.{syntax} )")
            })
            .collect();
        let types: Vec<&str> = types.iter().map(String::as_str).collect();
        self.add(
            SCHEMA,
            &[("objectClass", &["subschema"]), ("attributeTypes", &types)],
        );
    }

    pub fn add(&mut self, dn: &str, attributes: &[(&str, &[&str])]) {
        let attributes = attributes
            .iter()
            .map(|(name, values)| ((*name).to_owned(), bytes(values)))
            .collect();
        self.entries.push((dn.to_owned(), attributes));
    }

    pub fn add_bytes(&mut self, dn: &str, name: &str, value: &[u8]) {
        if let Some((_, attributes)) = self.entries.iter_mut().find(|(other, _)| other == dn) {
            attributes.push((name.to_owned(), vec![value.to_vec()]));
        }
    }

    pub fn set(&mut self, dn: &str, name: &str, values: &[&str]) {
        if let Some((_, attributes)) = self.entries.iter_mut().find(|(other, _)| other == dn) {
            attributes.retain(|(other, _)| other != name);
            attributes.push((name.to_owned(), bytes(values)));
        }
    }

    /// A person below `ou=people`.
    pub fn person(&mut self, uid: &str) {
        self.person_below(uid, "ou=people,dc=x");
    }

    pub fn person_below(&mut self, uid: &str, parent: &str) {
        let id = format!("id-{uid}");
        self.add(
            &format!("uid={uid},{parent}"),
            &[
                ("objectClass", &["inetOrgPerson"]),
                ("uid", &[uid]),
                ("cn", &[uid]),
                ("entryUUID", &[&id]),
            ],
        );
    }

    /// A person on Active Directory.
    pub fn user(&mut self, name: &str, control: &str, member_of: &[&str], primary: &str) {
        let dn = format!("cn={name},ou=people,dc=x");
        let classes: &[&str] = &["person", "user"];
        self.add(
            &dn,
            &[
                ("objectClass", classes),
                ("objectCategory", &["person"]),
                ("sAMAccountName", &[name]),
                ("userAccountControl", &[control]),
                ("primaryGroupID", &[primary]),
                ("memberOf", member_of),
            ],
        );
        let mut guid = [0; 16];
        guid.iter_mut()
            .zip(name.bytes())
            .for_each(|(to, from)| *to = from);
        self.add_bytes(&dn, "objectGUID", &guid);
    }

    /// A group of names below `ou=groups`.
    pub fn group(&mut self, cn: &str, members: &[&str]) {
        self.add(
            &format!("cn={cn},ou=groups,dc=x"),
            &[("objectClass", &["groupOfNames"]), ("member", members)],
        );
    }

    /// Sets what the server says of itself.
    pub fn root(&mut self, name: &str, values: &[&str]) {
        self.root.retain(|(other, _)| other != name);
        self.root.push((name.to_owned(), bytes(values)));
    }

    /// Takes an entry away.
    pub fn remove(&mut self, dn: &str) {
        self.entries.retain(|(other, _)| other != dn);
    }

    fn feed(&self, query: &Query) -> Vec<Block> {
        let told = match query.filter.contains("inetOrgPerson") || query.filter.contains("=person)")
        {
            true => self.told.clone(),
            false => Told {
                sent: match query.filter.contains("objectClass=group") {
                    true => self.told.groups.clone(),
                    false => Vec::new(),
                },
                code: self.told.code,
                ..Told::default()
            },
        };
        let sent = self.entries.iter().filter(|(dn, _)| told.sent.contains(dn));
        let block = sent.fold(Block::new(query), |block, (dn, attributes)| {
            let uuid = values(attributes, "entryUUID").next().cloned();
            let block = entry(block, query, dn, attributes);
            let digits = uuid.and_then(|text| crate::feed::Keys::EntryUuid.of_value(&text));
            block.state(Change::Add, digits.unwrap_or_default())
        });
        let feed = Feed {
            cookie: Some(b"rid=000,csn=2".to_vec()),
            more: false,
            absent_are_gone: told.absent_are_gone,
        };
        let end = Outcome {
            feed: Some(feed).filter(|_| told.code == 0),
            ..said(told.code)
        };
        vec![
            block
                .ids(false, &told.present)
                .ids(true, &told.deleted)
                .end(end),
        ]
    }

    pub fn is_active_directory(&self) -> bool {
        self.root
            .iter()
            .any(|(name, _)| name == "supportedCapabilities")
    }

    /// Serves the searches of this thread from now on.
    pub fn serve(&self) {
        let fake = self.clone();
        testing::ldap(move |_, query| fake.answer(query));
    }

    /// As [`Fake::serve`], but one entry's values come in two blocks.
    pub fn serve_cut(&self, dn: &str, name: &str) {
        let (fake, dn, name) = (self.clone(), dn.to_owned(), name.to_owned());
        testing::ldap(move |_, query| {
            if query.scope != Scope::Sub || !query.attributes.contains(&name) {
                return fake.answer(query);
            }
            let mut blocks = Vec::new();
            for (other, attributes) in fake
                .entries
                .iter()
                .filter(|(_, all)| all.iter().any(|(name, _)| name == "uid"))
            {
                if *other != dn {
                    blocks.push(entry(Block::new(query), query, other, attributes));
                    continue;
                }
                let (mut first, mut second) = (attributes.clone(), attributes.clone());
                let place = attributes
                    .iter()
                    .position(|(other, _)| *other == name)
                    .unwrap();
                let half = attributes[place].1.len() / 2;
                first[place].1.truncate(half);
                second[place].1.drain(..half);
                // What was complete in the first part is empty in the second.
                let before = query.attributes.iter().take_while(|other| **other != name);
                second.retain(|(other, _)| !before.clone().any(|before| before == other));
                let after = query
                    .attributes
                    .iter()
                    .skip_while(|other| **other != name)
                    .skip(1);
                first.retain(|(other, _)| !after.clone().any(|after| after == other));
                blocks.push(entry(Block::new(query), query, other, &first).continued());
                blocks.push(entry(Block::new(query), query, other, &second));
            }
            blocks.push(Block::new(query).success());
            Ok(blocks)
        });
    }

    /// Queries that were asked since.
    pub fn asked(&self) -> Vec<Query> {
        std::mem::take(&mut self.asked.borrow_mut())
    }

    fn answer(&self, query: &Query) -> Result<Vec<Block>, Failure> {
        self.asked.borrow_mut().push(query.clone());
        if query.base.is_empty() && query.scope == Scope::Base {
            return Ok(vec![
                entry(Block::new(query), query, "", &self.root).success(),
            ]);
        }
        let mut names = Names::default();
        let base = names
            .digest(query.base.as_bytes())
            .map_err(|_| Failure::internal("the base"))?;
        let mut same = |dn: &str| names.digest(dn.as_bytes()) == Ok(base);
        if !self.entries.iter().any(|(dn, _)| same(dn)) {
            return Ok(vec![Block::new(query).end(said(32))]);
        }
        if matches!(query.mode, Mode::Refresh(_) | Mode::DirSync(_)) {
            return Ok(self.feed(query));
        }
        let filter = Filter::parse(&query.filter).ok_or_else(|| Failure::config("the filter"))?;
        let mut names = Names::default();
        let found: Vec<&(String, Attributes)> = self
            .entries
            .iter()
            .filter(|(dn, _)| match query.scope {
                Scope::Base => names.digest(dn.as_bytes()) == Ok(base),
                _ => names.is_below(dn.as_bytes(), &[base]) == Ok(true) && !self.late.contains(dn),
            })
            .filter(|(dn, attributes)| !self.hidden.contains(dn) && filter.holds(attributes))
            .collect();
        Ok(self.blocks(query, &found))
    }

    fn blocks(&self, query: &Query, found: &[&(String, Attributes)]) -> Vec<Block> {
        let is_people = query.scope == Scope::Sub && query.attributes.len() > 1;
        let (most, end) = match self.trouble {
            Trouble::Code(most, code) if is_people => (most, Ok(code)),
            Trouble::Cut(most) if is_people => {
                (most, Err(Failure::unavailable("the connection broke")))
            }
            _ => (usize::MAX, Ok(0)),
        };
        let sent = found.get(..most.min(found.len())).unwrap_or_default();
        let mut blocks: Vec<Block> = sent
            .chunks(self.block)
            .map(|some| {
                some.iter()
                    .fold(Block::new(query), |block, (dn, attributes)| {
                        entry(block, query, dn, attributes)
                    })
            })
            .collect();
        match end {
            Ok(code) => blocks.push(Block::new(query).end(said(code))),
            Err(failure) => blocks.push(Block::broken(failure)),
        }
        blocks
    }
}

fn said(code: u32) -> Outcome {
    Outcome {
        code,
        matched_dn: String::new(),
        message: String::new(),
        references: 0,
        pages: 1,
        exhausted: code == 0,
        feed: None,
    }
}

fn entry(block: Block, query: &Query, dn: &str, attributes: &Attributes) -> Block {
    let wanted: Vec<(&str, Vec<&[u8]>)> = query
        .attributes
        .iter()
        .filter_map(|name| {
            let (_, values) = attributes
                .iter()
                .find(|(other, _)| other.eq_ignore_ascii_case(name))?;
            Some((name.as_str(), values.iter().map(Vec::as_slice).collect()))
        })
        .collect();
    let wanted: Vec<(&str, &[&[u8]])> = wanted
        .iter()
        .map(|(name, values)| (*name, values.as_slice()))
        .collect();
    block.entry(dn, &wanted)
}

/// A filter, evaluated by plain means.
enum Filter {
    All(Vec<Filter>),
    Any(Vec<Filter>),
    Not(Box<Filter>),
    Equals(String, Vec<u8>),
    Present(String),
    Least(String, String),
    Most(String, String),
}

impl Filter {
    fn parse(text: &str) -> Option<Self> {
        let (filter, rest) = Self::one(text)?;
        rest.is_empty().then_some(filter)
    }

    fn one(text: &str) -> Option<(Self, &str)> {
        let inner = text.strip_prefix('(')?;
        let (filter, rest) = match inner.chars().next()? {
            '&' => Self::several(&inner[1..]).map(|(all, rest)| (Self::All(all), rest))?,
            '|' => Self::several(&inner[1..]).map(|(all, rest)| (Self::Any(all), rest))?,
            '!' => Self::one(&inner[1..]).map(|(one, rest)| (Self::Not(Box::new(one)), rest))?,
            _ => {
                let end = inner.find(')')?;
                let (name, value) = inner[..end].split_once('=')?;
                let filter = match value {
                    least if name.ends_with('>') => {
                        Self::Least(name.trim_end_matches('>').to_owned(), least.to_owned())
                    }
                    most if name.ends_with('<') => {
                        Self::Most(name.trim_end_matches('<').to_owned(), most.to_owned())
                    }
                    "*" => Self::Present(name.to_owned()),
                    value => Self::Equals(name.to_owned(), unescape(value)),
                };
                (filter, &inner[end..])
            }
        };
        Some((filter, rest.strip_prefix(')')?))
    }

    fn several(mut text: &str) -> Option<(Vec<Self>, &str)> {
        let mut all = Vec::new();
        while text.starts_with('(') {
            let (one, rest) = Self::one(text)?;
            all.push(one);
            text = rest;
        }
        Some((all, text))
    }

    fn holds(&self, attributes: &Attributes) -> bool {
        match self {
            Self::All(all) => all.iter().all(|one| one.holds(attributes)),
            Self::Any(any) => any.iter().any(|one| one.holds(attributes)),
            Self::Not(one) => !one.holds(attributes),
            Self::Least(name, least) => {
                values(attributes, name).any(|value| ordered(value) >= ordered(least.as_bytes()))
            }
            Self::Most(name, most) => {
                values(attributes, name).any(|value| ordered(value) <= ordered(most.as_bytes()))
            }
            Self::Present(name) => values(attributes, name).next().is_some(),
            Self::Equals(name, wanted) => {
                let mut names = Names::default();
                let wanted_dn = names.digest(wanted).ok().filter(|_| name == "memberOf");
                values(attributes, name).any(|value| match wanted_dn {
                    Some(dn) => names.digest(value) == Ok(dn),
                    None => value.eq_ignore_ascii_case(wanted),
                })
            }
        }
    }
}

/// Numbers by their size, and whatever has as many digits.
fn ordered(value: &[u8]) -> (usize, &[u8]) {
    (value.len(), value)
}

fn values<'a>(attributes: &'a Attributes, name: &'a str) -> impl Iterator<Item = &'a Vec<u8>> {
    let named = attributes
        .iter()
        .filter(move |(other, _)| other.eq_ignore_ascii_case(name));
    named.flat_map(|(_, values)| values)
}

fn unescape(value: &str) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut rest = value.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'\\' => {
                let digits = [rest.next(), rest.next()]
                    .map(|digit| char::from(digit.unwrap()).to_digit(16).unwrap());
                bytes.push((digits[0] * 16 + digits[1]) as u8);
            }
            byte => bytes.push(byte),
        }
    }
    bytes
}
