//! The files that `muster init` writes; they stand in `sample/`, but for the
//! schema, which belongs to the language.

/// One file of the sample.
#[derive(Clone, Copy, Debug)]
pub struct SampleFile {
    /// Relative to the folder that is being filled.
    pub path: &'static str,
    /// All of it.
    pub text: &'static str,
}

macro_rules! sample {
    ($($path:literal),* $(,)?) => {
        /// The sample, in the order in which it is written.
        pub const FILES: &[SampleFile] = &[$(SampleFile {
            path: $path,
            text: include_str!(concat!("../sample/", $path)),
        },)* SampleFile {
            path: SCHEMA,
            text: muster_policy::SCHEMA,
        }];
    };
}

sample!(
    "README.md",
    "policy.yaml",
    "policy.test.yaml",
    "people.csv",
    ".gitignore",
);

/// The schema of the policy language, for editors: the policy's first line names it.
const SCHEMA: &str = "policy.schema.json";

/// The sample's policy.
pub const POLICY: &str = "policy.yaml";

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, reason = "tests")]
    use super::*;
    use std::path::Path;

    #[test]
    fn every_file_of_the_folder_is_written() {
        fn files(folder: &Path, root: &Path, found: &mut Vec<String>) {
            for entry in folder.read_dir().unwrap() {
                let path = entry.unwrap().path();
                if path.is_dir() {
                    files(&path, root, found);
                } else {
                    found.push(path.strip_prefix(root).unwrap().display().to_string());
                }
            }
        }
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("sample");
        let mut found = Vec::new();
        files(&root, &root, &mut found);
        found.push(SCHEMA.to_owned());
        found.sort();
        let mut written: Vec<String> = FILES.iter().map(|file| file.path.to_owned()).collect();
        written.sort();
        assert_eq!(found, written);
        assert!(FILES.iter().any(|file| file.path == POLICY));
    }
}
