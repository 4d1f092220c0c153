//! The policy in a browser or in Node, by wasm-bindgen. It converts, and nothing else:
//! `input` is what is asked, `documents` reads what one pastes, `review` makes an admission
//! request of a Cluster, `report` says what came of it, by `steps` and `facts`.

#![cfg(target_arch = "wasm32")]
#![allow(unreachable_pub, reason = "wasm-bindgen exports what is public here")]

mod documents;
mod facts;
mod input;
mod report;
mod review;
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
    /// What came of it.
    #[wasm_bindgen(typescript_type = "Report")]
    pub type Report;
}

/// Puts every Cluster and every admission request of the input to the policy.
///
/// # Errors
/// The input is no `Input`. Documents that cannot be read are part of the report.
#[wasm_bindgen]
pub fn evaluate(input: &Input) -> Result<Report, JsError> {
    let input = input::Input::read(input).map_err(|wrong| JsError::new(&wrong))?;
    let report = serde_json::to_string(&report::report(&input))?;
    let report = JSON::parse(&report).map_err(|_| JsError::new("the report is no JSON"))?;
    Ok(report.unchecked_into())
}
