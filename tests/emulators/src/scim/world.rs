//! Who and what is there, and how it misbehaves.

use serde_json::{Value, json};

/// The schema of what an employer knows.
const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";

/// What a service does wrong, or oddly.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Quirk {
    /// Filters are accepted and everybody is given.
    IgnoresFilters,
    /// `filter.supported` is false, and filters are refused.
    NoFilters,
    /// The first page comes whatever `startIndex` is asked for.
    IgnoresStartIndex,
    /// Everything comes at once, whatever is asked for.
    AnswersAllAtOnce,
    /// `startIndex` and `count` are an error.
    RejectsPaging,
    /// Nobody comes unless both parameters are sent.
    DemandsBoth,
    /// A page has at most so many.
    AtMost(usize),
    /// `totalResults` is the number of resources on the page.
    TotalOfThePage,
    /// `totalResults` is so much too high.
    TotalTooHigh(u64),
    /// `totalResults` grows with each answer.
    TotalChanges,
    /// There is no `totalResults`.
    NoTotal,
    /// After this many pages, somebody at the front is deleted and another one
    /// added at the end: the total stays.
    ShiftsAfter(usize),
    /// After this many pages, somebody is added at the front and the last one
    /// deleted.
    GrowsInFrontAfter(usize),
    /// The last resource of each page but the last one is left out, and counted.
    DropsAtBorders,
    /// One person is never listed, and counted.
    Hides(String),
    /// The first person of the list comes again at the end of each page.
    RepeatsTheFirst,
    /// After this many pages, a page ends in the middle.
    HalfAfter(usize),
    /// After this many pages, a page is an HTML page with status 200.
    HtmlAfter(usize),
    /// The list is `{}`.
    EmptyObject,
    /// The list is empty, and says so.
    Nobody,
    /// Cursors work and are declared.
    Cursors,
    /// Cursors come unasked, and nothing else works.
    CursorsUnasked,
    /// `nextCursor` is always the same.
    CursorCircle,
    /// Cursors are declared, work, and after this many pages the next one has
    /// expired, once.
    CursorExpiresAfter(usize),
    /// Cursors expire after so many pages, always.
    CursorsExpireAfter(usize),
    /// The list is a redirect to this address.
    RedirectsTo(String),
    /// No one has `active`.
    NoActive,
    /// `active` is a text.
    ActiveIsText,
    /// E-mails are texts.
    BareEmails,
    /// The manager is a text.
    BareManager,
    /// So many people at the front have no `id`.
    NoId(usize),
    /// Members do not say what they are.
    BareMembers,
    /// `attributes=` leaves extensions out.
    ForgetsExtensions,
    /// There is no discovery.
    NoDiscovery,
    /// Discovery answers HTML.
    NonsenseDiscovery,
}

/// A person.
#[derive(Clone, Debug)]
pub struct User {
    /// Never changes.
    pub id: String,
    /// `userName`.
    pub name: String,
    /// `name.givenName`.
    pub given_name: String,
    /// `active`.
    pub active: bool,
    /// `department` of the enterprise extension.
    pub department: String,
    /// `userName` of the manager.
    pub manager: Option<String>,
    /// `meta.lastModified`.
    pub last_modified: String,
}

/// A group.
#[derive(Clone, Debug)]
pub struct Group {
    /// Never changes.
    pub id: String,
    /// `displayName`.
    pub name: String,
    /// `id`s, and whether each is a group.
    pub members: Vec<(String, bool)>,
}

/// Everything.
#[derive(Debug)]
pub struct World {
    pub url: String,
    pub users: Vec<User>,
    pub groups: Vec<Group>,
    pub quirks: Vec<Quirk>,
    /// Pages of people since the last quirk.
    pub lists: usize,
    /// Edits so far: each has a time of its own.
    edits: u64,
    made: u64,
}

impl World {
    pub fn new(people: usize) -> Self {
        let mut world = Self {
            url: String::new(),
            users: Vec::new(),
            groups: Vec::new(),
            quirks: Vec::new(),
            lists: 0,
            edits: 0,
            made: 0,
        };
        for at in 0..people {
            world.hire(&format!("user-{at}"));
        }
        // The first is the manager of all others.
        for user in world.users.iter_mut().skip(1) {
            user.manager = Some("user-0".to_owned());
        }
        for user in &mut world.users {
            "2020-01-01T00:00:00Z".clone_into(&mut user.last_modified);
        }
        world
    }

    pub fn has(&self, quirk: &Quirk) -> bool {
        self.quirks.contains(quirk)
    }

    pub fn edit(&mut self, name: &str, change: impl FnOnce(&mut User)) {
        let stamp = self.stamp();
        let user = self.users.iter_mut().find(|user| user.name == name);
        let user = user.expect("the person");
        change(user);
        user.last_modified = stamp;
    }

    /// Later than any clock of a test, and later with each edit.
    fn stamp(&mut self) -> String {
        self.edits += 1;
        format!(
            "2100-01-01T00:{:02}:{:02}Z",
            self.edits / 60 % 60,
            self.edits % 60
        )
    }

