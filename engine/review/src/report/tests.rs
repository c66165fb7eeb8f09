#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "a test that cannot go on fails"
)]

use super::*;
use crate::testing::{change, crowd, field, plan, sensitive};
use muster_model::{Action, Fault, Finding, HeldPerson, Hold, Username};

/// Texts that want to be something else.
const HOSTILE: [&str; 8] = [
    "</script><script>alert(1)</script>",
    "\"><img src=x onerror=alert(1)>",
    "' onfocus='alert(1)",
    "\u{202e}gnp.exe",
    "a\u{0}\u{1b}[31m\u{7f}\u{2028}",
    "<!-- <![CDATA[ --> ]]>",
    "| `x` | **b** @everyone [l](javascript:x) # h",
    "&lt;b&gt; \\ https://evil.example www.evil.example",
];

fn html_of(paper: Paper<'_>) -> String {
    let mut out = Vec::new();
    html(&mut out, paper).unwrap();
    String::from_utf8(out).unwrap()
}

/// A plan in which every text that comes from outside is hostile.
fn hostile(text: &str) -> Plan {
    let mut one = change(Action::Update, "anna");
    one.username = Username::new(text).unwrap_or(one.username);
    one.external_id = Some(muster_model::ExternalId::new(text));
    one.reason.text = text.to_owned();
    one.fields = vec![field(text, Some(text), Some(&format!("{text}!")))];
    let finding = Finding {
        code: Fault::Skipped,
        username: Some(text.to_owned()),
        text: text.to_owned(),
        policy: None,
        held: true,
    };
    let hold = Hold {
        by: text.to_owned(),
        at: text.to_owned(),
        reason: Some(text.to_owned()),
        people: vec![HeldPerson {
            username: one.username.clone(),
            account_id: one.account_id,
            changes: 1,
            because: Some(text.to_owned()),
        }],
    };
    let mut plan = plan(vec![one]);
    plan.directory = text.into();
    plan.bindings.policy_file = text.to_owned();
    plan.findings = vec![finding];
    plan.review.holds = vec![hold];
    plan.review.author = Some(text.to_owned());
    plan
}

#[test]
fn no_text_becomes_markup_or_script() {
    let quiet = html_of(Paper::fresh(&hostile("quiet")));
    for text in HOSTILE {
        let plan = hostile(text);
        let notes = [Note {
            tone: Tone::Bad,
            text: text.to_owned(),
        }];
        let page = html_of(Paper {
            notes: &notes,
            ..Paper::fresh(&plan)
        });
        for tag in [
            "<script",
            "</script",
            "<img",
            "<!--",
            "<b",
            "onerror=\"",
            "onfocus=\"",
        ] {
            let (found, wanted) = (page.matches(tag).count(), quiet.matches(tag).count());
            assert_eq!(found, wanted, "{tag} in a page with {text:?}");
        }
        for hidden in ['\u{202e}', '\u{0}', '\u{1b}', '\u{7f}', '\u{2028}'] {
            assert!(!page.contains(hidden), "{hidden:?} in a page with {text:?}");
        }
        let paper = markdown(Paper::fresh(&plan));
        for markup in [
            "<script",
            "<img",
            "<!--",
            "@everyone",
            "**b**",
            "](",
            "://",
            "www.",
        ] {
            assert!(!paper.contains(markup), "{markup} in\n{paper}");
        }
        assert!(!paper.contains('\u{202e}') && !paper.contains('\u{1b}'));
    }
}

/// The rows of a page, as its script reads them.
fn rows(page: &str) -> Vec<serde_json::Value> {
    let blocks = page
        .split("<script type=\"application/json\" class=\"rows\">")
        .skip(1);
    let blocks = blocks.map(|block| block.split_once("</script>").unwrap().0);
    blocks
        .flat_map(|block| serde_json::from_str::<Vec<serde_json::Value>>(block).unwrap())
        .collect()
}

#[test]
fn every_change_and_finding_is_a_row_and_what_repeats_stands_once() {
    let mut many = crowd(5000);
    many.findings = hostile("x").findings;
    let page = html_of(Paper::fresh(&many));
    let rows = rows(&page);
    assert_eq!(rows.len(), many.changes.len() + 1);
    assert_eq!(rows[0][1], many.changes[0].username.as_str());
    assert_eq!(rows[5000][0], 7, "held");
    assert_eq!(page.matches("changed at the source").count(), 1);
    assert!(page.matches("class=\"rows\"").count() > 2, "in blocks");
}

#[test]
fn what_the_words_hold_is_read_back_as_it_was() {
    for text in HOSTILE {
        let page = html_of(Paper::fresh(&hostile(text)));
        let rows = rows(&page);
        let old = crate::words::value(Some(&muster_model::Value::from(text)));
        assert_eq!(rows[0][6][0][3], old.as_str());
    }
}

#[test]
fn the_page_may_do_nothing_but_run_its_own_script() {
    let page = html_of(Paper::fresh(&crowd(3)));
    assert!(page.contains("default-src 'none'; style-src 'sha256-"));
    assert!(!page.contains("unsafe-inline") && !page.contains("style=\""));
    for outside in [
        "http://", "https://", "src=", "url(", "@import", "<link", "<iframe",
    ] {
        assert!(!page.contains(outside), "{outside}");
    }
}

#[test]
fn sensitive_values_are_on_no_page() {
    let mut one = change(Action::Update, "anna");
    one.fields = vec![sensitive("iban", "canary-old", "canary-new")];
    let plan = plan(vec![one]);
    for page in [html_of(Paper::fresh(&plan)), markdown(Paper::fresh(&plan))] {
        assert!(page.contains("iban") && !page.contains("canary"), "{page}");
    }
}

#[test]
fn a_pull_request_takes_a_plan_of_any_size() {
    for people in [0, 1, 300, 20_000] {
        let mut plan = crowd(people);
        plan.changes.iter_mut().for_each(|change| {
            change.reason.text = "|".repeat(200);
        });
        let page = markdown(Paper::fresh(&plan));
        assert!(page.len() <= BOUND, "{people}: {}", page.len());
        let (open, closed) = (page.matches("<details>"), page.matches("</details>"));
        assert_eq!(open.count(), closed.count());
        if people == 20_000 {
            assert!(page.contains("more like these"), "{page}");
        }
    }
}

#[test]
fn the_same_plan_gives_the_same_page() {
    let plan = crowd(50);
    assert_eq!(html_of(Paper::fresh(&plan)), html_of(Paper::fresh(&plan)));
    assert_eq!(markdown(Paper::fresh(&plan)), markdown(Paper::fresh(&plan)));
}

/// Remembers how much is written at once.
#[derive(Default)]
struct Pieces {
    longest: usize,
    all: usize,
}

impl std::io::Write for Pieces {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.longest = self.longest.max(bytes.len());
        self.all += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn a_page_is_never_in_memory_as_a_whole() {
    let mut out = Pieces::default();
    html(&mut out, Paper::fresh(&crowd(10_000))).unwrap();
    assert!(out.all > 1_000_000, "{} bytes", out.all);
    assert!(out.longest < 64 * 1024, "{} at once", out.longest);
}
