//! The few lines of the manifest that a plugin tells of itself.

/// Returns a plain value of the manifest that stands above its first table.
///
/// The host reads the manifest as TOML; a plugin that carried a TOML parser
/// just to describe itself would be twice as large.
pub(crate) fn top_level<'a>(manifest: &'a str, key: &str) -> Option<&'a str> {
    manifest
        .lines()
        .map(str::trim)
        .take_while(|line| !line.starts_with('['))
        .filter_map(|line| line.split_once('='))
        .find(|(name, _)| name.trim() == key)
        .map(|(_, value)| plain(value.trim()))
}

fn plain(value: &str) -> &str {
    let quote = value.chars().next().filter(|c| matches!(c, '"' | '\''));
    match quote {
        Some(quote) => value.split(quote).nth(1).unwrap_or_default(),
        None => value.split('#').next().unwrap_or_default().trim_end(),
    }
}

#[cfg(test)]
mod tests {
    use super::top_level;

    #[test]
    fn values_above_the_first_table_are_found() {
        let manifest =
            "# a\nname = \"csv\"  # b\nversion='1.0'\ndelta = true # c\n[needs]\nsummary = \"no\"";
        let get = |key| top_level(manifest, key);
        assert_eq!(get("name"), Some("csv"));
        assert_eq!(get("version"), Some("1.0"));
        assert_eq!(get("delta"), Some("true"));
        assert_eq!(get("summary"), None);
    }
}
