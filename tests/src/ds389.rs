//! A throw-away 389 Directory Server on loopback. Making one takes some ten
//! seconds, so the tests that need it run by night.

use crate::client::Client;
use crate::program::{self, end_now, eventually, find, text_of};
use crate::slapd::PASSWORD;
use crate::tree::SUFFIX;
use std::fmt::Write;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tempfile::TempDir;

/// Who may do everything, without limits.
pub const MANAGER: &str = "cn=Directory Manager";
/// Who reads, with the server's ordinary limits.
pub const READER: &str = "uid=sync,dc=example,dc=org";

/// Where Debian's package says how a server is laid out.
const DEFAULTS: &str = "/usr/share/dirsrv/inf/defaults.inf";
/// What a new server copies.
const PARTS: &str = "/etc/dirsrv";

/// A running server with data of its own; ends when it is dropped.
#[derive(Debug)]
pub struct Ds389 {
    folder: TempDir,
    address: SocketAddr,
    process: Option<Child>,
}

impl Ds389 {
    /// Serves LDIF; the suffix, `ou=people`, `ou=groups` and [`READER`] are
    /// there already.
    pub fn serve(ldif: &str) -> Self {
        let folder = tempfile::Builder::new()
            .prefix("muster-389-")
            .tempdir()
            .expect("a folder for the server");
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("its address");
        drop(listener);
        let mut server = Self {
            folder,
            address,
            process: None,
        };
        server.make();
        // Only a plugin that is off would keep it, and the schema knows it for
        // other classes alone.
        let own = |line: &&str| !line.starts_with("memberOf:");
        let ldif: Vec<&str> = ldif.lines().filter(own).collect();
        server.load(&format!("{}{}\n", base(), ldif.join("\n")));
        server.start();
        server
    }

    /// `ldap://…`.
    pub fn url(&self) -> String {
        format!("ldap://{}", self.address)
    }

    /// Who may do everything.
    pub fn admin(&self) -> Client {
        self.client(MANAGER, PASSWORD)
    }

    /// Somebody who binds.
    pub fn client(&self, name: &str, password: &str) -> Client {
        Client {
            url: self.url(),
            name: name.to_owned(),
            password: password.to_owned(),
        }
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn settings(&self) -> PathBuf {
        self.path("etc/dirsrv/slapd-muster")
    }

    /// Lays out a server below the folder, and lets the package's own tool make
    /// it. That starts it once, and ends it.
    fn make(&self) {
        let defaults = std::fs::read_to_string(DEFAULTS)
            .expect("389-ds-base is installed: `tests/install.sh --nightly`");
        let root = self.folder.path().display().to_string();
        let text = defaults
            .replace("with_systemd = 1", "with_systemd = 0")
            .replace("= @enable_rust@", "= 0")
            .replace("= dirsrv\n", "= root\n")
            .replace("tmp_dir = /tmp", &format!("tmp_dir = {root}"))
            .replace("= /etc", &format!("= {root}/etc"))
            .replace("= /run", &format!("= {root}/run"))
            .replace("= /var", &format!("= {root}/var"))
            .replace("= /dev/shm", &format!("= {root}/shm"))
            .replace(
                "= /usr/lib/x86_64-linux-gnu/dirsrv/slapd-",
                &format!("= {root}/inst/slapd-"),
            );
        for folder in [
            "share/dirsrv/inf",
            "etc/default",
            "etc/dirsrv",
            "run/dirsrv",
            "run/lock",
        ] {
            std::fs::create_dir_all(self.path(folder)).expect("a folder of the server");
        }
        std::fs::write(self.path("share/dirsrv/inf/defaults.inf"), text).expect("its layout");
        let mut copy = Command::new(find("cp"));
        copy.arg("-r")
            .arg(format!("{PARTS}/."))
            .arg(self.path("etc/dirsrv"));
        program::run(&mut copy, "", Duration::from_secs(20)).ok();
        let wish = format!(
            "[general]\nconfig_version = 2\nfull_machine_name = localhost\nstrict_host_checking = False\n\
             start = False\nselinux = False\nsystemd = False\n[slapd]\ninstance_name = muster\nport = {}\n\
             root_password = {PASSWORD}\nself_sign_cert = False\nuser = root\ngroup = root\n\
             [backend-userroot]\nsuffix = {SUFFIX}\ncreate_suffix_entry = False\nsample_entries = no\n",
            self.address.port()
        );
        std::fs::write(self.path("wish.inf"), wish).expect("what to make");
        let mut make = Command::new(find("dscreate"));
        make.env("PREFIX", self.folder.path())
            .arg("from-file")
            .arg(self.path("wish.inf"));
        program::run(&mut make, "", Duration::from_secs(180)).ok();
        // Without it, it would listen everywhere.
        let file = self.settings().join("dse.ldif");
        let dse = std::fs::read_to_string(&file).expect("its settings");
        let port = format!("nsslapd-port: {}", self.address.port());
        let dse = dse.replacen(&port, &format!("{port}\nnsslapd-listenhost: 127.0.0.1"), 1);
        std::fs::write(file, dse).expect("its settings");
    }

    fn load(&self, ldif: &str) {
        let file = self.path("people.ldif");
        std::fs::write(&file, ldif).expect("the people as LDIF");
        let mut command = Command::new(find("ns-slapd"));
        command.arg("ldif2db").arg("-D").arg(self.settings());
        command.args(["-n", "userroot", "-i"]).arg(file);
        program::run(&mut command, "", Duration::from_secs(180)).ok();
    }

    fn start(&mut self) {
        let log = std::fs::File::create(self.path("log")).expect("the server's log");
        let mut child = Command::new(find("ns-slapd"))
            .arg("-D")
            .arg(self.settings())
            .arg("-i")
            .arg(self.path("pid"))
            .args(["-d", "0"])
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("the server's log"))
            .stderr(log)
            .spawn()
            .expect("ns-slapd starts");
        let listens = eventually(Duration::from_secs(60), || {
            TcpStream::connect(self.address).is_ok()
                || child.try_wait().is_ok_and(|end| end.is_some())
        });
        if !listens || child.try_wait().is_ok_and(|end| end.is_some()) {
            end_now(&mut child);
            panic!("ns-slapd does not start: {}", text_of(&self.path("log")));
        }
        self.process = Some(child);
    }
}

impl Drop for Ds389 {
    fn drop(&mut self) {
        if let Some(child) = &mut self.process {
            end_now(child);
        }
    }
}

fn base() -> String {
    let mut text = format!(
        "dn: {SUFFIX}\nobjectClass: domain\ndc: example\n\
         aci: (targetattr=\"*\")(version 3.0; acl \"read\"; allow (read,search,compare) userdn=\"ldap:///all\";)\n\n"
    );
    for unit in ["people", "groups"] {
        let _ = write!(
            text,
            "dn: ou={unit},{SUFFIX}\nobjectClass: organizationalUnit\nou: {unit}\n\n"
        );
    }
    let _ = write!(
        text,
        "dn: {READER}\nobjectClass: account\nobjectClass: simpleSecurityObject\nuid: sync\nuserPassword: {PASSWORD}\n\n"
    );
    text
}
