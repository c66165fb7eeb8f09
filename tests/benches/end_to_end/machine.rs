//! What the figures were measured on.

use muster_tests::program::text_of;
use std::path::Path;
use std::process::Command;

/// Processor, memory, kernel and the settings that matter on loopback.
pub fn description() -> String {
    let cores = std::thread::available_parallelism().map_or(0, std::num::NonZero::get);
    let setting = |name: &str| {
        text_of(Path::new(&format!("/proc/sys/net/{name}")))
            .trim()
            .replace('\t', " ")
    };
    format!(
        "{} × {cores}, {} of memory, {}. `net.core.rmem_max` {}, `net.ipv4.tcp_rmem` {}, MTU of `lo` {}. {}",
        field("/proc/cpuinfo", "model name"),
        memory(),
        output("uname", &["-sr"]),
        setting("core/rmem_max"),
        setting("ipv4/tcp_rmem"),
        text_of(Path::new("/sys/class/net/lo/mtu")).trim(),
        slapd(),
    )
}

fn memory() -> String {
    let kib = field("/proc/meminfo", "MemTotal");
    let kib: u64 = kib
        .split(' ')
        .next()
        .and_then(|number| number.parse().ok())
        .unwrap_or(0);
    format!("{} GiB", kib >> 20)
}

fn slapd() -> String {
    let version = Command::new(muster_tests::program::find("slapd"))
        .arg("-VV")
        .output();
    let text = version
        .map(|output| String::from_utf8_lossy(&output.stderr).into_owned())
        .unwrap_or_default();
    let words = text.split("OpenLDAP: slapd ").nth(1).unwrap_or_default();
    format!("OpenLDAP {}", words.split(' ').next().unwrap_or_default())
}

fn field(file: &str, name: &str) -> String {
    text_of(Path::new(file))
        .lines()
        .find(|line| line.starts_with(name))
        .and_then(|line| line.split_once(':'))
        .map_or_else(
            || "unknown".to_owned(),
            |(_, value)| value.trim().to_owned(),
        )
}

fn output(program: &str, arguments: &[&str]) -> String {
    let output = Command::new(program).args(arguments).output();
    output
        .map(|output| String::from_utf8_lossy(&output.stdout).trim().to_owned())
        .unwrap_or_default()
}
