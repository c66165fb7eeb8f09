//! From an LDAP entry to a row of a page.

use crate::attributes::{Wanted, not_known, resolve};
use crate::columns::Columns;
use crate::context::Context;
use crate::directory::below;
use crate::feed::{Key, Keys};
use crate::filter;
use crate::guid;
use crate::record::Record;
use crate::root::Dialect;
use crate::status::StatusRules;
use muster_sdk::ldap::Query;
use muster_sdk::{ColumnKind, Failure, Row, Rows, Status, Subject};

/// Attributes that tell who a person is, the likeliest username first.
const LIKELY_USERNAMES: [&str; 4] = ["sAMAccountName", "uid", "userPrincipalName", "mail"];

/// Where a requested attribute comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Origin {
    Dn,
    Column(usize),
}

/// The immutable identifier.
#[derive(Clone, Debug)]
struct Id {
    name: String,
    column: usize,
    form: Form,
}

/// How an identifier is written as text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Text,
    Guid,
}

/// Which attributes are asked for, and what becomes of them.
#[derive(Clone, Debug)]
pub struct Mapping {
    columns: Columns,
    requested: Vec<String>,
    origins: Vec<(Origin, ColumnKind)>,
    /// The query's first columns are the requested ones, in their order.
    aligned: bool,
    id: Option<Id>,
    pub status: StatusRules,
    /// Column of `uid`, if groups list logins.
    pub login: Option<usize>,
    /// Column of `primaryGroupID`.
    pub primary: Option<usize>,
    /// Column of `memberOf`.
    pub member_of: Option<usize>,
}

impl Mapping {
    /// Finds out what to ask for.
    pub fn read(requested: &[String], context: &Context) -> Result<Self, Failure> {
        let mut columns = Columns::default();
        let mut origins = Vec::new();
        for (wanted, kind) in resolve(requested, &context.schema)? {
            let origin = match wanted {
                Wanted::Dn => Origin::Dn,
                Wanted::Attribute(name) => Origin::Column(columns.want(&name)),
            };
            origins.push((origin, kind));
        }
        let in_order =
            |(place, (origin, _)): (usize, &(Origin, ColumnKind))| *origin == Origin::Column(place);
        let aligned = origins.iter().enumerate().all(in_order);
        let id = Id::choose(context, &mut columns)?;
        let Context {
            settings,
            root,
            schema,
            now,
            ..
        } = context;
        let status = StatusRules::read(settings, root, schema, *now, &mut columns)?;
        let requested = requested.to_vec();
        Ok(Self {
            columns,
            requested,
            origins,
            aligned,
            id,
            status,
            login: None,
            primary: None,
            member_of: None,
        })
    }

    pub fn want_login(&mut self) {
        self.login = Some(self.columns.want("uid"));
    }

    pub fn want_primary(&mut self) {
        self.primary = Some(self.columns.want("primaryGroupID"));
    }

    pub fn want_member_of(&mut self) {
        self.member_of = Some(self.columns.want("memberOf"));
    }

    /// Attributes to ask for.
    pub fn names(&self) -> &[String] {
        self.columns.names()
    }

    /// The identifier's attribute, if there is one.
    pub fn id_name(&self) -> Option<&str> {
        self.id.as_ref().map(|id| id.name.as_str())
    }

    /// The identifier of an entry as a feed's key.
    pub fn key(&self, record: Record<'_>) -> Option<Key> {
        let id = self.id.as_ref()?;
        Keys::of(self)?.of_value(record.first(id.column)?)
    }

    /// True if the server itself keeps identifiers apart.
    pub fn id_is_unique(&self) -> bool {
        let unique = ["objectGUID", "entryUUID", "nsUniqueId"];
        self.id_name()
            .is_none_or(|name| unique.iter().any(|other| other.eq_ignore_ascii_case(name)))
    }

    /// Finds the entry with an identifier; nothing if there are none, or if no
    /// entry can have it.
    pub fn filter_for(&self, id: &str) -> Option<String> {
        let own = self.id.as_ref()?;
        match own.form {
            Form::Text => Some(filter::equals(&own.name, id.as_bytes())),
            Form::Guid => Some(filter::equals_bytes(&own.name, &guid::stored(id)?)),
        }
    }

    /// Makes the query for people below a base.
    pub fn query(&self, base: &str, filter: String, page_size: u32) -> Query {
        below(base, filter, self.names().to_vec(), page_size)
    }

    /// Begins a page.
    pub fn rows(&self) -> Rows {
        let mut rows = Rows::new(&self.requested);
        for (column, (_, kind)) in self.origins.iter().enumerate() {
            rows.kind(column, *kind);
        }
        rows
    }

