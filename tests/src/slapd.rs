//! A throw-away OpenLDAP server on loopback.

use crate::authority::Authority;
use crate::client::Client;
use crate::program::{self, end_now, eventually, find, text_of};
use crate::tree::{Person, SUFFIX, Tree, group_dn, person_dn};
use std::fmt::Write;
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Mutex;
use std::time::Duration;
use tempfile::TempDir;

/// The password of every account that binds.
pub const PASSWORD: &str = "correct horse";

/// Accounts that bind, by what the server lets them do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reader {
    /// Reads everything.
    Sync,
    /// Gets at most 500 entries without paging, everything with it.
    Paged,
    /// Gets at most 500 entries in all, paged or not: rc 4 after that.
    Capped,
    /// Must not use paging, and gets at most 500 entries.
    Unpaged,
    /// Sees nobody below `ou=people`.
    Blind,
}

impl Reader {
    const ALL: [Self; 5] = [
        Self::Sync,
        Self::Paged,
        Self::Capped,
        Self::Unpaged,
        Self::Blind,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Sync => "sync",
            Self::Paged => "paged",
            Self::Capped => "capped",
            Self::Unpaged => "unpaged",
            Self::Blind => "blind",
        }
    }

    fn limits(self) -> &'static str {
        match self {
            Self::Sync | Self::Blind => "size=unlimited time=unlimited",
            Self::Paged => "size.soft=500 size.hard=500 size.pr=1000 size.prtotal=unlimited",
            Self::Capped => "size.soft=500 size.hard=500",
            Self::Unpaged => "size.soft=500 size.hard=500 size.prtotal=disabled",
        }
    }

    /// The name to bind with.
    pub fn dn(self) -> String {
        format!("cn={},ou=services,{SUFFIX}", self.name())
    }
}

/// Whether the server accepts a simple bind without TLS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Plaintext {
    /// It does.
    Accepted,
    /// It answers 13, `confidentialityRequired`.
    Refused,
}

/// Whether the server remembers who was deleted, for those who ask for changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SessionLog {
    /// It does not: it names everybody who is there.
    None,
    /// It does: it names who is gone.
    Kept,
}

/// A running server with data of its own; ends when it is dropped.
#[derive(Debug)]
pub struct Slapd {
    folder: TempDir,
    authority: Authority,
    plain: SocketAddr,
    tls: SocketAddr,
    process: Mutex<Option<Child>>,
}

impl Slapd {
    /// Serves a tree.
    pub fn serve(tree: &Tree) -> Self {
        Self::start_with(Plaintext::Accepted, |folder| {
            let file = folder.join("tree.ldif");
            std::fs::write(&file, tree.ldif()).expect("the tree as LDIF");
            file
        })
    }

    /// Serves a tree, and refuses passwords without TLS.
    pub fn serve_with(tree: &Tree, plaintext: Plaintext) -> Self {
        Self::start_with(plaintext, |folder| {
            let file = folder.join("tree.ldif");
            std::fs::write(&file, tree.ldif()).expect("the tree as LDIF");
            file
        })
    }

    /// Serves a tree, and tells changes in one of two ways.
    pub fn serve_with_log(tree: &Tree, log: SessionLog) -> Self {
        Self::start_as(Plaintext::Accepted, log, |folder| {
            let file = folder.join("tree.ldif");
            std::fs::write(&file, tree.ldif()).expect("the tree as LDIF");
            file
        })
    }

    /// Serves the LDIF file that `write` makes in the server's folder.
    pub fn start_with(plaintext: Plaintext, write: impl FnOnce(&Path) -> PathBuf) -> Self {
        Self::start_as(plaintext, SessionLog::None, write)
    }

    fn start_as(
        plaintext: Plaintext,
        log: SessionLog,
        write: impl FnOnce(&Path) -> PathBuf,
    ) -> Self {
        let folder = tempfile::Builder::new()
            .prefix("muster-slapd-")
            .tempdir()
            .expect("a folder for slapd");
        let authority = Authority::make(folder.path(), &["DNS:localhost", "IP:127.0.0.1"]);
        let [plain, tls] = free_addresses();
        let server = Self {
            folder,
            authority,
            plain,
            tls,
            process: Mutex::new(None),
        };
        server.configure(plaintext, log);
        let base = server.path("base.ldif");
        std::fs::write(&base, base_ldif()).expect("the base as LDIF");
        let tree = write(server.folder.path());
        server.load(&base);
        server.load(&tree);
        server.start();
        server
    }

    /// `ldap://…`, without TLS or for StartTLS.
    pub fn url(&self) -> String {
        format!("ldap://{}", self.plain)
    }

