//! Everything that is asked for once: the clusters, in chunks, and two Settings by name.

use std::collections::BTreeSet;
use std::future::Future;
use std::sync::Arc;
use std::time::Duration;

use http::{Request, StatusCode};
use http_body_util::{BodyExt, Limited};
use kube::Client;
use kube::api::{Api, ListParams};
use kube::client::Body;
use kube::config::AuthInfo;
use rancher_agent_version_policy::setting::{Fact, SettingName};
use serde_json::Value;

use crate::input::{Entry, Event, Setting};
use crate::inventory::Inventory;
use crate::listed::Listed;
use crate::live::connect::Connection;
use crate::live::items::{ClusterItem, SettingItem};
use crate::live::problem::{Asked, Problem};
use crate::text::short;

/// So many clusters are asked for at a time, as kubectl does.
const PAGE: u32 = 500;

/// `/rancherversion` only adds a warning, so its time limit is short.
const VERSION_TIMEOUT: Duration = Duration::from_secs(5);

/// How far the list is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// So many clusters were read.
    pub read: usize,
    /// So many there are, as far as the server tells.
    pub total: Option<usize>,
}

/// What the API server said.
#[derive(Debug)]
pub struct Seen {
    /// Clusters and Settings.
    pub inventory: Inventory,
    /// Whether the API server is reached through Rancher itself.
    pub is_rancher: bool,
    /// What is odd about it, fit to print.
    pub warnings: Vec<String>,
}

/// Reads the clusters that have these labels, and the Settings. Where the version to compare
/// with is given, Settings that may not be read are none.
///
/// # Errors
/// Why they cannot be read, in a sentence.
pub async fn read(
    connection: &Connection,
    labels: Option<&str>,
    needs_version: bool,
    mut progress: impl FnMut(Progress),
) -> Result<Seen, String> {
    let target = connection.target();
    let say = |problem: Problem, asked| problem.sentence(asked, &target);
    if connection.downstream_id().is_some() {
        return Err(say(Problem::Downstream, Asked::ListClusters));
    }
    let client = connection.client();
    let client = client.map_err(|problem| say(problem, Asked::ListClusters))?;
    let setting = |name: SettingName| get_setting(&client, connection.timeout, name.into());
    let clusters = async {
        match list(&client, connection, labels, &mut progress).await {
            // They changed so much meanwhile that the server forgot where it was.
            Err(Problem::Gone) => list(&client, connection, labels, &mut progress).await,
            result => result,
        }
    };
    let (clusters, version, image, of_binary) = tokio::join!(
        clusters,
        setting(SettingName::ServerVersion),
        setting(SettingName::AgentImage),
        rancher_version(connection),
    );
    let clusters = clusters.map_err(|problem| say(problem, Asked::ListClusters))?;
    if labels.is_none()
        && matches!(clusters.as_slice(), [only] if only.is_local())
        && is_downstream(&client, connection.timeout).await
    {
        return Err(say(Problem::Downstream, Asked::ListClusters));
    }

    let mut inventory = Inventory::default();
    inventory.is_read = true;
    for cluster in clusters {
        inventory.add("", Entry::Cluster(Event::Listed, Box::new(cluster)));
    }
    let mut warnings = Vec::new();
    for (name, value) in [
        (SettingName::ServerVersion, version),
        (SettingName::AgentImage, image),
    ] {
        match value {
            Ok(value) => {
                let setting = Setting { name, value };
                inventory.add("", Entry::Setting(Event::Listed, setting));
            }
            Err(problem) if needs_version && name == SettingName::ServerVersion => {
                return Err(say(problem, Asked::Setting(name.into())));
            }
            Err(Problem::NotFound) => {}
            Err(problem) if needs_version => {
                warnings.push(say(problem, Asked::Setting(name.into())));
            }
            Err(_) => {}
        }
    }
    if let (Some(Fact::Value(stored)), Some(of_binary)) =
        (&inventory.settings.server_version, &of_binary)
    {
        warnings.extend(version_warning(stored, of_binary));
    }
    Ok(Seen {
        inventory,
        is_rancher: of_binary.is_some(),
        warnings,
    })
}

