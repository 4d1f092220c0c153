//! Evaluates a case of tests/cases or tests/requests by a policy module, and prints the
//! answer.

use std::error::Error;
use std::io::Write as _;
use std::{env, fs, io};

use policy_cases::cases;
use policy_host::Policy;
use serde_json::Value;

const USAGE: &str = "usage: policy-host POLICY.wasm CASE";

fn main() -> Result<(), Box<dyn Error>> {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let [policy, name] = arguments.as_slice() else {
        return Err(USAGE.into());
    };
    let case = cases().into_iter().find(|case| case.name == *name);
    let case = case.ok_or_else(|| format!("there is no case {name}"))?;
    let policy = Policy::load(&fs::read(policy).map_err(|e| format!("{policy}: {e}"))?)?;
    let payload = case.payload_text();
    let evaluation = policy.call("validate", payload.as_bytes(), move |name| {
        case.rancher.lookup(name).into()
    })?;
    let answer: Value = serde_json::from_str(&evaluation.response)?;
    writeln!(io::stdout(), "{answer:#}")?;
    Ok(())
}
