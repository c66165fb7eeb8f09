//! Users, groups and what goes wrong, behind `testing::http`.

use muster_sdk::http::{Request, Response};
use muster_sdk::testing;
use serde_json::{Map, Value, json};
use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

/// A Directory API: enough of it for the plugin.
#[derive(Clone, Debug, Default)]
pub struct Fake {
    pub users: Vec<Value>,
    pub deleted: Vec<Value>,
    pub groups: BTreeMap<String, Vec<Value>>,
    /// Groups that the list of groups has: identifier and address.
    pub listed: Vec<(&'static str, &'static str)>,
    pub photos: BTreeMap<String, String>,
    /// Users and members on one page.
    pub page: usize,
    /// Requests that contain the text are answered like this: after so many, so
    /// many times.
    pub faults: Vec<Fault>,
    /// What happens when a request with this text was answered.
    pub moves: Vec<(&'static str, Move)>,
    pub schemas: Option<Value>,
    pub seen: Vec<String>,
}

/// A change to the account.
pub type Move = fn(&mut Fake);

#[derive(Clone, Debug)]
pub struct Fault {
    pub at: &'static str,
    pub after: usize,
    pub times: usize,
    pub status: u16,
    pub body: Value,
}

pub fn error(status: u16, reason: &str, message: &str) -> Value {
    json!({"error": {"code": status, "message": message,
        "errors": [{"domain": "global", "reason": reason, "message": message}]}})
}

pub fn user(id: &str, more: Value) -> Value {
    let mut user = json!({
        "kind": "admin#directory#user",
        "id": id,
        "primaryEmail": format!("{id}@example.com"),
        "suspended": false,
        "archived": false,
        "orgUnitPath": "/",
        "name": {"givenName": id.to_uppercase()},
    });
    for (name, value) in more.as_object().unwrap() {
        match value {
            Value::Null => user.as_object_mut().unwrap().remove(name),
            value => user
                .as_object_mut()
                .unwrap()
                .insert(name.clone(), value.clone()),
        };
    }
    user
}

pub fn person(id: &str) -> Value {
    json!({"id": id, "email": format!("{id}@example.com"), "type": "USER", "role": "MEMBER"})
}

pub fn nested(key: &str) -> Value {
    json!({"id": key, "email": key, "type": "GROUP", "role": "MEMBER"})
}

pub fn outsider(name: &str) -> Value {
    json!({"id": format!("x-{name}"), "email": format!("{name}@else.example"), "type": "USER"})
}

impl Fake {
    /// Users of these identifiers.
    pub fn of(ids: &[&str]) -> Self {
        Self {
            users: ids.iter().map(|id| user(id, json!({}))).collect(),
            page: 500,
            ..Self::default()
        }
    }

    pub fn user(mut self, id: &str, more: Value) -> Self {
        self.users.push(user(id, more));
        self
    }

    pub fn group(mut self, key: &str, members: Vec<Value>) -> Self {
        self.groups.insert(key.to_owned(), members);
        self
    }

    pub fn pages_of(self, page: usize) -> Self {
        Self { page, ..self }
    }

    pub fn fault(self, at: &'static str, status: u16, body: Value) -> Self {
        self.fault_after(at, 0, status, body)
    }

    pub fn fault_after(mut self, at: &'static str, after: usize, status: u16, body: Value) -> Self {
        self.faults.push(Fault {
            at,
            after,
            times: usize::MAX,
            status,
            body,
        });
        self
    }

    pub fn then(mut self, at: &'static str, act: Move) -> Self {
        self.moves.push((at, act));
        self
    }

    /// Answers this thread's requests. Gives what was asked.
    pub fn serve(self) -> Rc<RefCell<Fake>> {
        let shared = Rc::new(RefCell::new(self));
        let fake = shared.clone();
        testing::http(move |request| Ok(fake.borrow_mut().answer(request)));
        shared
    }

    fn answer(&mut self, request: &Request) -> Response {
        let target = request.target.clone();
        self.seen.push(target.clone());
        let answer = self
            .fault_of(&target)
            .unwrap_or_else(|| self.honest(&target));
        let due = self.moves.iter().position(|(at, _)| target.contains(at));
        if let Some(due) = due {
            let (_, act) = self.moves.remove(due);
            act(self);
        }
        let (status, body) = answer;
        Response {
            status,
            headers: vec![("date".into(), "Mon, 23 Nov 2026 07:30:00 GMT".into())],
            body: body.to_string().into_bytes(),
        }
    }

