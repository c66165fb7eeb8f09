//! A group or unit is in scope and excluded from it.

use crate::diagnostic::Code;
use crate::source::Source;
use crate::yaml::Node;

/// Looks at the names of `groups` or `under`, in scope and excluded.
pub(crate) fn check(
    source: &mut Source<'_>,
    included: &[(&Node, &str)],
    excluded: &[(&Node, &str)],
    key: &str,
) {
    for (node, name) in excluded {
        let folded = super::folded(name);
        let Some((also, _)) = included
            .iter()
            .find(|(_, one)| super::folded(one) == folded)
        else {
            continue;
        };
        let line = source.line(also.span.start).line;
        source
            .report(
                Code::IncludedAndExcluded,
                node.span.clone(),
                format!("`{name}` is excluded, and stands under `scope.{key}`, too"),
            )
            .label(format!("it is included in line {line}"))
            .help("An exclusion is the stronger of the two: nobody is in scope because of it. Take it out of one list.");
    }
}
