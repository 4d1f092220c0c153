//! Where objects come from: files, folders, standard input.

use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use walkdir::WalkDir;

use crate::text::printable;

/// The files that are read in a folder.
const EXTENSIONS: [&str; 5] = ["json", "jsonl", "ndjson", "yaml", "yml"];

/// One stream of objects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Source {
    /// Standard input.
    Stdin,
    /// A file that was named.
    File(PathBuf),
    /// A file of a folder, which may have nothing to do with Rancher.
    InFolder(PathBuf),
}

impl Source {
    /// What messages call it, fit to print.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Stdin => "-".to_owned(),
            Self::File(path) | Self::InFolder(path) => printable(&path.to_string_lossy()),
        }
    }

    pub(crate) fn open(&self) -> io::Result<Box<dyn Read + Send>> {
        Ok(match self {
            Self::Stdin => Box::new(io::stdin()),
            Self::File(path) | Self::InFolder(path) => Box::new(File::open(path)?),
        })
    }
}

/// The streams that some arguments stand for.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Sources {
    /// The streams, in order.
    pub sources: Vec<Source>,
    /// How many files of folders are left out, because they are neither JSON nor
    /// YAML by their names.
    pub left_out: usize,
    /// What could not be looked into, fit to print, and why.
    pub errors: Vec<(String, String)>,
}

impl Sources {
    /// Finds the files below folders, by name; `-` is standard input.
    #[must_use]
    pub fn find(paths: &[PathBuf]) -> Self {
        let mut found = Self::default();
        for path in paths {
            if path.as_os_str() == "-" {
                found.sources.push(Source::Stdin);
            } else if path.is_dir() {
                found.add_folder(path);
            } else {
                found.sources.push(Source::File(path.clone()));
            }
        }
        found
    }

    fn add_folder(&mut self, folder: &Path) {
        let before = self.sources.len();
        for entry in WalkDir::new(folder).follow_links(true).sort_by_file_name() {
            match entry {
                Ok(entry) if entry.file_type().is_dir() => {}
                // Others, such as pipes, may have no end.
                Ok(entry) if entry.file_type().is_file() && has_known_extension(entry.path()) => {
                    self.sources.push(Source::InFolder(entry.into_path()));
                }
                Ok(_) => self.left_out = self.left_out.saturating_add(1),
                Err(error) => self.errors.push(failure(&error)),
            }
        }
        if self.sources.len() == before {
            self.errors.push((
                printable(&folder.to_string_lossy()),
                format!("no file in this folder ends in .{}", EXTENSIONS.join(", .")),
            ));
        }
    }
}

fn failure(error: &walkdir::Error) -> (String, String) {
    let path = error.path().unwrap_or(Path::new(""));
    let problem = match (error.io_error(), error.loop_ancestor()) {
        (Some(problem), _) => problem.to_string(),
        (None, Some(_)) => "this link leads back to a folder above it".to_owned(),
        (None, None) => "this cannot be looked into".to_owned(),
    };
    (printable(&path.to_string_lossy()), problem)
}

fn has_known_extension(path: &Path) -> bool {
    path.extension().is_some_and(|extension| {
        EXTENSIONS
            .iter()
            .any(|known| extension.eq_ignore_ascii_case(known))
    })
}
