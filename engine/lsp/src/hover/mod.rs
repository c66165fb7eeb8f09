//! What stands at a place, and what it gives for a person.

mod sample;
mod value;

use crate::capabilities::Client;
use crate::docs;
use crate::expression::{Role, Written, role, tokens};
use crate::language::Spot;
use crate::outline::{Hit, NodeId, Scalar};
use crate::workspace::{Document, Workspace};
use lsp_types::{Hover, HoverContents, MarkupContent, MarkupKind, Position};
use muster_policy::functions;
use muster_policy::language::{Section, Takes};
use std::ops::Range;

/// What is known of the thing at a place of a document.
pub(crate) fn hover(
    workspace: &Workspace<'_>,
    client: &Client,
    path: &str,
    position: Position,
) -> Option<Hover> {
    let document = workspace.documents.get(path)?;
    let root = workspace.kind(path)?;
    let offset = document.text.offset(position, workspace.encoding);
    let place = Place {
        workspace,
        path,
        root,
        document,
    };
    let (parts, range) = place.known(offset)?;
    let text: Vec<String> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    if text.is_empty() {
        return None;
    }
    Some(Hover {
        contents: HoverContents::Markup(MarkupContent {
            kind: match client.markdown_hover {
                true => MarkupKind::Markdown,
                false => MarkupKind::PlainText,
            },
            value: text.join("\n\n---\n\n"),
        }),
        range: Some(document.text.span(range, workspace.encoding)),
    })
}

/// A document at which somebody points.
struct Place<'w> {
    workspace: &'w Workspace<'w>,
    path: &'w str,
    root: &'static Section,
    document: &'w Document,
}

/// Parts of an explanation, and the bytes that they are about.
type Known = (Vec<String>, Range<usize>);

impl Place<'_> {
    fn known(&self, offset: usize) -> Option<Known> {
        let outline = &self.document.outline;
        match outline.hit(offset)? {
            Hit::Key(node) => {
                let at = outline.node(node)?.at.clone();
                Some((vec![self.key(node)?, self.value(node)], at))
            }
            Hit::Scalar(node) => {
                let scalar = outline.node(node)?.scalar.as_ref()?;
                let spot = Spot::of(self.root, &outline.path(Some(node)))?;
                match spot.is_expression() {
                    true => self.expression(node, scalar, offset),
                    false => self.scalar(node, scalar, &spot, offset),
                }
            }
        }
    }

    fn written(&self, scalar: &Scalar) -> &str {
        let text = self.document.text.as_str();
        text.get(scalar.range.clone()).unwrap_or("")
    }

    /// A key of the language, or a name of the policy's own.
    fn key(&self, node: NodeId) -> Option<String> {
        let outline = &self.document.outline;
        let spot = Spot::of(self.root, &outline.path(Some(node)))?;
        let name = outline.node(node)?.key()?;
        let (section, key) = spot.key?;
        if !spot.is_named {
            return Some(format!("`{name}`\n\n{}", docs::key(section, key)));
        }
        let parent = outline
            .node(node)?
            .parent
            .and_then(|parent| outline.node(parent)?.key());
        let is_top = parent == Some(key.name);
        Some(match (section.id, key.name) {
            ("provider", "config") if is_top => {
                let wanted = self.workspace.wanted(self.path)?;
                let plugin = self.workspace.around.plugin(&wanted)?;
                let setting = plugin
                    .settings
                    .iter()
                    .find(|setting| setting.name == name)?;
                format!("`{name}`\n\n{}", docs::setting(setting))
            }
            (_, "fields") => format!("Field `{name}`"),
            (_, "values") => format!("Value `{name}`: in expressions `values.{name}`"),
            _ => return None,
        })
    }

    /// A text that is no expression.
    fn scalar(&self, node: NodeId, scalar: &Scalar, spot: &Spot, offset: usize) -> Option<Known> {
        let written = self.written(scalar);
        if let Some((name, range)) = placeholder(written, offset.saturating_sub(scalar.range.start))
        {
            let range = scalar.range.start + range.start..scalar.range.start + range.end;
            return Some((vec![self.given(&name)?], range));
        }
        let mut parts = Vec::new();
        for takes in spot.choices() {
            if let Takes::Words(words) = takes {
                let word = words.iter().find(|(word, _)| *word == written);
                parts.extend(word.map(|(word, doc)| format!("`{word}`: {doc}")));
            }
        }
        if spot.is_attribute() && parts.is_empty() {
            let written = Written::of(written, scalar.range.start, scalar.style);
            parts.extend(self.attribute(&written.text));
        }
        if spot
            .key
            .is_some_and(|(section, key)| section.id == "provider" && key.name == "plugin")
        {
            let plugins = self.workspace.around.plugins().into_iter();
            let summary = plugins
                .filter(|(name, _)| name == written)
                .map(|(_, summary)| summary);
            parts.extend(summary);
        }
        parts.push(self.value(node));
        Some((parts, scalar.range.clone()))
    }

    /// A word of an expression, and what the whole of it gives.
    fn expression(&self, node: NodeId, scalar: &Scalar, offset: usize) -> Option<Known> {
        let written = Written::of(self.written(scalar), scalar.range.start, scalar.style);
        let all = tokens(&written.text);
        let at = written.at(offset);
        let holds = |range: &Range<usize>| range.start <= at && at <= range.end;
        let found = all
            .iter()
            .enumerate()
            .filter(|(_, token)| holds(&token.range));
        let mut found = found.filter_map(|(place, token)| {
            let role = role(&written.text, &all, place)?;
            Some((self.role(&role), written.span(&token.range)))
        });
        let (word, range) = found.next_back().unwrap_or((None, scalar.range.clone()));
        Some((vec![word.unwrap_or_default(), self.value(node)], range))
    }

    fn role(&self, role: &Role) -> Option<String> {
        match role {
            Role::Attribute(name) => self.attribute(name),
            Role::Value(name) => self.given(name),
            Role::Member(name) | Role::Function(name) => {
                let function = functions().iter().find(|function| function.name == name);
                function.map(docs::function)
            }
            Role::Variable(name) => {
                let known = docs::VARIABLES.iter().find(|(known, _)| known == name);
                known.map(|(name, doc)| format!("`{name}`\n\n{doc}"))
            }
        }
    }

    fn attribute(&self, name: &str) -> Option<String> {
        let known = self.workspace.attributes(self.path);
        let attribute = known
            .iter()
            .find(|known| known.name.eq_ignore_ascii_case(name))?;
        let values = self.values_of(&attribute.name);
        Some(format!("{}{values}", docs::attribute(attribute)))
    }

    /// A value of the environment.
    fn given(&self, name: &str) -> Option<String> {
        let declared = self.workspace.declared(self.path);
        let value = declared.into_iter().find(|value| value.name == name)?;
        let written = match &value.written {
            Some(written) => format!("`{written}`, unless an environment gives another one"),
            None => "an environment has to give it".to_owned(),
        };
        Some(format!("Value `{name}`: {written}"))
    }
}

/// The name in `${{ name }}` at a byte of a text, with all of its place.
pub(crate) fn placeholder(text: &str, at: usize) -> Option<(String, Range<usize>)> {
    let mut from = 0;
    while let Some(open) = text.get(from..)?.find("${{") {
        let start = from + open;
        let end = start + text.get(start..)?.find("}}")? + 2;
        if start <= at && at <= end {
            let name = text.get(start + 3..end - 2)?.trim();
            return Some((name.to_owned(), start..end));
        }
        from = end;
    }
    None
}

#[cfg(test)]
mod tests;
