//! Places of a directory: sub-trees and units.

use crate::dn;

/// True if a place is a unit or lies in it: by distinguished names, or by paths.
/// Letter case means nothing.
///
/// ```
/// use muster_model::place::lies_under;
///
/// assert!(lies_under("cn=Anna, OU=Sales,dc=example", "ou=sales,DC=example"));
/// assert!(!lies_under("cn=Anna,ou=presales,dc=example", "ou=sales,dc=example"));
/// assert!(lies_under("/Sales/EMEA", "/sales"));
/// assert!(!lies_under("/Salesforce", "/Sales"));
/// ```
pub fn lies_under(place: &str, unit: &str) -> bool {
    if let (Some(place), Some(unit)) = (dn::normal(place), dn::normal(unit)) {
        let above = place.strip_suffix(&unit);
        return above.is_some_and(|above| above.is_empty() || above.ends_with(','));
    }
    let (place, unit) = (place.to_lowercase(), unit.to_lowercase());
    let below = place.strip_prefix(unit.trim_end_matches('/'));
    below.is_some_and(|below| below.is_empty() || below.starts_with('/'))
}
