//! What lists do not show: managers of group members, and photos.

use crate::batch::{self, Part};
use crate::fault::Right;
use crate::names::Names;
use muster_sdk::Failure;
use serde_json::{Map, Value};
use std::collections::HashMap;

/// What was asked for apart, by object id.
#[derive(Clone, Debug, Default)]
pub struct Extras {
    managers: HashMap<String, Map<String, Value>>,
    photos: HashMap<String, Vec<u8>>,
}

/// Whether managers come with the list or have to be asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Managers {
    /// The list expands them.
    Expanded,
    /// Lists of members cannot.
    Apart,
}

impl Extras {
    /// True if there is something to ask for.
    pub fn are_wanted(names: &Names, managers: Managers) -> bool {
        names.photo().is_some() || (managers == Managers::Apart && names.manager().is_some())
    }

    /// Asks for them.
    pub fn read(names: &Names, managers: Managers, ids: &[String]) -> Result<Self, Failure> {
        let mut extras = Self::default();
        if let Some(select) = names.manager().filter(|_| managers == Managers::Apart) {
            let parts: Vec<Part> = ids
                .iter()
                .map(|id| Part::get(format!("/users/{id}/manager?$select={select}")))
                .collect();
            for (id, body) in found(ids, &parts, "the managers")? {
                let manager = crate::graph::object(&body)?;
                extras.managers.insert(id, manager);
            }
        }
        if let Some(wide) = names.photo() {
            let parts: Vec<Part> = ids
                .iter()
                .map(|id| Part::get(format!("/users/{id}/photos/{wide}x{wide}/$value")))
                .collect();
            extras.photos = found(ids, &parts, "the photos")?.collect();
        }
        Ok(extras)
    }

    /// A person's photo.
    pub fn photo(&self, id: &str) -> Option<&[u8]> {
        self.photos.get(id).map(Vec::as_slice)
    }

    /// A property of a person's manager.
    pub fn manager(&self, id: &str, property: &str) -> Option<&str> {
        self.managers.get(id)?.get(property)?.as_str()
    }
}

/// The answers that brought something; 404 is nobody and no picture.
fn found(
    ids: &[String],
    parts: &[Part],
    what: &str,
) -> Result<impl Iterator<Item = (String, Vec<u8>)>, Failure> {
    let answers = batch::ask(parts, what, Right::Users)?;
    let mut all = Vec::new();
    for (id, answer) in ids.iter().zip(answers) {
        match answer {
            Ok(body) => all.push((id.clone(), body)),
            Err(fault) if fault.is_missing() => {}
            Err(fault) => return Err(fault.failure(what, Right::Users)),
        }
    }
    Ok(all.into_iter())
}
