//! How a request is answered, and what the strategies reach.

use std::collections::BTreeMap;

use proptest::strategy::{Strategy, ValueTree};
use proptest::test_runner::TestRunner;
use rancher_agent_version_policy::evaluate::evaluate;
use rancher_agent_version_policy::setting::{Fact, SettingName};
use serde_json::Value;

use super::seen::Seen;

/// Asserts that inputs of a strategy are of each of these classes at least so often, out
/// of `count` inputs that are the same in every run. A property that speaks of nothing
/// holds, so what it speaks of is counted.
#[track_caller]
pub fn reaches<S: Strategy>(
    inputs: S,
    count: usize,
    classes: impl Fn(S::Value) -> Vec<String>,
    least: &[(&str, usize)],
) {
    let mut runner = TestRunner::deterministic();
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for _ in 0..count {
        let input = inputs.new_tree(&mut runner).expect("an input").current();
        for class in classes(input) {
            *counts.entry(class).or_default() += 1;
        }
    }
    let of = |class: &str| counts.get(class).copied().unwrap_or_default();
    let too_few: Vec<_> = least
        .iter()
        .filter(|(class, least)| of(class) < *least)
        .collect();
    assert_eq!(too_few, Vec::<&(&str, usize)>::new(), "{counts:#?}");
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
