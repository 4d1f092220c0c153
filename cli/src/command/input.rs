//! What an argument stands for, and what is to be read.

use std::collections::BTreeSet;
use std::fs::File;
use std::io::{self, Read};
use std::path::{Path, PathBuf};

use rancher_agents::{Inventory, Listed, Sources, printable};

use crate::command::arguments::{Input, Kube};
use crate::command::name::name;
use crate::command::output::warn;

/// What to say to who asks what runs in a file.
pub(crate) const NOT_A_CLUSTER: &str =
    "--running asks clusters, and a FILE is not asked: leave one out";

/// What is to be read, and which clusters of it.
pub(crate) struct Chosen {
    /// Files, folders, standard input; none stands for an API server.
    pub(crate) sources: Option<Sources>,
    pub(crate) names: Names,
}

impl Chosen {
    /// Takes the arguments apart.
    pub(crate) fn of(input: &Input) -> Result<Self, String> {
        let (files, names): (Vec<PathBuf>, Vec<PathBuf>) = input
            .inputs
            .iter()
            .cloned()
            .partition(|argument| names_a_file(argument, argument.exists()));
        let names = names.iter().map(|name| name.to_string_lossy().into_owned());
        let names = Names(names.collect());
        if files.is_empty() {
            if stdin_holds_something() {
                let name = name();
                warn(&format!(
                    "standard input is not read; to read it, name it: {name} check -"
                ));
            }
            let sources = None;
            return Ok(Self { sources, names });
        }
        if files.iter().filter(|file| file.as_os_str() == "-").count() > 1 {
            return Err("standard input (-) is named twice".to_owned());
        }
        if let Some(option) = option_of_clusters(&input.kube) {
            return Err(format!(
                "{option} is about a cluster to ask, and does nothing for a FILE: leave one out"
            ));
        }
        let sources = Some(Sources::find(&files));
        Ok(Self { sources, names })
    }
}

/// Whether an argument is a file rather than the name of a cluster, which has neither a dot
/// nor a slash.
fn names_a_file(argument: &Path, exists: bool) -> bool {
    let text = argument.to_string_lossy();
    exists || text == "-" || text.contains(['.', '/', '\\'])
}

/// The text of a small file. One that never ends, such as a device, is given up.
pub(crate) fn read_text(path: &Path) -> io::Result<String> {
    const LONGEST: u64 = 4 << 20;
    let mut text = String::new();
    let mut file = File::open(path)?.take(LONGEST);
    file.read_to_string(&mut text)?;
    match file.limit() {
        0 => Err(io::Error::other("this is longer than such a file may be")),
        _ => Ok(text),
    }
}

/// An option that makes no sense for files, if one is given.
fn option_of_clusters(kube: &Kube) -> Option<&'static str> {
    let given = [
        (kube.kubeconfig.is_some(), "--kubeconfig"),
        (kube.context.is_some(), "--context"),
        (kube.user.is_some(), "--as"),
        (kube.selector.is_some(), "-l"),
    ];
    given
        .into_iter()
        .find_map(|(is_given, option)| is_given.then_some(option))
}

/// Whether somebody pipes something in, or redirects a file.
#[cfg(unix)]
fn stdin_holds_something() -> bool {
    stdin_kind().is_some_and(|kind| kind.is_file()) || stdin_is_pipe()
}

/// Whether another command writes into standard input.
#[cfg(unix)]
pub(crate) fn stdin_is_pipe() -> bool {
    use std::os::unix::fs::FileTypeExt;

    stdin_kind().is_some_and(|kind| kind.is_fifo())
}

#[cfg(unix)]
fn stdin_kind() -> Option<std::fs::FileType> {
    use std::os::fd::AsFd;

    let stdin = io::stdin().as_fd().try_clone_to_owned().ok()?;
    Some(File::from(stdin).metadata().ok()?.file_type())
}

#[cfg(not(unix))]
fn stdin_holds_something() -> bool {
    stdin_is_pipe()
}

#[cfg(not(unix))]
pub(crate) fn stdin_is_pipe() -> bool {
    use std::io::IsTerminal;

    !io::stdin().is_terminal()
}

/// The clusters that are asked about, by name or display name; none stands for all.
#[derive(Debug, Clone, Default)]
pub(crate) struct Names(BTreeSet<String>);

impl Names {
    pub(crate) fn are_given(&self) -> bool {
        !self.0.is_empty()
    }

    /// Whether this cluster is asked about.
    pub(crate) fn have(&self, listed: &Listed) -> bool {
        let cluster = &listed.cluster;
        self.0.is_empty()
            || self.0.contains(cluster.name())
            || self.0.contains(cluster.display_name())
    }

    /// Leaves the other clusters out. A name that no cluster has is a problem.
    pub(crate) fn keep(&self, inventory: &mut Inventory) {
        if self.0.is_empty() {
            return;
        }
        inventory.clusters.retain(|_, listed| self.have(listed));
        let clusters = inventory.clusters.values().map(|listed| &listed.cluster);
        let found: BTreeSet<&str> = clusters
            .flat_map(|cluster| [cluster.name(), cluster.display_name()])
            .collect();
        let missing = self.0.iter().filter(|name| !found.contains(name.as_str()));
        let problems = &mut inventory.rest.problems;
        for name in missing {
            problems.add(
                printable(name),
                "there is no such cluster, and no such file",
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_of_a_cluster_is_told_from_a_file() {
        for (argument, exists, is_file) in [
            ("-", false, true),
            ("clusters.json", false, true),
            ("no/such", false, true),
            ("..", true, true),
            ("dumps", true, true),
            ("dumps", false, false),
            ("c-m-nsjw2zdq", false, false),
            ("prod eu", false, false),
        ] {
            let found = names_a_file(Path::new(argument), exists);
            assert_eq!(found, is_file, "{argument}");
        }
    }
}
