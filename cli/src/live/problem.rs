//! Why an API server did not give what it was asked for, and what to do about it. Each is
//! its own sentence; none repeats what the server said.

use std::io::ErrorKind;
use std::iter;
use std::time::Duration;

use futures::StreamExt;
use http::{HeaderValue, Response};
use http_body_util::{BodyExt, BodyStream, StreamBody};
use kube::client::{AuthError, ClientBuilder, DynBody};
use kube::config::KubeconfigError;
use kube::{Client, Config};
use serde_json::Value;
use thiserror::Error;
use tower::BoxError;
use tower::util::AndThenLayer;

use crate::text::printable;

/// No line of an answer is longer: a page of clusters is one line, and so is an event.
const LONGEST_LINE: usize = 128 * 1024 * 1024;

/// Of a refusal no more is read than this: it is looked at and not kept.
const LONGEST_REFUSAL: usize = 64 * 1024;

/// What was asked for when something went wrong.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    /// To list the clusters.
    ListClusters,
    /// To watch the clusters.
    WatchClusters,
    /// To get a Setting, or to watch it, by this name.
    Setting(&'static str),
}

impl Asked {
    /// Verb and resource, as kubectl says it.
    fn words(self) -> String {
        match self {
            Self::ListClusters => "list clusters.management.cattle.io".to_owned(),
            Self::WatchClusters => "watch clusters.management.cattle.io".to_owned(),
            Self::Setting(name) => format!("read settings.management.cattle.io {name}"),
        }
    }
}

/// Why there is no answer.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{self:?}")]
pub enum Problem {
    /// 401: who asks is not known.
    Unauthorized,
    /// Rancher knows no such token: it is expired, deleted or for another cluster.
    DeadToken,
    /// Kubernetes' 403: no right.
    Forbidden,
    /// Rancher's 403 without a body: the user may not see the cluster `local`.
    NoAccessToLocal,
    /// 404: the API server does not know the resource, or has no such object.
    NotFound,
    /// 410: what was read has changed too much meanwhile.
    Gone,
    /// The server answers with an error of its own.
    Server(u16),
    /// 400, 422: the server does not take the request as it is.
    BadRequest(u16),
    /// The answer is not what Kubernetes answers, such as a page in HTML.
    NotKubernetes,
    /// The answer goes on for longer than any does.
    TooLong,
    /// The time is over.
    Timeout(Duration),
    /// There is no connection, for this reason.
    Unreachable(String),
    /// The connection ended in the middle of the answer.
    Cut,
    /// The credentials cannot be had, for this reason.
    Credentials(String),
    /// The kubeconfig cannot be used, for this reason.
    Kubeconfig(String),
    /// This is a pod, but does not reach its API server, for this reason.
    Pod(String),
    /// The kubeconfig is that of a downstream cluster.
    Downstream,
}

impl Problem {
    /// Whether it may be over soon, so that the same may be asked again.
    pub(super) fn may_pass(&self) -> bool {
        match self {
            Self::Gone | Self::Timeout(_) | Self::Unreachable(_) | Self::Cut => true,
            Self::Server(code) => *code == 429 || *code >= 500,
            _ => false,
        }
    }
}

/// What an HTTP status means, with this body, which Kubernetes may have written.
fn refused(code: u16, is_status: bool, body: &str) -> Problem {
    match code {
        401 => Problem::Unauthorized,
        403 if !is_status && body.contains("system:unauthenticated") => Problem::DeadToken,
        403 if body.is_empty() => Problem::NoAccessToLocal,
        403 => Problem::Forbidden,
        404 => Problem::NotFound,
        410 => Problem::Gone,
        400 | 422 => Problem::BadRequest(code),
        // An event of an unknown type has none.
        0..400 => Problem::NotKubernetes,
        code => Problem::Server(code),
    }
}

/// What an answer means that is not a success. Of its body no more is read than it takes.
async fn refused_by(answer: Response<Box<DynBody>>) -> Problem {
    let code = answer.status().as_u16();
    let mut body = answer.into_body();
    let mut text = Vec::new();
    while let Some(Ok(frame)) = body.frame().await
        && text.len() < LONGEST_REFUSAL
    {
        text.extend_from_slice(frame.data_ref().map_or(&[], |data| data));
    }
    let status: Value = serde_json::from_slice(&text).unwrap_or_default();
    let is_status = status["kind"] == "Status";
    refused(code, is_status, &String::from_utf8_lossy(&text))
}

/// A client whose every answer that is not a success is a [`Problem`].
pub(super) fn client(config: Config) -> Result<Client, Problem> {
    // Where a token is no header, kube panics.
    let user = serde_json::to_value(&config.auth_info).unwrap_or_default();
    if !user["token"].as_str().is_none_or(is_token) {
        return Err(Problem::Credentials(format!("its token {NOT_A_TOKEN}")));
    }
    let builder = ClientBuilder::try_from(config).map_err(|error| Problem::from(&error))?;
    let layer = AndThenLayer::new(success);
    Ok(builder.with_layer(&layer).build())
}

