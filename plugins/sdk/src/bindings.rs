//! What the WIT package looks like in Rust, generated. Plugins use the rest of
//! this crate; this module is for those that must go below it.

#[cfg(not(feature = "login"))]
wit_bindgen::generate!({
    path: "../../wit/0.1",
    world: "source",
    pub_export_macro: true,
    default_bindings_module: "muster_sdk::bindings",
    additional_derives: [PartialEq],
});

#[cfg(feature = "login")]
wit_bindgen::generate!({
    path: "../../wit/0.1",
    world: "source-login",
    pub_export_macro: true,
    default_bindings_module: "muster_sdk::bindings",
    additional_derives: [PartialEq],
});
