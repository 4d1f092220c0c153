//! An API server that answers what a test says, also wrongly or never.

use std::convert::Infallible;
use std::fs;
use std::io;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::StatusCode;
use axum::http::header::{AUTHORIZATION, CONTENT_TYPE};
use axum::response::Response;
use axum::serve::Listener;
use futures::stream::{self, StreamExt};
use rcgen::{CertifiedKey, generate_simple_self_signed};
use serde_json::{Value, json};
use tokio::net::{TcpListener, TcpStream};
use tokio::runtime::Runtime;
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::ServerConfig;
use tokio_rustls::rustls::pki_types::PrivateKeyDer;
use tokio_rustls::server::TlsStream;

/// Stands in every object and every message of an error. Nobody may print it.
pub(crate) const SECRET: &str = "s3cr3t";

/// What it was asked for.
#[derive(Debug, Clone)]
pub(crate) struct Asked {
    pub(crate) method: String,
    /// The path, without that of Rancher's proxy to `local`.
    pub(crate) path: String,
    pub(crate) query: String,
    pub(crate) token: String,
    pub(crate) user: String,
}

impl Asked {
    pub(crate) fn has(&self, parameter: &str) -> bool {
        self.query.split('&').any(|it| it == parameter)
    }

    pub(crate) fn is_watch(&self) -> bool {
        self.has("watch=true")
    }
}

/// What it answers.
pub(crate) enum Answer {
    Json(Value),
    Text(u16, &'static str, String),
    /// Never.
    Hang,
    /// Without an end, and without the end of a line.
    Endless,
    /// The start of an answer, and no more.
    Cut(String),
    /// Lines of a watch, and what comes behind them.
    Events(Vec<Value>, Then),
}

/// What comes behind the events of a watch.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Then {
    End,
    Hang,
    Cut,
}

impl Answer {
    pub(crate) fn status(code: u16, reason: &str, message: &str) -> Self {
        let status = json!({
            "kind": "Status", "apiVersion": "v1", "metadata": {}, "status": "Failure",
            "message": format!("{message} {SECRET}"), "reason": reason, "code": code,
        });
        Self::Text(code, "application/json", status.to_string())
    }

    pub(crate) fn not_found() -> Self {
        Self::Text(404, "text/plain", format!("404 page not found {SECRET}"))
    }

    async fn response(self) -> Response {
        let respond = |code: u16, kind: &str, body: Body| {
            Response::builder()
                .status(StatusCode::from_u16(code).unwrap())
                .header(CONTENT_TYPE, kind)
                .body(body)
                .unwrap()
        };
        // What stands before the end has to leave the server first.
        let end = || {
            stream::once(async {
                tokio::task::yield_now().await;
                Err(io::Error::other("the connection is cut"))
            })
        };
        match self {
            Self::Json(value) => respond(200, "application/json", value.to_string().into()),
            Self::Text(code, kind, text) => respond(code, kind, text.into()),
            Self::Hang => std::future::pending().await,
            Self::Endless => {
                let blanks = stream::repeat_with(|| Ok::<_, io::Error>(vec![b' '; 1 << 20]));
                respond(200, "application/json", Body::from_stream(blanks))
            }
            Self::Cut(start) => {
                let body = stream::iter([Ok(start)]).chain(end());
                respond(200, "application/json", Body::from_stream(body))
            }
            Self::Events(events, then) => {
                let lines: Vec<io::Result<String>> = events
                    .iter()
                    .map(|event| Ok(format!("{event}\n")))
                    .collect();
                let lines = stream::iter(lines);
                let body = match then {
                    Then::End => Body::from_stream(lines),
                    Then::Hang => Body::from_stream(lines.chain(stream::pending())),
                    Then::Cut => Body::from_stream(lines.chain(end())),
                };
                respond(200, "application/json", body)
            }
        }
    }
}

/// A server, as long as it is kept.
pub(crate) struct Server {
    pub(crate) address: SocketAddr,
    pub(crate) certificate: Option<String>,
    asked: Arc<Mutex<Vec<Asked>>>,
    runtime: Option<Runtime>,
}

impl Drop for Server {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

impl Server {
    /// Answers without TLS.
    pub(crate) fn start(answer: impl Fn(&Asked) -> Answer + Send + Sync + 'static) -> Self {
        Self::new(answer, None)
    }

    /// Answers with TLS, by a certificate that nobody knows.
    pub(crate) fn start_tls(answer: impl Fn(&Asked) -> Answer + Send + Sync + 'static) -> Self {
        let names = vec!["localhost".to_owned(), "127.0.0.1".to_owned()];
        Self::new(answer, Some(generate_simple_self_signed(names).unwrap()))
    }

    fn new(
        answer: impl Fn(&Asked) -> Answer + Send + Sync + 'static,
        key: Option<CertifiedKey<rcgen::KeyPair>>,
    ) -> Self {
        let asked = Arc::new(Mutex::new(Vec::new()));
        let log = Arc::clone(&asked);
        let answer = Arc::new(answer);
        let router = Router::new().fallback(move |request: Request| {
            let (answer, log) = (Arc::clone(&answer), Arc::clone(&log));
            async move {
                let asked = asked_for(&request);
                log.lock().unwrap().push(asked.clone());
                Ok::<_, Infallible>(answer(&asked).response().await)
            }
        });
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let listener = runtime.block_on(TcpListener::bind("127.0.0.1:0")).unwrap();
        let address = listener.local_addr().unwrap();
        let certificate = key.as_ref().map(|key| key.cert.pem());
        match key {
            None => {
                runtime.spawn(async move { axum::serve(listener, router).await });
            }
            Some(key) => {
                let listener = Tls {
                    tcp: listener,
                    acceptor: acceptor(&key),
                };
                runtime.spawn(async move { axum::serve(listener, router).await });
            }
        }
        Self {
            address,
            certificate,
            asked,
            runtime: Some(runtime),
        }
    }

