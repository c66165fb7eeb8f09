//! What changed since a token was handed out.

use super::Tenant;
use super::error::Refusal;
use super::people::{listable, shown};
use super::query::Query;
use super::wire::{Answer, Ask, Reply};
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// Something that happened.
#[derive(Clone, Debug)]
pub(super) enum Change {
    /// These properties of a user.
    User(String, Vec<String>),
    /// A user went into the bin, or for good.
    Gone(String),
    GroupGone(String),
    Member {
        group: String,
        member: String,
        kind: &'static str,
        added: bool,
    },
}

/// What happened, and which tokens look at it from where.
#[derive(Debug, Default)]
pub(super) struct Rounds {
    log: Vec<Change>,
    tokens: BTreeMap<String, Token>,
    made: u64,
    migrated: bool,
}

#[derive(Clone, Debug)]
struct Token {
    feed: Feed,
    /// Changes from here on are new.
    since: usize,
    /// The rest of a round that is being read, and where the next one begins.
    rest: Option<(Vec<Value>, usize)>,
}

#[derive(Clone, Debug)]
enum Feed {
    Users(Vec<String>),
    Groups(BTreeSet<String>),
}

impl Feed {
    fn path(&self) -> &'static str {
        match self {
            Self::Users(_) => "users",
            Self::Groups(_) => "groups",
        }
    }
}

impl Rounds {
    pub fn note(&mut self, change: Change) {
        self.log.push(change);
    }

    pub fn expire(&mut self) {
        self.tokens.clear();
    }

    pub fn migrate(&mut self) {
        self.tokens.clear();
        self.migrated = true;
    }

    fn hand_out(&mut self, token: Token) -> String {
        self.made += 1;
        let name = format!("oEcOySpF{:010x}", self.made.wrapping_mul(0x9E37_79B9));
        self.tokens.insert(name.clone(), token);
        name
    }
}

impl Tenant {
    pub(super) fn users_delta(&mut self, query: &Query, ask: &Ask) -> Answer {
        if !self.may("User.Read.All") {
            return Err(Refusal::denied());
        }
        self.delta(query, ask, |query| {
            let mut names = query.get("$select").unwrap_or("displayName").to_owned();
            // A relation may be followed, too.
            names = names
                .split(',')
                .filter(|name| *name != "manager")
                .collect::<Vec<_>>()
                .join(",");
            let select = Query::of(&format!("$select={names}")).select()?;
            listable(select.as_deref())?;
            let asked = query.get("$select").unwrap_or_default();
            Ok(Feed::Users(asked.split(',').map(str::to_owned).collect()))
        })
    }

    pub(super) fn groups_delta(&mut self, query: &Query, ask: &Ask) -> Answer {
        if !self.may("GroupMember.Read.All") {
            return Err(Refusal::denied());
        }
        let all: BTreeSet<String> = self.now.groups.keys().cloned().collect();
        self.delta(query, ask, |query| {
            let ids = query.ids()?;
            Ok(Feed::Groups(
                ids.map_or(all, |ids| ids.into_iter().collect()),
            ))
        })
    }

    fn delta(
        &mut self,
        query: &Query,
        ask: &Ask,
        feed: impl FnOnce(&Query) -> Result<Feed, Refusal>,
    ) -> Answer {
        let token = query.get("$skiptoken").or_else(|| query.get("$deltatoken"));
        let token = match token {
            Some("latest") => {
                query.only(&["$select", "$filter", "$deltatoken"])?;
                let token = Token {
                    feed: feed(query)?,
                    since: self.rounds.log.len(),
                    rest: Some((Vec::new(), self.rounds.log.len())),
                };
                return Ok(self.round(token, ask));
            }
            None => {
                query.only(&["$select", "$filter"])?;
                Token {
                    feed: feed(query)?,
                    since: 0,
                    rest: None,
                }
            }
            Some(name) => match self.rounds.tokens.get(name) {
                Some(token) => token.clone(),
                None => return Err(self.lost(ask)),
            },
        };
        Ok(self.round(token, ask))
    }

