//! What the interface of this host holds, taken from its text by the build script.

include!(concat!(env!("OUT_DIR"), "/interface.rs"));

/// Functions of an imported interface, as components name them; none if there is
/// no such interface.
pub(crate) fn functions(interface: &str) -> Option<&'static [&'static str]> {
    let found = OFFERED.iter().find(|(name, _)| *name == interface);
    found.map(|(_, functions)| *functions)
}

/// True for a version of the line that has more than this one.
pub(crate) fn is_newer(version: &str) -> bool {
    let last = |version: &str| version.rsplit('.').next()?.parse::<u64>().ok();
    last(version) > last(VERSION)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_of_the_interface_is_known() {
        assert!(VERSION.starts_with("0.1."));
        assert_eq!(functions("host"), Some(&["log", "now-ms", "cancelled"][..]));
        assert!(functions("files").is_some_and(|f| f.contains(&"[method]reader.read")));
        assert_eq!(functions("text"), Some(&["decode", "encode"][..]));
        assert_eq!(functions("types"), Some(&[][..]));
        // What a plugin exports is nothing that it could import.
        assert_eq!(functions("provider"), None);
        assert_eq!(functions("clock"), None);
    }

    #[test]
    fn versions_are_numbers() {
        assert!(is_newer("0.1.10") && is_newer("0.1.999"));
        assert!(!is_newer(VERSION) && !is_newer("0.1.0") && !is_newer("0.1"));
    }
}
