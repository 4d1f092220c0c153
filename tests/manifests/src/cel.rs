//! Expressions in the Common Expression Language, with the functions that Kubernetes
//! adds and ours need.
//!
//! The rules of `semver` and `isSemver` are those of Kubernetes 1.34
//! (kubernetes/kubernetes, staging/src/k8s.io/apiserver/pkg/cel/library/semverlib.go):
//! with `true` as the second argument a `v` before the version and zeros before a number
//! are dropped and missing numbers are 0, but a version that is cut short has no suffix.

use std::cmp::Ordering;
use std::sync::Arc;

use cel::extractors::This;
use cel::{Context, Env, ExecutionError, Value as Cel};
use serde_json::Value;

/// The value of an expression.
///
/// # Errors
///
/// What went wrong while it was evaluated; the API server calls that an error of the
/// condition or the validation, and `failurePolicy` decides.
///
/// # Panics
///
/// If the expression does not parse, or the variables are no CEL values.
pub fn evaluate(expression: &str, variables: &[(&str, Value)]) -> Result<Value, String> {
    let mut env = Env::stdlib().with_optional_support(true);
    env.add_extension(cel::extensions::strings)
        .expect("the extension of strings");
    let env = Arc::new(env);
    let program = env
        .compile(expression)
        .unwrap_or_else(|error| panic!("{expression}: {error}"));
    let mut context = Context::with_env(env);
    context.add_function("semver", semver).expect("semver");
    context
        .add_function("isSemver", is_semver)
        .expect("isSemver");
    context
        .add_function("compareTo", compare_to)
        .expect("compareTo");
    for (name, value) in variables {
        context.add_variable(*name, value).expect("a CEL value");
    }
    let value = program
        .execute(&context)
        .map_err(|error| error.to_string())?;
    Ok(value.json().expect("a value that JSON can hold"))
}

/// A version in the only spelling that the strict syntax knows, which stands for the type
/// `Semver`; `None` if it is no version for `isSemver(text, true)`.
#[must_use]
pub fn normalized(text: &str) -> Option<String> {
    let text = text.strip_prefix('v').unwrap_or(text);
    let mut parts: Vec<String> = text.splitn(3, '.').map(without_zeros).collect();
    if parts.len() < 3 && parts.last().is_some_and(|last| last.contains(['+', '-'])) {
        return None;
    }
    parts.resize(3, "0".to_owned());
    let version = parts.join(".");
    semver::Version::parse(&version).ok().map(|_| version)
}

fn without_zeros(part: &str) -> String {
    let rest = part.trim_start_matches('0');
    if part.len() <= 1 {
        part.to_owned()
    } else if rest.starts_with(|first: char| first.is_ascii_digit()) {
        rest.to_owned()
    } else {
        format!("0{rest}")
    }
}

fn is_semver(text: Arc<String>, _normalize: bool) -> bool {
    normalized(&text).is_some()
}

fn semver(text: Arc<String>, _normalize: bool) -> Result<Cel, ExecutionError> {
    match normalized(&text) {
        Some(version) => Ok(version.into()),
        None => Err(ExecutionError::function_error("semver", "no version")),
    }
}

fn compare_to(This(this): This<Arc<String>>, other: Arc<String>) -> Result<i64, ExecutionError> {
    let parse = |text: &str| {
        semver::Version::parse(text).map_err(|e| ExecutionError::function_error("compareTo", e))
    };
    // The order by precedence: build metadata do not count.
    Ok(match parse(&this)?.cmp_precedence(&parse(&other)?) {
        Ordering::Less => -1,
        Ordering::Equal => 0,
        Ordering::Greater => 1,
    })
}
