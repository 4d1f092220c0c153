//! Rancher's proxy: one read in each cluster, a few at a time. Nothing is asked twice.

use std::collections::BTreeMap;
use std::time::Duration;

use futures::StreamExt;
use http::Request;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use kube::client::Body;
use kube::config::AuthInfo;
use kube::{Client, Config};
use rancher_agent_version_policy::setting::Fact;

use crate::listed::{Key, Listed};
use crate::live::connect::{Connection, is_address};
use crate::live::deployment;
use crate::live::problem::{Asked, NOT_A_TOKEN, Problem, is_token};
use crate::live::read::get_setting;
use crate::live::running::{NotAsked, Running, skip};

/// A Deployment takes some 20 KB; a larger answer is refused.
const LONGEST_BODY: usize = 2 * 1024 * 1024;

/// What the user said of it.
#[derive(Debug, Clone)]
pub struct RancherOptions {
    /// The address, where the kubeconfig is not Rancher's.
    pub url: Option<String>,
    /// The token to go with it.
    pub token: Option<String>,
    /// Certificates in PEM to go with it.
    pub ca_certs: Option<String>,
    /// So many clusters are asked at once.
    pub parallel: usize,
    /// So long one may take.
    pub timeout: Duration,
}

/// A Rancher that is asked about its clusters.
pub struct Rancher {
    client: Client,
    parallel: usize,
    timeout: Duration,
}

impl Rancher {
    /// Rancher at an address, or the one through which the API server is reached.
    ///
    /// # Errors
    /// If there is none, or no token for it.
    pub async fn find(
        connection: &Connection,
        is_rancher: bool,
        options: &RancherOptions,
    ) -> Result<Self, String> {
        let mut config = match &options.url {
            Some(url) => named(connection, url, options).await?,
            None if is_rancher => connection.at_rancher()?,
            None => {
                return Err(format!(
                    "--running asks through Rancher, and {} is not Rancher: give its address and a \
                     token: RANCHER_TOKEN=... --rancher https://RANCHER",
                    connection.target()
                ));
            }
        };
        config.default_retry = false;
        let client = Client::try_from(config);
        Ok(Self {
            client: client
                .map_err(|error| Problem::from(&error).sentence(Asked::ListClusters, "Rancher"))?,
            parallel: options.parallel.max(1),
            timeout: options.timeout,
        })
    }

    /// Asks each of these clusters that has an agent, and is to keep it. Says after each how many are done.
    pub async fn ask(
        &self,
        clusters: impl IntoIterator<Item = &Listed>,
        mut done: impl FnMut(usize),
    ) -> BTreeMap<Key, Result<Running, NotAsked>> {
        let has_agent = |listed: &&Listed| !listed.is_local() && !listed.cluster.is_being_deleted();
        let clusters = clusters.into_iter().filter(has_agent);
        let mut answers = futures::stream::iter(clusters)
            .map(async |listed| (listed.key(), self.ask_one(listed).await))
            .buffer_unordered(self.parallel);
        let mut found = BTreeMap::new();
        while let Some((key, answer)) = answers.next().await {
            found.insert(key, answer);
            done(found.len());
        }
        found
    }

    async fn ask_one(&self, listed: &Listed) -> Result<Running, NotAsked> {
        if let Some(reason) = skip(listed) {
            return Err(reason);
        }
        let answer = tokio::time::timeout(self.timeout, self.get(listed.cluster.name()));
        let (status, body) = answer.await.map_err(|_| NotAsked::Timeout)??;
        let deployment = deployment::read(status, &body)?;
        Ok(Running {
            is_edited: listed.cluster.deployed_image() != Some(deployment.image.as_str()),
            image: deployment.image,
            roll_out: deployment.roll_out,
        })
    }

    async fn get(&self, id: &str) -> Result<(u16, Vec<u8>), NotAsked> {
        // Kubernetes gives no object another name, and any other could lead elsewhere.
        let is_name = id.starts_with(|c: char| c.is_ascii_alphanumeric())
            && id
                .bytes()
                .all(|c| c.is_ascii_alphanumeric() || b"-.".contains(&c));
        if !is_name {
            return Err(NotAsked::UnexpectedAnswer);
        }
        let path = format!(
            "/k8s/clusters/{id}/apis/apps/v1/namespaces/cattle-system/deployments/cattle-cluster-agent"
        );
        let request = Request::get(path).body(Body::empty());
        let request = request.map_err(|_| NotAsked::UnexpectedAnswer)?;
        let answer = self.client.send(request).await;
        let answer = answer.map_err(|_| NotAsked::NoConnection)?;
        let status = answer.status().as_u16();
        match Limited::new(answer.into_body(), LONGEST_BODY)
            .collect()
            .await
        {
            Ok(body) => Ok((status, body.to_bytes().into())),
            Err(error) if error.is::<LengthLimitError>() => Err(NotAsked::UnexpectedAnswer),
            Err(_) => Err(NotAsked::NoConnection),
        }
    }
}

/// Rancher at an address that the user names.
async fn named(
    connection: &Connection,
    url: &str,
    options: &RancherOptions,
) -> Result<Config, String> {
    let address = url.trim_end_matches('/').parse().ok().filter(is_address);
    let Some(address) = address else {
        return Err("--rancher is not a URL, such as https://rancher.example.com".to_owned());
    };
    let Some(token) = &options.token else {
        return Err("--rancher needs a token of Rancher in RANCHER_TOKEN".to_owned());
    };
    if !is_token(token) {
        return Err(format!("RANCHER_TOKEN {NOT_A_TOKEN}"));
    }
    let mut config = Config::new(address);
    config.auth_info = AuthInfo {
        token: Some(token.clone().into()),
        ..AuthInfo::default()
    };
    let pem = match &options.ca_certs {
        Some(pem) => pem.clone(),
        None => cacerts(connection).await,
    };
    let certificates = pem::parse_many(pem)
        .ok()
        .filter(|certificates| options.ca_certs.is_none() || !certificates.is_empty())
        .ok_or("RANCHER_CA_CERTS holds no certificates in PEM")?;
    let certificates: Vec<Vec<u8>> = certificates
        .into_iter()
        .map(pem::Pem::into_contents)
        .collect();
    config.root_cert = (!certificates.is_empty()).then_some(certificates);
    Ok(config)
}

/// Rancher's own certificate authority, if it has one and the user may see it.
async fn cacerts(connection: &Connection) -> String {
    let Ok(client) = connection.client() else {
        return String::new();
    };
    match get_setting(&client, connection.timeout, "cacerts").await {
        Ok(Fact::Value(pem)) => pem,
        _ => String::new(),
    }
}
