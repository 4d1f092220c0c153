//! Measures what a request costs and prints it as tables in Markdown.
//!
//!     policy-bench POLICY.wasm FLOOR.wasm USUAL.wasm
//!
//! Every request gets a fresh instance, as in policy-server. The guests take turns
//! within one run, so that a slow moment of the machine strikes all of them: that is
//! why this is no benchmark of a framework, which measures one after the other.

use std::env;
use std::error::Error;
use std::fs;
use std::io::{self, Write};
use std::time::{Duration, Instant};

use rancher_agent_audit::{Instances, Policy};
use rancher_agent_version_policy_bench::{Size, Work, rancher};
use serde_json::Value;

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

struct Contender {
    name: String,
    policy: Policy,
    payload: String,
    times: Times,
}

impl Contender {
    fn request(&mut self, counts: bool) -> Result<(), Box<dyn Error>> {
        let kubernetes = rancher();
        let start = Instant::now();
        let mut instance = self.policy.instance(kubernetes)?;
        let instantiated = start.elapsed();
        let evaluation = instance.call("validate", self.payload.as_bytes())?;
        let called = start.elapsed();
        drop(instance);
        let whole = start.elapsed();
        drop(evaluation);
        if counts {
            self.times.instantiate.push(instantiated);
            self.times.call.push(called.saturating_sub(instantiated));
            self.times.whole.push(whole);
        }
        Ok(())
    }
}

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
    let [policy, floor, usual] = files.as_slice() else {
        return Err("usage: policy-bench POLICY.wasm FLOOR.wasm USUAL.wasm".into());
    };
    let load = |file: &String| -> Result<Policy, Box<dyn Error>> {
        let wasm = fs::read(file).map_err(|e| format!("{file}: {e}"))?;
        Ok(Policy::load_as(Instances::OnDemand, &wasm, &Value::Null)?)
    };
    let (policy, floor, usual) = (load(policy)?, load(floor)?, load(usual)?);
    let mut out = io::stdout().lock();
    for size in Size::ALL {
        let mut contenders = vec![Contender {
            name: "floor".to_owned(),
            policy: floor.clone(),
            payload: Work::Reject.payload(size),
            times: Times::default(),
        }];
        for work in Work::ALL {
            for (who, policy) in [("policy", &policy), ("usual", &usual)] {
                contenders.push(Contender {
                    name: format!("{who}: {}", work.name()),
                    policy: policy.clone(),
                    payload: work.payload(size),
                    times: Times::default(),
                });
            }
        }
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
        let bytes = Work::Reject.payload(size).len();
        writeln!(out, "\n{} ({bytes} bytes)\n", size.name())?;
        writeln!(
            out,
            "| request | instantiate | call | whole | to the floor | over the floor, of the usual way's |"
        )?;
        writeln!(out, "| --- | ---: | ---: | ---: | ---: | ---: |")?;
        let floor = contenders.first().map_or(0.0, |c| median(&c.times.whole));
        let mut before: Option<f64> = None;
        for contender in &contenders {
            let whole = median(&contender.times.whole);
            writeln!(
                out,
                "| {} | {:.1} µs | {:.1} µs | {:.1} µs | {:.2} | {} |",
                contender.name,
                median(&contender.times.instantiate),
                median(&contender.times.call),
                whole,
                whole / floor,
                before.map_or(String::new(), |ours| format!(
                    "{:.2}",
                    (ours - floor) / (whole - floor)
                ))
            )?;
            before = contender.name.starts_with("policy").then_some(whole);
        }
    }
    Ok(())
}
