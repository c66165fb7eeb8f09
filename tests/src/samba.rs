//! A throw-away Active Directory domain controller on loopback: Samba.
//!
//! Samba's LDAP port is always 389, so each server has a loopback address of
//! its own instead of a port, and listening there needs root: `sudo` is asked,
//! without a password, if the tests run as somebody else. Making a domain takes
//! five seconds; it is done once, kept in the target folder, and copied for each
//! server.

use crate::authority::Authority;
use crate::client::Client;
use crate::program::{self, PATIENCE, as_root, end_now, eventually, text_of};
use crate::tree::{base64, line};
use std::fmt::Write;
use std::net::{Ipv4Addr, SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::sync::Mutex;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;
use tempfile::TempDir;

/// The domain's naming context.
pub const DOMAIN: &str = "DC=corp,DC=example";
/// The unit that holds the tests' people and groups.
pub const STAFF: &str = "OU=Staff,DC=corp,DC=example";
/// Who binds: a user principal name, as administrators write it.
pub const ADMIN: &str = "administrator@corp.example";
/// The password of everybody in the domain.
pub const PASSWORD: &str = "Passw0rd.Admin";

/// `userAccountControl` of an ordinary account that may log in.
pub const ENABLED: u32 = 0x200;
/// `userAccountControl` of one that may not.
pub const DISABLED: u32 = 0x202;

/// A person of the domain.
#[derive(Clone, Debug)]
pub struct User {
    name: String,
    attributes: Vec<(String, String)>,
}

impl User {
    /// An enabled account below [`STAFF`].
    pub fn new(account: &str, given_name: &str, surname: &str) -> Self {
        let name = format!("{given_name} {surname}");
        let principal = format!("{account}@corp.example");
        let mail = format!("{account}@example.org");
        let attributes = [
            ("sAMAccountName", account),
            ("userPrincipalName", &principal),
            ("givenName", given_name),
            ("sn", surname),
            ("mail", &mail),
        ];
        Self {
            name,
            attributes: attributes
                .map(|(name, value)| (name.to_owned(), value.to_owned()))
                .into(),
        }
        .control(ENABLED)
    }

    /// Adds a value.
    #[must_use]
    pub fn with(mut self, attribute: &str, value: &str) -> Self {
        self.attributes
            .push((attribute.to_owned(), value.to_owned()));
        self
    }

    /// Sets `userAccountControl`.
    #[must_use]
    pub fn control(mut self, bits: u32) -> Self {
        self.attributes
            .retain(|(name, _)| name != "userAccountControl");
        self.with("userAccountControl", &bits.to_string())
    }

    /// Gives the entry another common name, which becomes part of its DN.
    #[must_use]
    pub fn called(mut self, name: &str) -> Self {
        name.clone_into(&mut self.name);
        self
    }

    /// The entry's name.
    pub fn dn(&self) -> String {
        staff_dn(&self.name)
    }

    fn ldif(&self) -> String {
        let mut text = String::new();
        line(&mut text, "dn", &self.dn());
        text.push_str("objectClass: user\n");
        for (name, value) in &self.attributes {
            line(&mut text, name, value);
        }
        let password: Vec<u8> = PASSWORD.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let _ = writeln!(text, "clearTextPassword:: {}", base64(&password));
        text.push('\n');
        text
    }
}

/// The name of an entry below [`STAFF`].
pub fn staff_dn(name: &str) -> String {
    format!("CN={},{STAFF}", crate::tree::escape(name))
}

/// The LDIF of a global security group below [`STAFF`]; members are DNs.
pub fn group_ldif(name: &str, members: &[&str]) -> String {
    let mut text = String::new();
    line(&mut text, "dn", &staff_dn(name));
    let _ = writeln!(
        text,
        "objectClass: group\ncn: {name}\nsAMAccountName: {name}"
    );
    for member in members {
        line(&mut text, "member", member);
    }
    text.push('\n');
    text
}

/// A running domain controller; ends when it is dropped.
#[derive(Debug)]
pub struct Samba {
    folder: TempDir,
    authority: Authority,
    address: Ipv4Addr,
    process: Mutex<Option<Child>>,
}

impl Samba {
    /// Serves a new domain with these people and groups.
    pub fn serve(people: &[User], groups: &[String]) -> Self {
        let template = template();
        let folder = tempfile::Builder::new()
            .prefix("muster-samba-")
            .tempdir()
            .expect("a folder for samba");
        copy(&template, folder.path());
        let address = free_address();
        let authority = Authority::make(folder.path(), &[&format!("IP:{address}")]);
        let server = Self {
            folder,
            authority,
            address,
            process: Mutex::new(None),
        };
        // Samba takes a key only if it is its own user's.
        let mut command = as_root("chown");
        program::run(command.arg("0:0").arg(server.authority.key()), "", PATIENCE).ok();
        std::fs::write(server.path("smb.conf"), server.configuration()).expect("smb.conf");
        let mut ldif = format!("dn: {STAFF}\nobjectClass: organizationalUnit\nou: Staff\n\n");
        ldif.extend(people.iter().map(User::ldif));
        ldif.extend(groups.iter().cloned());
        server.load(&ldif);
        server.start();
        server
    }

    /// `ldap://…`, for plain binds and StartTLS.
    pub fn url(&self) -> String {
        format!("ldap://{}", self.address)
    }

    /// `ldaps://…`.
    pub fn ldaps_url(&self) -> String {
        format!("ldaps://{}", self.address)
    }

    /// Who signed its certificate.
    pub fn authority(&self) -> &Authority {
        &self.authority
    }

    /// Starts the server again after [`Samba::stop`].
    pub fn start(&self) {
        for _ in 0..5 {
            if self.try_start() {
                return;
            }
            std::thread::sleep(Duration::from_millis(500));
        }
        panic!(
            "samba does not start (port 389 needs root): {}",
            text_of(&self.path("log"))
        );
    }

    /// Ends the server; its data stay.
    pub fn stop(&self) {
        if let Some(mut child) = self.process.lock().expect("the process").take() {
            end(&mut child);
        }
    }

    /// The domain's administrator, who may change everything.
    pub fn admin(&self) -> Client {
        self.client(ADMIN, PASSWORD)
    }

    /// Somebody who binds.
    pub fn client(&self, name: &str, password: &str) -> Client {
        Client {
            url: self.url(),
            name: name.to_owned(),
            password: password.to_owned(),
        }
    }

    /// Sets `userAccountControl`: [`ENABLED`] or [`DISABLED`].
    #[track_caller]
    pub fn control(&self, dn: &str, bits: u32) {
        self.admin()
            .replace(dn, "userAccountControl", &bits.to_string());
    }

    /// Gives a person another logon name, in both of its forms.
    #[track_caller]
    pub fn logon(&self, dn: &str, account: &str) {
        let mut text = String::new();
        line(&mut text, "dn", dn);
        let _ = write!(
            text,
            "changetype: modify\nreplace: sAMAccountName\nsAMAccountName: {account}\n-\n\
             replace: userPrincipalName\nuserPrincipalName: {account}@corp.example\n"
        );
        self.admin().change(&text);
    }

    /// Puts an entry into a group.
    #[track_caller]
    pub fn join(&self, group: &str, member: &str) {
        self.admin().add_value(&staff_dn(group), "member", member);
    }

    /// Takes an entry out of a group.
    #[track_caller]
    pub fn leave(&self, group: &str, member: &str) {
        self.admin()
            .remove_value(&staff_dn(group), "member", member);
    }

    /// Gives an entry another common name, and so another DN.
    #[track_caller]
    pub fn rename(&self, dn: &str, name: &str) {
        self.admin()
            .rename(dn, &format!("CN={}", crate::tree::escape(name)), None);
    }

    fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn load(&self, ldif: &str) {
        let file = self.path("load.ldif");
        std::fs::write(&file, ldif).expect("the domain's people as LDIF");
        let mut command = as_root("ldbadd");
        command.arg("-H").arg(self.path("private/sam.ldb"));
        command
            .arg(format!("--configfile={}", self.path("smb.conf").display()))
            .arg(file);
        program::run(&mut command, "", PATIENCE).ok();
    }

    fn try_start(&self) -> bool {
        let log = std::fs::File::create(self.path("log")).expect("samba's log");
        let mut child = as_root("samba")
            .args(["-i", "-M", "single", "--debug-stdout"])
            .arg(format!("--configfile={}", self.path("smb.conf").display()))
            // It ends at the end of its input, so also when the test is killed.
            .stdin(Stdio::piped())
            .stdout(log.try_clone().expect("samba's log"))
            .stderr(log)
            .spawn()
            .expect("samba starts");
        let addresses = [389, 636].map(|port| SocketAddr::from((self.address, port)));
        let listens = eventually(Duration::from_secs(20), || {
            let ended = child.try_wait().is_ok_and(|end| end.is_some());
            ended
                || addresses
                    .iter()
                    .all(|address| TcpStream::connect(address).is_ok())
        });
        let alive = child.try_wait().is_ok_and(|end| end.is_none());
        if listens && alive {
            *self.process.lock().expect("the process") = Some(child);
            return true;
        }
        end_now(&mut child);
        false
    }

    fn configuration(&self) -> String {
        let folder = self.folder.path().display();
        let mut text = identity(&self.address.to_string());
        for (option, place) in [
            ("private dir", "/private"),
            ("state directory", "/state"),
            ("cache directory", "/cache"),
            ("lock directory", ""),
            ("pid directory", ""),
            ("ncalrpc dir", "/ncalrpc"),
            ("winbindd socket directory", "/winbindd"),
            ("log file", "/samba.log"),
        ] {
            let _ = writeln!(text, "{option} = {folder}{place}");
        }
        let _ = writeln!(
            text,
            "server services = ldap\ndcerpc endpoint servers = none\nldap server require strong auth = no\n\
             tls enabled = yes\ntls cafile = {}\ntls certfile = {}\ntls keyfile = {}",
            self.authority.ca().display(),
            self.authority.certificate().display(),
            self.authority.key().display()
        );
        text
    }
}

impl Drop for Samba {
    fn drop(&mut self) {
        // A poisoned lock means that a test panicked: the server still ends.
        let process = self
            .process
            .get_mut()
            .unwrap_or_else(std::sync::PoisonError::into_inner);
        if let Some(child) = process {
            end(child);
        }
        // Its files are root's.
        let mut command = as_root("find");
        let _ = command
            .arg(self.folder.path())
            .args(["-mindepth", "1", "-delete"])
            .status();
    }
}

/// Ends the server: by the end of its input, or if that does not help, by force.
fn end(child: &mut Child) {
    drop(child.stdin.take());
    program::wait(child, Duration::from_secs(5));
}

fn identity(address: &str) -> String {
    // A bare address is not enough: Samba then finds no interface.
    format!(
        "[global]\nserver role = active directory domain controller\nnetbios name = DC1\n\
         realm = CORP.EXAMPLE\nworkgroup = CORP\ninterfaces = {address}/8\nbind interfaces only = yes\n"
    )
}

/// A loopback address that no other server of these tests uses.
fn free_address() -> Ipv4Addr {
    static NEXT: AtomicU32 = AtomicU32::new(1);
    loop {
        let number = NEXT.fetch_add(1, Ordering::SeqCst);
        let [_, _, high, low] = std::process::id().to_be_bytes();
        let address = Ipv4Addr::new(
            127,
            64 + (high & 63),
            low,
            u8::try_from(number % 250 + 1).expect("below 251"),
        );
        if TcpStream::connect((address, 389)).is_err() {
            return address;
        }
    }
}

/// The folder of a domain that was never started; made by the first who asks.
fn template() -> PathBuf {
    let shared = crate::muster::target_folder().join("tmp");
    std::fs::create_dir_all(&shared).expect("the target folder's tmp");
    let lock = std::fs::File::create(shared.join("samba-domain.lock")).expect("a lock file");
    lock.lock().expect("the template's lock");
    let domain = shared.join("samba-domain-1");
    if !domain.join("ready").exists() {
        let _ = std::fs::remove_dir_all(&domain);
        std::fs::create_dir_all(&domain).expect("a folder for the domain");
        provision(&domain);
        std::fs::write(domain.join("ready"), "").expect("the mark that the domain is made");
    }
    domain
}

fn provision(folder: &Path) {
    let configuration = folder.join("smb.conf");
    std::fs::write(&configuration, "[global]\n").expect("smb.conf");
    let mut command = as_root("samba-tool");
    command.args([
        "domain",
        "provision",
        "--realm=CORP.EXAMPLE",
        "--domain=CORP",
        "--server-role=dc",
    ]);
    command.args([
        "--host-name=dc1",
        "--host-ip=127.0.0.1",
        "--dns-backend=NONE",
    ]);
    command.args([
        "--option=interfaces=127.0.0.1/8",
        "--option=bind interfaces only=yes",
    ]);
    command.arg(format!("--adminpass={PASSWORD}"));
    command.arg(format!("--targetdir={}", folder.display()));
    // Without it the system's own configuration would be copied.
    command.arg(format!("--configfile={}", configuration.display()));
    program::run(&mut command, "", Duration::from_secs(180)).ok();
}

fn copy(from: &Path, to: &Path) {
    let mut command = as_root("cp");
    command
        .args(["-a", "--reflink=auto", "--sparse=always"])
        .arg(from.join("."))
        .arg(to);
    program::run(&mut command, "", PATIENCE).ok();
}
