//! New plugins from nothing to a plan, in each language, by the very commands that
//! `plugins/README.md` gives to their authors, in a folder that knows nothing of
//! this repository.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stderr,
    reason = "tests"
)]

use muster_tests::judges;
use muster_tests::muster::{binary, target_folder, workspace};
use muster_tests::program::{self, Finished, find};
use serde_json::{Value, json};
use std::fs;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::path::PathBuf;
use std::process::Command;
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// How long a walk may take on a slow machine, compilers included.
const WALK: Duration = Duration::from_secs(1200);

/// People of the service: more than two pages.
const PEOPLE: usize = 1100;

/// The first block of commands below a heading of the guide.
fn commands(heading: &str) -> String {
    let guide = fs::read_to_string(workspace().join("plugins/README.md")).unwrap();
    let (_, behind) = guide
        .split_once(&format!("\n### {heading}\n"))
        .expect(heading);
    let (_, block) = behind.split_once("\n```sh\n").expect("a block");
    let (block, _) = block.split_once("\n```\n").expect("its end");
    block.to_owned()
}

/// A port that nobody has.
fn free_port() -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    listener.local_addr().unwrap().port()
}

/// A language's walk.
struct Walk {
    folder: TempDir,
    /// The component, below the project.
    component: &'static str,
}

impl Walk {
    fn project(&self) -> PathBuf {
        self.folder.path().join("my-people")
    }

    /// What makes a command reproducible: tools that are installed, and no network.
    fn environment(&self, command: &mut Command) {
        let tools = judges::folder();
        let bin = self.folder.path().join("bin");
        let path = std::env::var("PATH").unwrap_or_default();
        let cache = target_folder().join("kit");
        command
            .env("PATH", format!("{}:{path}", bin.display()))
            .env("XDG_CACHE_HOME", cache.join("cache"))
            .env("CARGO_NET_OFFLINE", "true")
            .env("PIP_NO_INDEX", "1")
            .env("PIP_FIND_LINKS", tools.join("wheels"))
            .env("PIP_DISABLE_PIP_VERSION_CHECK", "1")
            .env("npm_config_cache", tools.join("npm/cache"))
            .env("npm_config_offline", "true")
            .env("npm_config_update_notifier", "false")
            .env("PYTHONDONTWRITEBYTECODE", "1")
            .env_remove("MUSTER_STATE");
        // What the outer cargo left behind is for another project.
        for (name, _) in std::env::vars() {
            let theirs = [
                "CARGO_PKG",
                "CARGO_MANIFEST",
                "CARGO_TARGET_DIR",
                "CARGO_BUILD",
                "RUSTFLAGS",
                "CARGO_ENCODED",
                "RUSTUP_TOOLCHAIN",
            ];
            if theirs.iter().any(|prefix| name.starts_with(prefix)) {
                command.env_remove(name);
            }
        }
    }

    fn muster(&self, arguments: &[&str]) -> Finished {
        let mut command = Command::new(binary());
        command
            .args(arguments)
            .current_dir(self.project())
            .env("SERVICE_TOKEN", "the-token");
        self.environment(&mut command);
        program::run(&mut command, "", WALK)
    }

    fn plan(&self) -> Finished {
        self.muster(&["plan", "policy.yaml", "--format", "json"])
    }
}

/// Runs the guide's commands in an empty folder. `more` is done to the project
/// before anything is built: it puts what was built before in its place.
fn walk(heading: &str, component: &'static str, more: &str) -> Walk {
    let folder = tempfile::Builder::new()
        .prefix("muster-kit-")
        .tempdir()
        .unwrap();
    fs::create_dir(folder.path().join("bin")).unwrap();
    #[cfg(unix)]
    std::os::unix::fs::symlink(binary(), folder.path().join("bin/muster")).unwrap();
    let walk = Walk { folder, component };
    let port = free_port();
    let script = commands(heading)
        .replace("8080", &port.to_string())
        .replace(
            "cd my-people\n",
            &format!("cd my-people\nsed -i s/8080/{port}/ policy.yaml\n{more}\n"),
        );
    // Each command with the instant when it began, as the guide's figures are taken.
    let script = format!(
        "trap 'kill $(jobs -p) 2>/dev/null || true' EXIT\nPS4='+ $SECONDS '\nset -eux\n{script}\n"
    );
    let mut bash = Command::new(find("bash"));
    bash.arg("-c").arg(script).current_dir(walk.folder.path());
    walk.environment(&mut bash);
    let begun = Instant::now();
    let done = program::run(&mut bash, "", WALK).ok();
    eprintln!(
        "{heading}: {:.1} s\n{}",
        begun.elapsed().as_secs_f64(),
        done.stderr
    );
    // The conformance suite has found nothing; what needs groups or a feed of changes
    // was not tried.
    assert!(done.stdout.contains(" checks passed, "), "{done}");
    assert!(done.stdout.contains("+ create  björn.åsen"), "{done}");
    assert!(
        done.stdout
            .contains("3 people read, complete (the source counts 3, last page reached)"),
        "{done}"
    );
    walk
}

