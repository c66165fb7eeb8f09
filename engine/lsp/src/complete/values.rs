//! What may be a key's value.

use super::Cursor;
use super::insert::Offer;
use crate::docs;
use crate::language::Spot;
use crate::outline::{NodeId, Style};
use lsp_types::{CompletionItem, CompletionItemKind};
use muster_policy::language::Takes;
use std::collections::BTreeSet;
use std::ops::Range;

impl Cursor<'_> {
    /// Texts that a place may hold.
    pub(super) fn values(
        &self,
        spot: &Spot,
        node: Option<NodeId>,
        start: usize,
        style: Style,
    ) -> Vec<CompletionItem> {
        if let Some(offers) = self.placeholder(spot, start) {
            return offers;
        }
        if spot.is_expression() {
            return self.expression(start, style);
        }
        let place = Written {
            replaces: self.insert.word(start),
            style,
        };
        let mut offers: Vec<Offer> = Vec::new();
        for takes in spot.choices() {
            offers.extend(self.words(takes, &place));
        }
        if spot.is_attribute() {
            offers.extend(self.attributes(node, &place));
        }
        if spot.is_field() {
            offers.extend(self.fields(&place));
        }
        offers.extend(self.plugins(spot, &place));
        offers.extend(self.setting(spot, node, &place));
        let items = offers.into_iter().map(|offer| self.spaced(offer, start));
        items.map(|offer| self.insert.item(offer)).collect()
    }

    /// A colon needs a space behind it.
    fn spaced(&self, mut offer: Offer, start: usize) -> Offer {
        let before = self.text().as_str().get(..start).unwrap_or("");
        if before.ends_with(':') {
            offer.text.insert(0, ' ');
        }
        offer
    }

    fn words(&self, takes: Takes, place: &Written) -> Vec<Offer> {
        let kind = CompletionItemKind::ENUM_MEMBER;
        let word = |word: &str, doc: &str| Offer {
            doc: doc.to_owned(),
            rank: 1,
            ..Offer::word(word, kind, place.replaces.clone())
        };
        match takes {
            Takes::Words(words) => words.iter().map(|(name, doc)| word(name, doc)).collect(),
            Takes::Bool => ["true", "false"].map(|name| word(name, "")).into(),
            Takes::Version(version) => vec![word(&version.to_string(), "")],
            _ => Vec::new(),
        }
    }

    /// Attributes that the source has, without those that stand in the same list.
    fn attributes(&self, node: Option<NodeId>, place: &Written) -> Vec<Offer> {
        let mut there = BTreeSet::new();
        if let Some(list) = node.and_then(|node| self.before.node(node)?.parent)
            && let Some(list) = self.whole(list)
        {
            let items = self.document.outline.children(Some(list));
            let scalars = items.filter_map(|(_, item)| item.scalar.as_ref());
            let others =
                scalars.filter(|scalar| !scalar.range.contains(&self.offset.saturating_sub(1)));
            let texts = others.filter_map(|scalar| self.text().as_str().get(scalar.range.clone()));
            there.extend(texts.map(str::to_lowercase));
        }
        let known = self.workspace.attributes(self.path);
        let fresh = known
            .iter()
            .filter(|one| !there.contains(&one.name.to_lowercase()));
        fresh
            .map(|attribute| Offer {
                detail: docs::several(attribute).map(str::to_owned),
                doc: attribute.summary.clone(),
                text: quoted(&attribute.name, place.style),
                rank: 3,
                ..Offer::word(
                    &attribute.name,
                    CompletionItemKind::FIELD,
                    place.replaces.clone(),
                )
            })
            .collect()
    }

    /// Fields that the policy maps, in whichever of its files.
    fn fields(&self, place: &Written) -> Vec<Offer> {
        let outline = &self.document.outline;
        let own = outline
            .find(&["fields"])
            .map(|fields| outline.keys(Some(fields)));
        let own = own.into_iter().flatten().map(str::to_owned);
        let draft = self.workspace.draft_of(self.path);
        let all = draft.into_iter().flat_map(|draft| draft.fields());
        let names: BTreeSet<String> = own.chain(all.map(|field| field.name.to_string())).collect();
        let kind = CompletionItemKind::FIELD;
        names
            .iter()
            .map(|name| Offer::word(name, kind, place.replaces.clone()))
            .collect()
    }

    fn plugins(&self, spot: &Spot, place: &Written) -> Vec<Offer> {
        let is_plugin = spot
            .key
            .is_some_and(|(section, key)| section.id == "provider" && key.name == "plugin");
        if !is_plugin {
            return Vec::new();
        }
        let plugins = self.workspace.around.plugins().into_iter();
        plugins
            .map(|(name, summary)| Offer {
                doc: summary,
                ..Offer::word(&name, CompletionItemKind::MODULE, place.replaces.clone())
            })
            .collect()
    }

    /// Values that a setting of the plugin may have.
    fn setting(&self, spot: &Spot, node: Option<NodeId>, place: &Written) -> Vec<Offer> {
        let is_setting = spot.is_named
            && spot
                .key
                .is_some_and(|(section, key)| section.id == "provider" && key.name == "config");
        let name = node.and_then(|node| self.before.node(node)?.key());
        let (true, Some(name), Some(plugin)) = (is_setting, name, &self.plugin) else {
            return Vec::new();
        };
        let setting = plugin.settings.iter().find(|setting| setting.name == name);
        let words = setting.map_or(&[][..], |setting| setting.words.as_slice());
        let kind = CompletionItemKind::ENUM_MEMBER;
        let offers = words
            .iter()
            .map(|word| Offer::word(word, kind, place.replaces.clone()));
        offers.collect()
    }

    /// `${{ name }}`, in any text that is no expression. None if none is being
    /// written.
    fn placeholder(&self, spot: &Spot, start: usize) -> Option<Vec<CompletionItem>> {
        let typed = self.typed(start);
        let open = typed.rfind("${{").map(|at| at + 3)?;
        let rest = typed.get(open..)?;
        if rest.contains("}}") || spot.is_expression() {
            return None;
        }
        let name = rest.trim_start();
        let replaces = self.insert.name(self.offset - name.len());
        let end = match self.insert.follows(&replaces).starts_with("}}") {
            true => "",
            false => " }}",
        };
        let space = if rest.starts_with(' ') { "" } else { " " };
        let values = self.workspace.declared(self.path);
        let offers = values.into_iter().map(|value| Offer {
            detail: value.written,
            doc: "A value of the environment.".to_owned(),
            text: format!("{space}{}{end}", value.name),
            ..Offer::word(&value.name, CompletionItemKind::CONSTANT, replaces.clone())
        });
        Some(offers.map(|offer| self.insert.item(offer)).collect())
    }
}

