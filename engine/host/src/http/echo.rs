//! A service that repeats a credential does not give it to the plugin.
//!
//! Pages for debugging show the headers of the request, and some services echo
//! what they were sent. The plugin sees what stands around the credential.

use super::answer::Answer;
use super::send::Pass;
use memchr::memmem;
use reqwest::header::HeaderValue;

/// What stands in a credential's place.
const HIDDEN: &str = "[credential]";

/// A shorter credential stands in an answer by chance.
const SHORTEST: usize = 8;

/// Takes the credential that was shown out of the answer to it.
pub(super) fn hide(answer: &mut Answer, pass: &Pass) {
    let shown = match pass {
        Pass::Nothing => return,
        Pass::Header(header) => header.clone(),
        Pass::Token(token) => match token.authorization() {
            Ok(header) => header,
            Err(_) => return,
        },
    };
    // Behind the scheme.
    let bytes = shown.as_bytes();
    let begin = memchr::memchr(b' ', bytes).map_or(0, |space| space + 1);
    let credential = bytes.get(begin..).unwrap_or_default();
    if credential.len() < SHORTEST {
        return;
    }
    let finder = memmem::Finder::new(credential);
    for value in answer.headers.values_mut() {
        if finder.find(value.as_bytes()).is_some() {
            *value = HeaderValue::from_static(HIDDEN);
        }
    }
    if finder.find(&answer.body).is_some() {
        answer.body = without(&answer.body, &finder);
    }
}

fn without(body: &[u8], finder: &memmem::Finder<'_>) -> Vec<u8> {
    let mut clean = Vec::with_capacity(body.len());
    let mut from = 0;
    for found in finder.find_iter(body) {
        clean.extend_from_slice(body.get(from..found).unwrap_or_default());
        clean.extend_from_slice(HIDDEN.as_bytes());
        from = found + finder.needle().len();
    }
    clean.extend_from_slice(body.get(from..).unwrap_or_default());
    clean
}
