//! Reads a component without compiling or running it: its custom sections and
//! its imports, which are all that it can ever do.

use crate::manifest::Needs;
use crate::offer;
use std::collections::BTreeMap;
use wasmparser::component_types::ComponentEntityType;
use wasmparser::{Encoding, Parser, Payload, Validator, WasmFeatures};

const MANIFEST_SECTION: &str = "muster:manifest";
const SETTINGS_SECTION: &str = "muster:settings-schema";
const PACKAGE: &str = "muster:provider/";
/// The interfaces of 0.1, whatever the last number: imports may grow.
const LINE: &str = "0.1.";

/// What a component file holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Inspected {
    pub manifest: Option<String>,
    pub settings_schema: Option<String>,
    /// Interfaces, as written in the file.
    pub imports: Vec<String>,
    pub exports: Vec<String>,
    /// Functions that it calls, by imported interface. Known of a file that was
    /// validated.
    pub calls: BTreeMap<String, Vec<String>>,
}

/// Why a file is no plugin.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum FileFault {
    /// It is something else altogether.
    #[error("it is no WebAssembly component")]
    NotAComponent,
    /// It is damaged.
    #[error("it is damaged: {0}")]
    Damaged(String),
    /// It holds a section twice, or one that is no text.
    #[error("its section `{0}` is there twice, or is no text")]
    Section(&'static str),
}

fn damaged(error: wasmparser::BinaryReaderError) -> FileFault {
    FileFault::Damaged(error.message().to_owned())
}

/// Why a component's imports are refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ImportFault {
    /// It wants to reach the system directly.
    #[error("it imports `{0}`: a plugin reaches nothing but what Muster offers")]
    Wasi(String),
    /// It wants something that this version does not have.
    #[error("it imports `{0}`, which this Muster does not offer")]
    Unknown(String),
    /// It was made for a later version of the interface, and uses what that one
    /// has more.
    #[error(
        "it was made for `muster:provider@{made_for}` and uses `{missing}`, which this Muster, \
         of `muster:provider@{}`, does not have",
        offer::VERSION
    )]
    Newer {
        /// The version that it was made for.
        made_for: String,
        /// The interface or the function.
        missing: String,
    },
    /// It wants a capability that its manifest does not ask for.
    #[error("it imports `{import}`, but its manifest has no `[needs.{kind}]`")]
    Undeclared {
        /// The interface.
        import: String,
        /// What the manifest would have to say.
        kind: &'static str,
    },
}

impl Inspected {
    /// Validates a file of unknown origin and reads it.
    #[expect(
        clippy::indexing_slicing,
        reason = "an id that the validator gave is always in its types"
    )]
    pub fn validated(bytes: &[u8]) -> Result<Self, FileFault> {
        if !Parser::is_component(bytes) {
            return Err(FileFault::NotAComponent);
        }
        let types = Validator::new_with_features(WasmFeatures::default())
            .validate_all(bytes)
            .map_err(damaged)?;
        let mut found = Self::read(bytes)?;
        let types = types.as_ref();
        for import in &found.imports {
            let Some(item) = types.component_item_for_import(import) else {
                continue;
            };
            let ComponentEntityType::Instance(instance) = item.ty else {
                continue;
            };
            let items = types[instance].exports.iter();
            let functions =
                items.filter(|(_, item)| matches!(item.ty, ComponentEntityType::Func(_)));
            let names = functions.map(|(name, _)| name.clone()).collect();
            found.calls.insert(import.clone(), names);
        }
        Ok(found)
    }

    /// Reads a file that is known to be whole.
    pub fn read(bytes: &[u8]) -> Result<Self, FileFault> {
        let mut found = Self::default();
        let mut depth = 0_usize;
        for payload in Parser::new(0).parse_all(bytes) {
            match payload.map_err(damaged)? {
                Payload::Version {
                    encoding: Encoding::Module | Encoding::Component,
                    ..
                } => depth += 1,
                Payload::End(_) => depth = depth.saturating_sub(1),
                Payload::CustomSection(section) => found.section(section.name(), section.data())?,
                Payload::ComponentImportSection(imports) if depth == 1 => {
                    for import in imports {
                        found
                            .imports
                            .push(import.map_err(damaged)?.name.name.to_owned());
                    }
                }
                Payload::ComponentExportSection(exports) if depth == 1 => {
                    for export in exports {
                        let name = export.map_err(damaged)?.name.name;
                        found.exports.push(name.to_owned());
                    }
                }
                _ => {}
            }
        }
        Ok(found)
    }

    fn section(&mut self, name: &str, data: &[u8]) -> Result<(), FileFault> {
        let (place, name) = match name {
            MANIFEST_SECTION => (&mut self.manifest, MANIFEST_SECTION),
            SETTINGS_SECTION => (&mut self.settings_schema, SETTINGS_SECTION),
            _ => return Ok(()),
        };
        let text = String::from_utf8(data.to_vec()).map_err(|_| FileFault::Section(name))?;
        match place.replace(text) {
            None => Ok(()),
            Some(_) => Err(FileFault::Section(name)),
        }
    }

    /// The interface for logins, as the file exports it.
    pub fn login(&self) -> Option<&str> {
        let login = |export: &&String| {
            let version = export.strip_prefix(PACKAGE)?.strip_prefix("login@")?;
            version.starts_with(LINE).then_some(())
        };
        let found = self.exports.iter().find(|export| login(export).is_some());
        found.map(String::as_str)
    }

    /// Checks that the file can do no more than its manifest asks for.
    pub fn check_imports(&self, needs: &Needs) -> Result<(), ImportFault> {
        self.imports.iter().try_for_each(|import| {
            let calls = self.calls.get(import).map_or(&[][..], Vec::as_slice);
            check_import(import, calls, needs)
        })
    }
}

