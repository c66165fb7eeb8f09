//! One page, and one test, for each diagnostic.
//!
//! The wrong example of a page shows its diagnostic and nothing else; the right
//! one shows nothing. So a page cannot tell what is not so.
use muster_policy::{Beside, Checked, Code, Colour, NamedText, check_with, render};
use std::collections::{BTreeMap, BTreeSet};

/// One example of a page: a policy, and what stands beside it.
#[derive(Debug, Default)]
struct Example {
    policy: String,
    files: BTreeMap<String, String>,
    values: Option<String>,
}

impl Example {
    fn check(&self) -> Checked {
        let values = self.values.as_deref();
        let beside = Beside {
            files: &self.files,
            values: values.map(|text| NamedText {
                name: "values.yaml",
                text,
            }),
        };
        check_with("policy.yaml", &self.policy, &beside)
    }
}

/// The example under a heading. None if the page has none there.
fn example(page: &str, heading: &str) -> Option<Example> {
    let (_, section) = page.split_once(&format!("\n## {heading}\n"))?;
    let section = section.split("\n## ").next().unwrap();
    let mut example = Example::default();
    for block in section.split("```yaml").skip(1) {
        let (kind, rest) = block.split_once('\n').unwrap();
        let text = rest.split("```").next().unwrap();
        match kind.trim().split_once('=') {
            None if kind.trim() == "whole" => example.policy = text.to_owned(),
            None if kind.trim() == "values" => example.values = Some(text.to_owned()),
            None => example.policy = whole(text),
            Some((_, file)) => drop(example.files.insert(file.to_owned(), text.to_owned())),
        }
    }
    Some(example)
}

/// Fills up a part of a policy.
fn whole(part: &str) -> String {
    let mut policy = String::new();
    for (section, filler) in [
        ("muster:", "muster: 1\n"),
        ("directory:", "directory: staff\n"),
        ("provider:", "provider: {plugin: csv}\n"),
        ("identity:", "identity: {username: login}\n"),
    ] {
        if !part.lines().any(|line| line.starts_with(section)) {
            policy.push_str(filler);
        }
    }
    policy + part
}

/// Diagnostics that no text of a policy shows: another crate finds them, or the
/// example would be a megabyte long.
fn has_no_example(code: Code) -> bool {
    code == Code::TooLarge || !code.is_of_the_text()
}

#[track_caller]
fn page_is_right(code: Code) {
    let page = code.page();
    assert!(
        !page.is_empty(),
        "`{code}` has no page: write policies/diagnostics/{code}.md, as its neighbours are written"
    );
    assert!(
        page.starts_with(&format!("# {code}\n\n")),
        "the page's heading is its code"
    );
    let summary = code.summary();
    assert!(
        summary.ends_with('.') && !summary.contains('\n'),
        "one sentence: {summary}"
    );
    assert!(
        code.reason().len() > 40,
        "why it matters: {:?}",
        code.reason()
    );
    let longest = page.lines().map(|line| line.chars().count()).max();
    assert!(longest < Some(141), "lines of {longest:?} letters");
    if has_no_example(code) {
        return;
    }
    let example =
        |heading| example(page, heading).unwrap_or_else(|| panic!("`## {heading}` is missing"));
    let wrong = example("Wrong");
    let found: BTreeSet<Code> = wrong
        .check()
        .diagnostics
        .iter()
        .map(|one| one.code)
        .collect();
    assert_eq!(
        found,
        BTreeSet::from([code]),
        "the wrong example:\n{}",
        shown(&wrong)
    );
    let right = example("Right");
    assert!(
        right.check().diagnostics.is_empty(),
        "the right example:\n{}",
        shown(&right)
    );
}

fn shown(example: &Example) -> String {
    let checked = example.check();
    let rendered = render(&checked.diagnostics, &checked, Colour::Never);
    format!("{}\n{rendered}", example.policy)
}

macro_rules! pages {
    ($($name:ident)*) => {
        $(
            #[test]
            fn $name() {
                let name = stringify!($name).replace('_', "-");
                page_is_right(Code::of(&name).unwrap_or_else(|| panic!("there is no diagnostic `{name}`")));
            }
        )*

        const TESTED: &[&str] = &[$(stringify!($name)),*];
    };
}

pages! {
    too_large empty syntax tab too_deep several_documents alias tag duplicate_key odd_key
    version unknown_key missing_key key_conflict wrong_type ambiguous out_of_range
    unknown_word bad_name reserved_name duplicate_name empty_value no_email_field unknown_star
    secret_in_policy
    unreadable_file mapped_in_two_files unknown_value missing_value value_in_expression
    expression_syntax expression_too_large expression_unsupported unknown_variable
    unknown_function wrong_arguments entry_use wrong_operands not_a_condition not_a_value
    bad_pattern unknown_capture bad_constant bad_format bad_table idle_precedence
    constant_condition spelled_twice idle_guard idle_key never_holds matches_everybody unknown_status
    listed_twice included_and_excluded mapped_twice repeated_rule
    unknown_field long_grace
    unused_value empty_list
    directory_twice missing_secret wrong_secret wrong_setting unusable_plugin
    unread_attribute unknown_person
}

#[test]
fn every_diagnostic_has_a_test_of_its_name() {
    let tested: BTreeSet<String> = TESTED.iter().map(|name| name.replace('_', "-")).collect();
    let all: BTreeSet<String> = Code::ALL.iter().map(ToString::to_string).collect();
    let lacking: Vec<&String> = all.difference(&tested).collect();
    assert!(
        lacking.is_empty(),
        "{lacking:?}: add the name to `pages!` above, with `_` for `-`"
    );
}

#[test]
fn every_page_is_about_a_diagnostic() {
    let folder =
        std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../policies/diagnostics");
    for entry in std::fs::read_dir(folder).unwrap() {
        let name = entry.unwrap().file_name().into_string().unwrap();
        let code = name.strip_suffix(".md").and_then(Code::of);
        assert!(
            code.is_some(),
            "no diagnostic is called as policies/diagnostics/{name}"
        );
    }
}
