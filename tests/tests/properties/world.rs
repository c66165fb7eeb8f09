//! Small random worlds: a policy, an intranet and a read.
//!
//! Names, identifiers and values come from small sets, so that people clash,
//! leave, come back and exchange their names all the time.

use muster_model::page::PlainRow;
use muster_model::{
    Account, AccountId, BlockCause, BlockReason, Coverage, DirectoryName, Evidence, ExternalId,
    FieldName, Owner, PartialReason, Problem, Removal, SourceStatus, Subject, Username,
    UsernameKey, Value,
};
use muster_policy::{Colour, Key, Policy, parse, render};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;
use proptest::sample::select;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

/// The directory that the policy is about.
pub const DIRECTORY: &str = "staff";

/// Which people are in scope.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Where {
    /// All.
    All,
    /// `level` is not `0`; nobody is without a level.
    Level,
    /// `level` as a number is more than 0; an error for those who have none.
    Number,
}

/// What varies in a policy.
#[derive(Clone, Debug)]
pub struct Terms {
    pub key: Key,
    pub scope: Where,
    pub excluded: bool,
    /// `name: {expr: entry.cn + "!"}` instead of `name: cn`.
    pub computed: bool,
    /// A rule that fails for those whose `ends` is no number.
    pub rule: bool,
    /// What the policy says of `room`, which is a number.
    pub room: Room,
}

/// What the policy says of a field whose value is odd or missing.
#[derive(Clone, Copy, Debug)]
pub struct Room {
    pub empty: &'static str,
    pub absent: &'static str,
    pub on_error: &'static str,
    pub required: bool,
}

impl Terms {
    pub fn text(&self) -> String {
        let scope = match self.scope {
            Where::All => "",
            Where::Level => "  where: entry.level != \"0\"\n",
            Where::Number => "  where: int(entry.level) > 0\n",
        };
        let exclude = if self.excluded {
            "  exclude: {usernames: [DESK]}\n"
        } else {
            ""
        };
        let name = if self.computed {
            "{expr: 'entry.cn + \"!\"'}"
        } else {
            "cn"
        };
        let rule = if self.rule {
            "block: [{name: ended, when: has(entry.ends) && int(entry.ends) > 0}]\n"
        } else {
            ""
        };
        let Room {
            empty,
            absent,
            on_error,
            required,
        } = self.room;
        let room = format!(
            "  room: {{from: room, type: number, empty: {empty}, absent: {absent}, on_error: {on_error}, required: {required}}}\n"
        );
        format!(
            "muster: 1\ndirectory: {DIRECTORY}\nprovider: {{plugin: csv}}\nscope:\n  groups: [staff]\n{scope}{exclude}identity: {{key: {}, username: uid}}\nfields:\n  name: {name}\n  email: {{from: [mail, other]}}\n  phones: {{from: phone, type: list}}\n  title: {{from: title, default: none}}\n  about: {{from: about, mode: create}}\n  note: {{from: note, mode: if-empty}}\n{room}{rule}guards: {{block: none, shrink: none, clear: none}}\n",
            self.key.as_str()
        )
    }

    pub fn policy(&self) -> Policy {
        let text = self.text();
        parse("p.yaml", &text)
            .unwrap_or_else(|wrong| panic!("{}", render(&wrong, &text, Colour::Never)))
    }
}

/// A person at the source.
#[derive(Clone, Debug)]
pub struct Person {
    pub id: Option<String>,
    pub status: SourceStatus,
    pub values: BTreeMap<&'static str, Vec<String>>,
}

impl Person {
    pub fn values(&self, attribute: &str) -> &[String] {
        self.values.get(attribute).map_or(&[], Vec::as_slice)
    }

    fn keep_one_name(&mut self) {
        if let Some(names) = self.values.get_mut("uid") {
            names.truncate(1);
        }
    }

