//! From JSON records to the rows of a page.

use super::{At, Record, Rest, Selection};
use crate::{Failure, Rows, Status, Subject};

/// What a policy wants of each person, with the paths of their external id and
/// of their status.
///
/// ```
/// use muster_sdk::json::{At, People};
/// use muster_sdk::testing;
///
/// let people = People::new(&["mail".into(), "phones.value".into()], "id", "active")?;
/// let page = br#"{"total": 1, "people": [{"id": 7, "active": true, "mail": "a@b.example",
///     "phones": [{"value": "1"}, {"value": "2"}]}]}"#;
/// let (rows, rest) = people.read(page, At::Member("people"))?;
/// let row = testing::rows(&rows.into()).remove(0);
/// assert_eq!(row.id.as_deref(), Some("7"));
/// assert_eq!(row.values[1].len(), 2);
/// assert_eq!(rest.number("total"), Some(1));
/// # Ok::<(), muster_sdk::Failure>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct People {
    selection: Selection,
    attributes: Vec<String>,
    id: String,
    status: Option<fn(Option<&str>) -> Status>,
}

impl People {
    /// Takes attributes, each of them a path in the [language of paths](super),
    /// and the paths of the external id and of the status.
    pub fn new(attributes: &[String], id: &str, status: &str) -> Result<Self, Failure> {
        let wanted = attributes.iter().map(String::as_str).chain([id, status]);
        Ok(Self {
            selection: Selection::new(wanted)?,
            attributes: attributes.to_vec(),
            id: id.to_owned(),
            status: None,
        })
    }

    /// Says what the text at the status's path means; without it, that is what
    /// [`Status::of_flag`] says.
    #[must_use]
    pub fn status(mut self, meaning: fn(Option<&str>) -> Status) -> Self {
        self.status = Some(meaning);
        self
    }

    /// Reads a page into rows, and returns what else stands on it.
    ///
    /// A record without exactly one id is a problem of nobody: it takes away the
    /// read's proof of absence. A page without its list of people is a failure.
    pub fn read(&self, page: &[u8], at: At<'_>) -> Result<(Rows, Rest), Failure> {
        let mut rows = Rows::new(&self.attributes);
        let each = |person: Record<'_>| self.add(&mut rows, person, at);
        let rest = self.selection.read(page, at, each)?;
        match at {
            At::Member(member) if !rest.has_list() => {
                Err(Failure::data(format!("the answer has no list `{member}`")))
            }
            At::Root if !rest.has_list() => Err(Failure::data("the answer is no list")),
            _ => Ok((rows, rest)),
        }
    }

    fn add(&self, rows: &mut Rows, person: Record<'_>, at: At<'_>) {
        let (id, status) = (self.attributes.len(), self.attributes.len() + 1);
        let mut ids = person.values(id);
        let (Some(found), None) = (ids.next().filter(|id| !id.is_empty()), ids.next()) else {
            let message = match person.values(id).len() {
                0 | 1 => format!("has no `{}`", self.id),
                _ => format!("has several values in `{}`", self.id),
            };
            return rows.problem(place(at, person.index()), message, Subject::Nobody);
        };
        let meaning = self.status.unwrap_or(Status::of_flag);
        let mut row = rows.add(meaning(person.first(status)));
        row.id(found);
        for column in 0..self.attributes.len() {
            person.write(&mut row, column, column);
        }
    }
}

