//! An empty list of groups or units: it means everybody.

use crate::diagnostic::Code;
use crate::source::Source;
use crate::yaml::{Kind, Node};

/// Looks at `scope.groups` or `scope.under`.
pub(crate) fn check(source: &mut Source<'_>, list: Option<&Node>, key: &str) {
    let Some(node) = list else {
        return;
    };
    if matches!(&node.kind, Kind::List(items) if items.is_empty()) {
        source
            .report(
                Code::EmptyList,
                node.span.clone(),
                format!("With an empty list under `{key}`, everybody is in scope"),
            )
            .help(format!(
                "That is the same as no `{key}` at all; take the key out if it is meant."
            ));
    }
}