    pub fn row(&self, policy: &Policy) -> PlainRow {
        PlainRow {
            id: self.id.clone(),
            groups: vec!["staff".to_owned()],
            status: self.status,
            values: policy
                .attributes
                .iter()
                .map(|name| self.values(name).to_vec())
                .collect(),
        }
    }
}

/// How far the read went.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    Complete,
    Partial,
    Delta,
}

impl Reach {
    pub fn coverage(self, entries: usize) -> Coverage {
        let evidence = Evidence {
            entries: entries as u64,
            ..Evidence::default()
        };
        match self {
            Self::Complete => Coverage::Complete { evidence },
            Self::Delta => Coverage::Delta { evidence },
            Self::Partial => Coverage::Partial {
                reason: PartialReason::SizeLimit,
                text: "the server stops".to_owned(),
                evidence,
            },
        }
    }
}

/// Everything that a plan is made from.
#[derive(Clone)]
pub struct World {
    pub terms: Terms,
    pub accounts: Vec<Account>,
    pub people: Vec<Person>,
    pub problems: Vec<Problem>,
    pub reach: Reach,
}

/// One line each, so that a failing world can be read.
impl fmt::Debug for World {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{:?} {:?}", self.terms, self.reach)?;
        for account in &self.accounts {
            let values =
                |value: Option<&Value>| value.map_or("-".to_owned(), |value| format!("{value:?}"));
            let fields: Vec<String> = account
                .fields
                .iter()
                .map(|(name, value)| format!("{name}={}", values(Some(value))))
                .collect();
            let synced: Vec<String> = account
                .synced
                .iter()
                .map(|(name, value)| format!("{name}={}", values(value.as_ref())))
                .collect();
            writeln!(
                f,
                "  account {} `{}` of {}, id {:?}, {:?}\n    holds {}\n    synced {}",
                account.id,
                account.username,
                account.owner,
                account.external_id.as_ref().map(ExternalId::as_str),
                account.block_reasons,
                fields.join(" "),
                synced.join(" "),
            )?;
        }
        for person in &self.people {
            let values: Vec<String> = person
                .values
                .iter()
                .map(|(name, values)| format!("{name}={values:?}"))
                .collect();
            writeln!(
                f,
                "  person id {:?} {:?} {}",
                person.id,
                person.status,
                values.join(" ")
            )?;
        }
        for problem in &self.problems {
            writeln!(f, "  problem {:?}", problem.subject)?;
        }
        Ok(())
    }
}

const USERNAMES: [&str; 9] = [
    "anna", "Anna", "ben", "BEN", "cleo", "dora", "desk", "straße", "STRASSE",
];
const IDS: [&str; 6] = ["1", "2", "3", "4", "5", "6"];

fn texts(options: &[&[&str]]) -> impl Strategy<Value = Vec<String>> + use<> {
    let options: Vec<Vec<String>> = options
        .iter()
        .map(|values| values.iter().map(|v| (*v).to_owned()).collect())
        .collect();
    select(options)
}

fn terms() -> impl Strategy<Value = Terms> {
    let key = prop_oneof![3 => Just(Key::ExternalId), 2 => Just(Key::Username)];
    let scope =
        prop_oneof![3 => Just(Where::All), 1 => Just(Where::Level), 1 => Just(Where::Number)];
    let flags = (any::<bool>(), any::<bool>(), any::<bool>());
    (key, scope, flags, room()).prop_map(|(key, scope, flags, room)| {
        let (excluded, computed, rule) = flags;
        Terms {
            key,
            scope,
            excluded,
            computed,
            rule,
            room,
        }
    })
}

fn room() -> impl Strategy<Value = Room> {
    let empty = select(vec!["write", "absent", "keep"]);
    let absent = select(vec!["remove", "keep"]);
    let on_error = select(vec!["hold", "keep", "absent"]);
    (empty, absent, on_error, 0..4_u8).prop_map(|(empty, absent, on_error, luck)| Room {
        empty,
        absent,
        on_error,
        required: luck == 0,
    })
}

