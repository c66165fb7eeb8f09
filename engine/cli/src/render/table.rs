//! Columns that line up.

use super::Palette;
use super::text::pad;

/// Wider cells do not widen their column.
const WIDEST: usize = 40;

/// Lays rows out in columns; the last column is not padded.
pub fn table(head: &[&str], rows: &[Vec<String>], palette: Palette) -> String {
    let widths: Vec<usize> = head
        .iter()
        .enumerate()
        .map(|(column, title)| width(title, column, rows))
        .collect();
    let title = line(head.iter().map(|cell| (*cell).to_owned()), &widths);
    let mut out = palette.faint(title);
    out.push('\n');
    for row in rows {
        out.push_str(&line(row.iter().cloned(), &widths));
        out.push('\n');
    }
    out
}

fn width(title: &str, column: usize, rows: &[Vec<String>]) -> usize {
    rows.iter()
        .filter_map(|row| row.get(column))
        .map(|cell| cell.chars().count())
        .chain([title.chars().count()])
        .max()
        .unwrap_or(0)
        .min(WIDEST)
}

fn line(cells: impl Iterator<Item = String>, widths: &[usize]) -> String {
    let padded: Vec<String> = cells
        .zip(widths)
        .map(|(cell, width)| pad(&cell, *width))
        .collect();
    padded.join("  ").trim_end().to_owned()
}
