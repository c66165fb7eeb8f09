//! The files of a new project.

use crate::template::filled;
use crate::{Language, Name, texts};

/// A file of a project.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProjectFile {
    /// Where it stands, below the project's folder, with `/`.
    pub path: String,
    /// What it holds.
    pub text: String,
}

/// A project that builds with its language's own tools, and passes its tests.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Project {
    /// The language.
    pub language: Language,
    /// The plugin's name.
    pub name: Name,
    /// All files, by path.
    pub files: Vec<ProjectFile>,
}

impl Project {
    /// Makes a project of a provider that reads a JSON service.
    pub fn new(name: Name, language: Language) -> Self {
        let mut project = Self {
            language,
            name,
            files: Vec::new(),
        };
        project.describe();
        project.fill(texts::ALL);
        match language {
            Language::Rust => project.rust(),
            Language::Python => project.world(texts::PYTHON),
            Language::JavaScript => project.world(texts::JAVASCRIPT),
        }
        project.files.sort_by(|a, b| a.path.cmp(&b.path));
        project
    }

    /// The component's file, below the project's folder, once it is built.
    pub fn component(&self) -> String {
        match self.language {
            Language::Rust => format!(
                "target/wasm32-unknown-unknown/release/{}.wasm",
                self.name.underscored()
            ),
            Language::Python | Language::JavaScript => format!("{}.wasm", self.name),
        }
    }

    /// Commands, in the project's folder, from there to a plugin.
    pub fn steps(&self) -> Vec<String> {
        let component = self.component();
        let show = format!("muster provider show ./{component}");
        let pack = format!("muster provider pack {component}");
        let steps: &[&str] = match self.language {
            Language::Rust => &[
                "cargo test",
                "cargo build --release --target wasm32-unknown-unknown",
                &show,
            ],
            Language::Python => &[
                "python3 -m unittest",
                "python3 -m venv .venv",
                ".venv/bin/pip install --requirement requirements.txt",
                "python3 build.py",
                &pack,
            ],
            Language::JavaScript => &[
                "npm test",
                "npm ci --ignore-scripts",
                "npm run build",
                &pack,
            ],
        };
        steps.iter().map(|step| (*step).to_owned()).collect()
    }

    /// The plugin's own description is that of the SDK's smallest provider.
    fn describe(&mut self) {
        let own = format!("name = \"{}\"", self.name);
        let hello = |path| texts::find(texts::HELLO, path);
        let mut manifest = hello("plugin.toml").replace("name = \"hello\"", &own);
        if self.language == Language::Python {
            // Measured: it keeps the bytes of each page, some 80 a person.
            let more = "\nmemory_mib = 128  # the toolchain keeps some 80 bytes of each person: enough for a million\n\n";
            manifest = manifest.replacen("\n\n", more, 1);
        }
        self.add("plugin.toml", manifest);
        self.add("settings.schema.json", hello("settings.schema.json"));
    }

    fn rust(&mut self) {
        let hello = |path| texts::find(texts::HELLO, path);
        self.fill(texts::RUST);
        self.add("rust-toolchain.toml", texts::TOOLCHAIN);
        self.add("src/lib.rs", hello("src/lib.rs"));
        self.add("src/tests.rs", hello("src/tests.rs"));
        self.add("vendor/muster-sdk/LICENSE-MIT", texts::LICENSE_MIT);
        self.add("vendor/muster-sdk/LICENSE-APACHE", texts::LICENSE_APACHE);
        self.copy("vendor/muster-sdk/src", texts::SDK);
        // Where the SDK looks for it.
        self.copy("wit/0.1", texts::WIT);
    }

    /// A project of a language whose toolchain reads a world of its own, which
    /// imports only what the provider uses.
    fn world(&mut self, templates: &[(&str, &str)]) {
        self.fill(templates);
        self.copy("wit/deps/muster", texts::WIT);
    }

    fn add(&mut self, path: impl Into<String>, text: impl Into<String>) {
        self.files.push(ProjectFile {
            path: path.into(),
            text: text.into(),
        });
    }

