//! Plugins for people: what they are, what they may reach, how they are set.

use super::text::{pad, safe};
use super::{Palette, table::table};
use muster_host::{About, Attribute, AttributeShape, HttpNeed, Needs, Origin};
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
        "{} {}\n  {}\n  from       {origin}, {} KiB, sha256 {}\n  interface  {}\n  memory     at most {} MiB\n  delta      {}\n",
        palette.strong(safe(&about.name)),
        safe(&about.version),
        safe(&about.summary),
        about.size.div_ceil(1024),
        about.digest,
        safe(&about.api),
        about.memory_mib,
        if about.delta {
            "can read only what has changed"
        } else {
            "reads everything each time"
        },
    );
    out.push_str("  may reach\n");
    for need in needs(&about.needs) {
        out.push_str(&format!("    {}\n", safe(&need)));
    }
    out.push_str(&settings(&about.settings_schema, palette));
    out
}

/// What a plugin may reach, in terms of the settings that grant it.
pub fn needs(needs: &Needs) -> Vec<String> {
    let files = needs.files.values().map(|need| {
        let path = format!("the file in the setting `{}`", need.path);
        match &need.url {
            None => path,
            Some(url) => {
                let (setting, ways) = (&url.base_url, ways(url));
                format!("{path}, or the one behind the URL in the setting `{setting}`{ways}")
            }
        }
    });
    let ldap = needs.ldap.values().map(|need| {
        let secret = need
            .password
            .as_ref()
            .map(|name| format!(", with the secret `{name}`"))
            .unwrap_or_default();
        format!("the LDAP server in the setting `{}`{secret}", need.url)
    });
    let http = needs.http.values().map(|need| {
        let ways = ways(need);
        let certificate = need
            .client_certificate
            .as_ref()
            .map(|name| format!(", showing the certificate in the secret `{name}`"))
            .unwrap_or_default();
        format!(
            "the HTTP service in the setting `{}`{ways}{certificate}",
            need.base_url
        )
    });
    let all: Vec<String> = files.chain(ldap).chain(http).collect();
    if all.is_empty() {
        vec!["nothing".to_owned()]
    } else {
        all
    }
}

/// Ways to log in at a service.
fn ways(need: &HttpNeed) -> String {
    let ways = need.ways();
    let ways: Vec<String> = ways
        .iter()
        .map(|way| format!("the secret `{}` ({})", way.secret(), way.what()))
        .collect();
    match ways.is_empty() {
        true => String::new(),
        false => format!(", with {}", ways.join(" or ")),
    }
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
