//! Where a name comes from.

use crate::diagnostics::location;
use crate::expression::{Role, Written, role, tokens};
use crate::hover::placeholder;
use crate::language::Spot;
use crate::names::declarations;
use crate::outline::{Hit, Outline};
use crate::workspace::Workspace;
use lsp_types::{GotoDefinitionResponse, Location, Position};
use muster_policy::shown;

/// Where the thing at a place is: an included file, or a value's declaration.
pub(crate) fn definition(
    workspace: &Workspace<'_>,
    path: &str,
    position: Position,
) -> Option<GotoDefinitionResponse> {
    let document = workspace.documents.get(path)?;
    let root = workspace.kind(path)?;
    let offset = document.text.offset(position, workspace.encoding);
    let outline = &document.outline;
    let hit = outline.hit(offset)?;
    let (Hit::Key(node) | Hit::Scalar(node)) = hit;
    let spot = Spot::of(root, &outline.path(Some(node)))?;
    if let Hit::Key(node) = hit {
        let is_value = root.id == "environment" && spot.is_named;
        let name = outline.node(node)?.key()?;
        return is_value.then(|| values(workspace, path, name)).flatten();
    }
    let scalar = outline.node(node)?.scalar.as_ref()?;
    let raw = document.text.as_str().get(scalar.range.clone())?;
    let written = Written::of(raw, scalar.range.start, scalar.style);
    if spot.is_file() {
        let file = shown(path, &written.text);
        let found = location(workspace, &file, 0..0)?;
        return Some(GotoDefinitionResponse::Scalar(found));
    }
    let name = match spot.is_expression() {
        false => placeholder(raw, offset - scalar.range.start)?.0,
        true => {
            let at = written.at(offset);
            let all = tokens(&written.text);
            let here = all
                .iter()
                .position(|token| token.range.start <= at && at <= token.range.end);
            let found = here.into_iter().flat_map(|here| [here, here + 1]);
            let mut found = found.filter_map(|place| role(&written.text, &all, place));
            found.find_map(|role| match role {
                Role::Value(name) => Some(name),
                _ => None,
            })?
        }
    };
    values(workspace, path, &name)
}

/// Where policies declare a value, and where the environment gives it.
fn values(workspace: &Workspace<'_>, path: &str, name: &str) -> Option<GotoDefinitionResponse> {
    let policies = workspace.policies_of(path).into_iter().map(str::to_owned);
    let environment = workspace.around.values();
    let found = policies.chain(environment).filter(|file| {
        // Whoever asks stands there already.
        file != path || workspace.kind(path).is_some_and(|kind| kind.id == "policy")
    });
    let places: Vec<Location> = found
        .filter_map(|file| {
            let outline = Outline::of(&workspace.read(&file).ok()?);
            let (_, node) = declarations(&outline)
                .into_iter()
                .find(|(known, _)| known == name)?;
            location(workspace, &file, outline.node(node)?.at.clone())
        })
        .collect();
    (!places.is_empty()).then_some(GotoDefinitionResponse::Array(places))
}
