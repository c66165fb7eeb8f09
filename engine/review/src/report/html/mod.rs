//! A plan as one HTML file: it asks nobody for anything, runs nothing but its own
//! script, and is written as it is made, however many people are in it.
//!
//! What fits on a screen is HTML. The people follow as packed rows of JSON, which
//! the page's script lists, searches, filters and sorts; it draws only the rows
//! that are seen.

mod escape;
mod rows;
mod sections;

use super::Paper;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use escape::Escaped;
use sha2::{Digest, Sha256};
use std::io::{Result, Write};

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// Writes a plan as a page. `out` is written to in many small pieces.
pub fn write(out: &mut dyn Write, paper: Paper<'_>) -> Result<()> {
    let directory = paper.plan.directory.as_str();
    let (style, script) = (STYLE.trim(), SCRIPT.trim());
    write!(
        out,
        "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n\
         <meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; \
         style-src 'sha256-{}'; script-src 'sha256-{}'; base-uri 'none'; form-action 'none'\">\n\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n\
         <meta name=\"referrer\" content=\"no-referrer\">\n\
         <meta name=\"color-scheme\" content=\"light dark\">\n\
         <title>Plan for {}</title>\n<style>{style}</style>\n</head>\n<body>\n",
        digest(style),
        digest(script),
        Escaped(directory),
    )?;
    sections::write(out, paper)?;
    rows::write(out, paper.plan)?;
    write!(out, "<script>{script}</script>\n</body>\n</html>\n")
}

/// What the page's own policy knows a style or script by.
fn digest(text: &str) -> String {
    STANDARD.encode(Sha256::digest(text))
}
