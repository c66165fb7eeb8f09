//! From the policy's names to paths, and to what the service is asked for.

use muster_sdk::Failure;
use muster_sdk::json::Builder;

/// The schema of what an employer knows; its members may be named without it.
pub const ENTERPRISE: &str = "urn:ietf:params:scim:schemas:extension:enterprise:2.0:User";
/// The schema whose members stand at the top.
const CORE: &str = "urn:ietf:params:scim:schemas:core:2.0:User:";
/// Members of the enterprise schema.
const EMPLOYER: [&str; 6] = [
    "employeeNumber",
    "costCenter",
    "organization",
    "division",
    "department",
    "manager",
];

/// An attribute that the policy reads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wanted {
    /// As the policy spells it.
    pub name: String,
    /// Where it stands.
    pub path: String,
    /// What the service is asked for.
    pub asked: String,
    /// It names another person, by `id`.
    pub is_reference: bool,
}

impl Wanted {
    /// Understands a name.
    pub fn new(name: &str) -> Result<Self, Failure> {
        let path = place(name);
        // The path is read once more with all others; here for the error alone.
        builder().text(path.clone()).build()?;
        let asked = top(&path).to_owned();
        let manager = format!("{ENTERPRISE}:manager");
        let below = path.get(manager.len()..);
        let is_manager = starts_with(&path, &manager);
        Ok(Self {
            is_reference: is_manager
                && below
                    .is_some_and(|below| below.is_empty() || below.eq_ignore_ascii_case(".value")),
            name: name.to_owned(),
            path,
            asked,
        })
    }
}

/// How paths are compiled here: names in any case, and `emails` may be objects
/// or texts.
pub fn builder() -> Builder {
    muster_sdk::json::Selection::builder()
        .any_case()
        .bare("value")
}

fn starts_with(text: &str, start: &str) -> bool {
    text.get(..start.len())
        .is_some_and(|begun| begun.eq_ignore_ascii_case(start))
}

fn place(name: &str) -> String {
    if starts_with(name, CORE) {
        return name.get(CORE.len()..).unwrap_or_default().to_owned();
    }
    let first = name.split(['.', '[']).next().unwrap_or_default();
    match EMPLOYER
        .iter()
        .any(|known| known.eq_ignore_ascii_case(first))
    {
        true => format!("{ENTERPRISE}:{name}"),
        false => name.to_owned(),
    }
}

/// The outermost attribute: services differ in what they make of parts.
fn top(path: &str) -> &str {
    let names = path.split('[').next().unwrap_or_default();
    let start = match starts_with(path, "urn:") {
        true => names.rfind(':').map_or(0, |colon| colon + 1),
        false => 0,
    };
    let end = names.get(start..).and_then(|rest| rest.find('.'));
    let end = end.map_or(names.len(), |dot| start + dot);
    path.get(..end).unwrap_or(path)
}

/// What `attributes=` says: each once, in order.
pub fn asked<'a>(names: impl IntoIterator<Item = &'a str>) -> String {
    let mut asked: Vec<&str> = Vec::new();
    for name in names {
        if !asked.iter().any(|known| known.eq_ignore_ascii_case(name)) {
            asked.push(name);
        }
    }
    asked.join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn is(name: &str, path: &str, asked: &str) {
        let wanted = Wanted::new(name).unwrap();
        assert_eq!((wanted.path.as_str(), wanted.asked.as_str()), (path, asked));
    }

    #[test]
    fn names_are_places() {
        is("userName", "userName", "userName");
        is("name.givenName", "name.givenName", "name");
        is(
            r#"emails[type eq "w.x"].value"#,
            r#"emails[type eq "w.x"].value"#,
            "emails",
        );
        is(
            "urn:ietf:params:scim:schemas:core:2.0:User:title",
            "title",
            "title",
        );
        let of = |name: &str| format!("{ENTERPRISE}:{name}");
        is("department", &of("department"), &of("department"));
        is(
            "Manager.displayName",
            &of("Manager.displayName"),
            &of("Manager"),
        );
        is(&of("costCenter"), &of("costCenter"), &of("costCenter"));
        is(
            "urn:example:2.0:User:desk.floor",
            "urn:example:2.0:User:desk.floor",
            "urn:example:2.0:User:desk",
        );
        assert!(Wanted::new("emails[").is_err());
    }

    #[test]
    fn a_manager_is_a_person() {
        let is = |name: &str| Wanted::new(name).unwrap().is_reference;
        assert!(is("manager") && is("manager.value") && is(&format!("{ENTERPRISE}:manager")));
        assert!(!is("manager.displayName") && !is("department") && !is("managerOf"));
    }

    #[test]
    fn the_service_is_asked_once() {
        assert_eq!(
            asked(["id", "name", "ID", "name", "title"]),
            "id,name,title"
        );
    }
}