/// Whether this can be sent as a token.
pub(super) fn is_token(text: &str) -> bool {
    HeaderValue::from_str(text).is_ok()
}

/// Said of a text that is none.
pub(super) const NOT_A_TOKEN: &str =
    "holds a character that no token has, such as the end of a line";

/// The body, which is an error where a line of it gets too long.
fn bounded(body: Box<DynBody>) -> Box<DynBody> {
    let mut length = 0;
    let frames = BodyStream::new(body).map(move |frame| {
        let frame = frame?;
        let data = frame.data_ref().map_or(&[][..], |data| data);
        length = match memchr::memrchr(b'\n', data) {
            Some(end) => data.len() - end - 1,
            None => length + data.len(),
        };
        match length <= LONGEST_LINE {
            true => Ok(frame),
            false => Err(BoxError::from(Problem::TooLong)),
        }
    });
    Box::new(StreamBody::new(frames))
}

async fn success(answer: Response<Box<DynBody>>) -> Result<Response<Box<DynBody>>, BoxError> {
    let status = answer.status();
    if status.is_client_error() || status.is_server_error() {
        return Err(refused_by(answer).await.into());
    }
    Ok(answer.map(bounded))
}

impl From<&kube::Error> for Problem {
    fn from(error: &kube::Error) -> Self {
        match error {
            // In the events of a watch.
            kube::Error::Api(status) => refused(status.code, true, &status.message),
            kube::Error::SerdeError(_)
            | kube::Error::FromUtf8(_)
            | kube::Error::LinesCodecMaxLineLengthExceeded => Self::NotKubernetes,
            kube::Error::ReadEvents(error) => {
                let problem = error.get_ref().and_then(|it| problem(it));
                problem.unwrap_or(Self::Cut)
            }
            // Its URL may hold a password.
            kube::Error::ProxyProtocolUnsupported { .. }
            | kube::Error::ProxyProtocolDisabled { .. } => Self::Kubeconfig(
                "its proxy, or that of the environment, speaks neither HTTP nor SOCKS5".to_owned(),
            ),
            kube::Error::Auth(error) => Self::Credentials(credentials(error)),
            kube::Error::InferKubeconfig(error) => error.into(),
            error if causes(error).any(is_cut) => Self::Cut,
            error => from_service(error),
        }
    }
}

type Cause = dyn std::error::Error + 'static;

/// An error, what it comes from, and so on to the innermost.
fn causes(error: &Cause) -> impl Iterator<Item = &Cause> {
    iter::successors(Some(error), |error| (*error).source())
}

/// Out of a tower of errors: what kube itself says of credentials, else the innermost.
fn from_service(error: &kube::Error) -> Problem {
    if let Some(problem) = problem(error) {
        return problem;
    }
    if let Some(error) = causes(error).find_map(<Cause>::downcast_ref) {
        return Problem::Credentials(credentials(error));
    }
    let innermost = causes(error).last().map(ToString::to_string);
    Problem::Unreachable(printable(&innermost.unwrap_or_default()))
}

/// The problem that is the reason of an error.
fn problem(error: &Cause) -> Option<Problem> {
    causes(error).find_map(<Cause>::downcast_ref).cloned()
}

/// Whether an answer had begun when the connection ended.
fn is_cut(error: &Cause) -> bool {
    if let Some(error) = error.downcast_ref::<hyper::Error>() {
        return error.is_incomplete_message() || error.is_body_write_aborted();
    }
    let error = error.downcast_ref::<std::io::Error>();
    error.is_some_and(|error| {
        matches!(
            error.kind(),
            ErrorKind::UnexpectedEof | ErrorKind::ConnectionReset
        )
    })
}

/// Why there are no credentials. What a plugin has printed may be a token.
fn credentials(error: &AuthError) -> String {
    match error {
        AuthError::AuthExecStart(error) => {
            format!("its exec plugin cannot be started: {error}")
        }
        AuthError::AuthExecRun { out, .. } => {
            format!("its exec plugin failed ({}); log in again", out.status)
        }
        AuthError::ReadTokenFile(error, path) => {
            format!("{}: {error}", printable(&path.to_string_lossy()))
        }
        AuthError::MissingCommand => "its exec plugin has no command".to_owned(),
        _ => "its credentials cannot be used".to_owned(),
    }
}

