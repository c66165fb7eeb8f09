//! What an account's mapped fields hold, and what sync has written into them.

use super::{AccountTable, FIRST_FIELD, Kind, Row, Synced};
use muster_model::Value;

impl AccountTable {
    /// True if the account's field is exactly this text.
    pub(crate) fn holds_text(&self, row: Row, field: usize, text: &str) -> bool {
        self.kind(row, field) == Kind::Text && self.first_of_field(row, field) == Some(text)
    }

    /// True if the account's field is exactly this list, in canonical order.
    pub(crate) fn holds_list<T: AsRef<str>>(&self, row: Row, field: usize, items: &[T]) -> bool {
        self.kind(row, field) == Kind::List
            && self
                .values(row, FIRST_FIELD + field as u32)
                .eq(items.iter().map(AsRef::as_ref))
    }

    /// True if the account's field is a list of these items, in this order.
    pub(crate) fn holds_each<'i>(
        &self,
        row: Row,
        field: usize,
        items: impl Iterator<Item = &'i str>,
    ) -> bool {
        self.kind(row, field) == Kind::List
            && self.values(row, FIRST_FIELD + field as u32).eq(items)
    }

    /// True if the account has no such field.
    pub(crate) fn is_absent(&self, row: Row, field: usize) -> bool {
        self.kind(row, field) == Kind::Absent
    }

    /// True if a person looking at the field would see nothing.
    pub(crate) fn is_blank(&self, row: Row, field: usize) -> bool {
        self.values(row, FIRST_FIELD + field as u32)
            .all(str::is_empty)
    }

    /// The field's current value.
    pub(crate) fn value(&self, row: Row, field: usize) -> Option<Value> {
        let mut values = self.values(row, FIRST_FIELD + field as u32);
        match self.kind(row, field) {
            Kind::Absent => None,
            Kind::Text => values.next().map(Value::from),
            Kind::List => Some(Value::List(values.map(str::to_owned).collect())),
        }
    }

    /// All values of a field, one by one; none if the table does not have them.
    pub(crate) fn values_of_field(&self, row: Row, field: usize) -> impl Iterator<Item = &str> {
        let kept = self.is_kept(row);
        let values = self.values(row, FIRST_FIELD + field as u32);
        values.take(if kept { usize::MAX } else { 0 })
    }

    /// The field's value if it is one text.
    pub(crate) fn first_of_field(&self, row: Row, field: usize) -> Option<&str> {
        self.first(row, FIRST_FIELD + field as u32)
    }

    /// How the last synced value of a field relates to the current one. The
    /// field after the last one is the username.
    pub(crate) fn synced(&self, row: Row, field: usize) -> Synced {
        self.field(row, field)
            .map_or(Synced::Never, |(_, synced)| synced)
    }

    /// The last synced value of an edited field.
    pub(crate) fn last_synced(&self, row: Row, field: usize) -> Option<&Value> {
        self.edited.get(&(row.0, field as u32))?.as_ref()
    }

    /// The place under which [`synced`](Self::synced) knows the username.
    pub(crate) fn username_field(&self) -> usize {
        self.names.len()
    }

    /// True if sync's memory of the account is not what the account holds, for
    /// one of these fields.
    pub(crate) fn is_unsettled(&self, row: Row, field: usize) -> bool {
        self.synced(row, field) != Synced::Same
    }
}
