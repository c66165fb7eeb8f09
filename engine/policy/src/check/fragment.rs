//! `include:` – files with parts that several policies share.

use super::library::Library;
use super::{keys, reader, version};
use crate::diagnostic::Code;
use crate::language::Section;
use crate::lint::listed_twice;
use crate::source::Source;
use crate::values;
use crate::yaml::{Entry, Node};
use std::rc::Rc;

/// One included file.
#[derive(Debug)]
pub(crate) struct Fragment<'t> {
    source: Source<'t>,
    root: Option<Node>,
}

impl<'t> Fragment<'t> {
    /// The entry of a key, with the source to report to.
    pub(crate) fn entry(&mut self, key: &str) -> Option<(&mut Source<'t>, &Entry)> {
        let entry = self.root.as_ref()?.entry(key)?;
        Some((&mut self.source, entry))
    }

    pub(crate) fn into_source(self) -> Source<'t> {
        self.source
    }
}

/// Opens the files that a policy includes, in the order in which it names them.
pub(crate) fn all<'t>(
    source: &mut Source<'_>,
    root: Option<&Node>,
    library: &'t Library,
) -> Vec<Fragment<'t>> {
    named(source, root, library, "include", &keys::FRAGMENT)
}

/// Opens the files that a key names, each of which has this shape.
pub(super) fn named<'t>(
    source: &mut Source<'_>,
    root: Option<&Node>,
    library: &'t Library,
    key: &str,
    section: &Section,
) -> Vec<Fragment<'t>> {
    let Some(entry) = root.and_then(|root| root.entry(key)) else {
        return Vec::new();
    };
    let mut fragments: Vec<Fragment<'t>> = Vec::new();
    for (node, path) in reader::texts(source, &entry.value, &format!("`{key}`")) {
        match library.get(path) {
            Ok(loaded)
                if fragments
                    .iter()
                    .any(|known| known.source.file == loaded.file) =>
            {
                let fix = listed_twice::without(source, &entry.value, node);
                source
                    .report(
                        Code::DuplicateName,
                        node.span.clone(),
                        format!("The file `{path}` is named twice in `{key}`"),
                    )
                    .help("Keep one of the two.")
                    .maybe_fix(fix);
            }
            Ok(loaded) => {
                let mut own = Source::new(&loaded.file, &loaded.text);
                own.values = Rc::clone(&source.values);
                fragments.push(open(own, section));
            }
            Err(why) => unreadable(source, node, path, why),
        }
    }
    fragments
}

fn open<'t>(mut source: Source<'t>, section: &Section) -> Fragment<'t> {
    let mut root = super::read(&mut source);
    if let Some(node) = &mut root {
        values::put(&mut source, node);
        let start = node.span.clone();
        if let Some(map) = reader::mapping(&mut source, node, &start, section)
            && let Some(node) = map.get("muster")
        {
            version(&mut source, node);
        }
    }
    Fragment { source, root }
}

/// Reports a file that the policy names and that cannot be read.
pub(crate) fn unreadable(source: &mut Source<'_>, node: &Node, path: &str, why: &str) {
    source
        .report(
            Code::UnreadableFile,
            node.span.clone(),
            format!("The file `{path}` cannot be read"),
        )
        .label(why)
        .help("Paths are relative to the policy's folder.");
}
