//! The policy in a browser or in Node.
//!
//! It converts, and nothing else: `input` is the question, `documents` reads what one pastes,
//! `review` makes an admission request of a Cluster, `settings` checks the policy's settings,
//! and `report` is the answer, with `steps` and `facts` for the explanation.

#![cfg(target_arch = "wasm32")]
#![allow(unreachable_pub, reason = "wasm-bindgen exports what is public here")]

mod documents;
mod facts;
mod input;
mod report;
mod review;
mod settings;
mod steps;

use js_sys::JSON;
use wasm_bindgen::prelude::*;

#[wasm_bindgen(typescript_custom_section)]
const TYPES: &str = include_str!("types.d.ts");

#[wasm_bindgen]
extern "C" {
    /// What is evaluated; `types.d.ts` has its fields.
    #[wasm_bindgen(typescript_type = "Input")]
    pub type Input;
    /// The answer.
    #[wasm_bindgen(typescript_type = "Report")]
    pub type Report;
}

/// Evaluates every Cluster and every admission request of the input.
///
/// # Errors
/// The input is not an `Input`. Documents that cannot be read are part of the report.
#[wasm_bindgen]
pub fn evaluate(input: &Input) -> Result<Report, JsError> {
    let input = input::Input::read(input).map_err(|wrong| JsError::new(&wrong))?;
    let report = serde_json::to_string(&report::report(&input))?;
    let report = JSON::parse(&report).map_err(|_| JsError::new("the report is not valid JSON"))?;
    Ok(report.unchecked_into())
}
