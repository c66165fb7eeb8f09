//! Secrets that are known by their looks, wherever they stand in a file: also in
//! comments, for whoever reads the file reads these, too.

use crate::diagnostic::Code;
use crate::source::Source;
use regex::Regex;
use std::sync::LazyLock;

/// Kinds of secrets, each with the shape that its issuer gives it.
const SHAPES: &[(&str, &str)] = &[
    (
        "a private key",
        r"-----BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY( BLOCK)?-----",
    ),
    (
        "a GitHub token",
        r"\b(gh[pousr]_[A-Za-z0-9]{36,}|github_pat_[A-Za-z0-9_]{22,})",
    ),
    ("a GitLab token", r"\bglpat-[A-Za-z0-9_-]{20,}"),
    ("a Slack token", r"\bxox[abeoprs]-[A-Za-z0-9-]{10,}"),
    ("an AWS access key", r"\b(AKIA|ASIA)[A-Z0-9]{16}\b"),
    ("a Google API key", r"\bAIza[A-Za-z0-9_-]{35}"),
    ("a Google access token", r"\bya29\.[A-Za-z0-9_-]{20,}"),
    (
        "an Entra client secret",
        r"\b[A-Za-z0-9_~.-]{3}[0-9]Q~[A-Za-z0-9_~.-]{31,}",
    ),
    ("a Stripe key", r"\b[rs]k_live_[A-Za-z0-9]{16,}"),
    ("an npm token", r"\bnpm_[A-Za-z0-9]{36}"),
    (
        "a SendGrid key",
        r"\bSG\.[A-Za-z0-9_-]{16,}\.[A-Za-z0-9_-]{16,}",
    ),
    ("a Vault token", r"\bhv[bs]\.[A-Za-z0-9_-]{20,}"),
    (
        "a signed token (JWT)",
        r"\beyJ[A-Za-z0-9_-]{8,}\.eyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}",
    ),
];

static KINDS: LazyLock<Vec<(&str, Regex)>> = LazyLock::new(|| {
    let kinds = SHAPES
        .iter()
        .filter_map(|(what, shape)| Some((*what, Regex::new(shape).ok()?)));
    kinds.collect()
});

/// Reports every secret that the text shows and that is not reported yet.
pub(super) fn check(source: &mut Source<'_>) {
    let text = source.text;
    for (what, shape) in KINDS.iter() {
        for found in shape.find_iter(text) {
            if !source.tells(Code::SecretInPolicy, found.start()) {
                source
                    .report(Code::SecretInPolicy, found.range(), format!("This looks like {what}"))
                    .label("a policy is under version control; no secret belongs here")
                    .help("Take it out, and say under `secrets` where it comes from. Then change it: whoever read this file knows it.");
            }
        }
    }
}

/// The shortest text that is taken for a secret by its letters alone.
const SHORTEST: usize = 40;

/// True for a long text of random letters and digits, as keys are written:
/// base64, without words in it.
pub(super) fn looks_random(text: &str) -> bool {
    let body = text.trim_end_matches('=');
    let has = |what: fn(char) -> bool| body.chars().any(what);
    let written_so = body
        .chars()
        .all(|c| c.is_ascii_alphanumeric() || "+/-_".contains(c));
    text.len() >= SHORTEST
        && written_so
        && has(|c| c.is_ascii_lowercase())
        && has(|c| c.is_ascii_uppercase())
        && has(|c| c.is_ascii_digit())
        && entropy(body) > 4.2
        && !is_made_of_words(body)
}

/// Bits of each letter.
fn entropy(text: &str) -> f64 {
    let mut counts = [0_u32; 256];
    for byte in text.bytes() {
        if let Some(count) = counts.get_mut(usize::from(byte)) {
            *count += 1;
        }
    }
    let all = text.len() as f64;
    let shares = counts
        .iter()
        .filter(|count| **count > 0)
        .map(|count| f64::from(*count) / all);
    -shares.map(|share| share * share.log2()).sum::<f64>()
}

/// True if most of it are words and numbers with marks between them: a path, a
/// name in kebab case.
fn is_made_of_words(text: &str) -> bool {
    let is_word = |part: &&str| {
        let mut rest = part.chars().skip(1);
        part.len() > 1
            && (part.chars().all(|c| c.is_ascii_digit())
                || part.starts_with(|c: char| c.is_ascii_alphabetic())
                    && (rest.clone().all(|c| c.is_ascii_lowercase())
                        || rest.all(|c| c.is_ascii_uppercase())))
    };
    let words = text.split(['/', '-', '_', '+']).filter(is_word);
    words.map(str::len).sum::<usize>() * 2 > text.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_shape_can_be_read() {
        assert_eq!(KINDS.len(), SHAPES.len());
    }

    #[test]
    fn random_letters_are_told_from_names() {
        for secret in [
            "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY",
            "q83vEjRWeJq83vEjRWeJ4b1XqLmN0pRsTuVwXyZa12==",
            "0f8Kx-Tq_2LzP9vYb7NcRw4EsHdUjMgA6oIiQnXyZt",
        ] {
            assert!(looks_random(secret), "{secret}");
        }
        for name in [
            "/var/lib/muster/Exports/Personnel-2026/People_Complete_List",
            "9a3c1f0e-7d52-4e0b-9d3e-0c1f2a3b4c5d-and-more",
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "OU=People,DC=corp,DC=example,DC=org and some more 2026",
            "aVeryLongNameOfASettingWithoutAnyDigitsInIt",
            "short1Aa",
        ] {
            assert!(!looks_random(name), "{name}");
        }
    }
}
