//! Words on a terminal, one room per kind of answer. Pure: values in, text out.

pub mod accepted;
pub mod account;
pub mod change;
pub mod chart;
pub mod check;
pub mod coverage;
pub mod diagnostics;
pub mod explain;
pub mod findings;
pub mod granted;
pub mod guards;
pub mod notices;
pub mod page;
pub mod palette;
pub mod plan_text;
pub mod provider;
pub mod review;
pub mod run;
pub mod seats;
pub mod snapshot;
pub mod standing;
pub mod table;
pub mod text;
pub mod trouble;

#[cfg(test)]
mod fixture;
#[cfg(test)]
mod golden;
#[cfg(test)]
mod tests;

pub use palette::Palette;
