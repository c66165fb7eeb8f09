//! The macro that makes a component of a source.

use crate::Source;

/// A source with its manifest; implemented by [`plugin!`](crate::plugin).
pub trait Plugin: Source {
    /// `plugin.toml`.
    const MANIFEST: &'static str;
    /// `settings.schema.json`.
    const SETTINGS_SCHEMA: &'static str;
}

/// Turns a text into what a custom section must be: bytes without a pointer.
#[expect(
    clippy::indexing_slicing,
    reason = "evaluated by the compiler, which refuses it"
)]
pub const fn section<const N: usize>(text: &str) -> [u8; N] {
    let mut bytes = [0; N];
    let mut at = 0;
    let mut rest = text.as_bytes();
    while let [first, others @ ..] = rest {
        bytes[at] = *first;
        at += 1;
        rest = others;
    }
    bytes
}

/// Makes a component of a [`Source`], described by `plugin.toml` and
/// `settings.schema.json` beside the crate's `Cargo.toml`.
///
/// Both files go into custom sections, where the host reads them without
/// running the plugin. Nothing is exported from a native build, in which the
/// names of component exports would not link. `manifest = …, settings = …` takes
/// constant texts in place of the files.
#[macro_export]
macro_rules! plugin {
    ($source:ty) => {
        $crate::plugin!(
            $source,
            manifest = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/plugin.toml")),
            settings = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/settings.schema.json"))
        );
    };
    ($source:ty, manifest = $manifest:expr, settings = $settings:expr) => {
        impl $crate::Plugin for $source {
            const MANIFEST: &'static str = $manifest;
            const SETTINGS_SCHEMA: &'static str = $settings;
        }

        #[cfg(target_family = "wasm")]
        #[allow(unsafe_code, missing_docs, reason = "the component's exports")]
        const _: () = {
            type MusterComponent = $crate::Component<$source>;
    $crate::bindings::export!(MusterComponent with_types_in $crate::bindings);

            const MANIFEST: &str = <$source as $crate::Plugin>::MANIFEST;
            const SETTINGS: &str = <$source as $crate::Plugin>::SETTINGS_SCHEMA;

            #[used]
            #[unsafe(link_section = "muster:manifest")]
            static MANIFEST_SECTION: [u8; MANIFEST.len()] = $crate::section(MANIFEST);

            #[used]
            #[unsafe(link_section = "muster:settings-schema")]
            static SETTINGS_SECTION: [u8; SETTINGS.len()] = $crate::section(SETTINGS);
        };
    };
}
