//! Keys of signatures, from files.

use crate::exit::Exit;
use crate::files;
use crate::trouble::Trouble;
use muster_registry::{NoKey, PrivateKey, PublicKey};
use std::path::Path;

/// Whose signature is believed.
pub fn public(file: &Path) -> Result<PublicKey, Trouble> {
    PublicKey::from_pem(&text(file)?).map_err(|error| wrong(file, &error))
}

/// Who signs.
pub fn private(file: &Path) -> Result<PrivateKey, Trouble> {
    PrivateKey::from_pem(&text(file)?).map_err(|error| wrong(file, &error))
}

fn text(file: &Path) -> Result<String, Trouble> {
    std::fs::read_to_string(file).map_err(|error| {
        let mut trouble = unusable(file);
        trouble.causes.push(files::why(file, &error));
        trouble
    })
}

fn wrong(file: &Path, error: &NoKey) -> Trouble {
    let mut trouble = unusable(file);
    trouble.causes.push(error.to_string());
    trouble.hint(error.hint())
}

fn unusable(file: &Path) -> Trouble {
    Trouble::new(
        Exit::Invalid,
        format!("the key `{}` cannot be used", file.display()),
    )
}
