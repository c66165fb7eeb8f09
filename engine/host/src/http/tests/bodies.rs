//! Bodies within their bounds.

use super::{Server, client, get, ok, request, run};
use crate::bindings::http::Method;
use crate::bindings::types::FailureKind;

#[test]
fn a_long_body_is_cut_off() {
    let server = Server::start(|_| ok(&"x".repeat(10_001)));
    let failure = get(&client(&[&server.url]), "/").unwrap_err();
    assert_eq!(failure.kind, FailureKind::Data);
    assert!(
        failure.message.contains("10000 bytes"),
        "{}",
        failure.message
    );
}

#[test]
fn a_small_body_that_unpacks_to_a_long_one_is_cut_off() {
    // 1 MiB of zeros, gzipped: 1 KiB on the wire.
    let mut packed =
        b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Encoding: gzip\r\n\r\n".to_vec();
    packed.extend_from_slice(&gzipped_zeros(1 << 20));
    let server = Server::start(move |_| packed.clone());
    assert_eq!(
        get(&client(&[&server.url]), "/").unwrap_err().kind,
        FailureKind::Data
    );
}

/// Stored blocks would not be small: one fixed-Huffman block of repeats is.
fn gzipped_zeros(count: usize) -> Vec<u8> {
    let mut bits = Bits::default();
    bits.push(0b1, 1);
    bits.push(0b01, 2);
    // Literal 0, then copies of 258 bytes from one byte back.
    bits.push_code(0x30, 8);
    for _ in 0..count / 258 {
        bits.push_code(0b1100_0101, 8);
        bits.push_code(0, 5);
    }
    bits.push_code(0, 7);
    let mut out = vec![0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 255];
    out.extend_from_slice(&bits.bytes);
    // The checksum is wrong; nobody gets that far.
    out.extend_from_slice(&[0; 8]);
    out
}

#[derive(Default)]
struct Bits {
    bytes: Vec<u8>,
    used: usize,
}

impl Bits {
    /// Adds bits, the lowest first.
    fn push(&mut self, value: u32, count: usize) {
        for bit in 0..count {
            if self.used.is_multiple_of(8) {
                self.bytes.push(0);
            }
            let last = self.bytes.last_mut().unwrap();
            *last |= ((value >> bit & 1) as u8) << (self.used % 8);
            self.used += 1;
        }
    }

    /// Adds a Huffman code: its highest bit first.
    fn push_code(&mut self, code: u32, count: usize) {
        for bit in (0..count).rev() {
            self.push(code >> bit & 1, 1);
        }
    }
}

#[test]
fn answers_of_one_call_share_their_limit() {
    let server = Server::start(|_| ok(&"x".repeat(4000)));
    let requests = (0..5).map(|_| request(Method::Get, "/")).collect();
    let answers = run(client(&[&server.url]).send_all(requests));
    let refused = answers.iter().filter(|answer| answer.is_err()).count();
    assert_eq!(refused, 3);
}

#[test]
fn a_credential_that_a_service_repeats_does_not_reach_the_plugin() {
    let server = Server::start(|head| {
        let shown = head.lines().find(|line| line.starts_with("authorization"));
        let shown = shown.unwrap().to_owned();
        let body = format!("<pre>{head}</pre> {shown} {shown}");
        let length = body.len();
        format!(
            "HTTP/1.1 500 Debug\r\nX-Echo: {shown}\r\nX-Other: kept\r\nConnection: close\r\nContent-Length: {length}\r\n\r\n{body}"
        )
        .into_bytes()
    });
    let client = client(&[&server.url]);
    let answer = get(&client, "/x").unwrap();
    let body = String::from_utf8(answer.body).unwrap();
    assert!(!body.contains("token-of-api"), "{body}");
    assert_eq!(body.matches("Bearer [credential]").count(), 3, "{body}");
    let header = |name: &str| {
        let found = answer.headers.iter().find(|(known, _)| known == name);
        found.map(|(_, value)| value.as_str())
    };
    assert_eq!(header("x-echo"), Some("[credential]"));
    assert_eq!(header("x-other"), Some("kept"));
    // The service itself was shown it.
    assert!(server.heads()[0].contains("Bearer token-of-api"));
}
