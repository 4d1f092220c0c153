//! HTTP to a server of the tests, by TLS that the tests' own authority has signed.

use std::sync::Arc;
use std::time::Duration;

use rustls::crypto::ring;
use serde::Deserialize;
use serde_json::Value;
use ureq::http::Request as HttpRequest;
use ureq::tls::{Certificate, RootCerts, TlsConfig};
use ureq::{Agent, Body, http};

use crate::user::User;

/// What is sent.
#[derive(Debug, Clone, PartialEq)]
pub struct Request {
    /// The method.
    pub method: &'static str,
    /// Path and query.
    pub path: String,
    /// The media type of the body.
    pub media_type: &'static str,
    /// The body, if there is one.
    pub body: Option<Value>,
}

/// What comes back.
#[derive(Debug, Clone, PartialEq)]
pub struct Reply {
    /// The HTTP status.
    pub status: u16,
    /// The texts of `Warning` headers.
    pub warnings: Vec<String>,
    /// The body; a text if it is no JSON.
    pub body: Value,
}

impl Reply {
    /// The message of a Kubernetes `Status`.
    #[must_use]
    pub fn message(&self) -> Option<&str> {
        (self.status >= 400).then(|| self.body["message"].as_str().unwrap_or_default())
    }
}

impl Request {
    /// A GET.
    #[must_use]
    pub fn get(path: &str) -> Self {
        Self::new("GET", path, None)
    }

    /// A DELETE.
    #[must_use]
    pub fn delete(path: &str) -> Self {
        Self::new("DELETE", path, None)
    }

    /// A POST.
    #[must_use]
    pub fn post(path: &str, body: Value) -> Self {
        Self::new("POST", path, Some(body))
    }

    /// A PUT.
    #[must_use]
    pub fn put(path: &str, body: Value) -> Self {
        Self::new("PUT", path, Some(body))
    }

    /// A JSON merge patch.
    #[must_use]
    pub fn merge(path: &str, patch: Value) -> Self {
        Self {
            media_type: "application/merge-patch+json",
            ..Self::new("PATCH", path, Some(patch))
        }
    }

    /// A server-side apply, which creates what is not there.
    #[must_use]
    pub fn apply(path: &str, object: Value) -> Self {
        Self {
            media_type: "application/apply-patch+yaml",
            ..Self::new(
                "PATCH",
                &format!("{path}?fieldManager=cluster-tests&force=true"),
                Some(object),
            )
        }
    }

    fn new(method: &'static str, path: &str, body: Option<Value>) -> Self {
        Self {
            method,
            path: path.to_owned(),
            media_type: "application/json",
            body,
        }
    }
}

/// A connection to one server.
#[derive(Debug, Clone)]
pub struct Client {
    agent: Agent,
    server: String,
}

impl Client {
    /// A client of a server on 127.0.0.1 whose certificate this authority has signed.
    ///
    /// # Panics
    ///
    /// If the certificate is none.
    #[must_use]
    pub fn new(port: u16, authority: &str) -> Self {
        let authority = Certificate::from_pem(authority.as_bytes()).expect("a certificate");
        let tls = TlsConfig::builder()
            .root_certs(RootCerts::new_with_certs(&[authority]))
            .unversioned_rustls_crypto_provider(Arc::new(ring::default_provider()))
            .build();
        let config = Agent::config_builder()
            .tls_config(tls)
            .proxy(None)
            .http_status_as_error(false)
            .timeout_global(Some(Duration::from_secs(60)))
            .build();
        Self {
            agent: config.new_agent(),
            server: format!("https://127.0.0.1:{port}"),
        }
    }

    /// Its address.
    #[must_use]
    pub fn address(&self) -> &str {
        &self.server
    }

    /// Sends a request as a user.
    ///
    /// # Panics
    ///
    /// If the server does not answer.
    #[track_caller]
    pub fn send(&self, user: User, request: &Request) -> Reply {
        self.try_send(user, request, Duration::from_secs(60))
            .unwrap_or_else(|error| panic!("{} {}: {error}", request.method, request.path))
    }

