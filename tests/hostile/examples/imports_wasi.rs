//! Reaches for the system: its environment.
wit_bindgen::generate!({
    inline: "
        package wasi:cli@0.2.0;
        interface environment {
            get-environment: func() -> list<tuple<string, string>>;
        }
        world reaches {
            import environment;
        }
    ",
    generate_all,
});

muster_hostile::hostile!("imports-wasi", |_, _| {
    let secrets = wasi::cli::environment::get_environment();
    Err(muster_sdk::Failure::internal(format!("{secrets:?}")))
});
