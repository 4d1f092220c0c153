//! In a pod: the API server and the user are those of its service account.

use std::fs;
use std::time::Duration;

use rancher_agents::live::{Connection, Options, Pod, Problem, read};
use tokio::runtime::Builder;

use crate::fleet::{CLUSTERS, answer, some};
use crate::server::{SECRET, Server, command, folder};

/// What is found by a pod of this server, whose service account has these files.
fn found(server: &Server, files: &[(&str, &str)]) -> Result<(String, usize), Problem> {
    let folder = folder();
    for (name, text) in files {
        fs::write(folder.join(name), text).unwrap();
    }
    let pod = Pod {
        host: server.address.ip().to_string(),
        port: server.address.port().to_string(),
        service_account: folder.clone(),
    };
    let options = Options {
        timeout: Duration::from_secs(30),
        ..Options::default()
    };
    let runtime = Builder::new_current_thread().enable_all().build().unwrap();
    let found = runtime.block_on(async {
        let connection = Connection::in_pod(&pod, &options)?;
        let seen = read(&connection, None, true, |_| ()).await;
        let clusters = seen.expect("the clusters").inventory.clusters.len();
        Ok((connection.target(), clusters))
    });
    let known = |text: String| {
        text.replace(folder.to_str().unwrap(), "FOLDER")
            .replace(&server.address.to_string(), "SERVER")
    };
    match found {
        Ok((target, clusters)) => Ok((known(target), clusters)),
        Err(Problem::Pod(reason)) => Err(Problem::Pod(known(reason))),
        Err(problem) => Err(problem),
    }
}

#[test]
fn the_api_server_of_the_pod_is_asked_as_its_service_account() {
    let server = Server::start_tls(|asked| answer(asked, &some()));
    let certificate = server.certificate.clone().unwrap();
    let files = [("token", SECRET), ("ca.crt", certificate.as_str())];
    let target = "the cluster of this pod (https://SERVER)".to_owned();
    assert_eq!(found(&server, &files), Ok((target, 4)));
    let log = server.log();
    let asked = log.iter().find(|asked| asked.path == CLUSTERS).unwrap();
    assert_eq!(asked.token, SECRET);
}

#[test]
fn what_a_service_account_lacks_is_named() {
    let server = Server::start_tls(|asked| answer(asked, &some()));
    let lacks = |name: &str| {
        let reason = format!("FOLDER/{name}: No such file or directory (os error 2)");
        Err(Problem::Pod(reason))
    };
    assert_eq!(found(&server, &[("ca.crt", "")]), lacks("token"));
    assert_eq!(found(&server, &[("token", SECRET)]), lacks("ca.crt"));
}

/// The program takes it from where Kubernetes has it. (Who runs this in a pod sees its own.)
#[test]
fn the_program_looks_where_kubernetes_mounts_it() {
    let run = |host: &str| {
        let output = command("none".as_ref())
            .current_dir(folder())
            .env("KUBERNETES_SERVICE_HOST", host)
            .env("KUBERNETES_SERVICE_PORT", "1")
            .output()
            .unwrap();
        String::from_utf8(output.stderr).unwrap()
    };
    let token = "/var/run/secrets/kubernetes.io/serviceaccount/token";
    let said = match fs::exists(token).unwrap() {
        false => format!(
            "rancher-agents: this is a pod, but its service account cannot be used: {token}: No such \
             file or directory (os error 2); name a kubeconfig with --kubeconfig, or let Kubernetes \
             mount the token (automountServiceAccountToken)\n"
        ),
        true => {
            "rancher-agents: reading the clusters of the cluster of this pod (https://[::1]:1)\n"
                .to_owned()
        }
    };
    assert!(run("::1").starts_with(&said), "{}", run("::1"));
    let no_address = "rancher-agents: this is a pod, but its service account cannot be used: \
                      KUBERNETES_SERVICE_HOST and KUBERNETES_SERVICE_PORT name no address";
    assert!(run("a b").starts_with(no_address), "{}", run("a b"));
}