/// Where a text is put, and how it is quoted.
struct Written {
    replaces: Range<usize>,
    style: Style,
}

/// A text in quotes, where YAML would read something else into it.
fn quoted(text: &str, style: Style) -> String {
    match style {
        Style::Single => text.replace('\'', "''"),
        Style::Double => text.replace('\\', "\\\\").replace('"', "\\\""),
        Style::Plain | Style::Flow | Style::Block if is_plain(text) => text.to_owned(),
        Style::Plain | Style::Flow | Style::Block => format!("'{}'", text.replace('\'', "''")),
    }
}

/// True if a text needs no quotes, in whatever dialect of YAML.
fn is_plain(text: &str) -> bool {
    const WORDS: [&str; 9] = ["true", "false", "yes", "no", "on", "off", "null", "y", "n"];
    let begins = text.starts_with(|c: char| c.is_alphabetic() || c == '_');
    let ends = text.ends_with(|c: char| c.is_alphanumeric() || c == '_');
    let inside = |c: char| c.is_alphanumeric() || "_-. ".contains(c);
    begins && ends && text.chars().all(inside) && !WORDS.contains(&text.to_lowercase().as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn attributes_are_quoted_where_they_must_be() {
        for (name, plain, double) in [
            ("givenName", "givenName", "givenName"),
            ("Given name", "Given name", "Given name"),
            ("on", "'on'", "on"),
            ("a: b", "'a: b'", "a: b"),
            ("it's \"so\"", "'it''s \"so\"'", "it's \\\"so\\\""),
            ("1st", "'1st'", "1st"),
            ("#x", "'#x'", "#x"),
        ] {
            assert_eq!(quoted(name, Style::Plain), plain);
            assert_eq!(quoted(name, Style::Double), double);
        }
        assert_eq!(quoted("it's", Style::Single), "it''s");
    }
}