fn status() -> impl Strategy<Value = SourceStatus> {
    prop_oneof![
        10 => Just(SourceStatus::Active),
        2 => Just(SourceStatus::Blocked(BlockCause::Disabled)),
        1 => Just(SourceStatus::Pending),
        1 => Just(SourceStatus::Unknown),
        1 => Just(SourceStatus::Removed(Removal::Restorable)),
    ]
}

fn person() -> impl Strategy<Value = Person> {
    let uid = prop_oneof![
        12 => select(USERNAMES.to_vec()).prop_map(|name| vec![name.to_owned()]),
        1 => texts(&[&[], &[" "], &[" anna "], &["cleo", "ben"], &["dora", "", "anna"]]),
    ];
    let values = (
        uid,
        texts(&[&["Anna"], &["Ben"], &["Cleo"], &["Anna"], &[], &["A", "B"]]),
        texts(&[&["a@x"], &["b@x"], &["b@x", "a@x"], &[""], &[]]),
        texts(&[&["o@x"], &[], &[]]),
        texts(&[&["1"], &["2", "1"], &["1", "2", "1"], &[""], &[]]),
        texts(&[&["Dr."], &[""], &[]]),
        texts(&[&["x"], &[]]),
        texts(&[&["n"], &[""], &[]]),
        (
            texts(&[&["0"], &["1"], &["1"], &["x"], &[]]),
            texts(&[&["7"], &["07"], &["8"], &["8", "7"], &["seven"], &[""], &[]]),
        ),
        texts(&[&["0"], &["1"], &["soon"], &[], &[], &[]]),
    );
    let id =
        prop_oneof![15 => select(IDS.to_vec()).prop_map(|id| Some(id.to_owned())), 1 => Just(None)];
    (id, status(), values).prop_map(|(id, status, values)| {
        let (mut uid, cn, mail, other, phone, title, about, note, (level, room), ends) = values;
        if id.is_none() {
            // Without an identifier, nothing tells which of the names is meant.
            uid.truncate(1);
        }
        let named = [
            ("uid", uid),
            ("cn", cn),
            ("mail", mail),
            ("other", other),
            ("phone", phone),
            ("title", title),
            ("about", about),
            ("note", note),
            ("level", level),
            ("room", room),
            ("ends", ends),
        ];
        Person {
            id,
            status,
            values: named.into(),
        }
    })
}

/// Whether the source may say who is who in two ways: by one identifier that
/// comes twice in one read, which the border lets not through, or by two names
/// of one person where people are matched by their name. A planner must survive
/// it, but once a plan is applied it may find out more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Doubles {
    None,
    Some,
}

fn people(doubles: Doubles) -> impl Strategy<Value = Vec<Person>> {
    (vec(person(), 0..7), 0..10_u8).prop_map(move |(people, luck)| {
        let mut seen = BTreeSet::new();
        let many = doubles == Doubles::Some && luck == 0;
        let keep = |person: &Person| match &person.id {
            Some(id) => many || seen.insert(id.clone()),
            None => true,
        };
        people.into_iter().filter(keep).collect()
    })
}

fn field(name: &'static str) -> impl Strategy<Value = (Option<Value>, Option<Option<Value>>)> {
    let one = move || {
        let texts: &[&str] = match name {
            "name" => &["Anna", "Ben", "Cleo", "Anna!", "Ben!"],
            "email" => &["a@x", "b@x", "o@x", ""],
            "title" => &["Dr.", "none", ""],
            "about" => &["x", "mine"],
            "room" => &["7", "8", "07", ""],
            _ => &["n", "mine", ""],
        };
        let value: BoxedStrategy<Value> = if name == "phones" {
            select(vec![vec!["1"], vec!["1", "2"], vec![]])
                .prop_map(|items| Value::list(items.into_iter().map(str::to_owned).collect()))
                .boxed()
        } else {
            select(texts.to_vec()).prop_map(Value::from).boxed()
        };
        option::weighted(0.8, value)
    };
    // Mostly as the last sync left it.
    (one(), one(), 0..10_u8).prop_map(|(held, other, luck)| match luck {
        0 => (held, None),
        1 | 2 => (held, Some(other)),
        _ => (held.clone(), Some(held)),
    })
}