impl From<&KubeconfigError> for Problem {
    /// A kubeconfig holds tokens: nothing of its text is repeated but names.
    fn from(error: &KubeconfigError) -> Self {
        Self::Kubeconfig(match error {
            KubeconfigError::CurrentContextNotSet => {
                "it has no current context; choose one: --context NAME".to_owned()
            }
            KubeconfigError::LoadContext(name) => format!(
                "it has no context `{}`; kubectl config get-contexts lists them",
                printable(name)
            ),
            KubeconfigError::LoadClusterOfContext(name) => {
                format!(
                    "it has no cluster `{}`, which the context names",
                    printable(name)
                )
            }
            KubeconfigError::ReadConfig(error, path) => {
                format!("{}: {error}", printable(&path.to_string_lossy()))
            }
            KubeconfigError::Parse(_) => "it is not valid YAML, or not a kubeconfig".to_owned(),
            KubeconfigError::MissingClusterUrl | KubeconfigError::ParseClusterUrl(_) => {
                "the server of its cluster is not a URL".to_owned()
            }
            KubeconfigError::LoadCertificateAuthority(_)
            | KubeconfigError::ParseCertificates(_) => {
                "the certificate authority of its cluster cannot be read".to_owned()
            }
            KubeconfigError::LoadClientCertificate(_) | KubeconfigError::LoadClientKey(_) => {
                "the client certificate of its user cannot be read".to_owned()
            }
            KubeconfigError::ParseProxyUrl(_) | KubeconfigError::ParseNoProxy(_) => {
                "its proxy, or that of the environment, is not a URL".to_owned()
            }
            _ => "it cannot be used".to_owned(),
        })
    }
}

impl Problem {
    /// What happened and what to do, in one sentence. `target` is the API server that was
    /// asked, as [`super::Connection::target`] names it.
    #[must_use]
    pub fn sentence(&self, asked: Asked, target: &str) -> String {
        let words = asked.words();
        match self {
            Self::Unauthorized => format!(
                "{target} does not accept these credentials (401): they may have expired; log in \
                 again, or download the kubeconfig anew"
            ),
            Self::DeadToken => format!(
                "{target}: Rancher does not know this token (403): it has expired, was deleted, or \
                 is for another cluster; log in to Rancher and download the kubeconfig of `local` anew"
            ),
            Self::Forbidden => format!(
                "{target}: this user may not {words} (403): bind the ClusterRole of \
                 deploy/command.yaml to it, or ask with --as or --context as one who may"
            ),
            Self::NoAccessToLocal => format!(
                "{target}: Rancher refuses to {words} and says no more (403): it does so where a user \
                 may not see the cluster `local`; ask for that right, or use a kubeconfig of the \
                 cluster in which Rancher runs"
            ),
            Self::NotFound => match asked {
                Asked::Setting(name) => format!(
                    "{target} has no Setting `{name}`; give the version that the server has: \
                     --server-version"
                ),
                Asked::ListClusters | Asked::WatchClusters => format!(
                    "{target} has no clusters.management.cattle.io (404): Rancher does not run in \
                     this cluster; choose the one in which it does: --context NAME"
                ),
            },
            Self::Gone => format!(
                "{target}: the clusters changed faster than they could be read (410); run it again"
            ),
            Self::Server(code) => format!(
                "{target} could not {words} ({code}): that is an error of the server; try again later"
            ),
            Self::BadRequest(code) => format!(
                "{target} does not take the request to {words} ({code}): are the labels of -l right?"
            ),
            Self::TooLong => format!(
                "{target}: the answer goes on for longer than any list of clusters; does \
                 kubectl get --raw /version work?"
            ),
            Self::NotKubernetes => format!(
                "{target} does not answer as Kubernetes does: does a proxy or a login page stand in \
                 between? kubectl get --raw /version shows it"
            ),
            Self::Timeout(limit) => format!(
                "{target} did not answer within {}; give it more time: --request-timeout",
                humantime::format_duration(*limit)
            ),
            Self::Unreachable(reason) => format!(
                "{target} cannot be reached: {reason}; does kubectl get --raw /version work?"
            ),
            Self::Cut => {
                format!("{target}: the connection ended before the answer did; run it again")
            }
            Self::Credentials(reason) => format!("{target}: {reason}"),
            Self::Kubeconfig(reason) => format!("the kubeconfig cannot be used: {reason}"),
            Self::Pod(reason) => format!(
                "this is a pod, but its service account cannot be used: {reason}; name a kubeconfig \
                 with --kubeconfig, or let Kubernetes mount the token (automountServiceAccountToken)"
            ),
            Self::Downstream => format!(
                "{target} is a downstream cluster: it has an agent, and a cluster `local` of its \
                 own, but no Rancher; choose the cluster in which Rancher runs: --context NAME"
            ),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_status_means_one_thing() {
        let forbidden = r#"{"kind":"Status","message":"forbidden: User \"u-x\" cannot list"}"#;
        let dead = r#"{"Code":{"Code":"Forbidden"},"Message":"User \"system:unauthenticated\""}"#;
        for (code, is_status, body, expected) in [
            (401, true, "Unauthorized", Problem::Unauthorized),
            (401, false, "<html>", Problem::Unauthorized),
            (403, true, forbidden, Problem::Forbidden),
            (403, false, "", Problem::NoAccessToLocal),
            (403, false, dead, Problem::DeadToken),
            (403, false, "<html>", Problem::Forbidden),
            (404, true, "the server could not find", Problem::NotFound),
            (404, false, "404 page not found", Problem::NotFound),
            (410, true, "too old", Problem::Gone),
            (500, false, "disconnected", Problem::Server(500)),
            (503, true, "", Problem::Server(503)),
        ] {
            assert_eq!(refused(code, is_status, body), expected, "{code} {body}");
        }
    }
}
