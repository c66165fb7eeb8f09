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
use muster_emulators::stand_in::{StandIn, Vendor};

const USAGE: &str = "usage: muster-emulators VENDOR [--port PORT] [--people N]\n\
    vendors: entra, google, okta, scim";

/// What the command line asked for.
struct Wanted {
    vendor: String,
    port: u16,
    people: usize,
}

fn main() -> ExitCode {
    if let Some("stand-in") = std::env::args().nth(1).as_deref() {
        return stand_in(std::env::args().nth(2).as_deref());
    }
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

/// Serves the people of `muster provider test`, which says when they change.
fn stand_in(vendor: Option<&str>) -> ExitCode {
    match vendor {
        Some("okta") => load(&mut StandIn::<Okta>::new()),
        Some("google") => load(&mut StandIn::<Google>::new()),
        Some("entra") => load(&mut StandIn::<Graph>::new()),
        _ => {
            eprintln!("usage: muster-emulators stand-in entra|google|okta");
            return ExitCode::from(3);
        }
    }
    ExitCode::SUCCESS
}

fn load<V: Vendor>(stand_in: &mut StandIn<V>) {
    let Some(file) = std::env::var_os("MUSTER_PEOPLE") else {
        eprintln!("MUSTER_PEOPLE names no file with people");
        return;
    };
    for _ in std::io::stdin().lines().map_while(Result::ok) {
        match std::fs::read_to_string(&file) {
            Ok(people) => println!("{}", stand_in.load(&people)),
            Err(error) => eprintln!("the people cannot be read: {error}"),
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