fn reasons() -> impl Strategy<Value = BTreeSet<BlockReason>> {
    let reason = select(vec![
        BlockReason::BlockedInSource,
        BlockReason::LeftScope,
        BlockReason::Rule("ended".to_owned()),
        BlockReason::Rule("old".to_owned()),
        BlockReason::Manual,
    ]);
    prop_oneof![
        3 => Just(BTreeSet::new()),
        1 => proptest::collection::btree_set(reason, 1..3),
    ]
}

fn account() -> impl Strategy<Value = Account> {
    let owner = prop_oneof![7 => Just(DIRECTORY), 2 => Just("local"), 1 => Just("partners")];
    let id = prop_oneof![8 => select(IDS.to_vec()).prop_map(Some), 1 => Just(None)];
    let fields = (
        field("name"),
        field("email"),
        field("phones"),
        field("title"),
        field("about"),
        field("note"),
        field("room"),
    );
    let username = select(USERNAMES.to_vec());
    (owner, id, username, fields, reasons(), 0..8_u8).prop_map(
        |(owner, id, username, fields, block_reasons, luck)| {
            let owner = Owner::from_name(owner);
            let local = owner == Owner::Local;
            let mut account = Account {
                id: AccountId(0),
                username: Username::new(username).unwrap(),
                external_id: id.filter(|_| !local).map(ExternalId::from),
                block_reasons,
                fields: BTreeMap::new(),
                synced: BTreeMap::new(),
                owner,
            };
            let named = [
                ("name", fields.0),
                ("email", fields.1),
                ("phones", fields.2),
                ("title", fields.3),
                ("about", fields.4),
                ("note", fields.5),
                ("room", fields.6),
            ];
            for (name, (held, synced)) in named {
                let tracked = !local && !matches!(name, "about" | "note");
                if let Some(held) = held {
                    account.fields.insert(FieldName::from(name), held);
                }
                if let Some(synced) = synced.filter(|_| tracked) {
                    account.synced.insert(FieldName::from(name), synced);
                }
            }
            if !local && luck > 0 {
                let synced = if luck == 1 { "dora" } else { username };
                account
                    .synced
                    .insert(FieldName::from("username"), Some(Value::from(synced)));
            }
            account
        },
    )
}

/// An intranet in which nobody shares a username or an identifier.
fn accounts() -> impl Strategy<Value = Vec<Account>> {
    vec(account(), 0..7).prop_map(|accounts| {
        let mut names = BTreeSet::<UsernameKey>::new();
        let mut ids = BTreeSet::new();
        let mut kept: Vec<Account> = Vec::new();
        for mut account in accounts {
            let id = account
                .external_id
                .clone()
                .map(|id| (account.owner.clone(), id));
            if names.contains(&account.username.key())
                || id.as_ref().is_some_and(|id| ids.contains(id))
            {
                continue;
            }
            names.insert(account.username.key());
            ids.extend(id);
            account.id = AccountId(kept.len() as u64 + 1);
            kept.push(account);
        }
        kept
    })
}

fn problems() -> impl Strategy<Value = Vec<Problem>> {
    let subject = prop_oneof![
        4 => select(IDS.to_vec()).prop_map(|id| Subject::Id(ExternalId::from(id))),
        2 => select(USERNAMES.to_vec()).prop_map(|name| Subject::Attribute {
            name: "uid".to_owned(),
            value: name.to_owned(),
        }),
        1 => Just(Subject::Nobody),
    ];
    let problem = (0..9_u32, subject).prop_map(|(line, subject)| Problem {
        place: format!("line {line}"),
        text: "it is broken".to_owned(),
        subject,
    });
    prop_oneof![4 => Just(Vec::new()), 1 => vec(problem, 1..3)]
}

