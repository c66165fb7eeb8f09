//! Two sockets that are joined: one for the tap, one for the ldap crate.

use ldap3::StdStream;
use std::io;

/// Our end.
#[cfg(unix)]
pub(super) type Ours = tokio::net::UnixStream;

/// What the ldap crate is told that its end is.
#[cfg(unix)]
pub(super) const URL: &str = "ldapi:///";

/// Opens the pair.
#[cfg(unix)]
pub(super) async fn open() -> io::Result<(Ours, StdStream)> {
    let (ours, theirs) = std::os::unix::net::UnixStream::pair()?;
    ours.set_nonblocking(true)?;
    Ok((Ours::from_std(ours)?, StdStream::Unix(theirs)))
}

/// Our end.
#[cfg(not(unix))]
pub(super) type Ours = tokio::net::TcpStream;

/// What the ldap crate is told that its end is.
#[cfg(not(unix))]
pub(super) const URL: &str = "ldap://localhost";

/// Opens the pair, over loopback. Whoever else connects in between is refused.
#[cfg(not(unix))]
pub(super) async fn open() -> io::Result<(Ours, StdStream)> {
    let listener = tokio::net::TcpListener::bind(("127.0.0.1", 0)).await?;
    let theirs = std::net::TcpStream::connect(listener.local_addr()?)?;
    let (ours, from) = listener.accept().await?;
    match from == theirs.local_addr()? {
        true => Ok((ours, StdStream::Tcp(theirs))),
        false => Err(io::Error::other("somebody else connected")),
    }
}