/// What the service does to whoever asks.
#[derive(Clone, Copy)]
#[repr(u8)]
enum Mood {
    /// Serves everybody, page by page.
    Fine,
    /// Refuses the login.
    Refuses,
    /// Counts one person more than it serves.
    Short,
    /// Breaks off in the middle of the second page.
    Cut,
    /// Serves the second page without its list.
    Empty,
}

/// The service that the projects are written for.
fn serve() -> (u16, Arc<AtomicU8>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let mood = Arc::new(AtomicU8::new(Mood::Fine as u8));
    let current = mood.clone();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let lines = BufReader::new(&stream).lines().map_while(Result::ok);
            let head: Vec<String> = lines.take_while(|line| !line.is_empty()).collect();
            let is_known = head
                .iter()
                .any(|line| line.eq_ignore_ascii_case("authorization: Bearer the-token"));
            let (status, body, cut) = answer(&head[0], is_known, current.load(Ordering::Relaxed));
            let sent = if cut { &body[..body.len() / 2] } else { &body };
            let _ = write!(
                stream,
                "HTTP/1.1 {status}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{sent}",
                body.len()
            );
        }
    });
    (port, mood)
}

fn answer(line: &str, is_known: bool, mood: u8) -> (&'static str, String, bool) {
    if !is_known || mood == Mood::Refuses as u8 {
        return (
            "401 Unauthorized",
            r#"{"message": "the token has expired"}"#.to_owned(),
            false,
        );
    }
    let target = line.split(' ').nth(1).unwrap();
    assert!(target.starts_with("/people?limit=500"), "{target}");
    let from: usize = target
        .split_once("&after=")
        .map_or(0, |(_, after)| after.parse().unwrap());
    let to = PEOPLE.min(from + 500);
    let person = |id: usize| {
        json!({"id": id, "userName": format!("user{id}"), "displayName": format!("Nº {id} 👩‍🚀"),
               "mail": format!("user{id}@example.org"), "active": true})
    };
    let is_second = from == 500;
    let mut page = json!({"total": PEOPLE + usize::from(mood == Mood::Short as u8)});
    if !(is_second && mood == Mood::Empty as u8) {
        page["people"] = (from..to).map(person).collect();
    }
    if to < PEOPLE {
        page["next"] = to.to_string().into();
    }
    // Every character of it is ASCII, so that it can be cut anywhere.
    ("200 OK", ascii(&page), is_second && mood == Mood::Cut as u8)
}

/// JSON with escapes for all that is not ASCII.
fn ascii(page: &Value) -> String {
    let mut text = String::new();
    for c in page.to_string().chars() {
        match c.is_ascii() {
            true => text.push(c),
            false => {
                let mut units = [0; 2];
                for unit in c.encode_utf16(&mut units) {
                    text.push_str(&format!("\\u{unit:04x}"));
                }
            }
        }
    }
    text
}

