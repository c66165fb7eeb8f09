//! The account: people, groups, and what the emulator was told to do.

use serde_json::{Map, Value, json};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// The account's own identifier.
pub const CUSTOMER: &str = "C00fake00";

/// Its primary domain.
pub const DOMAIN: &str = "example.com";

/// The account, shared by all requests.
#[derive(Clone, Debug)]
pub struct Shared(Arc<Mutex<Account>>);

impl Shared {
    pub fn new(account: Account) -> Self {
        Self(Arc::new(Mutex::new(account)))
    }

    pub fn lock(&self) -> MutexGuard<'_, Account> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// What an administrator's role allows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Right {
    /// Users > Read.
    Users,
    /// Groups > Read.
    Groups,
    /// Schema Management.
    Schemas,
}

/// A person to be added.
#[derive(Clone, Debug)]
pub struct Person(Map<String, Value>);

impl Person {
    /// An active person, `NAME@example.com` unless the name is an address.
    pub fn new(name: &str, given: &str, family: &str) -> Self {
        let email = match name.contains('@') {
            true => name.to_owned(),
            false => format!("{name}@{DOMAIN}"),
        };
        let json = json!({
            "primaryEmail": email,
            "name": {"givenName": given, "familyName": family, "fullName": format!("{given} {family}")},
            "isAdmin": false,
            "isDelegatedAdmin": false,
            "lastLoginTime": "1970-01-01T00:00:00.000Z",
            "creationTime": "2024-05-02T08:00:00.000Z",
            "agreedToTerms": true,
            "suspended": false,
            "archived": false,
            "changePasswordAtNextLogin": false,
            "ipWhitelisted": false,
            "emails": [{"address": email, "primary": true}],
            "customerId": CUSTOMER,
            "orgUnitPath": "/",
            "isMailboxSetup": true,
            "isEnrolledIn2Sv": false,
            "isEnforcedIn2Sv": false,
            "includeInGlobalAddressList": true,
        });
        match json {
            Value::Object(map) => Self(map),
            _ => Self(Map::new()),
        }
    }

    /// Sets properties; null takes one away.
    #[must_use]
    pub fn with(mut self, properties: Value) -> Self {
        merge(&mut self.0, properties);
        self
    }
}

/// A member of a group.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Member {
    /// A person of the account, by address or identifier.
    Person(String),
    /// A group of the account, by address or identifier.
    Group(String),
    /// Somebody elsewhere, by address.
    Outsider(String),
    /// A group elsewhere, by address.
    OutsideGroup(String),
    /// Everybody in the account.
    Everybody,
}

impl Member {
    /// A person.
    pub fn person(who: &str) -> Self {
        Self::Person(who.to_owned())
    }

    /// A group.
    pub fn group(which: &str) -> Self {
        Self::Group(which.to_owned())
    }

    /// Somebody elsewhere.
    pub fn outsider(email: &str) -> Self {
        Self::Outsider(email.to_owned())
    }
}

/// A group.
#[derive(Clone, Debug)]
pub struct Group {
    pub id: String,
    pub email: String,
    /// Members with their roles, by resolved identifier.
    pub members: Vec<(Member, String)>,
}

/// What happens in the middle of a read.
#[derive(Debug)]
pub struct Later {
    pub at: String,
    pub after: usize,
    pub act: Act,
}

