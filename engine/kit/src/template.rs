//! Texts with `{{words}}` in them.

use crate::Name;

/// Fills a template. A word that stands for nothing stays, and a test finds it.
pub(crate) fn filled(text: &str, name: &Name, interface: &str, component: &str) -> String {
    text.replace("{{name}}", name.as_str())
        .replace("{{underscored}}", &name.underscored())
        .replace("{{interface}}", interface)
        .replace("{{component}}", component)
        .replace("{{muster}}", env!("CARGO_PKG_VERSION"))
}
