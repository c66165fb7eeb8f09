//! Values that differ between environments: declared by a policy, given by the
//! file of an environment, and put where the policy names them.
//!
//! `${{ name }}` stands for a value in any text that is no expression; a text
//! that is nothing else takes the value as it is, also a list. Expressions say
//! `values.name`, so that no value can become part of a condition's own text.

use crate::check::reader;
use crate::diagnostic::Code;
use crate::language::keys;
use crate::nearest::{nearest, only_near};
use crate::source::Source;
use crate::yaml::{self, Entry, Kind, Node, Plain, Scalar, Style};
use regex::Regex;
use std::collections::BTreeMap;
use std::ops::Range;
use std::rc::Rc;
use std::sync::LazyLock;

/// The longest text that values may make of one.
const LONGEST: usize = 64 * 1024;

#[expect(clippy::expect_used, reason = "the pattern is a constant, and tested")]
static PLACE: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r"\$\{\{[ \t]*([^{}]*?)[ \t]*\}\}").expect("a pattern that can be read")
});

/// The values of a policy in one environment.
#[derive(Clone, Debug, Default)]
pub(crate) struct Values(BTreeMap<String, Given>);

/// One value.
#[derive(Clone, Debug)]
pub(crate) enum Given {
    Scalar(Scalar),
    List(Vec<Scalar>),
    /// Declared without one, and no environment gave any; or reported as wrong.
    Missing,
}

impl Values {
    /// The value of a name, if the policy declares it.
    pub(crate) fn get(&self, name: &str) -> Option<&Given> {
        self.0.get(name)
    }

    /// The declared name that was probably meant.
    pub(crate) fn nearest(&self, name: &str) -> Option<&str> {
        nearest(name, self.names())
    }