    /// Sends a request as a user.
    ///
    /// # Errors
    ///
    /// If the server does not answer in time.
    pub fn try_send(
        &self,
        user: User,
        request: &Request,
        time: Duration,
    ) -> Result<Reply, ureq::Error> {
        let mut builder = HttpRequest::builder()
            .method(request.method)
            .uri(format!("{}{}", self.server, request.path))
            .header("Authorization", format!("Bearer {}", user.token()))
            .header("Content-Type", request.media_type);
        for (name, value) in user.impersonation() {
            builder = builder.header(*name, *value);
        }
        let answer = match &request.body {
            Some(body) => self.run(builder.body(body.to_string()), time),
            None => self.run(builder.body(()), time),
        };
        let mut answer = answer?;
        let warnings = answer.headers().get_all("warning");
        let warnings = warnings
            .iter()
            .map(|value| warning(value.to_str().unwrap_or_default()));
        Ok(Reply {
            status: answer.status().as_u16(),
            warnings: warnings.collect(),
            body: body(&mut answer)?,
        })
    }

    /// POSTs a text without a user, and gives the status of the answer.
    ///
    /// # Panics
    ///
    /// If the server does not answer.
    #[must_use]
    pub fn post(&self, path: &str, json: &str) -> u16 {
        let request = HttpRequest::post(format!("{}{path}", self.server))
            .header("Content-Type", "application/json")
            .body(json);
        let answer = self.run(request, Duration::from_secs(60));
        let mut answer = answer.unwrap_or_else(|error| panic!("POST {path}: {error}"));
        // What was read to its end leaves the connection to the next request.
        let _ = answer.body_mut().read_to_vec();
        answer.status().as_u16()
    }

    fn run(
        &self,
        request: Result<HttpRequest<impl ureq::AsSendBody>, http::Error>,
        time: Duration,
    ) -> Result<http::Response<Body>, ureq::Error> {
        let request = self
            .agent
            .configure_request(request?)
            .timeout_global(Some(time))
            .build();
        self.agent.run(request)
    }
}

/// GETs a text from a server that has no TLS.
///
/// # Errors
///
/// If it does not answer, or with another status than 200.
pub fn get(url: &str) -> Result<String, String> {
    get_with(url, &[])
}

/// The same, with parameters.
///
/// # Errors
///
/// If it does not answer, or with another status than 200.
pub fn get_with(url: &str, parameters: &[(&str, &str)]) -> Result<String, String> {
    let config = Agent::config_builder()
        .proxy(None)
        .http_status_as_error(false)
        .timeout_global(Some(Duration::from_secs(60)))
        .build();
    let request = config.new_agent().get(url);
    let request = request.query_pairs(parameters.iter().copied());
    let mut answer = request.call().map_err(|error| error.to_string())?;
    let text = answer.body_mut().with_config().limit(64 * 1024 * 1024);
    let text = text.read_to_string().map_err(|error| error.to_string())?;
    match answer.status().as_u16() {
        200 => Ok(text),
        status => Err(format!("{status} {text}")),
    }
}

fn body(answer: &mut http::Response<Body>) -> Result<Value, ureq::Error> {
    let text = answer
        .body_mut()
        .with_config()
        .limit(64 * 1024 * 1024)
        .read_to_string()?;
    // Some objects of the tests are nested deeper than serde_json reads by itself.
    let mut reader = serde_json::Deserializer::from_str(&text);
    reader.disable_recursion_limit();
    let value = Value::deserialize(&mut reader).and_then(|value| reader.end().map(|()| value));
    Ok(value.unwrap_or(Value::String(text)))
}

/// The text of a `Warning` header: `299 - "text"`, with quotes and backslashes escaped.
fn warning(header: &str) -> String {
    let quoted = header.split_once('"').map_or(header, |(_, rest)| rest);
    let quoted = quoted.strip_suffix('"').unwrap_or(quoted);
    quoted.replace(r#"\""#, "\"").replace(r"\\", r"\")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_warning_is_taken_out_of_its_header() {
        assert_eq!(
            warning(r#"299 - "`spec.desiredAgentImage` pins \"x\" \\ y""#),
            r#"`spec.desiredAgentImage` pins "x" \ y"#
        );
    }
}