/// What to say where the Setting tells another version than the Rancher that answers.
fn version_warning(stored: &str, of_binary: &str) -> Option<String> {
    (stored != of_binary).then(|| {
        format!(
            "the Setting `server-version` says {}, but the Rancher that answers is {}: an upgrade \
             is under way, or the Setting is stale; agents are compared with the Setting",
            short(stored),
            short(of_binary)
        )
    })
}

/// Lists the clusters page by page.
async fn list(
    client: &Client,
    connection: &Connection,
    labels: Option<&str>,
    progress: &mut impl FnMut(Progress),
) -> Result<Vec<Listed>, Problem> {
    let source: Arc<str> = connection.source().into();
    let api: Api<ClusterItem> = Api::all(client.clone());
    let mut parameters = ListParams::default().limit(PAGE);
    parameters.label_selector = labels.map(str::to_owned);
    let mut clusters = Vec::new();
    let mut names = BTreeSet::new();
    loop {
        let page = limited(connection.timeout, api.list(&parameters)).await?;
        if !["ClusterList", "List"].contains(&page.types.kind.as_str()) {
            return Err(Problem::NotKubernetes);
        }
        let before = names.len();
        names.extend(page.items.iter().map(|item| item.name().to_owned()));
        let has_new = names.len() > before;
        let items = page.items.into_iter();
        clusters.extend(items.map(|item| item.listed(&source)));
        let left = page.metadata.remaining_item_count;
        let left = left.and_then(|left| usize::try_from(left).ok());
        progress(Progress {
            read: clusters.len(),
            total: left.map(|left| left + clusters.len()),
        });
        parameters.continue_token = page.metadata.continue_.filter(|token| !token.is_empty());
        if parameters.continue_token.is_none() {
            return Ok(clusters);
        }
        // Such a list may have no end.
        if !has_new {
            return Err(Problem::NotKubernetes);
        }
    }
}

/// The effective value of a Setting.
pub(super) async fn get_setting(
    client: &Client,
    timeout: Duration,
    name: &str,
) -> Result<Fact, Problem> {
    let api: Api<SettingItem> = Api::all(client.clone());
    let setting = limited(timeout, api.get(name)).await?;
    Ok(setting.value)
}

/// An answer within a time.
pub(super) async fn limited<T>(
    limit: Duration,
    answer: impl Future<Output = kube::Result<T>>,
) -> Result<T, Problem> {
    match tokio::time::timeout(limit, answer).await {
        Ok(answer) => answer.map_err(|error| Problem::from(&error)),
        Err(_) => Err(Problem::Timeout(limit)),
    }
}

/// Whether an agent runs here and Rancher does not. Who may not see that is not told.
async fn is_downstream(client: &Client, timeout: Duration) -> bool {
    let is_there = async |name: &str| {
        let path = format!("/apis/apps/v1/namespaces/cattle-system/deployments/{name}");
        let request = Request::get(path).body(Body::empty()).ok()?;
        match limited(timeout, client.send(request)).await {
            Ok(_) => Some(true),
            Err(Problem::NotFound) => Some(false),
            Err(_) => None,
        }
    };
    is_there("cattle-cluster-agent").await == Some(true) && is_there("rancher").await == Some(false)
}

/// The version of the Rancher that answers, if one does. It is asked without credentials.
pub async fn rancher_version(connection: &Connection) -> Option<String> {
    let mut config = connection.at_rancher().ok()?;
    config.auth_info = AuthInfo::default();
    config.default_retry = false;
    let client = Client::try_from(config).ok()?;
    let request = Request::get("/rancherversion").body(Body::empty()).ok()?;
    let body = tokio::time::timeout(VERSION_TIMEOUT.min(connection.timeout), async {
        let answer = client.send(request).await.ok()?;
        if answer.status() != StatusCode::OK {
            return None;
        }
        let body = Limited::new(answer.into_body(), 64 * 1024);
        body.collect().await.ok()
    });
    let body = body.await.ok()??.to_bytes();
    let answer: Value = serde_json::from_slice(&body).ok()?;
    Some(answer["Version"].as_str()?.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_version_than_the_setting_says_is_told() {
        assert_eq!(version_warning("v2.12.3", "v2.12.3"), None);
        assert_eq!(
            version_warning("v2.12.3", "v2.13.0").as_deref(),
            Some(
                "the Setting `server-version` says v2.12.3, but the Rancher that answers is \
                 v2.13.0: an upgrade is under way, or the Setting is stale; agents are compared \
                 with the Setting"
            )
        );
    }
}
