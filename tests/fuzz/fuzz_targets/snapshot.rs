//! Any bytes as a snapshot, and any lines in a snapshot whose checksum is right: they
//! are refused, or give pages that can be walked, and nothing takes memory that the
//! file does not hold.
#![no_main]

use libfuzzer_sys::fuzz_target;
use muster_sync::snapshot::{self, Record, Replay};
use muster_sync::{Delivery, Source};
use std::io::Write;

const POLICY: &str = "muster: 1\ndirectory: staff\nprovider: {plugin: csv}\n\
    identity: {username: uid}\nfields: {email: mail}\n";

/// A header that suits the policy, and behind it whatever is asked for.
fn whole(header: &str, body: &[u8]) -> Vec<u8> {
    let mut out = Vec::new();
    let mut frame = |bytes: &[u8]| {
        let packed = zstd::bulk::compress(bytes, 1).expect("bytes can be compressed");
        out.write_all(&packed).expect("memory");
        blake3::hash(bytes)
    };
    let first = frame(header.as_bytes());
    let second = frame(body);
    let mut both = blake3::Hasher::new();
    both.update(first.as_bytes());
    both.update(second.as_bytes());
    let entries = body.windows(9).filter(|part| part == b"{\"entry\":").count();
    let problems = body.windows(11).filter(|part| part == b"{\"problem\":").count();
    let checksum = both.finalize().to_hex();
    frame(
        format!(
            "{{\"end\":{{\"entries\":{entries},\"problems\":{problems},\"checksum\":\"{checksum}\"}}}}\n"
        )
        .as_bytes(),
    );
    out
}

fn walk(file: &[u8]) {
    if let Ok(mut snapshot) = snapshot::read(file) {
        while let Ok(Some(record)) = snapshot.record() {
            if let Record::Entry(row) = record {
                assert_eq!(row.values.len(), snapshot.header().attributes.len());
            }
        }
    }
    let policy = muster_policy::parse("p.yaml", POLICY).expect("a policy");
    let Ok(snapshot) = snapshot::read(file) else {
        return;
    };
    let Ok(mut replay) = Replay::new(snapshot, &policy) else {
        return;
    };
    while let Ok(delivery) = replay.next() {
        match delivery {
            Delivery::Page(page) => {
                for entry in page.entries() {
                    let _ = entry.to_plain();
                }
            }
            Delivery::End { .. } => break,
        }
    }
}

fuzz_target!(|data: &[u8]| {
    walk(data);
    let header = "{\"header\":{\"format\":\"muster.snapshot/1\",\"directory\":\"staff\",\
        \"plugin\":{\"name\":\"csv\",\"version\":\"1\",\"digest\":\"\"},\
        \"policy\":{\"file\":\"p.yaml\",\"digest\":\"\"},\"recorded\":\"2026-01-01T00:00:00Z\",\
        \"people\":\"as-delivered\",\"attributes\":[\"uid\",\"mail\"],\
        \"coverage\":{\"kind\":\"complete\",\"evidence\":{\"entries\":1}},\
        \"entries\":1,\"problems\":0}}\n";
    // The first line may be the header, too.
    match data.strip_prefix(b"H").and_then(|rest| std::str::from_utf8(rest).ok()) {
        Some(text) => {
            let (first, body) = text.split_once('\n').unwrap_or((text, ""));
            walk(&whole(&format!("{first}\n"), body.as_bytes()));
        }
        None => walk(&whole(header, data)),
    }
});