    /// `ldaps://…`, by the name in the certificate.
    pub fn ldaps_url(&self) -> String {
        format!("ldaps://localhost:{}", self.tls.port())
    }

    /// `ldap://…` by the name in the certificate: for StartTLS.
    pub fn named_url(&self) -> String {
        format!("ldap://localhost:{}", self.plain.port())
    }

    /// Where the server listens without TLS.
    pub fn address(&self) -> SocketAddr {
        self.plain
    }

    /// Who signed its certificate.
    pub fn authority(&self) -> &Authority {
        &self.authority
    }

    /// The server's process id, for measuring it.
    pub fn pid(&self) -> Option<u32> {
        self.process
            .lock()
            .expect("the process")
            .as_ref()
            .map(Child::id)
    }

    /// Starts the server again after [`Slapd::stop`], on the same ports.
    pub fn start(&self) {
        for _ in 0..20 {
            if self.try_start() {
                return;
            }
            std::thread::sleep(Duration::from_millis(250));
        }
        panic!("slapd does not start: {}", text_of(&self.path("log")));
    }

    /// Ends the server; its data stay.
    pub fn stop(&self) {
        if let Some(mut child) = self.process.lock().expect("the process").take() {
            end_now(&mut child);
        }
    }

    /// The server's administrator, who may change everything.
    pub fn admin(&self) -> Client {
        self.client(&admin_dn(), PASSWORD)
    }

    /// Somebody who binds.
    pub fn client(&self, name: &str, password: &str) -> Client {
        Client {
            url: self.url(),
            name: name.to_owned(),
            password: password.to_owned(),
        }
    }

    /// Adds a person.
    #[track_caller]
    pub fn add(&self, person: Person) {
        self.admin().add(&Tree::new().person(person).ldif());
    }

    /// Gives a person below `ou=people` this one value.
    #[track_caller]
    pub fn replace(&self, uid: &str, attribute: &str, value: &str) {
        self.admin().replace(&person_dn(uid), attribute, value);
    }

    /// Puts a person below `ou=people` into a group; the overlay follows.
    #[track_caller]
    pub fn join(&self, group: &str, uid: &str) {
        self.admin()
            .add_value(&group_dn(group), "member", &person_dn(uid));
    }

    /// Takes a person below `ou=people` out of a group.
    #[track_caller]
    pub fn leave(&self, group: &str, uid: &str) {
        self.admin()
            .remove_value(&group_dn(group), "member", &person_dn(uid));
    }

    /// Gives a person below `ou=people` another uid: the entry is the same,
    /// its name is another, and groups follow.
    #[track_caller]
    pub fn rename(&self, uid: &str, to: &str) {
        self.admin()
            .rename(&person_dn(uid), &format!("uid={to}"), None);
    }

    /// Moves a person below `ou=people` to another unit.
    #[track_caller]
    pub fn relocate(&self, uid: &str, unit: &str) {
        self.admin().rename(
            &person_dn(uid),
            &format!("uid={uid}"),
            Some(&format!("{unit},{SUFFIX}")),
        );
    }

    /// Locks a person's account for good, as an administrator does with ppolicy.
    #[track_caller]
    pub fn lock(&self, uid: &str) {
        self.replace(uid, "pwdAccountLockedTime", "000001010000Z");
    }

    /// Takes such a lock away.
    #[track_caller]
    pub fn unlock(&self, uid: &str) {
        self.admin().clear(&person_dn(uid), "pwdAccountLockedTime");
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn configure(&self, plaintext: Plaintext, log: SessionLog) {
        std::fs::create_dir(self.path("data")).expect("a folder for the data");
        let mut text = configuration(self.folder.path(), &self.authority, plaintext);
        if log == SessionLog::Kept {
            text = text.replace(
                "overlay syncprov\n",
                "overlay syncprov\nsyncprov-sessionlog 1000\n",
            );
        }
        std::fs::write(self.path("slapd.conf"), text).expect("slapd.conf");
    }

    fn load(&self, ldif: &Path) {
        let mut command = Command::new(find("slapadd"));
        command
            .arg("-q")
            .arg("-f")
            .arg(self.path("slapd.conf"))
            .arg("-l")
            .arg(ldif);
        program::run(&mut command, "", Duration::from_secs(600)).ok();
    }

    fn try_start(&self) -> bool {
        let log = std::fs::File::create(self.path("log")).expect("slapd's log");
        let mut child = Command::new(find("slapd"))
            .args([
                "-d",
                "0",
                "-h",
                &format!("ldap://{} ldaps://{}", self.plain, self.tls),
                "-f",
            ])
            .arg(self.path("slapd.conf"))
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("slapd's log"))
            .stderr(log)
            .spawn()
            .expect("slapd starts");
        let listens = eventually(Duration::from_secs(20), || {
            TcpStream::connect(self.plain).is_ok()
                || child.try_wait().is_ok_and(|end| end.is_some())
        });
        let alive = child.try_wait().is_ok_and(|end| end.is_none());
        if listens && alive {
            *self.process.lock().expect("the process") = Some(child);
            return true;
        }
        end_now(&mut child);
        false
    }
}