    fn fault_of(&mut self, target: &str) -> Option<(u16, Value)> {
        let mut faults = self.faults.iter_mut();
        let fault = faults.find(|fault| fault.times > 0 && target.contains(fault.at))?;
        if fault.after > 0 {
            fault.after -= 1;
            return None;
        }
        fault.times -= 1;
        Some((fault.status, fault.body.clone()))
    }

    fn honest(&self, target: &str) -> (u16, Value) {
        let (path, query) = target.split_once('?').unwrap_or((target, ""));
        let asked: BTreeMap<&str, &str> = query
            .split('&')
            .filter_map(|pair| pair.split_once('='))
            .collect();
        let parts: Vec<String> = path.split('/').skip(3).map(decoded).collect();
        let parts: Vec<&str> = parts.iter().map(String::as_str).collect();
        match parts.as_slice() {
            ["users"] => {
                let deleted = asked.contains_key("showDeleted");
                let mut users = if deleted { &self.deleted } else { &self.users }.clone();
                if let Some(domain) = asked.get("domain") {
                    users.retain(|user| email(user).ends_with(&format!("@{domain}")));
                }
                users.sort_by_key(email);
                (
                    200,
                    self.list("users", &users, asked.get("pageToken").copied(), email),
                )
            }
            ["users", id] => match self.users.iter().find(|user| user["id"] == *id) {
                Some(user) => (200, user.clone()),
                None => (404, error(404, "notFound", "Resource Not Found: userKey")),
            },
            ["users", id, "photos", "thumbnail"] => match self.photos.get(*id) {
                Some(photo) => (
                    200,
                    json!({"kind": "admin#directory#user#photo", "photoData": photo}),
                ),
                None => (404, error(404, "notFound", "Resource Not Found: photo")),
            },
            ["groups"] => {
                assert!(asked.contains_key("customer") || asked.contains_key("domain"));
                let groups = self.listed.iter();
                let groups: Vec<Value> = groups
                    .map(|(id, email)| json!({"id": id, "email": email}))
                    .collect();
                let by_id = |group: &Value| group["id"].as_str().unwrap_or_default().to_owned();
                (
                    200,
                    self.list("groups", &groups, asked.get("pageToken").copied(), by_id),
                )
            }
            ["groups", key, "members"] => match self.groups.get(*key) {
                Some(members) => {
                    let by_id =
                        |member: &Value| member["id"].as_str().unwrap_or_default().to_owned();
                    (
                        200,
                        self.list("members", members, asked.get("pageToken").copied(), by_id),
                    )
                }
                None => (404, error(404, "notFound", "Resource Not Found: groupKey")),
            },
            ["customer", _, "schemas"] => match &self.schemas {
                Some(schemas) => (200, schemas.clone()),
                None => (
                    403,
                    error(403, "insufficientPermissions", "Insufficient Permission"),
                ),
            },
            _ => panic!("a strange request: {target}"),
        }
    }

    /// A page behind the entry that the token names.
    fn list(
        &self,
        name: &str,
        all: &[Value],
        token: Option<&str>,
        key: fn(&Value) -> String,
    ) -> Value {
        let token = token.map(decoded);
        let mut sorted: Vec<&Value> = all.iter().collect();
        sorted.sort_by_key(|entry| key(entry));
        let behind = |entry: &&Value| token.as_ref().is_none_or(|token| key(entry) > *token);
        let rest: Vec<&Value> = sorted.into_iter().filter(behind).collect();
        let page: Vec<&Value> = rest.iter().take(self.page).copied().collect();
        let mut answer =
            Map::from_iter([("kind".to_owned(), json!(format!("admin#directory#{name}")))]);
        if rest.len() > page.len() {
            answer.insert("nextPageToken".to_owned(), key(page.last().unwrap()).into());
        }
        if !page.is_empty() {
            answer.insert(name.to_owned(), json!(page));
        }
        answer.into()
    }
}

fn email(user: &Value) -> String {
    user["primaryEmail"].as_str().unwrap_or_default().to_owned()
}

fn decoded(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'%' => {
                let hex: String = rest.by_ref().take(2).map(char::from).collect();
                u8::from_str_radix(&hex, 16).unwrap()
            }
            byte => byte,
        });
    }
    String::from_utf8(bytes).unwrap()
}
