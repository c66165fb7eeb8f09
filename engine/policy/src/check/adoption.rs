//! `identity.adopt:` and `precedence:` – which existing accounts may become the
//! directory's own.

use super::fragment::Fragment;
use super::library::Library;
use super::{directory, keys, mapping, reader};
use crate::adoption::{Adopt, MatchKey};
use crate::diagnostic::Code;
use crate::nearest::{nearest, only_near};
use crate::policy::FieldMapping;
use crate::source::Source;
use crate::yaml::{Entry, Node};
use muster_model::{DirectoryName, FieldName};

/// What `adopt:` may refer to.
pub(super) struct Around<'a, 't> {
    pub(super) fields: &'a [FieldMapping],
    pub(super) directory: &'a DirectoryName,
    pub(super) library: &'t Library,
}

/// Reads `adopt:`. The mapping file comes with a source of its own.
pub(super) fn adopt<'t>(
    source: &mut Source<'_>,
    entry: Option<&Entry>,
    around: &Around<'_, 't>,
) -> (Adopt, Option<Source<'t>>) {
    let nothing = (Adopt::default(), None);
    let Some(entry) = entry else {
        return nothing;
    };
    let Some(map) = reader::mapping(source, &entry.value, &entry.at, &keys::ADOPT) else {
        return nothing;
    };
    if map.get("match").is_none() && map.get("file").is_none() {
        source
            .report(
                Code::MissingKey,
                entry.at.clone(),
                "`adopt` does not say how accounts are found",
            )
            .help("Add `match: [username]`, or a mapping `file`.");
    }
    let keys = map
        .get("match")
        .map_or_else(Vec::new, |node| match_keys(source, node, around.fields));
    let file = map
        .get("file")
        .and_then(|node| mapping::rows(source, around.library, node, around.directory));
    let (rows, file) = file.map_or((Vec::new(), None), |(rows, file)| (rows, Some(file)));
    let at = map.entry("match").unwrap_or(entry).at.start;
    let adopt = Adopt {
        keys,
        rows,
        at: Some(source.line(at)),
    };
    (adopt, file)
}

fn match_keys(source: &mut Source<'_>, node: &Node, fields: &[FieldMapping]) -> Vec<MatchKey> {
    let mut keys = Vec::new();
    for (node, name) in reader::texts(source, node, "`match`") {
        let Some(key) = match_key(source, node, name, fields) else {
            continue;
        };
        if keys.contains(&key) {
            let message = format!("`{name}` is given twice in `match`");
            source.report(Code::DuplicateName, node.span.clone(), message);
            continue;
        }
        keys.push(key);
    }
    keys
}

fn match_key(
    source: &mut Source<'_>,
    node: &Node,
    name: &str,
    fields: &[FieldMapping],
) -> Option<MatchKey> {
    let words = [MatchKey::ExternalId, MatchKey::Username];
    if let Some(key) = words.into_iter().find(|key| key.as_str() == name) {
        return Some(key);
    }
    if fields.iter().any(|field| field.name.as_str() == name) {
        return Some(MatchKey::Field(FieldName::from(name)));
    }
    let known = fields.iter().map(|field| field.name.as_str());
    let known = known.chain(["external_id", "username"]);
    let fix =
        only_near(name, known.clone()).and_then(|near| source.rewrite(&node.span, name, near));
    let help = match nearest(name, known) {
        Some(near) => format!("Did you mean `{near}`?"),
        None => "It can be `external_id`, `username`, or a field under `fields`.".to_owned(),
    };
    source
        .report(
            Code::UnknownWord,
            node.span.clone(),
            format!("`{name}` is no mapped field, by which accounts could be found"),
        )
        .help(help)
        .maybe_fix(fix);
    None
}

/// Reads `precedence:`; the policy's own comes before that of an included file.
pub(super) fn precedence(
    source: &mut Source<'_>,
    entry: Option<&Entry>,
    fragments: &mut [Fragment<'_>],
) -> Vec<DirectoryName> {
    if let Some(entry) = entry {
        return names(source, entry);
    }
    let mut found = fragments
        .iter_mut()
        .rev()
        .filter_map(|fragment| fragment.entry("precedence"));
    found
        .next()
        .map_or_else(Vec::new, |(source, entry)| names(source, entry))
}

fn names(source: &mut Source<'_>, entry: &Entry) -> Vec<DirectoryName> {
    let mut names: Vec<DirectoryName> = Vec::new();
    for (node, _) in reader::texts(source, &entry.value, "`precedence`") {
        let Some(name) = directory(source, node) else {
            continue;
        };
        if names.contains(&name) {
            source
                .report(
                    Code::DuplicateName,
                    node.span.clone(),
                    format!("`{name}` is given twice in `precedence`"),
                )
                .help("A directory has one place in the order.");
            continue;
        }
        names.push(name);
    }
    names
}

/// Says what an order of directories needs to be of use. `at` is where the
/// policy's own directory stands, `identity` where accounts are matched.
pub(super) fn check_precedence(
    source: &mut Source<'_>,
    precedence: &[DirectoryName],
    own: &DirectoryName,
    adopt: &Adopt,
    [at, identity]: [std::ops::Range<usize>; 2],
) {
    if precedence.is_empty() {
        return;
    }
    if !precedence.contains(own) {
        source
            .report(
                Code::IdlePrecedence,
                at,
                format!("`precedence` does not name the directory `{own}`"),
            )
            .help("It says nothing of this policy's people; add the directory at its place.");
    } else if adopt.keys.is_empty() {
        source
            .report(
                Code::MissingKey,
                identity,
                "`precedence` needs to know by what people of two directories are one",
            )
            .help("Add `adopt: {match: [employee_number]}`, with something that both have.");
    }
}
