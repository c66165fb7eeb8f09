//! Which rows of the file belong to the read, and which of their groups are told.

use crate::settings::Settings;
use muster_sdk::{Failure, Report, Scope};

/// A scope that counts which of its groups and units the file has.
#[derive(Debug)]
pub struct InScope {
    groups: Vec<Name>,
    /// Reported groups that have a name.
    reported: Vec<Name>,
    /// Reported groups that a pattern stands for.
    patterns: Report,
    except_groups: Vec<Name>,
    under: Vec<Name>,
    except_under: Vec<Name>,
    /// Between two groups in one value, if they share one.
    separator: Option<String>,
}

/// A group or unit of the scope.
#[derive(Debug)]
struct Name {
    /// As the policy spells it.
    name: String,
    lower: String,
    met: bool,
}

impl InScope {
    /// Takes the policy's scope. Refuses one that the settings cannot serve.
    pub fn new(
        scope: &Scope,
        settings: &Settings,
        separator: Option<&str>,
    ) -> Result<Self, Failure> {
        let of_scope = scope.groups.iter().chain(&scope.except_groups);
        let asks_groups = of_scope.chain(&scope.report).next();
        if let (Some(group), None) = (asks_groups, &settings.groups) {
            return Err(Failure::config(format!(
                "the policy names the group `{group}`, and no column of the file is known to hold groups"
            ))
            .hint("add `groups: COLUMN` to the provider's config"));
        }
        let asks_units = scope.under.iter().chain(&scope.except_under).next();
        if let (Some(unit), None) = (asks_units, &settings.unit) {
            return Err(Failure::config(format!(
                "the policy's scope names the unit `{unit}`, and a file has no tree of units"
            ))
            .hint("add `unit: COLUMN` to the provider's config, or use groups"));
        }
        let report = Report::of(scope);
        Ok(Self {
            groups: names(&scope.groups),
            reported: names(report.names()),
            patterns: report,
            except_groups: names(&scope.except_groups),
            under: names(&scope.under),
            except_under: names(&scope.except_under),
            separator: separator.map(str::to_owned),
        })
    }

    /// Judges a row. `groups` are the cells with groups, each possibly with
    /// several; `told` gets those that it is told to be in.
    pub fn judge<'a>(
        &mut self,
        groups: impl Iterator<Item = &'a [u8]>,
        unit: Option<&[u8]>,
        told: &mut Told,
    ) -> Verdict {
        told.clear();
        let separator = self.separator.as_deref().map(str::as_bytes);
        let mut excepted = false;
        for group in groups.flat_map(|cell| split(cell, separator)) {
            let named = self.groups.iter_mut().chain(&mut self.reported);
            for (place, name) in named.enumerate() {
                if name.is(group) && !told.places.contains(&place) {
                    told.places.push(place);
                }
            }
            for name in &mut self.except_groups {
                excepted |= name.is(group);
            }
            if self.patterns.has_patterns() {
                let own = String::from_utf8_lossy(group);
                if self.patterns.fits(&own) {
                    told.own.push(own.into_owned());
                }
            }
        }
        told.places.sort_unstable();
        let unit = unit.unwrap_or_default();
        let mut inside = self.under.is_empty();
        for name in &mut self.under {
            inside |= name.holds(unit);
        }
        for name in &mut self.except_under {
            excepted |= name.holds(unit);
        }
        let syncing = |place: &usize| *place < self.groups.len();
        let member = self.groups.is_empty() || told.places.first().is_some_and(syncing);
        if member && inside && !excepted {
            Verdict::In
        } else {
            Verdict::Out
        }
    }

    /// The groups that a row is told to be in, by name.
    pub fn names<'a>(&'a self, told: &'a Told) -> impl Iterator<Item = &'a str> {
        let named = |place: &usize| self.groups.iter().chain(&self.reported).nth(*place);
        let named = told.places.iter().filter_map(named);
        let named = named.map(|name| name.name.as_str());
        named.chain(told.own.iter().map(String::as_str))
    }

    /// Syncing groups and units that no row of the file is in.
    pub fn missing(&self) -> Vec<&str> {
        self.groups
            .iter()
            .chain(&self.under)
            .filter(|name| !name.met)
            .map(|name| name.name.as_str())
            .collect()
    }

    /// Reported groups that no row of the file is in.
    pub fn missing_reported(&self) -> Vec<String> {
        let unmet = self.reported.iter().filter(|name| !name.met);
        let mut missing: Vec<String> = unmet.map(|name| name.name.clone()).collect();
        missing.extend(self.patterns.unmet());
        missing
    }

    /// Excepted groups and units that no row of the file is in: likely typos.
    pub fn missing_exceptions(&self) -> Vec<&str> {
        self.except_groups
            .iter()
            .chain(&self.except_under)
            .filter(|name| !name.met)
            .map(|name| name.name.as_str())
            .collect()
    }
}

/// Groups that a row is told to be in.
#[derive(Debug, Default)]
pub struct Told {
    /// Places of syncing groups, then of reported ones with a name.
    places: Vec<usize>,
    /// Names of those that a pattern stands for, as the row has them.
    own: Vec<String>,
}

impl Told {
    fn clear(&mut self) {
        self.places.clear();
        self.own.clear();
    }
}

/// Whether a row belongs to the read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It does.
    In,
    /// It does not.
    Out,
}

fn names(list: &[String]) -> Vec<Name> {
    list.iter()
        .map(|name| Name {
            lower: name.trim().to_lowercase(),
            name: name.clone(),
            met: false,
        })
        .collect()
}

