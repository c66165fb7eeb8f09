//! The interpreter's environment: every function under its name.

use super::{Style, function, lists, texts, times};
use cel::common::types::{DYN_TYPE, Type};
use cel::common::value::CowVal;
use cel::{DeclarationError, Env, ExecutionError};
use std::sync::{Arc, LazyLock};

/// Names that a compiled expression calls, and no author can write.
pub(in super::super) const TIMESTAMP: &str = "@timestamp";
pub(in super::super) const ADD: &str = "@add";
pub(in super::super) const MATCHES: &str = "@matches";

/// The environment of all expressions.
pub(in super::super) static ENV: LazyLock<Arc<Env>> = LazyLock::new(|| {
    let mut env = Env::stdlib().with_optional_support(false);
    let declared = declare(&mut env);
    debug_assert_eq!(declared, Ok(()));
    Arc::new(env)
});

pub(super) type Arguments<'b, 'v> = Vec<CowVal<'b, 'v>>;
pub(super) type Outcome<'b, 'v> = Result<CowVal<'b, 'v>, ExecutionError>;
pub(super) type Deed = for<'b, 'v> fn(Arguments<'b, 'v>) -> Outcome<'b, 'v>;

/// What each of Muster's own functions does.
const DEEDS: &[(&str, Deed)] = &[
    ("lower", texts::lower),
    ("upper", texts::upper),
    ("trim", texts::trim),
    ("title", texts::title),
    ("stripDiacritics", texts::strip_diacritics),
    ("replace", texts::replace),
    ("substring", texts::substring),
    ("indexOf", texts::index_of),
    ("split", texts::split),
    ("join", texts::join),
    ("default", lists::default),
    ("values", lists::values),
    ("first", lists::first),
    ("last", lists::last),
    ("unique", lists::unique),
    ("sort", lists::sort),
    ("reverse", lists::reverse),
    ("flatten", lists::flatten),
    ("date", times::date),
    ("format", times::format),
    ("days", times::days),
    ("startOfDay", times::start_of_day),
];

fn declare(env: &mut Env) -> Result<(), DeclarationError> {
    for &(name, deed) in DEEDS {
        let Some(known) = function(name) else {
            continue;
        };
        let (fewest, most) = known.count();
        for count in fewest..=most {
            let any = |count: usize| (0..count).map(|_| DYN_TYPE).collect::<Vec<Type>>();
            if known.style != Style::Member {
                env.add_overload(name, &format!("muster_{name}_{count}"), any(count), deed)?;
            }
            if known.style != Style::Plain {
                let id = format!("muster_member_{name}_{count}");
                env.add_member_overload(name, &id, DYN_TYPE, any(count - 1), deed)?;
            }
        }
    }
    let hidden: [(&str, usize, Deed); 3] = [
        (TIMESTAMP, 1, times::timestamp),
        (ADD, 2, lists::add),
        (MATCHES, 2, texts::matches),
    ];
    for (name, count, deed) in hidden {
        let arguments = (0..count).map(|_| DYN_TYPE).collect();
        env.add_overload(name, &format!("muster_{name}"), arguments, deed)?;
    }
    Ok(())
}

/// The error for arguments of the wrong kinds.
pub(super) fn misfit(name: &str, arguments: &[CowVal<'_, '_>]) -> ExecutionError {
    let kinds = arguments
        .iter()
        .map(|argument| argument.get_type().name().to_owned());
    ExecutionError::no_such_overload(name, kinds.collect())
}

/// The error with a message of its own. It must not quote a value.
pub(super) fn failed(name: &str, why: impl Into<String>) -> ExecutionError {
    ExecutionError::function_error(name, why.into())
}

#[cfg(test)]
mod tests {
    use super::super::FUNCTIONS;
    use super::*;

    #[test]
    fn every_own_function_does_something() {
        let hidden = ["timestamp", "matches"];
        let own = FUNCTIONS.iter().filter(|known| known.own);
        let described: Vec<&str> = own
            .map(|known| known.name)
            .filter(|name| !hidden.contains(name))
            .collect();
        for name in &described {
            assert!(DEEDS.iter().any(|(known, _)| known == name), "{name}");
        }
        assert_eq!(described.len(), DEEDS.len());
    }
}
