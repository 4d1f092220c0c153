//! Measures what a request costs and prints it as tables in Markdown.
//!
//!     rancher-agent-version-policy-bench POLICY.wasm READS-NOTHING.wasm SDK-TYPE.wasm
//!
//! Every request gets a fresh instance, as in policy-server. The guests take turns
//! within one run, so that a slow moment of the machine affects all of them: that is
//! why this does not use a benchmark framework, which measures one after the other.

mod host;

use std::env;
use std::error::Error;
use std::fs;
use std::io::{self, Write};
use std::time::{Duration, Instant};

use host::Policy;
use policy_cases::requests::{Size, Work};

/// Rounds that count, after some that warm up.
const ROUNDS: usize = 2_000;
const WARM_UP: usize = 200;

/// The parts of one request.
#[derive(Default)]
struct Times {
    /// From nothing to an instance that has run its start functions.
    instantiate: Vec<Duration>,
    /// From the payload to the answer.
    call: Vec<Duration>,
    /// Both, and giving the instance back.
    whole: Vec<Duration>,
}

/// One guest at one work.
struct Contender {
    guest: &'static str,
    work: Work,
    policy: Policy,
    payload: String,
    times: Times,
}

impl Contender {
    fn new(guest: &'static str, policy: &Policy, work: Work, size: Size) -> Self {
        Self {
            guest,
            work,
            policy: policy.clone(),
            payload: work.payload(size),
            times: Times::default(),
        }
    }

    fn request(&mut self, counts: bool) -> Result<(), Box<dyn Error>> {
        let start = Instant::now();
        let mut instance = self.policy.instance()?;
        let instantiated = start.elapsed();
        let answer = instance.validate(self.payload.as_bytes())?;
        let called = start.elapsed();
        drop(instance);
        let whole = start.elapsed();
        if counts {
            self.times.instantiate.push(instantiated);
            self.times.call.push(called.saturating_sub(instantiated));
            self.times.whole.push(whole);
        } else if self.guest != READS_NOTHING && !self.work.is_done_by(&answer) {
            let (guest, work) = (self.guest, self.work.name());
            return Err(format!("{guest}, {work}: {}", answer).into());
        }
        Ok(())
    }
}

const READS_NOTHING: &str = "reads-nothing";
const POLICY: &str = "policy";
const SDK_TYPE: &str = "sdk-type";

/// Puts the guests in another order in every round: what ran before leaves its mark on
/// the caches. The order is the same in every run (Knuth, "The Art of Computer
/// Programming", 3.3.4, the multiplier of MMIX).
struct Shuffle(u64);

impl Shuffle {
    fn shuffle(&mut self, order: &mut [usize]) {
        for end in (1..order.len()).rev() {
            self.0 = self
                .0
                .wrapping_mul(6_364_136_223_846_793_005)
                .wrapping_add(1_442_695_040_888_963_407);
            let below = usize::try_from(self.0 >> 33).unwrap_or_default();
            order.swap(
                end,
                below.checked_rem(end.saturating_add(1)).unwrap_or_default(),
            );
        }
    }
}

/// The median in microseconds.
fn median(times: &[Duration]) -> f64 {
    let mut sorted = times.to_vec();
    sorted.sort_unstable();
    let middle = sorted.get(sorted.len() / 2).copied().unwrap_or_default();
    middle.as_secs_f64() * 1e6
}

fn main() -> Result<(), Box<dyn Error>> {
    let files: Vec<String> = env::args().skip(1).collect();
    let [policy, nothing, sdk] = files.as_slice() else {
        return Err(
            "usage: rancher-agent-version-policy-bench POLICY.wasm READS-NOTHING.wasm SDK-TYPE.wasm".into(),
        );
    };
    let load = |file: &String| -> Result<Policy, Box<dyn Error>> {
        let wasm = fs::read(file).map_err(|e| format!("{file}: {e}"))?;
        Ok(Policy::load(&wasm)?)
    };
    let (policy, nothing, sdk) = (load(policy)?, load(nothing)?, load(sdk)?);
    let mut out = io::stdout().lock();
    for size in Size::ALL {
        // As many of each guest, so that none is better kept in the caches.
        let mut contenders: Vec<Contender> = Work::ALL
            .into_iter()
            .flat_map(|work| {
                [
                    (READS_NOTHING, &nothing),
                    (POLICY, &policy),
                    (SDK_TYPE, &sdk),
                ]
                .map(|(guest, policy)| Contender::new(guest, policy, work, size))
            })
            .collect();
        let mut order: Vec<usize> = (0..contenders.len()).collect();
        let mut shuffle = Shuffle(1);
        for round in 0..WARM_UP + ROUNDS {
            shuffle.shuffle(&mut order);
            for place in &order {
                if let Some(contender) = contenders.get_mut(*place) {
                    contender.request(round >= WARM_UP)?;
                }
            }
        }
        print(&mut out, size, &contenders)?;
    }
    Ok(())
}

fn print(out: &mut impl Write, size: Size, contenders: &[Contender]) -> io::Result<()> {
    let bytes = Work::Reject.payload(size).len();
    writeln!(
        out,
        "\n| {} ({bytes} bytes) | guest | instantiate | call | whole | to reads-nothing | over reads-nothing, to sdk-type's |",
        size.name()
    )?;
    writeln!(out, "| --- | --- | ---: | ---: | ---: | ---: | ---: |")?;
    for contenders in contenders.chunks(3) {
        let whole = |guest| {
            let of_guest = contenders.iter().find(|c| c.guest == guest);
            of_guest.map_or(f64::NAN, |c| median(&c.times.whole))
        };
        let (nothing, sdk) = (whole(READS_NOTHING), whole(SDK_TYPE));
        for contender in contenders {
            let (work, share) = match contender.guest {
                READS_NOTHING => (contender.work.name(), String::new()),
                POLICY => {
                    let share = (whole(POLICY) - nothing) / (sdk - nothing);
                    ("", format!("{share:.2}"))
                }
                _ => ("", String::new()),
            };
            let whole = median(&contender.times.whole);
            writeln!(
                out,
                "| {work} | {} | {:.1} µs | {:.1} µs | {whole:.1} µs | {:.2} | {share} |",
                contender.guest,
                median(&contender.times.instantiate),
                median(&contender.times.call),
                whole / nothing,
            )?;
        }
    }
    Ok(())
}