fn check_import(import: &str, calls: &[String], needs: &Needs) -> Result<(), ImportFault> {
    if import.starts_with("wasi:") {
        return Err(ImportFault::Wasi(import.to_owned()));
    }
    let ours = import
        .strip_prefix(PACKAGE)
        .and_then(|rest| rest.split_once('@'));
    let unknown = || ImportFault::Unknown(import.to_owned());
    let (interface, version) = ours
        .filter(|(_, version)| version.starts_with(LINE))
        .ok_or_else(unknown)?;
    check_calls(interface, version, calls)?;
    let (declared, kind) = match interface {
        "types" | "people" | "host" | "text" => return Ok(()),
        "files" => (!needs.files.is_empty(), "files.NAME"),
        "ldap" => (!needs.ldap.is_empty(), "ldap.NAME"),
        "http" => (!needs.http.is_empty(), "http.NAME"),
        "sql" => (!needs.sql.is_empty(), "sql.NAME"),
        _ => return Err(unknown()),
    };
    match declared {
        true => Ok(()),
        false => Err(ImportFault::Undeclared {
            import: import.to_owned(),
            kind,
        }),
    }
}

/// Refuses what a later version of the interface has more, naming it. The linker
/// would refuse it as well, in words for authors of linkers.
fn check_calls(interface: &str, version: &str, calls: &[String]) -> Result<(), ImportFault> {
    let newer = |missing: String| ImportFault::Newer {
        made_for: version.to_owned(),
        missing,
    };
    let Some(offered) = offer::functions(interface) else {
        return match offer::is_newer(version) {
            true => Err(newer(interface.to_owned())),
            // Named by whoever looks at the interface.
            false => Ok(()),
        };
    };
    let mut calls = calls.iter().map(String::as_str);
    let missing = calls.find(|name| !offered.contains(name));
    missing.map_or(Ok(()), |name| {
        let name = name.rsplit_once(']').map_or(name, |(_, name)| name);
        Err(newer(format!("{interface}.{name}")))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn imports_are_held_against_the_needs() {
        let needs = crate::manifest::Manifest::parse(
            "name='x'\nversion='1'\nsummary=''\napi='muster:provider@0.1'\n[needs.files.a]\npath='p'",
        );
        let needs = needs.unwrap().needs;
        let check = |import| check_import(import, &[], &needs);
        assert_eq!(check("muster:provider/host@0.1.0"), Ok(()));
        assert_eq!(check("muster:provider/files@0.1.7"), Ok(()));
        assert!(matches!(
            check("muster:provider/ldap@0.1.0"),
            Err(ImportFault::Undeclared { .. })
        ));
        assert!(matches!(
            check("muster:provider/files@0.2.0"),
            Err(ImportFault::Unknown(_))
        ));
        assert!(matches!(
            check("muster:provider/sql@0.1.0"),
            Err(ImportFault::Undeclared { .. })
        ));
        assert!(matches!(
            check("muster:provider/clock@0.1.0"),
            Err(ImportFault::Unknown(_))
        ));
        assert!(matches!(
            check("wasi:cli/environment@0.2.0"),
            Err(ImportFault::Wasi(_))
        ));
        assert!(matches!(check("env"), Err(ImportFault::Unknown(_))));
    }

    #[test]
    fn what_a_later_interface_has_more_is_named_with_both_versions() {
        let refused = |interface, version, calls: &[&str]| {
            let calls: Vec<String> = calls.iter().map(|&name| name.to_owned()).collect();
            check_calls(interface, version, &calls).map_err(|fault| fault.to_string())
        };
        let ours = offer::VERSION;
        assert_eq!(refused("host", "0.1.999", &["log"]), Ok(()));
        let text = refused("host", "0.1.999", &["log", "shout"]).unwrap_err();
        let expected = format!(
            "it was made for `muster:provider@0.1.999` and uses `host.shout`, which this Muster, \
             of `muster:provider@{ours}`, does not have"
        );
        assert_eq!(text, expected);
        let text = refused("files", "0.1.999", &["[method]reader.seek"]).unwrap_err();
        assert!(text.contains("`files.reader.seek`"), "{text}");
        let text = refused("clock", "0.1.999", &[]).unwrap_err();
        assert!(text.contains("uses `clock`"), "{text}");
        assert_eq!(refused("text", ours, &["decode", "encode"]), Ok(()));
    }

    #[test]
    fn other_files_are_no_components() {
        assert_eq!(
            Inspected::validated(b"name,mail\n"),
            Err(FileFault::NotAComponent)
        );
        assert_eq!(
            Inspected::validated(b"\0asm\x01\0\0\0"),
            Err(FileFault::NotAComponent)
        );
        let cut = b"\0asm\x0d\0\x01\0\x07";
        assert!(matches!(
            Inspected::validated(cut),
            Err(FileFault::Damaged(_))
        ));
    }
}