    pub(crate) fn url(&self) -> String {
        let scheme = if self.certificate.is_some() {
            "https"
        } else {
            "http"
        };
        format!("{scheme}://{}", self.address)
    }

    /// What was asked for, in an order that does not depend on time.
    pub(crate) fn asked(&self) -> Vec<String> {
        let mut asked: Vec<String> = self
            .asked
            .lock()
            .unwrap()
            .iter()
            .map(|asked| match asked.query.as_str() {
                "" => asked.path.clone(),
                query => format!("{}?{query}", asked.path),
            })
            .collect();
        asked.sort();
        asked
    }

    /// Everything about what was asked for, in order.
    pub(crate) fn log(&self) -> Vec<Asked> {
        self.asked.lock().unwrap().clone()
    }
}

fn asked_for(request: &Request) -> Asked {
    let header = |name: &str| {
        let value = request.headers().get(name);
        value
            .map(|value| value.to_str().unwrap().to_owned())
            .unwrap_or_default()
    };
    let path = request.uri().path();
    Asked {
        method: request.method().to_string(),
        path: path
            .strip_prefix("/k8s/clusters/local")
            .unwrap_or(path)
            .to_owned(),
        query: request.uri().query().unwrap_or_default().to_owned(),
        token: header(AUTHORIZATION.as_str()).replace("Bearer ", ""),
        user: header("impersonate-user"),
    }
}

fn acceptor(key: &CertifiedKey<rcgen::KeyPair>) -> TlsAcceptor {
    let private = PrivateKeyDer::Pkcs8(key.signing_key.serialize_der().into());
    let provider = Arc::new(tokio_rustls::rustls::crypto::ring::default_provider());
    let config = ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .unwrap()
        .with_no_client_auth()
        .with_single_cert(vec![key.cert.der().clone()], private)
        .unwrap();
    TlsAcceptor::from(Arc::new(config))
}

/// Connections with TLS.
struct Tls {
    tcp: TcpListener,
    acceptor: TlsAcceptor,
}

impl Listener for Tls {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, SocketAddr) {
        loop {
            let Ok((stream, address)) = self.tcp.accept().await else {
                continue;
            };
            // A client that does not trust the certificate goes away.
            if let Ok(stream) = self.acceptor.accept(stream).await {
                return (stream, address);
            }
        }
    }

    fn local_addr(&self) -> io::Result<SocketAddr> {
        self.tcp.local_addr()
    }
}

/// A folder of its own for each call.
pub(crate) fn folder() -> PathBuf {
    static COUNT: AtomicUsize = AtomicUsize::new(0);
    let number = COUNT.fetch_add(1, Ordering::Relaxed);
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join(format!("live-{}-{number}", std::process::id()));
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// A kubeconfig with the context `prod` for this server, in a file.
pub(crate) fn kubeconfig(server: &str, user: &Value) -> PathBuf {
    let config = json!({
        "apiVersion": "v1",
        "kind": "Config",
        "current-context": "prod",
        "clusters": [{"name": "c", "cluster": {"server": server}}],
        "users": [{"name": "u", "user": user}],
        "contexts": [{"name": "prod", "context": {"cluster": "c", "user": "u"}}],
    });
    let path = folder().join("kubeconfig");
    fs::write(&path, config.to_string()).unwrap();
    path
}

/// The program, with this kubeconfig and nothing else around it.
pub(crate) fn command(kubeconfig: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_rancher-agents"));
    command
        .env_clear()
        .env("KUBECONFIG", kubeconfig)
        .env("SOURCE_DATE_EPOCH", "1766000000")
        .current_dir(kubeconfig.parent().unwrap())
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    command
}

/// Exit status, standard output and standard error, in which the server is called SERVER.
pub(crate) type Ran = (i32, String, String);

pub(crate) fn ran(output: &Output, server: &Server) -> Ran {
    let text = |bytes: &[u8]| {
        let text = String::from_utf8(bytes.to_vec()).unwrap();
        assert!(!text.contains(SECRET), "a secret came out: {text}");
        text.replace(&server.address.to_string(), "SERVER")
    };
    (
        output.status.code().expect("an exit status"),
        text(&output.stdout),
        text(&output.stderr),
    )
}

/// Runs the program against a server, as the user of a token.
pub(crate) fn run(server: &Server, arguments: &[&str]) -> Ran {
    run_at(server, &server.url(), arguments)
}

/// The same, by another address of the server.
pub(crate) fn run_at(server: &Server, address: &str, arguments: &[&str]) -> Ran {
    let config = kubeconfig(address, &json!({"token": SECRET}));
    let output = command(&config).args(arguments).output().unwrap();
    ran(&output, server)
}

/// What standard error says first, in every run that finds its kubeconfig.
pub(crate) const READING: &str =
    "rancher-agents: reading the clusters of context `prod` (http://SERVER)\n";
