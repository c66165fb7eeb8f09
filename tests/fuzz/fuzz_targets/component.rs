//! Any bytes as a component, any texts as its manifest and its settings' schema, and any
//! lines as a recording of calls: they are refused, or the plugin's sheet can be made and
//! its settings checked. What is small is compiled, too: nothing that passes inspection
//! makes the compiler fall.
#![no_main]

use libfuzzer_sys::fuzz_target;
use muster_host::calls::recording::{Question, Recording, Replayer};
use muster_host::{Host, HostConfig, Origin, PluginFile};
use serde_json::Map;
use std::path::PathBuf;
use std::sync::LazyLock;

/// An empty component: what stands before its sections.
const EMPTY: &[u8] = b"\0asm\x0d\0\x01\0";

/// Larger ones take too long to be compiled here.
const COMPILED: usize = 20_000;

static HOST: LazyLock<Host> =
    LazyLock::new(|| Host::new(HostConfig::default()).expect("this machine runs plugins"));

fn section(name: &str, content: &[u8], out: &mut Vec<u8>) {
    let mut body = vec![name.len() as u8];
    body.extend(name.as_bytes());
    body.extend(content);
    out.push(0);
    let mut left = body.len();
    loop {
        let low = (left & 0x7f) as u8;
        left >>= 7;
        out.push(if left == 0 { low } else { low | 0x80 });
        if left == 0 {
            break;
        }
    }
    out.extend(body);
}

fn load(bytes: Vec<u8>) {
    let small = bytes.len() < COMPILED;
    let Ok(file) = PluginFile::of(bytes, "fuzz", Origin::File(PathBuf::from("fuzz.wasm"))) else {
        return;
    };
    let about = file.about();
    assert!(
        about
            .imports
            .iter()
            .all(|import| !import.starts_with("wasi:"))
    );
    let _ = about.needs.secrets();
    let _ = file.check(&Map::new(), &["token"]);
    if small {
        let _ = file.compile(&HOST);
    }
}

fuzz_target!(|data: &[u8]| {
    match data.split_first() {
        // Texts: the manifest, and behind a zero byte the schema.
        Some((b'M', texts)) => {
            let (manifest, schema) = match texts.iter().position(|byte| *byte == 0) {
                Some(at) => (&texts[..at], Some(&texts[at + 1..])),
                None => (texts, None),
            };
            let mut file = EMPTY.to_vec();
            section("muster:manifest", manifest, &mut file);
            if let Some(schema) = schema {
                section("muster:settings-schema", schema, &mut file);
            }
            load(file);
        }
        Some((b'R', lines)) => {
            if let Ok(recording) = Recording::read(lines) {
                let replayer = Replayer::new(&recording, Question::Read);
                assert!(replayer.left() <= recording.calls.len());
            }
        }
        _ => load(data.to_vec()),
    }
});
