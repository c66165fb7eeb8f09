//! Evaluates one expression for many people.

use super::Expression;
use super::failure::{ExpressionFailed, explain, odd_result};
use super::functions::ENV;
use super::instant;
use super::memo::Memo;
use super::view::View;
use cel::common::types::{
    CelBool, CelDouble, CelInt, CelList, CelNull, CelString, CelTimestamp, CelUInt,
};
use cel::common::value::Val;
use cel::{Context, Value as CelValue};
use chrono::DateTime;
use jiff::Timestamp;
use muster_model::{EntryView, SourceStatus, Value};
use std::fmt;
use std::sync::Arc;

/// Evaluates one expression for many entries at one instant, and remembers
/// results for equal inputs.
///
/// The result is a function of the attributes that the expression reads, the
/// groups and the status where it reads them, and the instant, which stays
/// the same: so a condition on an attribute with few values costs a look-up.
pub struct Evaluator<'p> {
    expression: &'p Expression,
    now: CelTimestamp,
    root: Context<'static, 'static>,
    tests: Memo<Result<bool, ExpressionFailed>>,
    values: Memo<Result<Option<Value>, ExpressionFailed>>,
    key: Vec<u8>,
}

impl fmt::Debug for Evaluator<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Evaluator")
            .field("expression", &self.expression)
            .finish_non_exhaustive()
    }
}

impl<'p> Evaluator<'p> {
    /// Prepares an expression for a plan whose instant is `now`.
    pub fn new(expression: &'p Expression, now: Timestamp) -> Self {
        let nanos = u32::try_from(now.subsec_nanosecond()).unwrap_or(0);
        let instant = DateTime::from_timestamp(now.as_second(), nanos).unwrap_or_default();
        Self {
            expression,
            now: CelTimestamp::from(instant.fixed_offset()),
            root: Context::with_env(Arc::clone(&ENV)),
            tests: Memo::new(),
            values: Memo::new(),
            key: Vec::new(),
        }
    }

    /// Evaluates a condition. Anything but true or false is a failure.
    pub fn test(&mut self, entry: EntryView<'_>) -> Result<bool, ExpressionFailed> {
        if !self.tests.is_on() {
            return self.fresh(entry, as_bool);
        }
        self.write_key(entry);
        if let Some(known) = self.tests.get(&self.key) {
            return known.clone();
        }
        let result = self.fresh(entry, as_bool);
        self.tests.put(&self.key, result.clone());
        result
    }

    /// Evaluates a value; `None` is absent. Numbers and truth values become
    /// texts, instants RFC 3339.
    pub fn value(&mut self, entry: EntryView<'_>) -> Result<Option<Value>, ExpressionFailed> {
        if !self.values.is_on() {
            return self.fresh(entry, as_value);
        }
        self.write_key(entry);
        if let Some(known) = self.values.get(&self.key) {
            return known.clone();
        }
        let result = self.fresh(entry, as_value);
        self.values.put(&self.key, result.clone());
        result
    }

    fn fresh<R>(
        &self,
        entry: EntryView<'_>,
        convert: fn(&dyn Val) -> Option<R>,
    ) -> Result<R, ExpressionFailed> {
        let uses = &self.expression.uses;
        let view = View {
            entry,
            uses,
            now: &self.now,
        };
        let root: &Context<'_, '_> = &self.root;
        let mut context = root.new_inner_scope();
        context.set_variable_resolver(&view);
        match CelValue::resolve_val(&self.expression.program, &context) {
            Ok(value) => {
                convert(value.as_ref()).ok_or_else(|| odd_result(value.as_ref(), uses, entry))
            }
            Err(error) => Err(explain(&error, uses, entry)),
        }
    }

    /// Everything that the result depends on: lengths before contents.
    fn write_key(&mut self, entry: EntryView<'_>) {
        let uses = &self.expression.uses;
        let key = &mut self.key;
        key.clear();
        if uses.status {
            key.push(match entry.status() {
                SourceStatus::Active => 0,
                SourceStatus::Pending => 1,
                SourceStatus::Blocked(_) => 2,
                SourceStatus::Removed(_) => 3,
                SourceStatus::Unknown => 4,
            });
        }
        let groups = uses.groups.then(|| entry.groups());
        let attributes = uses.attributes.iter().map(|used| entry.values(used.id));
        for values in groups.into_iter().chain(attributes) {
            key.extend_from_slice(&length(values.len()));
            for value in values {
                key.extend_from_slice(&length(value.len()));
                key.extend_from_slice(value.as_bytes());
            }
        }
    }
}

/// Offsets in a page are 32 bits wide, so a length is too.
fn length(length: usize) -> [u8; 4] {
    u32::try_from(length).unwrap_or(u32::MAX).to_le_bytes()
}

fn as_bool(value: &dyn Val) -> Option<bool> {
    value.downcast_ref::<CelBool>().map(|value| *value.inner())
}

/// The outer `Option` is whether it is a value, the inner one whether it is there.
fn as_value(value: &dyn Val) -> Option<Option<Value>> {
    if value.downcast_ref::<CelNull>().is_some() {
        return Some(None);
    }
    if let Some(list) = value.downcast_ref::<CelList<'_>>() {
        let items: Option<Vec<String>> = list
            .inner()
            .iter()
            .map(|item| as_text(item.as_ref()))
            .collect();
        return items.map(|items| Some(Value::list(items)));
    }
    as_text(value).map(|text| Some(Value::Text(text)))
}

fn as_text(value: &dyn Val) -> Option<String> {
    if let Some(text) = value.downcast_ref::<CelString<'_>>() {
        return Some(text.inner().to_owned());
    }
    if let Some(flag) = value.downcast_ref::<CelBool>() {
        return Some(flag.inner().to_string());
    }
    if let Some(number) = value.downcast_ref::<CelInt>() {
        return Some(number.inner().to_string());
    }
    if let Some(number) = value.downcast_ref::<CelUInt>() {
        return Some(number.inner().to_string());
    }
    if let Some(number) = value.downcast_ref::<CelDouble>() {
        return Some(number.inner().to_string());
    }
    let instant = value.downcast_ref::<CelTimestamp>()?;
    Some(instant::written(*instant.inner()))
}
