//! How a property is run, and how a request is answered.

use proptest::strategy::Strategy;
use proptest::test_runner::{Config, RngAlgorithm, TestCaseResult, TestError, TestRng, TestRunner};
use rancher_agent_version_policy::evaluate::evaluate;
use rancher_agent_version_policy::setting::{Fact, SettingName};
use serde_json::Value;

use super::seen::Seen;

/// Runs a property over so many inputs. The generator starts from one and the same state,
/// so a run repeats exactly; no file remembers what failed.
#[track_caller]
pub fn holds<S: Strategy>(cases: u32, inputs: S, property: impl Fn(S::Value) -> TestCaseResult) {
    let config = Config {
        cases,
        max_shrink_iters: 4096,
        failure_persistence: None,
        ..Config::default()
    };
    let seed = TestRng::deterministic_rng(RngAlgorithm::ChaCha);
    match TestRunner::new_with_rng(config, seed).run(&inputs, property) {
        Ok(()) => {}
        Err(TestError::Fail(why, input)) => panic!("{why}\nminimal input: {input:#?}"),
        Err(TestError::Abort(why)) => panic!("{why}"),
    }
}

/// Asserts that a property spoke of enough: each entry is what was counted, how often,
/// and how often at least.
#[track_caller]
pub fn enough(counted: &[(&str, usize, usize)]) {
    let too_few: Vec<_> = counted
        .iter()
        .filter(|(_, count, least)| count < least)
        .collect();
    assert_eq!(too_few, Vec::<&(&str, usize, usize)>::new());
}

/// An answer, and what was looked up for it.
#[derive(Debug, Clone, PartialEq)]
pub struct Answer {
    pub response: Seen,
    json: Value,
    pub lookups: Vec<SettingName>,
}

impl Answer {
    /// The answer as the host reads it.
    pub fn json(&self) -> Value {
        self.json.clone()
    }
}

/// Answers a payload, with this for each of Rancher's Settings.
pub fn answer(payload: &[u8], setting: impl Fn(SettingName) -> Fact) -> Answer {
    let mut lookups = Vec::new();
    let response = evaluate(payload, |name| {
        lookups.push(name);
        setting(name)
    });
    let json = serde_json::to_value(&response).expect("an answer is JSON");
    Answer {
        response: response.into(),
        json,
        lookups,
    }
}
