//! One policy of the call, and what is wrong with it.

use crate::exit::Exit;
use crate::files;
use crate::policies;
use crate::render::diagnostics::Report;
use crate::render::text::count;
use crate::session::Session;
use crate::suites;
use crate::trouble::Trouble;
use muster_host::Bound;
use muster_policy::{Code, Diagnostic, FileTexts, Policy, Severity, render};
use std::collections::BTreeMap;
use std::path::Path;

/// One policy of the call.
pub(super) struct Found {
    pub(super) report: Report,
    /// What its diagnostics are about.
    pub(super) texts: FileTexts,
    /// None if the policy cannot be used.
    pub(super) policy: Option<Policy>,
    /// The plugin, bound to its settings; none if that cannot be done.
    pub(super) bound: Option<Bound>,
}

impl Found {
    /// Reads and checks a policy's text, and that of files that it names.
    pub(super) fn of(path: &Path, session: &Session) -> Self {
        let file = path.display().to_string();
        if suites::is_suite(path) {
            return Self::of_tests(path, file, session);
        }
        match policies::checked(path, session.values.as_deref()) {
            Ok(checked) => Self {
                report: Report {
                    file,
                    directory: checked
                        .policy
                        .as_ref()
                        .map(|policy| policy.directory.to_string()),
                    diagnostics: checked.diagnostics,
                },
                texts: checked.texts,
                policy: checked.policy,
                bound: None,
            },
            Err(unread) => Self {
                report: Report {
                    file,
                    directory: None,
                    diagnostics: vec![unread.diagnostic()],
                },
                texts: FileTexts::default(),
                policy: None,
                bound: None,
            },
        }
    }

    /// Reads and checks tests, that a folder's policies and tests may be named
    /// together.
    fn of_tests(path: &Path, file: String, session: &Session) -> Self {
        let (diagnostics, texts) = match suites::check(path, session) {
            Ok((diagnostics, text)) => (diagnostics, FileTexts::from(&text)),
            Err(error) => {
                let message = format!("The tests cannot be read: {}", files::why(path, &error));
                let unread = Diagnostic::at_key(Code::UnreadableFile, (&file, ""), &[], message);
                (vec![unread], FileTexts::default())
            }
        };
        Self {
            report: Report {
                file,
                directory: None,
                diagnostics,
            },
            texts,
            policy: None,
            bound: None,
        }
    }

    /// Adds what is wrong beyond the text; an error makes the policy useless.
    pub(super) fn add(&mut self, diagnostics: Vec<Diagnostic>) {
        self.report.diagnostics.extend(diagnostics);
        if self.report.count(Severity::Error) > 0 {
            self.policy = None;
            self.bound = None;
        }
    }

    /// The diagnostics with their lines.
    pub(super) fn rendered(&self, session: &Session) -> String {
        let colour = policies::colour(session.out);
        render(&self.report.diagnostics, &self.texts, colour)
    }

    /// That it cannot be used, in a sentence.
    pub(super) fn trouble(&self) -> Trouble {
        let errors = self.report.count(Severity::Error) as u64;
        let mistakes = count(errors, "mistake", "mistakes");
        let what = match self.is_tests() {
            true => format!("the tests `{}` have", self.report.file),
            false => format!("the policy `{}` has", self.report.file),
        };
        Trouble::new(Exit::Invalid, format!("{what} {mistakes}"))
    }

    /// True for a file of tests.
    pub(super) fn is_tests(&self) -> bool {
        suites::is_suite(Path::new(&self.report.file))
    }
}

/// An account belongs to one directory, and a directory to one policy.
pub(super) fn one_each(found: &mut [Found]) {
    let mut seen: BTreeMap<String, String> = BTreeMap::new();
    for one in found {
        let Some(policy) = &one.policy else {
            continue;
        };
        let (directory, file) = (policy.directory.to_string(), policy.file.clone());
        if let Some(first) = seen.get(&directory) {
            let message = format!("`{first}` is about the directory `{directory}`, too");
            let text = one.texts.of(&file).to_owned();
            let diagnostic = Diagnostic::at_key(
                Code::DirectoryTwice,
                (&file, &text),
                &["directory"],
                message,
            )
            .with_help(
                "One policy owns a directory's accounts; give the other another `directory`.",
            );
            one.add(vec![diagnostic]);
        } else {
            seen.insert(directory, file);
        }
    }
}
