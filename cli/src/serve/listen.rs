//! Connections: as many as some scrapers need, each for one request, and none for long. Who
//! connects and says nothing keeps nobody out, nor the exporter from its end.

use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::extract::Request;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, watch};
use tokio::task::JoinSet;
use tower::ServiceExt;

/// So many connections at once.
const MOST: usize = 256;

/// So long a request may take until it is there, and the answer until it is read.
const REQUEST: Duration = Duration::from_secs(5);
const ANSWER: Duration = Duration::from_secs(30);

/// So long an answer that has begun may take at the end.
const END: Duration = Duration::from_secs(2);

/// Answers until `stop` is over, and then what was asked before.
pub(super) async fn listen(
    listener: TcpListener,
    router: Router,
    stop: impl Future<Output = ()>,
) -> io::Result<()> {
    let slots = Arc::new(Semaphore::new(MOST));
    let (stopper, stopped) = watch::channel(());
    let mut connections = JoinSet::new();
    let mut stop = pin!(stop);
    loop {
        let (stream, slot) = tokio::select! {
            () = &mut stop => break,
            accepted = accept(&listener, &slots) => accepted?,
        };
        connections.spawn(answer(stream, router.clone(), stopped.clone(), slot));
        while connections.try_join_next().is_some() {}
    }
    drop((listener, stopper));
    connections.join_all().await;
    Ok(())
}

async fn accept(
    listener: &TcpListener,
    slots: &Arc<Semaphore>,
) -> io::Result<(TcpStream, OwnedSemaphorePermit)> {
    let slot = Arc::clone(slots).acquire_owned().await;
    let slot = slot.map_err(io::Error::other)?;
    loop {
        match listener.accept().await {
            Ok((stream, _)) => return Ok((stream, slot)),
            // The other side is gone again, or there may be no more files for now.
            Err(_) => tokio::time::sleep(Duration::from_millis(100)).await,
        }
    }
}

async fn answer(
    stream: TcpStream,
    router: Router,
    mut stopped: watch::Receiver<()>,
    _slot: OwnedSemaphorePermit,
) {
    let service = hyper::service::service_fn(move |request: hyper::Request<Incoming>| {
        let request: Request = request.map(axum::body::Body::new);
        router.clone().oneshot(request)
    });
    let connection = http1::Builder::new()
        .timer(TokioTimer::new())
        .header_read_timeout(REQUEST)
        .keep_alive(false)
        .serve_connection(TokioIo::new(stream), service);
    let mut connection = pin!(connection);
    tokio::select! {
        _ = &mut connection => {}
        () = tokio::time::sleep(ANSWER) => {}
        // It fails when nobody can say anything any more.
        _ = stopped.changed() => {
            connection.as_mut().graceful_shutdown();
            let _over = tokio::time::timeout(END, connection).await;
        }
    }
}
