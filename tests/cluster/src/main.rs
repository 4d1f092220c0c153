//! Runs the tests on a cluster; see `make cluster-tests`. Arguments are those of `cargo
//! test`: names of tests, `--list` and so on.

use std::fs;
use std::path::PathBuf;
use std::process::ExitCode;
use std::sync::{Arc, OnceLock};

use cluster_tests::kubernetes::Kubernetes;
use cluster_tests::play::play;
use cluster_tests::policy::root;
use cluster_tests::program::Programs;
use cluster_tests::record;
use cluster_tests::replay::Replay;
use libtest_mimic::{Arguments, Failed, Trial};

/// The replays, and which releases of Rancher their kinds are of at first.
const REPLAYS: [Played; 2] = [
    Played::new("upgrade", "2.14"),
    Played::new("upgrade", "2.15"),
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

    fn name(self) -> String {
        let docker = if self.docker { "-docker" } else { "" };
        format!("{}{docker}-{}", self.replay, self.release)
    }
}

fn main() -> ExitCode {
    let mut arguments = Arguments::from_args();
    // One after the other, in this thread: the programs end with it.
    arguments.test_threads = Some(1);
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
    let kubernetes: Arc<OnceLock<Kubernetes>> = Arc::default();
    let trials = REPLAYS.map(|played| {
        let (kubernetes, programs) = (Arc::clone(&kubernetes), programs.clone());
        Trial::test(played.name(), move || {
            test(
                kubernetes.get_or_init(|| Kubernetes::start(programs)),
                played,
            )
        })
    });
    libtest_mimic::run(&arguments, trials.into()).exit_code()
}

/// Plays a replay without a policy and under each of its policies, and compares what came
/// of it with the replay and with the record beside it; `BLESS=1` writes that.
fn test(kubernetes: &Kubernetes, played: Played) -> Result<(), Failed> {
    let module = root().join("policy.wasm").canonicalize()?;
    let mut replay = Replay::read(played.replay);
    if played.docker {
        replay = replay.docker();
    }
    let status_subresource = played.release == "2.15";
    let mut columns = Vec::new();
    for policy in [None].into_iter().chain(replay.policies.iter().map(Some)) {
        let policy = policy.map(String::as_str);
        let outcomes = play(kubernetes, &module, &replay, status_subresource, policy);
        columns.push((policy.unwrap_or("none").to_owned(), outcomes));
    }
    let mut wrong = record::unexpected(&replay, status_subresource, &columns);
    let name = played.name();
    let text = record::text(&name, &replay, &columns);
    let path: PathBuf = root().join(format!("tests/cluster/replays/{name}.txt"));
    let known = fs::read_to_string(&path).unwrap_or_default();
    if known != text {
        if std::env::var_os("BLESS").is_some() {
            fs::write(&path, &text)?;
        }
        wrong.push(record::difference(
            &path.display().to_string(),
            &known,
            &text,
        ));
    }
    if wrong.is_empty() {
        Ok(())
    } else {
        Err(wrong.join("\n").into())
    }
}