pub fn world(doubles: Doubles) -> impl Strategy<Value = World> {
    let reach =
        prop_oneof![5 => Just(Reach::Complete), 1 => Just(Reach::Partial), 1 => Just(Reach::Delta)];
    (terms(), accounts(), people(doubles), problems(), reach).prop_map(
        move |(terms, accounts, mut people, problems, reach)| {
            if doubles == Doubles::None && terms.key == Key::Username {
                people.iter_mut().for_each(Person::keep_one_name);
            }
            World {
                terms,
                accounts,
                people,
                problems,
                reach,
            }
        },
    )
}

/// True for accounts of the policy's directory.
pub fn is_own(account: &Account) -> bool {
    account.owner == Owner::Directory(DirectoryName::from(DIRECTORY))
}

/// A complete read without oddities, and the people of the next one: some have
/// changed, some are gone, some are new.
pub fn two_reads() -> impl Strategy<Value = (World, Vec<Person>)> {
    let changes = (people(Doubles::None), vec(0..3_u8, 7));
    (world(Doubles::None), changes).prop_map(|(mut world, (others, fates))| {
        world.reach = Reach::Complete;
        world.problems.clear();
        world.people.retain(is_plain);
        let mut after: Vec<Person> = Vec::new();
        for (person, fate) in world.people.iter().zip(&fates) {
            let other = others.iter().find(|other| other.id == person.id);
            match (fate, other) {
                (0, None) => {}
                (1, Some(other)) if is_plain(other) => after.push(other.clone()),
                _ => after.push(person.clone()),
            }
        }
        let is_new = |other: &&Person| world.people.iter().all(|known| known.id != other.id);
        after.extend(
            others
                .iter()
                .filter(is_new)
                .filter(|p| is_plain(p))
                .cloned(),
        );
        one_name_each(&mut world.people);
        one_name_each(&mut after);
        if world.terms.scope == Where::Number {
            world.terms.scope = Where::Level;
        }
        (world, after)
    })
}

/// True for people of whom a complete read and a feed can tell the same, and
/// with whom nothing is wrong.
fn is_plain(person: &Person) -> bool {
    let is_told = !matches!(
        person.status,
        SourceStatus::Removed(_) | SourceStatus::Unknown
    );
    let has_rest = !person.values("level").is_empty() && person.values("ends") != ["soon"];
    let has_room = matches!(person.values("room"), [room] if room == "7" || room == "07");
    person.id.is_some() && is_told && has_rest && has_room && !person.values("cn").is_empty()
}

/// Leaves out whoever has the username of somebody before them, or none.
fn one_name_each(people: &mut Vec<Person>) {
    let mut names = BTreeSet::new();
    people.retain_mut(|person| {
        person.keep_one_name();
        let name = person.values("uid").first().map(|name| name.trim());
        name.is_some_and(|name| !name.is_empty() && names.insert(UsernameKey::of(name)))
    });
}

/// What a feed tells of the way from one read to the next.
pub fn changes(before: &[Person], after: &[Person]) -> Vec<Person> {
    let is_same = |person: &&Person| {
        let known = before.iter().find(|known| known.id == person.id);
        known.is_some_and(|known| known.values == person.values && known.status == person.status)
    };
    let is_gone = |person: &&Person| after.iter().all(|left| left.id != person.id);
    let removed = before.iter().filter(is_gone).map(|person| Person {
        id: person.id.clone(),
        status: SourceStatus::Removed(Removal::LeftScope),
        values: BTreeMap::new(),
    });
    let changed = after.iter().filter(|person| !is_same(person)).cloned();
    changed.chain(removed).collect()
}
