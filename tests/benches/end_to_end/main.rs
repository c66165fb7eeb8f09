//! End to end against a real OpenLDAP server: how long `muster` takes beside
//! `ldapsearch`, which only dumps the same attributes, in the same run.
//!
//! `cargo run --release -p muster-tests --bin bench-ldap` measures 10,000 and 100,000
//! people; `-- --people 1000000` any other number, `-- --write` keeps the result
//! in `tests/benches/README.md`. Nothing here fails for being slow: read the
//! ratios.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::print_stderr
)]

mod machine;
mod measure;
mod report;
mod scenes;

use report::Report;

const USAGE: &str = "cargo run --release -p muster-tests --bin bench-ldap -- [--people N]... [--rounds N] [--write]";

/// What was asked for on the command line.
struct Options {
    people: Vec<usize>,
    rounds: usize,
    write: bool,
}

fn main() {
    let options = options();
    let mut report = Report::new();
    report.note(&machine::description());
    scenes::csv(&mut report, options.rounds.max(15));
    for &people in options.people.iter().filter(|&&people| people > 0) {
        scenes::ldap(&mut report, people, options.rounds);
    }
    let text = report.markdown();
    println!("{text}");
    if options.write {
        report::keep(text);
    }
}

fn options() -> Options {
    let mut options = Options {
        people: Vec::new(),
        rounds: 7,
        write: false,
    };
    let mut arguments = std::env::args().skip(1);
    while let Some(argument) = arguments.next() {
        let mut number = || {
            arguments
                .next()
                .and_then(|text| text.replace('_', "").parse().ok())
                .expect(USAGE)
        };
        match argument.as_str() {
            "--people" => options.people.push(number()),
            "--rounds" => options.rounds = number(),
            "--write" => options.write = true,
            _ => panic!("{USAGE}"),
        }
    }
    if options.people.is_empty() {
        options.people = vec![10_000, 100_000];
    }
    options
}
