//! Where an account's edit is among all of them, for what is decided late.

use crate::accounts::Row;
use crate::planner::Edit;
use hashbrown::HashMap;
use muster_model::FieldChange;

/// Finds edits by their accounts.
pub(crate) struct Places(HashMap<Row, usize>);

impl Places {
    /// Takes note of all edits.
    pub(crate) fn of(edits: &[Edit]) -> Self {
        let places = edits.iter().enumerate();
        Self(places.map(|(place, edit)| (edit.row, place)).collect())
    }

    /// Adds a change to what is decided about an account.
    pub(crate) fn add(&mut self, edits: &mut Vec<Edit>, row: Row, change: FieldChange) {
        let next = edits.len();
        let place = *self.0.entry(row).or_insert(next);
        if place == next {
            edits.push(Edit {
                row,
                ..Edit::default()
            });
        }
        if let Some(edit) = edits.get_mut(place) {
            edit.fields.push(change);
            edit.fields.sort_by(|a, b| a.name.cmp(&b.name));
        }
    }
}