    fn copy(&mut self, folder: &str, table: &[(&str, &str)]) {
        for (path, text) in table {
            self.add(format!("{folder}/{path}"), *text);
        }
    }

    fn fill(&mut self, table: &[(&str, &str)]) {
        let component = self.component();
        for (path, text) in table {
            // A name with a dot in front would be taken for one of the repository's.
            let path = path.replace("dot-", ".");
            self.add(path, filled(text, &self.name, interface(), &component));
        }
    }
}

/// The version of the plugin interface, as its text says.
fn interface() -> &'static str {
    let text = texts::find(texts::WIT, "muster.wit");
    let package = text
        .lines()
        .find_map(|line| line.strip_prefix("package muster:provider@"));
    package.unwrap_or_default().trim_end_matches(';')
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    fn project(language: Language) -> Project {
        Project::new(Name::parse("my-people").unwrap(), language)
    }

    #[test]
    fn a_project_is_whole_and_the_same_each_time() {
        for language in Language::ALL {
            let project = project(language);
            assert_eq!(project, super::Project::new(project.name.clone(), language));
            let paths: BTreeSet<&str> = project.files.iter().map(|f| f.path.as_str()).collect();
            assert_eq!(
                paths.len(),
                project.files.len(),
                "a file stands there twice"
            );
            for wanted in [
                "README.md",
                "plugin.toml",
                "settings.schema.json",
                "conformance.yaml",
                "policy.yaml",
                ".gitignore",
                ".github/workflows/ci.yml",
            ] {
                assert!(paths.contains(wanted), "{language:?} has no {wanted}");
            }
            for file in &project.files {
                assert!(!file.text.trim().is_empty(), "{} is empty", file.path);
                for word in ["name", "underscored", "interface", "component", "muster"] {
                    let word = format!("{{{{{word}}}}}");
                    assert!(!file.text.contains(&word), "{} has {word}", file.path);
                }
                assert!(!file.path.contains(".."), "{}", file.path);
            }
            let manifest = project.files.iter().find(|file| file.path == "plugin.toml");
            let manifest = &manifest.unwrap().text;
            assert!(manifest.starts_with("name = \"my-people\"\n"));
            let manifest: toml::Table = toml::from_str(manifest).unwrap();
            assert!(manifest["needs"]["http"].get("api").is_some());
            let memory = manifest.get("memory_mib").and_then(toml::Value::as_integer);
            assert_eq!(memory, (language == Language::Python).then_some(128));
        }
    }

    #[test]
    fn the_interface_has_a_version() {
        assert!(interface().starts_with("0.1."), "{}", interface());
    }

    /// What the vendored SDK is built with is what the workspace builds it with.
    #[test]
    fn the_vendored_sdk_has_the_workspaces_dependencies() {
        let project = project(Language::Rust);
        let text = project
            .files
            .iter()
            .find(|file| file.path == "vendor/muster-sdk/Cargo.toml");
        let vendored: toml::Table = toml::from_str(&text.unwrap().text).unwrap();
        let workspace: toml::Table = toml::from_str(include_str!("../../../Cargo.toml")).unwrap();
        let known = &workspace["workspace"]["dependencies"];
        let own = vendored["dependencies"].as_table().unwrap();
        assert_eq!(
            own.keys().collect::<Vec<_>>(),
            ["serde", "serde_json", "wit-bindgen"]
        );
        for (name, dependency) in own {
            assert_eq!(dependency["version"], known[name]["version"], "{name}");
            let has = |list: &toml::Value, feature: &toml::Value| {
                list["features"].as_array().unwrap().contains(feature)
            };
            for feature in known[name]["features"].as_array().unwrap() {
                assert!(has(dependency, feature), "{name} lacks {feature:?}");
            }
        }
        let package = &workspace["workspace"]["package"];
        for key in ["version", "edition", "rust-version", "license"] {
            assert_eq!(vendored["package"][key], package[key], "{key}");
        }
    }
}