    fn names(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// True if the policy declares none.
    pub(crate) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

/// Gathers what a policy declares and an environment gives.
pub(crate) fn gather(
    source: &mut Source<'_>,
    root: Option<&Node>,
    environment: Option<&mut Source<'_>>,
) -> Rc<Values> {
    let declared = root.and_then(|root| root.entry("values"));
    let mut values = Values::default();
    let entries = declared.and_then(|entry| reader::entries(source, &entry.value, "`values`"));
    for entry in entries.unwrap_or_default() {
        if name(source, entry) {
            values
                .0
                .insert(entry.key.clone(), given(source, &entry.value));
        }
    }
    if let Some(environment) = environment {
        fill(environment, &mut values);
    }
    for entry in entries.unwrap_or_default() {
        let missing = matches!(values.get(&entry.key), Some(Given::Missing));
        if missing && matches!(&entry.value.kind, Kind::Scalar(_)) {
            let message = format!("The value `{}` is given nowhere", entry.key);
            source
                .report(Code::MissingValue, entry.at.clone(), message)
                .help("Give one here, or name the environment's file: `--values FILE`.");
        }
    }
    Rc::new(values)
}

/// Reads the environment's file; it may give what the policy declares.
fn fill(environment: &mut Source<'_>, values: &mut Values) {
    let Some(root) = yaml::read(environment) else {
        return;
    };
    let start = root.span.clone();
    let Some(map) = reader::mapping(environment, &root, &start, &keys::ENVIRONMENT) else {
        return;
    };
    if let Some(version) = map.get("muster") {
        crate::check::version(environment, version);
    }
    let Some(node) = map.get("values") else {
        return;
    };
    for entry in reader::entries(environment, node, "`values`").unwrap_or_default() {
        if values.0.contains_key(&entry.key) {
            let value = given(environment, &entry.value);
            values.0.insert(entry.key.clone(), value);
        } else {
            unknown(environment, entry.at.clone(), &entry.key, values);
        }
    }
}

fn name(source: &mut Source<'_>, entry: &Entry) -> bool {
    let begins = entry
        .key
        .starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    let allowed = |c: char| c.is_ascii_alphanumeric() || c == '_';
    let right = begins && entry.key.chars().all(allowed) && entry.key.len() <= 64;
    if !right {
        let message = format!("`{}` cannot be a value's name", entry.key.escape_debug());
        source
            .report(Code::BadName, entry.at.clone(), message)
            .help("Use up to 64 of A–Z, a–z, 0–9 and `_`, and begin with a letter.");
    }
    right
}

fn given(source: &mut Source<'_>, node: &Node) -> Given {
    match &node.kind {
        Kind::Scalar(scalar) if is_nothing(scalar) => Given::Missing,
        Kind::Scalar(scalar) => Given::Scalar(scalar.clone()),
        Kind::List(items) => {
            let scalars: Option<Vec<Scalar>> = items.iter().map(scalar_of).collect();
            match scalars {
                Some(scalars) => Given::List(scalars),
                None => {
                    reader::wrong_type(
                        source,
                        node,
                        "a value",
                        "a text, a number, or a list of these",
                    );
                    Given::Missing
                }
            }
        }
        Kind::Map(_) | Kind::Broken => {
            reader::wrong_type(
                source,
                node,
                "a value",
                "a text, a number, or a list of these",
            );
            Given::Missing
        }
    }
}

fn is_nothing(scalar: &Scalar) -> bool {
    scalar.style == Style::Plain && Plain::of(&scalar.text) == Plain::Null
}

fn scalar_of(node: &Node) -> Option<Scalar> {
    match &node.kind {
        Kind::Scalar(scalar) => Some(scalar.clone()),
        _ => None,
    }
}

/// Puts values where a file names them.
pub(crate) fn put(source: &mut Source<'_>, node: &mut Node) {
    let values = Rc::clone(&source.values);
    put_into(source, node, &values);
}

fn put_into(source: &mut Source<'_>, node: &mut Node, values: &Values) {
    match &mut node.kind {
        Kind::Broken => {}
        Kind::List(items) => items
            .iter_mut()
            .for_each(|item| put_into(source, item, values)),
        Kind::Map(entries) => entries
            .iter_mut()
            .for_each(|entry| put_into(source, &mut entry.value, values)),
        Kind::Scalar(scalar) if scalar.text.contains("${{") => {
            node.kind = filled(source, scalar, &node.span, values);
        }
        Kind::Scalar(_) => {}
    }
}

/// What a text with values in it is.
fn filled(source: &mut Source<'_>, scalar: &Scalar, span: &Range<usize>, values: &Values) -> Kind {
    let whole = PLACE
        .captures(&scalar.text)
        .filter(|found| {
            found
                .get(0)
                .is_some_and(|all| all.as_str() == scalar.text.trim())
        })
        .and_then(|found| found.get(1));
    if let Some(name) = whole {
        return match known(source, span, name.as_str(), values) {
            Some(Given::Scalar(scalar)) => Kind::Scalar(put_in(scalar.text.clone(), scalar.style)),
            Some(Given::List(items)) => Kind::List(
                items
                    .iter()
                    .map(|item| Node {
                        span: span.clone(),
                        kind: Kind::Scalar(put_in(item.text.clone(), item.style)),
                    })
                    .collect(),
            ),
            Some(Given::Missing) | None => Kind::Broken,
        };
    }
    let mut text = String::new();
    let (mut end, mut right) = (0, true);
    for found in PLACE.captures_iter(&scalar.text) {
        let (Some(all), Some(name)) = (found.get(0), found.get(1)) else {
            continue;
        };
        text.push_str(scalar.text.get(end..all.start()).unwrap_or(""));
        end = all.end();
        match known(source, span, name.as_str(), values) {
            Some(Given::Scalar(value)) => text.push_str(&value.text),
            Some(Given::List(_)) => {
                let message = format!("The list `{}` stands inside a text", name.as_str());
                source
                    .report(Code::WrongType, span.clone(), message)
                    .help("A list takes the place of a whole value: `groups: ${{ groups }}`.");
                right = false;
            }
            Some(Given::Missing) | None => right = false,
        }
        if text.len() > LONGEST {
            let message = format!("With its values the text has more than {LONGEST} bytes");
            source.report(Code::TooLarge, span.clone(), message);
            return Kind::Broken;
        }
    }
    text.push_str(scalar.text.get(end..).unwrap_or(""));
    if right {
        Kind::Scalar(put_in(text, Style::Double))
    } else {
        Kind::Broken
    }
}

fn put_in(text: String, style: Style) -> Scalar {
    Scalar {
        text,
        style,
        origin: yaml::Origin::Value,
    }
}

fn known<'v>(
    source: &mut Source<'_>,
    span: &Range<usize>,
    name: &str,
    values: &'v Values,
) -> Option<&'v Given> {
    let found = values.get(name);
    if found.is_none() {
        unknown(source, span.clone(), name, values);
    }
    found
}

/// Reports a name that the policy does not declare.
pub(crate) fn unknown(source: &mut Source<'_>, span: Range<usize>, name: &str, values: &Values) {
    let help = match values.nearest(name) {
        Some(near) => format!("Did you mean `{near}`?"),
        None if values.is_empty() => {
            format!(
                "Declare it in the policy: `values: {{{name}: …}}`, with what holds where no environment gives it."
            )
        }
        None => "Declare it under `values` in the policy.".to_owned(),
    };
    let fix = only_near(name, values.names()).and_then(|near| source.rewrite(&span, name, near));
    let message = format!("The policy declares no value `{}`", name.escape_debug());
    source
        .report(Code::UnknownValue, span, message)
        .help(help)
        .maybe_fix(fix);
}
