//! A certificate authority of its own, made with openssl.

use crate::program::{self, PATIENCE, find};
use std::path::{Path, PathBuf};
use std::process::Command;

/// An authority and one server certificate that it signed.
#[derive(Debug)]
pub struct Authority {
    folder: PathBuf,
}

impl Authority {
    /// Makes both in a folder that lasts as long as they are needed. The
    /// certificate is good for `names`, as in `DNS:localhost` or `IP:127.0.0.1`.
    pub fn make(folder: &Path, names: &[&str]) -> Self {
        let authority = Self {
            folder: folder.to_owned(),
        };
        authority.sign_itself();
        authority.sign_server(names);
        authority
    }

    /// The authority's certificate, in PEM: what a policy names as `ca`.
    pub fn ca(&self) -> PathBuf {
        self.folder.join("ca.pem")
    }

    /// The server's certificate, in PEM.
    pub fn certificate(&self) -> PathBuf {
        self.folder.join("server.pem")
    }

    /// The server's private key, in PEM.
    pub fn key(&self) -> PathBuf {
        self.folder.join("server.key")
    }

    fn sign_itself(&self) {
        self.openssl(&[
            "req",
            "-x509",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
            "-nodes",
            "-keyout",
            "ca.key",
            "-out",
            "ca.pem",
            "-days",
            "30",
            "-subj",
            "/CN=Muster test authority",
        ]);
    }

    fn sign_server(&self, names: &[&str]) {
        self.openssl(&[
            "req",
            "-newkey",
            "ec",
            "-pkeyopt",
            "ec_paramgen_curve:prime256v1",
            "-nodes",
            "-keyout",
            "server.key",
            "-out",
            "server.csr",
            "-subj",
            "/CN=Muster test server",
        ]);
        let extensions = format!(
            "basicConstraints=critical,CA:FALSE\nextendedKeyUsage=serverAuth\nsubjectAltName={}\n",
            names.join(",")
        );
        std::fs::write(self.folder.join("server.ext"), extensions)
            .expect("extensions of a certificate");
        self.openssl(&[
            "x509",
            "-req",
            "-in",
            "server.csr",
            "-CA",
            "ca.pem",
            "-CAkey",
            "ca.key",
            "-CAcreateserial",
            "-out",
            "server.pem",
            "-days",
            "30",
            "-extfile",
            "server.ext",
        ]);
    }

    fn openssl(&self, arguments: &[&str]) {
        let mut command = Command::new(find("openssl"));
        command.args(arguments).current_dir(&self.folder);
        program::run(&mut command, "", PATIENCE).ok();
    }
}
