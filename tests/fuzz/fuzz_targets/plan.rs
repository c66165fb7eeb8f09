//! Any bytes as a plan file, and any body behind a seal that fits: it is refused, or is
//! a plan that can be shown, held back from, approved of and written again.
#![no_main]

use libfuzzer_sys::fuzz_target;
use muster_model::Approval;
use muster_review::report::{self, Paper};
use muster_sync::plan_file::{self, Hands, Once, SealedPlan};

const KEY: [u8; 32] = [7; 32];

/// What only who has the state can write.
fn sealed(body: &str, rest: &str) -> Vec<u8> {
    let seal = blake3::keyed_hash(&KEY, body.as_bytes()).to_hex();
    format!("{body},\n  \"seal\": \"{seal}\"{rest}").into_bytes()
}

fn show(file: &SealedPlan) {
    let paper = Paper {
        plan: &file.plan,
        approvals: &file.approvals,
        notes: &[],
    };
    assert!(report::markdown(paper).len() <= report::BOUND);
    report::html(&mut std::io::sink(), paper).expect("nothing can fail");
}

fn walk(bytes: &[u8]) {
    if let Ok(loose) = plan_file::peek(bytes) {
        show(&loose);
    }
    let Ok(file) = plan_file::read(bytes, &KEY) else {
        return;
    };
    show(&file);
    let written = plan_file::write(&file.plan, &KEY, Once([1; 12])).expect("a plan");
    let again = plan_file::read(&written, &KEY).expect("what was written");
    assert_eq!(again.plan, file.plan);
    let approval = Approval {
        name: "mara".to_owned(),
        actor: "petra".to_owned(),
        at: "2026-01-01T00:00:00Z".to_owned(),
        note: None,
        signature: None,
        seal: None,
    };
    let hands = Hands {
        state: Some(&KEY),
        ..Hands::default()
    };
    let approval = plan_file::approve(&again, approval, &hands).expect("an approval");
    let approved = plan_file::with_approvals(&written, &[approval]).expect("a plan file");
    let approved = plan_file::read(&approved, &KEY).expect("what was approved of");
    assert_eq!((approved.approvals.len(), &approved.digest), (1, &again.digest));
}

fuzz_target!(|data: &[u8]| {
    walk(data);
    // With a seal that fits: everything, or what stands before a zero, with the rest
    // behind the seal.
    let Ok(text) = std::str::from_utf8(data) else {
        return;
    };
    let (body, rest) = text.split_once('\0').unwrap_or((text, "\n}\n"));
    walk(&sealed(body, rest));
});
