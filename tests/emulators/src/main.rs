//! Runs one emulator until it is told to stop, for work by hand:
//! `cargo run -p muster-emulators -- okta --people 100`.
#![allow(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program for the terminal"
)]

use std::process::ExitCode;

use muster_emulators::google::Google;
use muster_emulators::graph::{Client, Graph, Tenant};
use muster_emulators::okta::{self, Okta};
use muster_emulators::scim::{self, Service};

const USAGE: &str = "usage: muster-emulators VENDOR [--port PORT] [--people N]\n\
    vendors: entra, google, okta, scim";

/// What the command line asked for.
struct Wanted {
    vendor: String,
    port: u16,
    people: usize,
}

fn main() -> ExitCode {
    let Some(wanted) = wanted(std::env::args().skip(1)) else {
        eprintln!("{USAGE}");
        return ExitCode::from(3);
    };
    match wanted.vendor.as_str() {
        "entra" => {
            let mut tenant = Tenant::new(Client::secret("muster", "secret"));
            let group = tenant.crowd(wanted.people, "Intranet");
            let id = tenant.id.clone();
            let graph = Graph::start_on(wanted.port, tenant);
            println!(
                "{}\ntenant {id}\nclient_id muster, client_secret secret\ngroup {group} (Intranet)",
                graph.url()
            );
            wait_for(graph)
        }
        "google" => {
            let google = Google::start_at(wanted.port);
            google.add_crowd(wanted.people);
            println!("{}\nkey file {}", google.url(), google.key_file());
            wait_for(google)
        }
        "okta" => {
            let org = Okta::start(wanted.port);
            let group = org.crowd(wanted.people, "Intranet");
            println!(
                "{}\ntoken {}\ngroup {group} (Intranet)",
                org.url(),
                okta::TOKEN
            );
            wait_for(org)
        }
        "scim" => {
            let service = Service::start(wanted.port, wanted.people);
            service.group("Intranet", &["user-0", "user-1"]);
            println!("{}\ntoken {}\ngroup Intranet", service.url(), scim::TOKEN);
            wait_for(service)
        }
        other => {
            eprintln!("there is no emulator of `{other}`\n{USAGE}");
            ExitCode::from(3)
        }
    }
}

fn wanted(mut arguments: impl Iterator<Item = String>) -> Option<Wanted> {
    let mut wanted = Wanted {
        vendor: arguments.next()?,
        port: 0,
        people: 100,
    };
    while let Some(name) = arguments.next() {
        let value = arguments.next()?;
        match name.as_str() {
            "--port" => wanted.port = value.parse().ok()?,
            "--people" => wanted.people = value.parse().ok()?,
            _ => return None,
        }
    }
    Some(wanted)
}

/// Serves until the program is ended from outside.
fn wait_for<T>(emulator: T) -> ! {
    let _kept = emulator;
    loop {
        std::thread::park();
    }
}
