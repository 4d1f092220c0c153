//! Runs the tests on a cluster; see `make cluster-tests`. Arguments are those of `cargo
//! test`: names of tests, `--list` and so on.

use std::path::Path;
use std::process::ExitCode;

use cluster_tests::command;
use cluster_tests::kubernetes::Kubernetes;
use cluster_tests::monitoring;
use cluster_tests::play::Stage;
use cluster_tests::policy::root;
use cluster_tests::program::Programs;
use cluster_tests::record;
use cluster_tests::replay::Replay;
use cluster_tests::scan::scan;
use libtest_mimic::{Arguments, Failed, Trial};

/// The replays, and of which release of Rancher the kinds are at first.
const REPLAYS: [Played; 8] = [
    Played::new("upgrade", "2.14"),
    Played::new("upgrade", "2.15"),
    Played::new("upgrade", "2.14").docker(),
    Played::new("upgrade-ha", "2.14"),
    Played::new("upgrade-ha", "2.15"),
    Played::new("status-subresource", "2.14"),
    Played::new("edges", "2.14"),
    Played::new("faults", "2.14"),
];

/// A replay with the kinds of a release of Rancher.
#[derive(Clone, Copy)]
struct Played {
    replay: &'static str,
    release: &'static str,
    docker: bool,
}

impl Played {
    const fn new(replay: &'static str, release: &'static str) -> Self {
        Self {
            replay,
            release,
            docker: false,
        }
    }

    const fn docker(self) -> Self {
        Self {
            docker: true,
            ..self
        }
    }

    fn name(self) -> String {
        let docker = if self.docker { "-docker" } else { "" };
        format!("{}{docker}-{}", self.replay, self.release)
    }
}

fn main() -> ExitCode {
    let arguments = Arguments::from_args();
    let programs = match Programs::find() {
        Ok(programs) => programs,
        Err(missing) => {
            eprintln!("{missing}");
            return ExitCode::FAILURE;
        }
    };
    if !arguments.list {
        print!("{}", programs.versions());
    }
    // Each test has a cluster of its own: most of their time they wait.
    let mut trials = vec![
        trial(&programs, "audit".to_owned(), |kubernetes, module| {
            record::compare("audit", &scan(kubernetes, module))
        }),
        trial(&programs, "command".to_owned(), |kubernetes, _| {
            command::test(kubernetes)
        }),
        trial(&programs, "monitoring".to_owned(), |kubernetes, _| {
            monitoring::test(kubernetes)
        }),
    ];
    for played in REPLAYS {
        trials.push(trial(
            &programs,
            played.name(),
            move |kubernetes, module| replayed(kubernetes, module, played),
        ));
    }
    libtest_mimic::run(&arguments, trials).exit_code()
}

/// A test on a new cluster with the built module; it gives what was wrong.
fn trial(
    programs: &Programs,
    name: String,
    test: impl FnOnce(&mut Kubernetes, &Path) -> Result<(), String> + Send + 'static,
) -> Trial {
    let programs = programs.clone();
    Trial::test(name, move || {
        let module = root().join("policy.wasm").canonicalize()?;
        test(&mut Kubernetes::start(programs), &module).map_err(Failed::from)
    })
}

/// Plays a replay without a policy and under each of its policies, and compares what came
/// of it with the replay and with the record.
fn replayed(kubernetes: &Kubernetes, module: &Path, played: Played) -> Result<(), String> {
    let mut replay = Replay::read(played.replay);
    if played.docker {
        replay = replay.docker();
    }
    let status_subresource = played.release == "2.15";
    let mut columns = Vec::new();
    for policy in [None].into_iter().chain(replay.policies.iter().map(Some)) {
        let mut stage = Stage::set(kubernetes, &replay, status_subresource);
        if let Some(policy) = policy {
            stage.enforce(policy, module);
        }
        let name = policy.map_or("none", String::as_str);
        columns.push((name.to_owned(), stage.play(&replay)));
    }
    let mut wrong = record::unexpected(&replay, status_subresource, &columns);
    let name = played.name();
    wrong.extend(record::compare(&name, &record::text(&name, &replay, &columns)).err());
    if wrong.is_empty() {
        Ok(())
    } else {
        Err(wrong.join("\n"))
    }
}