    /// Adds a person, or says what is wrong with the entry.
    pub fn add(
        &self,
        record: Record<'_>,
        status: Status,
        groups: &[&str],
        rows: &mut Rows,
    ) -> Result<(), String> {
        let guid;
        let id: Option<&[u8]> = match &self.id {
            None => None,
            Some(Id {
                form: Form::Text, ..
            }) => Some(self.id_of(record)?),
            Some(Id {
                form: Form::Guid,
                name,
                ..
            }) => {
                guid = guid::text(self.id_of(record)?)
                    .ok_or_else(|| format!("`{name}` has not 16 octets"))?;
                Some(&guid)
            }
        };
        self.check(record)?;
        let mut row = rows.add(status);
        if let Some(id) = id {
            row.id(id);
        }
        for group in groups {
            row.group(group);
        }
        match record {
            Record::Packed(entry) if self.aligned => {
                row.copy(0, entry, 0..self.origins.len());
            }
            record => self.copy(record, &mut row),
        }
        Ok(())
    }

    fn copy(&self, record: Record<'_>, row: &mut Row<'_>) {
        for (place, (origin, _)) in self.origins.iter().enumerate() {
            match origin {
                Origin::Dn => {
                    row.value(place, record.dn());
                }
                Origin::Column(column) => record.each(*column, |value| {
                    row.value(place, value);
                }),
            }
        }
    }

    fn id_of<'a>(&self, record: Record<'a>) -> Result<&'a [u8], String> {
        let Some(Id { name, column, form }) = &self.id else {
            return Err(String::new());
        };
        let (mut first, mut count) = (None, 0);
        record.each(*column, |value| {
            first = first.or(Some(value));
            count += 1;
        });
        match first {
            None => Err(format!("it has no `{name}`, or the login may not read it")),
            Some(_) if count > 1 => Err(format!(
                "it has {count} values of `{name}`, which is to identify it"
            )),
            Some(b"") => Err(format!("its `{name}` is empty")),
            Some(id) if *form == Form::Text && std::str::from_utf8(id).is_err() => {
                Err(format!("its `{name}` is no text"))
            }
            Some(id) => Ok(id),
        }
    }

    /// Text must be text: one value that is not would cost the whole page.
    fn check(&self, record: Record<'_>) -> Result<(), String> {
        if let Record::Packed(entry) = record
            && self.aligned
            && entry.bytes(0..self.origins.len()).is_ascii()
        {
            return Ok(());
        }
        for (name, (origin, kind)) in self.requested.iter().zip(&self.origins) {
            let is_text =
                |value: &[u8]| *kind == ColumnKind::Binary || std::str::from_utf8(value).is_ok();
            let mut good = true;
            match origin {
                Origin::Dn => good = is_text(record.dn()),
                Origin::Column(column) => record.each(*column, |value| good &= is_text(value)),
            }
            if !good {
                return Err(format!("a value of `{name}` is no UTF-8 text"));
            }
        }
        Ok(())
    }

    /// Whom an entry is about, though it could not become a person.
    pub fn subject(&self, record: Record<'_>) -> Subject {
        if let Some(Id { form, .. }) = &self.id
            && let Ok(id) = self.id_of(record)
        {
            let id = match form {
                Form::Text => Some(String::from_utf8_lossy(id).into_owned()),
                Form::Guid => {
                    guid::text(id).map(|text| String::from_utf8_lossy(&text).into_owned())
                }
            };
            if let Some(id) = id {
                return Subject::Id(id);
            }
        }
        for likely in LIKELY_USERNAMES {
            let mut requested = self.requested.iter().zip(&self.origins);
            if let Some((name, (Origin::Column(column), _))) =
                requested.find(|(name, _)| name.eq_ignore_ascii_case(likely))
                && let Some(value) = record
                    .first(*column)
                    .and_then(|value| std::str::from_utf8(value).ok())
            {
                return Subject::Attribute((name.clone(), value.to_owned()));
            }
        }
        Subject::Nobody
    }
}

impl Id {
    fn choose(context: &Context, columns: &mut Columns) -> Result<Option<Self>, Failure> {
        let schema = &context.schema;
        let name = match context.settings.external_id.as_str() {
            "none" => return Ok(None),
            "auto" => match context.root.dialect {
                Dialect::ActiveDirectory => "objectGUID".to_owned(),
                Dialect::Ds389 => "nsUniqueId".to_owned(),
                Dialect::OpenLdap => "entryUUID".to_owned(),
                Dialect::Generic => {
                    let known = ["entryUUID", "nsUniqueId", "objectGUID"];
                    let found = known.into_iter().find(|name| schema.may_know(name));
                    let Some(found) = found else {
                        return Err(Failure::config("this server has none of the known immutable identifiers")
                            .hint("name the attribute that stays when a person is renamed: `external_id: ATTRIBUTE`, or `external_id: none`"));
                    };
                    found.to_owned()
                }
            },
            name => match (schema.get(name), schema.is_empty()) {
                (Some(known), _) => known.name().to_owned(),
                (None, true) => name.to_owned(),
                (None, false) => return Err(not_known(&[name.to_owned()], schema)),
            },
        };
        let is_guid = ["objectGUID", "mS-DS-ConsistencyGuid"]
            .iter()
            .any(|guid| guid.eq_ignore_ascii_case(&name));
        let form = if is_guid { Form::Guid } else { Form::Text };
        Ok(Some(Self {
            column: columns.want(&name),
            name,
            form,
        }))
    }
}