    fn lost(&self, ask: &Ask) -> Refusal {
        let path = ask.target.split('?').next().unwrap_or_default();
        match self.rounds.migrated {
            true => Refusal::new(
                410,
                "resyncRequired",
                "Resync required. Replace any local items.",
            )
            .header("Location", &format!("{}{path}?$deltatoken=", ask.base)),
            false => Refusal::new(
                400,
                "syncStateNotFound",
                "The sync state generation is not found; synchronise again from the beginning.",
            ),
        }
    }

    fn round(&mut self, token: Token, ask: &Ask) -> Reply {
        let (items, until) = match token.rest {
            Some(rest) => rest,
            None => {
                let news = match &token.feed {
                    Feed::Users(select) => self.news_of_users(select, token.since),
                    Feed::Groups(ids) => self.news_of_groups(ids, token.since),
                };
                (news, self.rounds.log.len())
            }
        };
        let page: Vec<Value> = items.iter().take(self.page_cap).cloned().collect();
        let left: Vec<Value> = items.into_iter().skip(self.page_cap).collect();
        let path = token.feed.path();
        let mut body = Map::new();
        let context = format!("{}/v1.0/$metadata#{path}", ask.base);
        body.insert("@odata.context".to_owned(), json!(context));
        let (name, kind, next) = match left.is_empty() {
            true => (
                "@odata.deltaLink",
                "$deltatoken",
                Token {
                    feed: token.feed,
                    since: until,
                    rest: None,
                },
            ),
            false => (
                "@odata.nextLink",
                "$skiptoken",
                Token {
                    rest: Some((left, until)),
                    ..token
                },
            ),
        };
        let token = self.rounds.hand_out(next);
        let link = format!("{}/v1.0/{path}/delta?{kind}={token}", ask.base);
        body.insert(name.to_owned(), json!(link));
        body.insert("value".to_owned(), Value::Array(page));
        Reply::json(200, &Value::Object(body))
    }

    fn news_of_users(&self, select: &[String], since: usize) -> Vec<Value> {
        let mut order: Vec<&String> = Vec::new();
        let since = if self.replays { 0 } else { since };
        for change in &self.rounds.log[since..] {
            let id = match change {
                Change::User(id, names) if names.iter().any(|name| select.contains(name)) => id,
                Change::Gone(id) => id,
                _ => continue,
            };
            order.push(id);
        }
        if self.replays {
            order.reverse();
        } else {
            order.sort();
            order.dedup();
        }
        order.iter().map(|id| self.user_news(id, select)).collect()
    }

    fn user_news(&self, id: &str, select: &[String]) -> Value {
        let reason = match self.now.users.get(id) {
            None => "deleted",
            Some(user) if user.deleted.is_some() => "changed",
            Some(user) => {
                let mut item = shown(user, Some(select));
                // What was never set is left out.
                item.retain(|name, _| user.properties.contains_key(name));
                if select.iter().any(|name| name == "manager")
                    && let Some(boss) = &user.manager
                {
                    item.insert(
                        "manager@delta".to_owned(),
                        json!([{"@odata.type": "#microsoft.graph.user", "id": boss}]),
                    );
                }
                item.insert("id".to_owned(), json!(id));
                return Value::Object(item);
            }
        };
        json!({"id": id, "@removed": {"reason": reason}})
    }

    fn news_of_groups(&self, ids: &BTreeSet<String>, since: usize) -> Vec<Value> {
        // A group comes again and again: one membership each.
        let mut news: Vec<Value> = self.rounds.log[since..]
            .iter()
            .filter_map(|change| match change {
                Change::Member {
                    group,
                    member,
                    kind,
                    added,
                } if ids.contains(group) => {
                    let mut item = json!({"@odata.type": kind, "id": member});
                    if !added {
                        item["@removed"] = json!({"reason": "deleted"});
                    }
                    Some(json!({"id": group, "members@delta": [item]}))
                }
                Change::GroupGone(group) if ids.contains(group) => {
                    Some(json!({"id": group, "@removed": {"reason": "changed"}}))
                }
                _ => None,
            })
            .collect();
        if self.replays {
            let again: Vec<Value> = news.iter().rev().cloned().collect();
            news.extend(again);
        }
        news
    }
}
