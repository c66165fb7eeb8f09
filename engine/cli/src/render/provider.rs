//! Plugins for people: what they are, what they may reach, how they are set.

use super::text::{pad, safe};
use super::{Palette, table::table};
use muster_host::{About, Attribute, AttributeShape, Limits, Need, NeedKind, Needs, Origin};
use serde_json::Value;

/// Renders a listing.
pub fn list(plugins: &[&About], palette: Palette) -> String {
    let rows: Vec<Vec<String>> = plugins
        .iter()
        .map(|about| {
            vec![
                safe(&about.name),
                safe(&about.version),
                safe(&about.summary),
            ]
        })
        .collect();
    table(&["NAME", "VERSION", "WHAT"], &rows, palette)
}

/// Renders one plugin with its settings.
pub fn show(about: &About, palette: Palette) -> String {
    let origin = match &about.origin {
        Origin::Bundled => "bundled".to_owned(),
        Origin::File(path) => safe(&path.display().to_string()),
        Origin::Registry(address) => safe(address),
    };
    let mut out = format!(
        "{} {}\n  {}\n  from       {origin}, {} KiB, sha256 {}\n  interface  {}\n  delta      {}\n",
        palette.strong(safe(&about.name)),
        safe(&about.version),
        safe(&about.summary),
        about.size.div_ceil(1024),
        about.digest,
        safe(&about.api),
        if about.delta {
            "can read only what has changed"
        } else {
            "reads everything each time"
        },
    );
    out.push_str("  may reach  what a policy names in these settings, and nothing else\n");
    out.push_str(&needs(&about.needs));
    for (name, value) in about.defaults() {
        let line = format!("`{name}` is {value} where a policy says nothing");
        out.push_str(&format!("    {}\n", safe(&line)));
    }
    out.push_str("  limits\n");
    for (what, how_much) in limits(about) {
        out.push_str(&format!("    {what}: {how_much}\n"));
    }
    out.push_str(&format!("  imports    {}\n", safe(&names(&about.imports))));
    out.push_str(&settings(&about.settings_schema, palette));
    out
}

/// Names of interfaces, as short as they are clear.
fn names(interfaces: &[String]) -> String {
    let short = |name: &String| name.trim_start_matches("muster:provider/").to_owned();
    match interfaces.is_empty() {
        true => "nothing".to_owned(),
        false => interfaces.iter().map(short).collect::<Vec<_>>().join(", "),
    }
}

/// What a plugin may reach, in terms of the settings that grant it, and what its
/// secrets are for.
fn needs(needs: &Needs) -> String {
    let mut out = String::new();
    for need in needs.sheet() {
        out.push_str(&format!("    {}\n", safe(&what(&need))));
        for used in &need.secrets {
            let (secret, what) = (safe(&used.secret), safe(&used.what));
            out.push_str(&format!("      with the secret `{secret}`: {what}\n"));
        }
    }
    if out.is_empty() {
        return "    nothing\n".to_owned();
    }
    if !needs.secrets().is_empty() {
        out.push_str("    it never sees a secret: the host logs in\n");
    }
    out
}

fn what(need: &Need) -> String {
    let settings: Vec<String> = need
        .settings
        .iter()
        .map(|name| format!("`{name}`"))
        .collect();
    let settings = settings.join(" or ");
    let noun = match need.kind {
        NeedKind::Files => "the file in the setting",
        NeedKind::Http => "the HTTP service in the setting",
        NeedKind::Ldap => "the LDAP server in the setting",
        NeedKind::Sql => "the database in the setting",
    };
    format!("{noun} {settings} (`{}`)", need.name)
}

/// What a plugin may use, whatever a policy says.
pub fn limits(about: &About) -> Vec<(&'static str, String)> {
    let limits = Limits::default();
    let mib = |bytes: usize| format!("{} MiB", bytes >> 20);
    vec![
        ("memory", format!("{} MiB", about.memory_mib)),
        (
            "computing",
            format!("{} s a call, waiting not counted", limits.compute.as_secs()),
        ),
        ("answering", format!("{} s a call", limits.answer.as_secs())),
        (
            "a page",
            format!("{} people, {}", limits.page_rows, mib(limits.page_bytes)),
        ),
        ("an HTTP body", mib(limits.http_body_bytes)),
        (
            "the log",
            format!(
                "{} lines of {} bytes",
                limits.log_lines, limits.log_line_bytes
            ),
        ),
    ]
}

/// Lists the settings of a JSON Schema. A schema that cannot be read never
/// gets here: the host refuses it.
fn settings(schema: &str, palette: Palette) -> String {
    let schema: Value = serde_json::from_str(schema).unwrap_or_default();
    let Some(properties) = schema.get("properties").and_then(Value::as_object) else {
        return "  no settings\n".to_owned();
    };
    let required = |name: &str| {
        schema
            .get("required")
            .and_then(Value::as_array)
            .is_some_and(|names| names.iter().any(|known| known == name))
    };
    let width = properties.keys().map(String::len).max().unwrap_or(0);
    let mut out = "  settings (provider.config)\n".to_owned();
    for (name, property) in properties {
        let kind = kind(property);
        let need = if required(name) {
            palette.change("required")
        } else {
            default(property)
        };
        let name = palette.name(pad(&safe(name), width));
        let line = format!("    {name}  {kind}  {need}");
        out.push_str(line.trim_end());
        out.push('\n');
        if let Some(text) = property.get("description").and_then(Value::as_str) {
            out.push_str(&format!(
                "    {}  {}\n",
                " ".repeat(width),
                palette.faint(safe(text))
            ));
        }
    }
    out
}

fn kind(property: &Value) -> String {
    if let Some(words) = property.get("enum").and_then(Value::as_array) {
        let words: Vec<&str> = words.iter().filter_map(Value::as_str).collect();
        return safe(&words.join(" | "));
    }
    match property.get("type") {
        Some(Value::String(kind)) => safe(kind),
        Some(Value::Array(kinds)) => {
            let kinds: Vec<&str> = kinds.iter().filter_map(Value::as_str).collect();
            safe(&kinds.join(" or "))
        }
        _ => "any".to_owned(),
    }
}

fn default(property: &Value) -> String {
    property
        .get("default")
        .map(|value| format!("default {}", safe(&value.to_string())))
        .unwrap_or_default()
}

/// Renders the attributes that a source has.
pub fn attributes(attributes: &[Attribute], palette: Palette) -> String {
    let rows: Vec<Vec<String>> = attributes
        .iter()
        .map(|attribute| {
            vec![
                safe(&attribute.name),
                shape(attribute.shape).to_owned(),
                safe(&attribute.summary),
            ]
        })
        .collect();
    table(&["ATTRIBUTE", "VALUES", "WHAT"], &rows, palette)
}

fn shape(shape: AttributeShape) -> &'static str {
    match shape {
        AttributeShape::Single => "one",
        AttributeShape::Multiple => "several",
        AttributeShape::Unknown => "",
    }
}
