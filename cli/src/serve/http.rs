//! What requests are answered.

use std::sync::Arc;

use axum::Router;
use axum::extract::State as Extract;
use axum::http::StatusCode;
use axum::http::header::CONTENT_TYPE;
use axum::response::{IntoResponse, Response};
use axum::routing::get;

use super::Shared;
use super::metrics::metrics;
use crate::report::{Context, Format, render};

/// The version of the text format is part of its type.
const METRICS_TYPE: &str = "text/plain; version=0.0.4; charset=utf-8";
const HTML_TYPE: &str = "text/html; charset=utf-8";

pub(super) fn router(shared: Arc<Shared>) -> Router {
    Router::new()
        .route("/", get(page))
        .route("/metrics", get(scrape))
        .route("/healthz", get(async || "ok\n"))
        .route("/readyz", get(ready))
        .with_state(shared)
}

async fn scrape(Extract(shared): Extract<Arc<Shared>>) -> Response {
    let text = metrics(&shared.state(), shared.now());
    answer(METRICS_TYPE, text)
}

async fn ready(Extract(shared): Extract<Arc<Shared>>) -> Response {
    match shared.state().is_ready() {
        true => "ok\n".into_response(),
        false => not_ready(),
    }
}

async fn page(Extract(shared): Extract<Arc<Shared>>) -> Response {
    let Some(report) = shared.state().report() else {
        return not_ready();
    };
    let context = Context {
        shows_all: true,
        now: shared.state().last_success(shared.now()),
        ..Context::default()
    };
    answer(HTML_TYPE, render(&report, Format::Html, &context))
}

fn not_ready() -> Response {
    let text = "not ready: the clusters have not been read yet; the log says why\n";
    (StatusCode::SERVICE_UNAVAILABLE, text).into_response()
}

fn answer(kind: &'static str, text: Result<String, String>) -> Response {
    match text {
        Ok(text) => ([(CONTENT_TYPE, kind)], text).into_response(),
        Err(problem) => (StatusCode::INTERNAL_SERVER_ERROR, problem + "\n").into_response(),
    }
}
