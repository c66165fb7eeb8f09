//! Who is in a group: ids alone, nested groups followed by Graph.

use crate::fault::Right;
use crate::graph::{self, Trouble};
use crate::groups::Group;
use muster_sdk::Failure;
use muster_sdk::json::{At, Rest, Selection};

/// Ids on a page.
const PAGE: usize = 999;

/// A list of ids, and whether it is as long as Graph said.
#[derive(Clone, Debug, Default)]
pub struct Listed {
    /// In the order of the list; one may come twice.
    pub ids: Vec<String>,
    pub count: Option<u64>,
}

/// Ids of all users in a group or below it.
pub fn users(group: &Group) -> Result<Listed, Failure> {
    let path = format!(
        "/groups/{}/transitiveMembers/microsoft.graph.user",
        group.id
    );
    let what = format!("the members of `{}`", group.written);
    ids(&path, &what).map_err(|trouble| trouble.failure(&what, Right::Members))
}

/// Ids of all groups below a group.
pub fn groups(group: &Group) -> Result<Vec<String>, Failure> {
    if group.unified {
        return Ok(Vec::new());
    }
    let path = format!(
        "/groups/{}/transitiveMembers/microsoft.graph.group",
        group.id
    );
    let what = format!("the groups in `{}`", group.written);
    match ids(&path, &what) {
        Ok(listed) => Ok(listed.ids),
        Err(trouble)
            if trouble
                .fault()
                .is_some_and(|fault| fault.is_impossible_cast()) =>
        {
            Ok(Vec::new())
        }
        Err(trouble) => Err(trouble.failure(&what, Right::Members)),
    }
}

/// The path of a list's first page.
pub fn first(path: &str, select: &str, size: usize) -> String {
    format!("{path}?$count=true&$select={select}&$top={size}")
}

fn ids(path: &str, what: &str) -> Result<Listed, Trouble> {
    let selection = Selection::new(["id"]).map_err(Trouble::Host)?;
    let mut listed = Listed::default();
    let mut next = Some(first(path, "id", PAGE));
    while let Some(target) = next {
        let page = graph::get(&target)?;
        let ids = &mut listed.ids;
        let rest = selection
            .read(&page, At::Member("value"), |member| {
                ids.extend(member.first(0).map(str::to_owned));
            })
            .map_err(|failure| Trouble::Host(in_list(failure, what)))?;
        complete(&rest, what).map_err(Trouble::Host)?;
        listed.count = listed.count.or(rest.number("@odata.count"));
        next = rest.text("@odata.nextLink").map(str::to_owned);
    }
    Ok(listed)
}

/// Refuses a page without its list: it would look like nobody.
pub fn complete(rest: &Rest, what: &str) -> Result<(), Failure> {
    match rest.has_list() {
        true => Ok(()),
        false => Err(Failure::data(format!(
            "{what}: Graph's answer has no `value`"
        ))),
    }
}

fn in_list(failure: Failure, what: &str) -> Failure {
    Failure {
        message: format!("{what}: {}", failure.message),
        ..failure
    }
}