/// What every language's plugin must do with a service of 1,100 people: deliver
/// all, and claim nothing that is not so.
fn is_honest(walk: &Walk, imports: &[&str]) {
    let shown = walk.muster(&[
        "provider",
        "show",
        &format!("./{}", walk.component),
        "--format",
        "json",
    ]);
    let shown: Value = serde_json::from_str(&shown.ok().stdout).unwrap();
    let mut found: Vec<&str> = shown["imports"]
        .as_array()
        .unwrap()
        .iter()
        .map(|i| i.as_str().unwrap())
        .collect();
    found.sort_unstable();
    let expected: Vec<String> = imports
        .iter()
        .map(|i| format!("muster:provider/{i}@0.1.1"))
        .collect();
    assert_eq!(
        found, expected,
        "a component imports what it uses, and no more"
    );

    let (port, mood) = serve();
    let policy = walk.project().join("policy.yaml");
    let text = fs::read_to_string(&policy).unwrap();
    let url = text.lines().find(|line| line.contains("url: ")).unwrap();
    fs::write(
        &policy,
        text.replace(url, &format!("    url: http://127.0.0.1:{port}")),
    )
    .unwrap();
    let plan = |new: Mood| {
        mood.store(new as u8, Ordering::Relaxed);
        walk.plan()
    };
    let read = |new: Mood| -> Value {
        let plan = plan(new);
        serde_json::from_str(&plan.stdout).unwrap_or_else(|_| panic!("no plan: {plan}"))
    };

    let fine = read(Mood::Fine);
    assert_eq!(fine["coverage"]["kind"], "complete", "{}", fine["coverage"]);
    assert_eq!(fine["changes"].as_array().unwrap().len(), PEOPLE);
    let last = fine["changes"]
        .as_array()
        .unwrap()
        .iter()
        .find(|change| change["username"] == "user1099");
    assert!(last.unwrap().to_string().contains("Nº 1099 👩‍🚀"), "{last:?}");

    let short = read(Mood::Short);
    assert_eq!(
        short["coverage"]["kind"], "partial",
        "{}",
        short["coverage"]
    );
    assert!(
        short["coverage"]
            .to_string()
            .contains("counts 1101 people, and 1100 were delivered")
    );

    let refused = plan(Mood::Refuses);
    assert_eq!(refused.code, Some(1), "{refused}");
    let words = "GET /people: the service answered 401, the credential is not accepted: the token has expired";
    assert!(refused.stderr.contains(words), "{refused}");

    // Broken off, the read goes on from its cursor as often as it may, and is then
    // what it is: partial, with the first page.
    let cut = read(Mood::Cut);
    assert_eq!(cut["coverage"]["kind"], "partial", "{}", cut["coverage"]);
    assert_eq!(
        cut["coverage"]["evidence"]["entries"], 500,
        "{}",
        cut["coverage"]
    );

    let empty = plan(Mood::Empty);
    assert_eq!(empty.code, Some(1), "{empty}");
    assert!(
        empty.stderr.contains("the answer has no list `people`"),
        "{empty}"
    );
}

#[test]
fn rust() {
    // The workspace's choice of versions, which are there already; and one target
    // folder for all runs, with what the compiler made of them.
    let lock = workspace().join("Cargo.lock");
    let target = target_folder().join("kit/rust");
    let more = format!(
        "cp '{}' Cargo.lock\nmkdir -p '{target}'\nln -s '{target}' target",
        lock.display(),
        target = target.display()
    );
    let component = "target/wasm32-unknown-unknown/release/my_people.wasm";
    let walk = walk("Rust", component, &more);
    is_honest(&walk, &["host", "http", "people", "types"]);
    let mut format = Command::new(find("cargo"));
    format.args(["fmt", "--check"]).current_dir(walk.project());
    walk.environment(&mut format);
    program::run(&mut format, "", WALK).ok();
}

#[test]
fn javascript() {
    let walk = walk("JavaScript", "my-people.wasm", "");
    is_honest(&walk, &["host", "http", "people", "text", "types"]);
}

#[test]
fn python() {
    let walk = walk("Python", "my-people.wasm", &kept("python"));
    is_honest(&walk, &["host", "http", "people", "types"]);
    keep(&walk, "python");
}

/// Two builds of the same Python differ, and the engine takes its time with each:
/// so a build is kept until a source changes. It goes through `build.py`'s place.
fn kept(name: &str) -> String {
    let folder = target_folder().join("kit").join(name);
    let (stamp, component) = (folder.join("sources"), folder.join("component.wasm"));
    format!(
        "find plugin.toml settings.schema.json requirements.txt build.py src wit -type f | sort | xargs sha256sum > .sources\n\
         if [ -f '{component}' ] && cmp -s .sources '{stamp}'; then\n\
         cp build.py .build.py; printf '%s\\n' 'import shutil' 'shutil.copy(\"{component}\", \"my-people.wasm\")' > build.py\n\
         fi",
        stamp = stamp.display(),
        component = component.display()
    )
}

fn keep(walk: &Walk, name: &str) {
    let folder = target_folder().join("kit").join(name);
    fs::create_dir_all(&folder).unwrap();
    let copy = |from: &str, to: &str| {
        let part = folder.join(format!("{to}.{}", std::process::id()));
        fs::copy(walk.project().join(from), &part).unwrap();
        fs::rename(&part, folder.join(to)).unwrap();
    };
    copy("my-people.wasm", "component.wasm");
    copy(".sources", "sources");
}