    pub fn hire(&mut self, name: &str) {
        self.made += 1;
        let last_modified = self.stamp();
        self.users.push(User {
            id: format!(
                "id-{:08x}-{name}",
                self.made.wrapping_mul(0x9e37_79b9) as u32
            ),
            name: name.to_owned(),
            given_name: format!("Given {name}"),
            active: true,
            department: "Finance".to_owned(),
            manager: None,
            last_modified,
        });
    }

    pub fn group(&mut self, name: &str, members: &[&str]) {
        let id_of = |member: &str| {
            let user = self.users.iter().find(|user| user.name == member);
            let group = self.groups.iter().find(|group| group.name == member);
            user.map(|user| (user.id.clone(), false))
                .or(group.map(|group| (group.id.clone(), true)))
                // Somebody who is gone.
                .unwrap_or_else(|| (member.to_owned(), false))
        };
        let members = members.iter().map(|member| id_of(member)).collect();
        self.groups.retain(|known| known.name != name);
        self.groups.push(Group {
            id: format!("group-{name}"),
            name: name.to_owned(),
            members,
        });
    }

    /// All resources of a kind, as JSON.
    pub fn resources(&self, kind: &str) -> Vec<Value> {
        match kind {
            "Users" => self.users.iter().map(|user| self.user(user)).collect(),
            _ => self
                .groups
                .iter()
                .map(|group| self.group_json(group))
                .collect(),
        }
    }

    fn user(&self, user: &User) -> Value {
        let email = format!("{}@example.org", user.name);
        let emails = match self.has(&Quirk::BareEmails) {
            true => json!([email]),
            false => json!([{"value": email, "type": "work", "primary": true},
                {"value": "home@example.org", "type": "home"}]),
        };
        let groups = self.groups.iter().filter(|group| {
            let mut members = group.members.iter();
            members.any(|(id, _)| *id == user.id)
        });
        let groups: Vec<Value> = groups
            .map(|group| json!({"value": group.id, "display": group.name, "type": "direct"}))
            .collect();
        let mut resource = json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User", ENTERPRISE],
            "id": user.id, "userName": user.name, "active": user.active,
            "displayName": format!("{} of {}", user.given_name, user.department),
            "name": {"givenName": user.given_name, "familyName": "Example"},
            "emails": emails, "groups": groups, "userType": "Employee",
            "phoneNumbers": [{"value": "tel:+46-8-555-01-02", "type": "work"}],
            ENTERPRISE: {"department": user.department, "manager": self.manager(user)},
            "meta": {"resourceType": "User", "lastModified": user.last_modified,
                "location": format!("{}/Users/{}", self.url, user.id)},
        });
        if self.has(&Quirk::NoActive) {
            remove(&mut resource, "active");
        }
        if self.has(&Quirk::ActiveIsText) {
            let text = if user.active { "True" } else { "False" };
            resource["active"] = json!(text);
        }
        resource
    }

    fn manager(&self, user: &User) -> Value {
        let named = user.manager.as_ref();
        let manager = named.and_then(|name| self.users.iter().find(|user| user.name == *name));
        match manager {
            None => Value::Null,
            Some(manager) if self.has(&Quirk::BareManager) => json!(manager.id),
            Some(manager) => json!({"value": manager.id, "displayName": manager.given_name}),
        }
    }

    fn group_json(&self, group: &Group) -> Value {
        let member = |(id, is_group): &(String, bool)| {
            let (kind, path) = match is_group {
                true => ("Group", "Groups"),
                false => ("User", "Users"),
            };
            match self.has(&Quirk::BareMembers) {
                true => json!({"value": id}),
                false => {
                    json!({"value": id, "type": kind, "$ref": format!("{}/{path}/{id}", self.url)})
                }
            }
        };
        json!({
            "schemas": ["urn:ietf:params:scim:schemas:core:2.0:Group"],
            "id": group.id, "displayName": group.name,
            "members": group.members.iter().map(member).collect::<Vec<_>>(),
        })
    }

    /// Leaves all but these attributes out; `id` always stays.
    pub fn cut(&self, resource: &Value, attributes: Option<&String>) -> Value {
        let (Some(attributes), Some(members)) = (attributes, resource.as_object()) else {
            return resource.clone();
        };
        let wanted: Vec<&str> = attributes.split(',').map(str::trim).collect();
        let is_wanted = |name: &str| wanted.iter().any(|known| known.eq_ignore_ascii_case(name));
        let mut kept = serde_json::Map::new();
        for (name, value) in members {
            if is_wanted(name) || name == "id" || name == "schemas" {
                kept.insert(name.clone(), value.clone());
            } else if name.starts_with("urn:") && !self.has(&Quirk::ForgetsExtensions) {
                let parts = value.as_object().into_iter().flatten();
                let parts = parts.filter(|(part, _)| is_wanted(&format!("{name}:{part}")));
                let parts: serde_json::Map<_, _> = parts
                    .map(|(part, value)| (part.clone(), value.clone()))
                    .collect();
                if !parts.is_empty() {
                    kept.insert(name.clone(), Value::Object(parts));
                }
            }
        }
        Value::Object(kept)
    }
}

/// Takes a member away.
pub fn remove(resource: &mut Value, name: &str) {
    if let Some(members) = resource.as_object_mut() {
        members.remove(name);
    }
}
