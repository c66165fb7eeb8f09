//! Names that only one may have, resolved as a set: released before they are
//! claimed. Usernames are such names, and identifiers.
//!
//! Everybody who wants a name makes a claim. A claim is granted if nobody
//! else wants the name and it is free, or its holder moves away by a granted
//! claim of their own. So swaps and chains pass, and of two who want one name
//! neither gets it.

use crate::accounts::Row;
use hashbrown::HashMap;
use std::collections::BTreeMap;

/// Who wants a name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Claimant {
    /// An account that is to be renamed.
    Account(Row),
    /// A new person, by their place among the strangers.
    Stranger(usize),
}

/// Why a claim is refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Refusal {
    /// Others want the same name.
    Contested(Vec<Claimant>),
    /// This account has the name and keeps it.
    Held(Row),
}

/// What became of all claims.
#[derive(Debug, Default)]
pub(crate) struct Verdicts {
    /// Refused claims.
    pub(crate) refused: BTreeMap<Claimant, Refusal>,
    /// Granted claims on a name that another account releases in this plan.
    pub(crate) needs: BTreeMap<Claimant, Row>,
}

/// Grants or refuses every claim. Names are given by their keys; `holder` knows
/// the account that has one.
pub(crate) fn resolve<K: AsRef<str>>(
    holder: &dyn Fn(&str) -> Option<Row>,
    claims: &[(Claimant, K)],
) -> Verdicts {
    let mut verdicts = Verdicts::default();
    let movers: HashMap<Row, Claimant> = claims
        .iter()
        .filter_map(|&(claimant, ref key)| match claimant {
            Claimant::Account(row) if holder(key.as_ref()) != Some(row) => Some((row, claimant)),
            _ => None,
        })
        .collect();
    contests(holder, claims, &mut verdicts);
    let mut waiting: HashMap<Row, Vec<Claimant>> = HashMap::new();
    let mut fallen: Vec<Claimant> = verdicts.refused.keys().copied().collect();
    for (claimant, key) in claims {
        let Some(holder) = holder(key.as_ref()) else {
            continue;
        };
        if *claimant == Claimant::Account(holder) || verdicts.refused.contains_key(claimant) {
            continue;
        }
        if movers.contains_key(&holder) {
            waiting.entry(holder).or_default().push(*claimant);
            verdicts.needs.insert(*claimant, holder);
        } else {
            verdicts.refused.insert(*claimant, Refusal::Held(holder));
            fallen.push(*claimant);
        }
    }
    // Whoever cannot move keeps a name that others may be waiting for.
    while let Some(claimant) = fallen.pop() {
        let Claimant::Account(row) = claimant else {
            continue;
        };
        if !movers.contains_key(&row) {
            continue;
        }
        for waiter in waiting.remove(&row).unwrap_or_default() {
            verdicts.needs.remove(&waiter);
            if verdicts
                .refused
                .insert(waiter, Refusal::Held(row))
                .is_none()
            {
                fallen.push(waiter);
            }
        }
    }
    verdicts
}

/// Refuses all who want a name that others want too, but for its holder.
fn contests<K: AsRef<str>>(
    holder: &dyn Fn(&str) -> Option<Row>,
    claims: &[(Claimant, K)],
    verdicts: &mut Verdicts,
) {
    let mut wanted: BTreeMap<&str, Vec<Claimant>> = BTreeMap::new();
    for (claimant, key) in claims {
        wanted.entry(key.as_ref()).or_default().push(*claimant);
    }
    for (key, mut claimants) in wanted {
        if claimants.len() < 2 {
            continue;
        }
        claimants.sort_unstable();
        let holder = holder(key).map(Claimant::Account);
        for &claimant in &claimants {
            if Some(claimant) == holder {
                continue;
            }
            let others = claimants.iter().copied().filter(|&c| c != claimant);
            verdicts
                .refused
                .insert(claimant, Refusal::Contested(others.collect()));
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "a test that cannot go on fails")]

    use super::*;
    use crate::testing::{policy, table};

    const PEOPLE: [(&str, &str); 4] = [
        ("anna", "staff"),
        ("ben", "staff"),
        ("cleo", "staff"),
        ("desk", "local"),
    ];

    /// Claims as `who>name`; `new1>name` is a stranger's. Returns the refused.
    fn refused(claims: &[&str]) -> Vec<String> {
        let table = table(&policy(), &PEOPLE);
        let row = |name: &str| table.by_username(name).unwrap();
        let claims: Vec<(Claimant, String)> = claims
            .iter()
            .map(|claim| {
                let (who, name) = claim.split_once('>').unwrap();
                let claimant = match who.strip_prefix("new") {
                    Some(place) => Claimant::Stranger(place.parse().unwrap()),
                    None => Claimant::Account(row(who)),
                };
                (claimant, name.to_owned())
            })
            .collect();
        let verdicts = resolve(&|key| table.by_username(key), &claims);
        let name = |claimant: &Claimant| match claimant {
            Claimant::Account(row) => table.username(*row).to_owned(),
            Claimant::Stranger(place) => format!("new{place}"),
        };
        verdicts.refused.keys().map(name).collect()
    }

    #[test]
    fn swaps_cycles_and_chains_pass() {
        assert!(refused(&["anna>ben", "ben>anna"]).is_empty());
        assert!(refused(&["anna>ben", "ben>cleo", "cleo>anna"]).is_empty());
        assert!(refused(&["anna>ben", "ben>cleo", "cleo>dora", "new1>anna"]).is_empty());
        assert!(
            refused(&["anna>anna"]).is_empty(),
            "only the spelling changes"
        );
    }

    #[test]
    fn a_name_that_is_kept_is_refused() {
        assert_eq!(refused(&["new1>anna"]), ["new1"]);
        assert_eq!(refused(&["anna>desk"]), ["anna"]);
    }

    #[test]
    fn of_two_who_want_one_name_neither_gets_it() {
        assert_eq!(refused(&["new1>eve", "new2>eve"]), ["new1", "new2"]);
        assert_eq!(refused(&["anna>eve", "new2>eve"]), ["anna", "new2"]);
        assert_eq!(refused(&["anna>anna", "new1>anna"]), ["new1"]);
    }

    #[test]
    fn whoever_cannot_move_stops_those_behind() {
        // desk is local and stays, so cleo stays, so ben stays, so anna stays.
        assert_eq!(
            refused(&["anna>ben", "ben>cleo", "cleo>desk"]),
            ["anna", "ben", "cleo"]
        );
        assert_eq!(
            refused(&["anna>ben", "ben>eve", "new1>eve"]),
            ["anna", "ben", "new1"]
        );
    }
}
