//! Organisational units: `/Staff` holds `/Staff` and `/Staff/Finance`.

use muster_sdk::{Failure, Scope};

/// The units of the scope.
#[derive(Debug)]
pub struct Units {
    under: Vec<Unit>,
    except: Vec<Unit>,
}

#[derive(Debug)]
struct Unit {
    /// As the policy spells it.
    name: String,
    lower: String,
    met: bool,
}

impl Units {
    /// Takes the policy's scope.
    pub fn new(scope: &Scope) -> Result<Self, Failure> {
        Ok(Self {
            under: units(&scope.under)?,
            except: units(&scope.except_under)?,
        })
    }

    /// True if units matter at all.
    pub fn matter(&self) -> bool {
        !self.under.is_empty() || !self.except.is_empty()
    }

    /// True if somebody in this unit belongs to the scope.
    pub fn judge(&mut self, path: &str) -> bool {
        let path = path.to_lowercase();
        let mut inside = self.under.is_empty();
        for unit in &mut self.under {
            inside |= unit.holds(&path);
        }
        for unit in &mut self.except {
            inside &= !unit.holds(&path);
        }
        inside
    }

    /// Units that nobody is in: likely typos.
    pub fn missing(&self) -> Vec<&str> {
        unmet(&self.under)
    }

    /// The same, of those that are left out.
    pub fn missing_exceptions(&self) -> Vec<&str> {
        unmet(&self.except)
    }

    /// Which units were met so far, for the cursor.
    pub fn met(&self) -> Vec<bool> {
        let all = self.under.iter().chain(&self.except);
        all.map(|unit| unit.met).collect()
    }

    /// Takes back what [`Units::met`] gave.
    pub fn remember(&mut self, met: &[bool]) {
        let all = self.under.iter_mut().chain(&mut self.except);
        for (unit, &met) in all.zip(met) {
            unit.met |= met;
        }
    }
}

impl Unit {
    fn holds(&mut self, path: &str) -> bool {
        let below = path.strip_prefix(self.lower.as_str());
        let holds = below.is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        self.met |= holds;
        holds
    }
}

fn units(names: &[String]) -> Result<Vec<Unit>, Failure> {
    names.iter().map(|name| unit(name)).collect()
}

fn unit(name: &str) -> Result<Unit, Failure> {
    if !name.starts_with('/') {
        return Err(
            Failure::config(format!("`{name}` is no organisational unit"))
                .hint("units are paths from the top, as in `/Staff/Finance`"),
        );
    }
    Ok(Unit {
        name: name.to_owned(),
        lower: name.trim_end_matches('/').to_lowercase(),
        met: false,
    })
}

fn unmet(units: &[Unit]) -> Vec<&str> {
    let unmet = units.iter().filter(|unit| !unit.met);
    unmet.map(|unit| unit.name.as_str()).collect()
}

#[cfg(test)]
#[allow(clippy::unwrap_used)]
mod tests {
    use super::*;

    fn scope(under: &[&str], except: &[&str]) -> Scope {
        let own = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
        Scope {
            groups: Vec::new(),
            under: own(under),
            except_groups: Vec::new(),
            except_under: own(except),
            report: Vec::new(),
        }
    }

    #[test]
    fn a_unit_holds_what_is_below_it_and_nothing_beside_it() {
        let mut units = Units::new(&scope(&["/Staff"], &["/staff/Robots"])).unwrap();
        for (path, inside) in [
            ("/Staff", true),
            ("/STAFF/Finance", true),
            ("/Staffing", false),
            ("/", false),
            ("/Staff/Robots/Old", false),
        ] {
            assert_eq!(units.judge(path), inside, "{path}");
        }
        assert!(units.missing().is_empty() && units.missing_exceptions().is_empty());
        let mut all = Units::new(&scope(&["/"], &["/Nowhere"])).unwrap();
        assert!(all.judge("/") && all.judge("/x"));
        assert_eq!(all.missing_exceptions(), ["/Nowhere"]);
        assert!(Units::new(&scope(&["Staff"], &[])).is_err());
    }
}