impl Name {
    /// True for this name in any letter case.
    fn is(&mut self, text: &[u8]) -> bool {
        let is_it = text.eq_ignore_ascii_case(self.lower.as_bytes())
            || (!text.is_ascii() && lower(text) == self.lower);
        self.met |= is_it;
        is_it
    }

    /// True for this unit and for those below it: `Staff` holds `Staff/Finance`.
    fn holds(&mut self, unit: &[u8]) -> bool {
        let unit = lower(unit.trim_ascii());
        let below = unit.strip_prefix(self.lower.trim_end_matches('/'));
        let is_it = below.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        self.met |= is_it;
        is_it
    }
}

fn lower(text: &[u8]) -> String {
    String::from_utf8_lossy(text).to_lowercase()
}

/// Splits a cell into its values, without the white space around them.
pub fn split<'a>(cell: &'a [u8], separator: Option<&'a [u8]>) -> impl Iterator<Item = &'a [u8]> {
    let mut rest = Some(cell);
    std::iter::from_fn(move || {
        let text = rest?;
        let found = separator.and_then(|separator| {
            let at = memchr::memmem::find(text, separator)?;
            Some((at, at + separator.len()))
        });
        match found {
            Some((end, next)) => {
                rest = text.get(next..);
                text.get(..end)
            }
            None => rest.take(),
        }
    })
    .map(|value| value.trim_ascii())
    .filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use muster_sdk::testing::{everybody, reporting};

    fn scope(edit: impl FnOnce(&mut Scope)) -> InScope {
        let mut scope = everybody();
        edit(&mut scope);
        let settings = serde_json::from_str(r#"{"groups": "g", "unit": "u"}"#).unwrap();
        InScope::new(&scope, &settings, Some(";")).unwrap()
    }

    fn judge(scope: &mut InScope, groups: &str, unit: &str) -> (Verdict, Vec<String>) {
        let mut told = Told::default();
        let verdict = scope.judge(
            [groups.as_bytes()].into_iter(),
            Some(unit.as_bytes()),
            &mut told,
        );
        (verdict, scope.names(&told).map(str::to_owned).collect())
    }

    #[test]
    fn groups_are_whole_names_in_any_case() {
        let mut scope = scope(|scope| {
            scope.groups = vec!["Staff".into(), "Ägypten".into(), "ghosts".into()];
            scope.except_groups = vec!["Robots".into(), "typo".into()];
        });
        assert_eq!(
            judge(&mut scope, " STAFF ; other", ""),
            (Verdict::In, vec!["Staff".into()])
        );
        assert_eq!(
            judge(&mut scope, "ÄGYPTEN;staff;staff", ""),
            (Verdict::In, vec!["Staff".into(), "Ägypten".into()])
        );
        assert_eq!(
            judge(&mut scope, "staffing;sta", ""),
            (Verdict::Out, vec![])
        );
        assert_eq!(judge(&mut scope, "staff;robots", "").0, Verdict::Out);
        assert_eq!(judge(&mut scope, "", "").0, Verdict::Out);
        assert_eq!(scope.missing(), ["ghosts"]);
        assert_eq!(scope.missing_exceptions(), ["typo"]);
    }

    #[test]
    fn reported_groups_are_told_and_let_nobody_in() {
        let report = ["Editors", "team-*", "ghosts", "club*"];
        let mut scope = scope(|scope| {
            scope.groups = vec!["staff".into()];
            scope.report = report.map(str::to_owned).to_vec();
        });
        assert_eq!(judge(&mut scope, "editors; Team-A", "").0, Verdict::Out);
        assert_eq!(
            judge(&mut scope, "Team-A; EDITORS ;team-b;STAFF;other", ""),
            (
                Verdict::In,
                ["staff", "Editors", "Team-A", "team-b"]
                    .map(str::to_owned)
                    .to_vec()
            )
        );
        assert_eq!(judge(&mut scope, "staff", "").1, ["staff"]);
        assert_eq!(scope.missing_reported(), ["ghosts", "club*"]);
        assert!(scope.missing().is_empty());
    }

    #[test]
    fn units_hold_what_is_below_them() {
        let mut scope = scope(|scope| {
            scope.under = vec!["Staff/".into()];
            scope.except_under = vec!["Staff/Temp".into()];
        });
        assert_eq!(judge(&mut scope, "", "staff").0, Verdict::In);
        assert_eq!(judge(&mut scope, "", "Staff/Finance").0, Verdict::In);
        assert_eq!(judge(&mut scope, "", "Staffing").0, Verdict::Out);
        assert_eq!(judge(&mut scope, "", "Staff/Temp/Summer").0, Verdict::Out);
        assert_eq!(judge(&mut scope, "", "").0, Verdict::Out);
    }

    #[test]
    fn a_scope_needs_its_columns() {
        let settings = Settings::default();
        let mut groups = everybody();
        groups.except_groups = vec!["robots".into()];
        let failure = InScope::new(&groups, &settings, None).unwrap_err();
        assert!(failure.message.contains("the group `robots`"));
        let failure = InScope::new(&reporting(&["a*"]), &settings, None).unwrap_err();
        assert!(failure.message.contains("the group `a*`"));
        let mut units = everybody();
        units.under = vec!["ou=people".into()];
        let failure = InScope::new(&units, &settings, None).unwrap_err();
        assert!(failure.message.contains("the unit `ou=people`"));
        assert!(InScope::new(&everybody(), &settings, None).is_ok());
    }
}