impl Drop for Slapd {
    fn drop(&mut self) {
        // A poisoned lock means that a test panicked: the server still ends.
        let process = self
            .process
            .get_mut()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(child) = process {
            end_now(child);
        }
    }
}

/// Two loopback addresses that nobody listens on.
fn free_addresses() -> [SocketAddr; 2] {
    let listeners = [(); 2].map(|()| TcpListener::bind("127.0.0.1:0").expect("a free port"));
    listeners.map(|listener| listener.local_addr().expect("its address"))
}

fn admin_dn() -> String {
    format!("cn=admin,{SUFFIX}")
}

fn configuration(folder: &Path, authority: &Authority, plaintext: Plaintext) -> String {
    let folder = folder.display();
    let mut text = String::new();
    for schema in ["core", "cosine", "inetorgperson"] {
        let _ = writeln!(text, "include /etc/ldap/schema/{schema}.schema");
    }
    let _ = writeln!(
        text,
        "pidfile {folder}/slapd.pid\nargsfile {folder}/slapd.args"
    );
    text.push_str("modulepath /usr/lib/ldap\n");
    for module in ["back_mdb", "memberof", "refint", "syncprov", "ppolicy"] {
        let _ = writeln!(text, "moduleload {module}");
    }
    let _ = writeln!(
        text,
        "TLSCACertificateFile {}\nTLSCertificateFile {}\nTLSCertificateKeyFile {}",
        authority.ca().display(),
        authority.certificate().display(),
        authority.key().display()
    );
    // A bind without a password succeeds as anonymous: the trap that a client
    // has to avoid by itself.
    text.push_str("allow bind_anon_dn\n");
    if plaintext == Plaintext::Refused {
        text.push_str("security simple_bind=64\n");
    }
    let _ = writeln!(
        text,
        "database mdb\nsuffix \"{SUFFIX}\"\nrootdn \"{}\"\nrootpw \"{PASSWORD}\"",
        admin_dn()
    );
    let _ = writeln!(
        text,
        "directory {folder}/data\nmaxsize 8589934592\nenvflags nosync"
    );
    text.push_str("index objectClass,uid,member,memberOf,entryUUID,entryCSN eq\n");
    for reader in Reader::ALL {
        let _ = writeln!(
            text,
            "limits dn.exact=\"{}\" {}",
            reader.dn(),
            reader.limits()
        );
    }
    let _ = writeln!(
        text,
        "access to attrs=userPassword by anonymous auth by * none\n\
         access to dn.subtree=\"ou=people,{SUFFIX}\" by dn.exact=\"{}\" none by * read\n\
         access to * by * read",
        Reader::Blind.dn()
    );
    text.push_str("overlay memberof\n");
    text.push_str("overlay refint\nrefint_attributes member manager\n");
    text.push_str("overlay syncprov\n");
    let _ = writeln!(
        text,
        "overlay ppolicy\nppolicy_default \"cn=default,ou=policies,{SUFFIX}\""
    );
    text
}

fn base_ldif() -> String {
    let mut text = format!(
        "dn: {SUFFIX}\nobjectClass: organization\nobjectClass: dcObject\no: Example\ndc: example\n\n"
    );
    for unit in ["people", "groups", "services", "policies"] {
        let _ = write!(
            text,
            "dn: ou={unit},{SUFFIX}\nobjectClass: organizationalUnit\nou: {unit}\n\n"
        );
    }
    for reader in Reader::ALL {
        let _ = write!(
            text,
            "dn: {}\nobjectClass: applicationProcess\nobjectClass: simpleSecurityObject\ncn: {}\nuserPassword: {PASSWORD}\n\n",
            reader.dn(),
            reader.name()
        );
    }
    let _ = write!(
        text,
        "dn: cn=default,ou=policies,{SUFFIX}\nobjectClass: device\nobjectClass: pwdPolicy\ncn: default\n\
         pwdAttribute: userPassword\npwdLockout: TRUE\npwdMaxFailure: 3\npwdLockoutDuration: 0\n\n"
    );
    text
}
