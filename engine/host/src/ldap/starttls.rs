//! StartTLS (RFC 4511 4.14): one question before anything else is said.

use super::ber::{Element, Size, first, number, size};
use super::failure::Failure;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

/// Message 1: the extended request `1.3.6.1.4.1.1466.20037`.
const REQUEST: &[u8] = b"\x30\x1d\x02\x01\x01\x77\x18\x80\x161.3.6.1.4.1.1466.20037";

const EXTENDED_RESPONSE: u8 = 0x78;

/// Longest answer that is read.
const ANSWER: usize = 64 << 10;

/// Asks the server to begin TLS. Whatever it answers but success is a failure,
/// after which the connection is closed: there is no way on in clear text.
pub(super) async fn ask(stream: &mut TcpStream, server: &str) -> Result<(), Failure> {
    let lost = |error: std::io::Error| Failure::Tls {
        server: server.to_owned(),
        why: error.to_string(),
    };
    stream.write_all(REQUEST).await.map_err(lost)?;
    let mut answer = Vec::new();
    // One byte at a time: what follows the answer belongs to TLS.
    while needs_more(&answer) {
        answer.push(stream.read_u8().await.map_err(lost)?);
    }
    match result(&answer) {
        Some((0, _)) => Ok(()),
        Some((code, message)) => Err(Failure::StartTls {
            server: server.to_owned(),
            code,
            message,
        }),
        None => Err(Failure::Tls {
            server: server.to_owned(),
            why: "the answer to StartTLS makes no sense".to_owned(),
        }),
    }
}

fn needs_more(answer: &[u8]) -> bool {
    match size(answer) {
        Size::Unknown => true,
        Size::Wrong => false,
        Size::Bytes(bytes) => answer.len() < bytes.min(ANSWER),
    }
}

/// Takes result code and text out of
/// `SEQUENCE { id, [APPLICATION 24] { code, matched, text, … } }`.
fn result(message: &[u8]) -> Option<(u32, String)> {
    let id = first(first(message)?.body)?;
    let Element {
        tag: EXTENDED_RESPONSE,
        body,
        ..
    } = first(id.rest)?
    else {
        return None;
    };
    let code = first(body)?;
    let text = first(first(code.rest)?.rest)?;
    Some((
        number(code.body)?,
        String::from_utf8_lossy(text.body).into_owned(),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_request_is_whole() {
        assert_eq!(size(REQUEST), Size::Bytes(REQUEST.len()));
        assert!(super::super::ber::is_sound(REQUEST));
    }

    #[test]
    fn the_answer_is_read() {
        let refused = b"\x30\x12\x02\x01\x01\x78\x0d\x0a\x01\x02\x04\x00\x04\x06no TLS";
        assert_eq!(result(refused), Some((2, "no TLS".to_owned())));
        assert_eq!(
            result(b"\x30\x0c\x02\x01\x01\x78\x07\x0a\x01\x00\x04\x00\x04\x00").map(|it| it.0),
            Some(0)
        );
        assert_eq!(
            result(b"\x30\x0c\x02\x01\x01\x61\x07\x0a\x01\x00\x04\x00\x04\x00"),
            None
        );
    }
}
