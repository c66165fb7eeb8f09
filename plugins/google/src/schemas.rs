//! Custom schemas, if the scopes let them be read.

use crate::api;
use crate::refusal::About;
use crate::settings::Settings;
use muster_sdk::{Attribute, AttributeShape, Failure};
use serde::Deserialize;

#[derive(Deserialize)]
struct Schemas {
    kind: String,
    #[serde(default)]
    schemas: Vec<Schema>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Schema {
    schema_name: String,
    #[serde(default)]
    fields: Vec<Field>,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Field {
    field_name: String,
    #[serde(default)]
    display_name: String,
    #[serde(default)]
    multi_valued: bool,
}

/// True if the token is asked for the right to read them.
pub fn may_be_read(settings: &Settings) -> bool {
    settings.scopes.split_whitespace().any(|scope| {
        let name = scope.rsplit('.').find(|part| *part != "readonly");
        name == Some("userschema")
    })
}

/// All fields of all custom schemas.
pub fn list(settings: &Settings) -> Result<Vec<Attribute>, Failure> {
    let answer = api::get(&api::schemas(settings))
        .map_err(|wrong| wrong.failure(About::Schemas, settings))?;
    let found: Schemas = serde_json::from_slice(&answer.body)
        .map_err(|error| Failure::data(format!("the custom schemas cannot be read: {error}")))?;
    if found.kind != "admin#directory#schemas" {
        let text = format!("the answer is of kind `{}` in place of schemas", found.kind);
        return Err(Failure::data(text));
    }
    let fields = found.schemas.into_iter().flat_map(|schema| {
        schema.fields.into_iter().map(move |field| {
            let shape = match field.multi_valued {
                true => AttributeShape::Multiple,
                false => AttributeShape::Single,
            };
            let name = format!("customSchemas.{}.{}", schema.schema_name, field.field_name);
            Attribute::new(name, shape).summary(field.display_name)
        })
    });
    Ok(fields.collect())
}