/// A change to be made.
pub struct Act(pub Box<dyn FnOnce(&mut super::Changes<'_>) + Send>);

impl std::fmt::Debug for Act {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Act")
    }
}

/// A token that was issued.
#[derive(Clone, Debug)]
pub struct Token {
    pub scopes: Vec<String>,
    /// The impersonated user, if any.
    pub subject: Option<String>,
}

/// Everything.
#[derive(Debug, Default)]
pub struct Account {
    /// By identifier, which ascends with time.
    pub users: BTreeMap<String, Map<String, Value>>,
    pub deleted: BTreeMap<String, Map<String, Value>>,
    pub groups: BTreeMap<String, Group>,
    pub photos: BTreeMap<String, String>,
    pub schemas: BTreeMap<String, Value>,
    pub tokens: BTreeMap<String, Token>,
    pub issued: u64,
    /// Scopes that are registered for the client.
    pub scopes: Vec<String>,
    pub rights: Vec<Right>,
    pub api_is_off: bool,
    pub apis_are_barred: bool,
    /// Page tokens of another generation are refused.
    pub generation: u64,
    /// What lists show while they lag.
    pub shown: Option<Box<Account>>,
    pub later: Vec<Later>,
    next: u64,
    changes: u64,
}

/// A copy of what lists show: people and groups.
impl Clone for Account {
    fn clone(&self) -> Self {
        Self {
            users: self.users.clone(),
            deleted: self.deleted.clone(),
            groups: self.groups.clone(),
            photos: self.photos.clone(),
            schemas: self.schemas.clone(),
            ..Self::default()
        }
    }
}

impl Account {
    pub fn new() -> Self {
        Self {
            scopes: super::SCOPES.map(str::to_owned).into(),
            rights: vec![Right::Users, Right::Groups, Right::Schemas],
            next: 1,
            ..Self::default()
        }
    }

    /// What lists show.
    pub fn visible(&self) -> &Self {
        self.shown.as_deref().unwrap_or(self)
    }

    pub fn touch(&mut self) -> String {
        self.changes += 1;
        format!("\"fake-etag-{}\"", self.changes)
    }

    pub fn add(&mut self, person: Person) -> String {
        let id = format!("1048576000{:011}", self.next);
        self.next += 1;
        let mut map = Map::new();
        map.insert("kind".into(), "admin#directory#user".into());
        map.insert("id".into(), id.clone().into());
        map.insert("etag".into(), self.touch().into());
        map.extend(person.0);
        self.users.insert(id.clone(), map);
        id
    }

    /// Finds a live person by address, alias or identifier.
    pub fn find(&self, who: &str) -> Option<&Map<String, Value>> {
        self.users
            .get(who)
            .or_else(|| self.users.values().find(|user| is_called(user, who)))
    }

    /// The identifier of a live person.
    pub fn id_of(&self, who: &str) -> String {
        let user = self.find(who).unwrap_or_else(|| panic!("no user `{who}`"));
        text(user, "id").to_owned()
    }

    pub fn change(&mut self, who: &str, properties: Value) {
        let id = self.id_of(who);
        let etag = self.touch();
        let user = self.users.get_mut(&id).expect("a user");
        // A new address leaves the old one as an alias.
        if let Some(email) = properties["primaryEmail"].as_str() {
            let old = user["primaryEmail"].clone();
            let aliases = user.entry("aliases").or_insert_with(|| json!([]));
            aliases.as_array_mut().expect("a list").push(old);
            user["emails"] = json!([{"address": email, "primary": true}]);
        }
        merge(user, properties);
        user.insert("etag".into(), etag.into());
    }

    pub fn delete(&mut self, who: &str) {
        let id = self.id_of(who);
        let mut user = self.users.remove(&id).expect("a user");
        user.insert("deletionTime".into(), "2026-11-20T09:00:00.000Z".into());
        user.insert("etag".into(), self.touch().into());
        self.deleted.insert(id.clone(), user);
        for group in self.groups.values_mut() {
            group
                .members
                .retain(|(member, _)| *member != Member::Person(id.clone()));
        }
    }

    pub fn add_group(&mut self, email: &str) -> String {
        let id = format!("03fake{:09}", self.next);
        self.next += 1;
        self.touch();
        let group = Group {
            id: id.clone(),
            email: email.to_owned(),
            members: Vec::new(),
        };
        self.groups.insert(id.clone(), group);
        id
    }

    /// Finds a group by address or identifier.
    pub fn group(&self, key: &str) -> Option<&Group> {
        let by_email = |group: &&Group| group.email.eq_ignore_ascii_case(key);
        self.groups
            .get(key)
            .or_else(|| self.groups.values().find(by_email))
    }

    pub fn join(&mut self, group: &str, member: Member, role: &str) {
        let member = self.resolved(member);
        let id = self.group(group).expect("a group").id.clone();
        let group = self.groups.get_mut(&id).expect("a group");
        group.members.push((member, role.to_owned()));
        self.touch();
    }

    pub fn leave(&mut self, group: &str, member: &Member) {
        let member = self.resolved(member.clone());
        let id = self.group(group).expect("a group").id.clone();
        let group = self.groups.get_mut(&id).expect("a group");
        let before = group.members.len();
        group.members.retain(|(known, _)| *known != member);
        assert!(group.members.len() < before, "{member:?} is no member");
        self.touch();
    }

    fn resolved(&self, member: Member) -> Member {
        match member {
            Member::Person(who) => Member::Person(self.id_of(&who)),
            Member::Group(key) => {
                let group = self
                    .group(&key)
                    .unwrap_or_else(|| panic!("no group `{key}`"));
                Member::Group(group.id.clone())
            }
            other => other,
        }
    }
}

/// A property as text.
pub fn text<'a>(user: &'a Map<String, Value>, name: &str) -> &'a str {
    user.get(name).and_then(Value::as_str).unwrap_or_default()
}

fn is_called(user: &Map<String, Value>, who: &str) -> bool {
    let aliases = user.get("aliases").and_then(Value::as_array);
    text(user, "primaryEmail").eq_ignore_ascii_case(who)
        || aliases.is_some_and(|aliases| {
            aliases
                .iter()
                .filter_map(Value::as_str)
                .any(|alias| alias.eq_ignore_ascii_case(who))
        })
}

fn merge(map: &mut Map<String, Value>, properties: Value) {
    let Value::Object(properties) = properties else {
        panic!("properties are an object");
    };
    for (name, value) in properties {
        match value {
            Value::Null => map.remove(&name),
            value => map.insert(name, value),
        };
    }
}
