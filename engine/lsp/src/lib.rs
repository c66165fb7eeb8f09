//! Policies in an editor: documents in, diagnostics, completions and hovers out.
//!
//! This crate knows nothing about files, plugins or accounts: what it needs of
//! them it asks its [`Surroundings`], which answer at once.
//!
//! [`serve`] is the entry point: one client, over a connection of the Language
//! Server Protocol.
//!
//! INVARIANTS
//! - A document is read as its client has it, whatever the disk says.
//! - Nothing is changed but by the client, who is sent edits.
//! - What is sensitive for a policy is shown to nobody.
//!
//! Reading order: `server` takes messages and answers them; `workspace` keeps the
//! documents and checks them with what stands beside; `text` counts as the client
//! counts, `outline` reads what is half-written, `language` says what a place
//! takes, `expression` what a word is. `complete`, `hover`, `actions`, `format`,
//! `symbols` and `definition` each answer one kind of question.

mod actions;
mod capabilities;
mod complete;
mod definition;
mod diagnostics;
mod docs;
mod expression;
mod format;
mod hover;
mod language;
mod names;
mod outline;
mod server;
mod surroundings;
mod symbols;
#[cfg(test)]
mod testing;
mod text;
mod uri;
mod workspace;

pub use server::{ServeFailed, serve};
pub use surroundings::{AttributeFact, PluginFacts, Sample, SettingFact, Surroundings, Wanted};
