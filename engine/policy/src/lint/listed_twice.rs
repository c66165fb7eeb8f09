//! A name stands in a list twice.

use crate::diagnostic::Code;
use crate::source::Source;
use crate::yaml::{self, Kind, Node};
use std::collections::BTreeSet;

/// Looks at the names of one list; `folded` makes one text of those that are the
/// same.
pub(crate) fn check(
    source: &mut Source<'_>,
    list: &Node,
    names: &[(&Node, &str)],
    what: &str,
    folded: impl Fn(&str) -> String,
) {
    let mut seen = BTreeSet::new();
    for (node, name) in names {
        if seen.insert(folded(name)) {
            continue;
        }
        let fix = without(source, list, node);
        source
            .report(
                Code::ListedTwice,
                node.span.clone(),
                format!("`{name}` stands in {what} twice"),
            )
            .help("Once is enough; perhaps another name was meant.")
            .maybe_fix(fix);
    }
}

/// Takes an item out of its list.
pub(crate) fn without(source: &Source<'_>, list: &Node, item: &Node) -> Option<crate::fix::Fix> {
    let Kind::List(items) = &list.kind else {
        return None;
    };
    let place = items.iter().position(|one| std::ptr::eq(one, item))?;
    let range = yaml::without_item(source.text, items, place)?;
    Some(source.fix("Take it out", [(range, "")]))
}