fn place(at: At<'_>, index: usize) -> String {
    match at {
        At::Root => format!("$[{index}]"),
        At::Member(member) => format!("$.{member}[{index}]"),
        At::One => "$".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing::rows;
    use crate::{BlockCause, FailureKind, PartialReason};

    fn people() -> People {
        People::new(&["name".to_owned()], "id", "active").unwrap()
    }

    const AT: At<'_> = At::Member("people");

    #[test]
    fn a_record_without_one_id_is_nobodys_problem() {
        let page = br#"{"people": [{"id": "1"}, {"name": "A"}, {"id": ""}, {"id": null}, {"id": ["x", "y"]}]}"#;
        let (mut page, _) = people().read(page, AT).unwrap();
        let page = page.take();
        assert_eq!(page.statuses.len(), 1);
        let told = page.problems.iter();
        let told: Vec<_> = told.map(|p| format!("{} {}", p.place, p.message)).collect();
        let expected = [
            "$.people[1] has no `id`",
            "$.people[2] has no `id`",
            "$.people[3] has no `id`",
            "$.people[4] has several values in `id`",
        ];
        assert_eq!(told, expected);
        assert!(page.problems.iter().all(|p| p.subject == Subject::Nobody));
    }

    #[test]
    fn a_status_is_active_blocked_or_unknown() {
        let page = br#"[{"id": 1, "active": true}, {"id": 2, "active": "False"}, {"id": 3, "active": null},
            {"id": 4, "active": "yes"}, {"id": 5}]"#;
        let statuses = |people: People| people.read(page, At::Root).unwrap().0.take().statuses;
        let blocked = Status::Blocked(BlockCause::Disabled);
        let expected = [
            Status::Active,
            blocked,
            Status::Unknown,
            Status::Unknown,
            Status::Unknown,
        ];
        assert_eq!(statuses(people()), expected);
        let own = people().status(|text| match text {
            Some("yes") => Status::Active,
            _ => Status::Pending,
        });
        assert_eq!(statuses(own)[3], Status::Active);
    }

    #[test]
    fn empty_and_absent_are_told_apart() {
        let page = r#"{"people": [{"id": 1, "name": ""}, {"id": 2, "name": null}, {"id": 3, "name": "\u00c5sa 👩‍🚀"}]}"#;
        let (mut page, _) = people().read(page.as_bytes(), AT).unwrap();
        let told = rows(&page.take());
        assert_eq!(told[0].values, [[b"".to_vec()]]);
        assert_eq!(told[1].values, [Vec::<Vec<u8>>::new()]);
        assert_eq!(told[2].text(0).as_deref(), Some("Åsa 👩‍🚀"));
    }

    #[test]
    fn a_page_without_its_list_is_no_empty_page() {
        for (page, at) in [
            ("{}", AT),
            (r#"{"people": null}"#, AT),
            (r#"{"People": []}"#, AT),
            (r#"{"people": [{"id": 1}"#, AT),
            ("null", At::Root),
            ("", AT),
        ] {
            let failure = people().read(page.as_bytes(), at).unwrap_err();
            assert_eq!(failure.kind, FailureKind::Data, "{page}");
        }
        assert!(
            people()
                .read(br#"{"people": []}"#, AT)
                .unwrap()
                .0
                .is_empty()
        );
    }

    #[test]
    fn a_token_is_not_guessed_at() {
        let token = |json: &str| {
            let page = format!(r#"{{"people": [], "next": {json}}}"#);
            people().read(page.as_bytes(), AT).unwrap().1.token("next")
        };
        assert_eq!(token("null"), Ok(None));
        assert_eq!(token(r#""""#), Ok(None));
        assert_eq!(token("2"), Ok(Some("2".to_owned())));
        assert_eq!(token(r#""a/b""#), Ok(Some("a/b".to_owned())));
        for odd in ["true", "false", "{}", "[]"] {
            assert_eq!(token(odd).unwrap_err().kind, FailureKind::Data, "{odd}");
        }
    }

    #[test]
    fn the_last_page_says_how_many_there_must_be() {
        let rest = |page: &[u8]| people().read(page, AT).unwrap().1;
        let complete = rest(br#"{"people": [], "total": 3}"#).complete("total");
        assert!(complete.clone().settled(3).is_complete());
        assert_eq!(complete.settled(2).reason(), Some(PartialReason::Truncated));
        let uncounted = rest(br#"{"people": []}"#).complete("total");
        assert!(uncounted.settled(2).is_complete());
    }

    #[test]
    fn a_path_that_is_none_is_a_fault_of_the_policy() {
        let odd = People::new(&["a[".to_owned()], "id", "active");
        assert_eq!(odd.unwrap_err().kind, FailureKind::Config);
    }
}
