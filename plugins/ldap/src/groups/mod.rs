//! Who is in a group: by walking the groups' lists, or by the server's filter.

mod filtered;
mod members;
mod reported;
mod roots;
mod walk;

pub use filtered::{Filtered, Way};
pub use members::{Compared, Membership, Recalled};
pub use reported::{fitting, holders};
pub use roots::Roots;
pub use walk::{Walk, read_again};

use crate::directory::{ANYTHING, Found, Lookup, lookup};
use crate::outcome;
use muster_sdk::Failure;

/// A group of the policy, looked up by its name.
pub enum Place {
    There(Found),
    /// It exists, and the login may not read it.
    Hidden,
    Missing,
}

/// Looks a group up by its name.
pub fn look_up(dn: &str, attributes: &[&str]) -> Result<Place, Failure> {
    match lookup(dn, ANYTHING, attributes)? {
        Lookup::Found(found) => Ok(Place::There(found)),
        Lookup::Hidden => Ok(Place::Hidden),
        Lookup::Refused(said) if outcome::is_missing(&said) || outcome::is_elsewhere(&said) => {
            Ok(Place::Missing)
        }
        Lookup::Refused(said) => Err(outcome::failure(&said, &format!("the group `{dn}`"))),
    }
}

/// Reads a group of the policy; nothing if it is not there.
fn read_group(dn: &str, attributes: &[&str]) -> Result<Option<Found>, Failure> {
    match look_up(dn, attributes)? {
        Place::There(found) => Ok(Some(found)),
        Place::Hidden | Place::Missing => Ok(None),
    }
}
