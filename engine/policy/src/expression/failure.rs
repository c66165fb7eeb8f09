//! Why an expression has no value for one person, in plain words.

use super::Uses;
use super::functions::function as known;
use cel::ExecutionError;
use cel::common::value::Val;
use muster_model::EntryView;

/// Why an expression has no value for one person.
///
/// The text names attributes and kinds of values, never a value: plans carry
/// it, and values may be sensitive.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{text}")]
pub struct ExpressionFailed {
    /// What went wrong, as a sentence.
    pub text: String,
}

/// Explains an error of the interpreter.
pub(super) fn explain(
    error: &ExecutionError,
    uses: &Uses,
    entry: EntryView<'_>,
) -> ExpressionFailed {
    let what = match error {
        ExecutionError::NoSuchOverload(overload) => {
            let kinds: Vec<&str> = overload
                .argument_types()
                .iter()
                .map(|kind| kind_words(kind))
                .collect();
            format!(
                "{} cannot be used on {}",
                operation(overload.function()),
                kinds.join(" and ")
            )
        }
        ExecutionError::FunctionError { function, message } => {
            let function = function.trim_start_matches('@');
            // Only Muster's own messages are sure to quote no value.
            let own = function == "+" || known(function).is_some_and(|known| known.own);
            match own {
                true => format!("`{function}` failed: {message}"),
                false => format!("`{function}` cannot read the value"),
            }
        }
        ExecutionError::UnexpectedType { got, want } => {
            format!(
                "{} stands where {} is wanted",
                capital(kind_words(got)),
                kind_words(want)
            )
        }
        ExecutionError::UnsupportedBinaryOperator(operator, ..) => {
            format!("the operation `{operator}` does not go with these values")
        }
        ExecutionError::ValuesNotComparable(..) => "the values cannot be compared".to_owned(),
        ExecutionError::NoSuchKey(_) => "a table has no entry for the value".to_owned(),
        ExecutionError::IndexOutOfBounds(_) => {
            "a list has fewer items than the expression asks for".to_owned()
        }
        ExecutionError::DivisionByZero(_) | ExecutionError::RemainderByZero(_) => {
            "it divides by zero".to_owned()
        }
        ExecutionError::Overflow(..) => "a number or a time becomes too large".to_owned(),
        ExecutionError::DuplicateKey(_) => "a table has one key twice".to_owned(),
        _ => "the values do not go with the expression".to_owned(),
    };
    ExpressionFailed {
        text: format!("{}{}.", capital(&what), circumstances(uses, entry)),
    }
}

/// Explains a result that is no condition, or no field's value.
pub(super) fn odd_result(value: &dyn Val, uses: &Uses, entry: EntryView<'_>) -> ExpressionFailed {
    let kind = kind_words(value.get_type().name());
    ExpressionFailed {
        text: format!(
            "The result is {kind}, which is not what is wanted here{}.",
            circumstances(uses, entry)
        ),
    }
}

/// What is unusual about this person: attributes that are absent, or that have
/// several values. One of them is nearly always the cause.
fn circumstances(uses: &Uses, entry: EntryView<'_>) -> String {
    let mut notes = Vec::new();
    for used in &uses.attributes {
        match entry.values(used.id).len() {
            0 => notes.push(format!("`{}` is absent", used.name)),
            1 => {}
            many => notes.push(format!("`{}` has {many} values", used.name)),
        }
    }
    if notes.is_empty() {
        String::new()
    } else {
        format!("; for this person {}", notes.join(" and "))
    }
}

fn operation(function: &str) -> String {
    let name = function.trim_start_matches('@');
    match name {
        "_[_]" => "an index".to_owned(),
        "_?_:_" => "`?`".to_owned(),
        _ => format!("`{}`", name.trim_matches('_')),
    }
}

fn kind_words(kind: &str) -> &str {
    match kind {
        "bool" => "true or false",
        "int" | "uint" => "a whole number",
        "double" => "a number",
        "string" => "a text",
        "bytes" => "bytes",
        "list" | "iterable" => "a list",
        "map" => "a table",
        "null_type" => "null",
        "google.protobuf.Timestamp" | "timestamp" => "a time",
        "google.protobuf.Duration" | "duration" => "a duration",
        other => other,
    }
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}
