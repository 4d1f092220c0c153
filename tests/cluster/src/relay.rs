//! A relay of TCP in front of a server, which can hold back what the server gets.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex, PoisonError};
use std::thread;

/// The relay. Its threads end with the connections.
#[derive(Debug)]
pub struct Relay {
    /// Where it listens, on 127.0.0.1.
    pub port: u16,
    gate: Arc<Gate>,
}

#[derive(Debug, Default)]
struct Gate {
    held: Mutex<bool>,
    changed: Condvar,
}

impl Gate {
    fn set(&self, held: bool) {
        *self.held.lock().unwrap_or_else(PoisonError::into_inner) = held;
        self.changed.notify_all();
    }

    fn pass(&self) {
        let held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        drop(self.changed.wait_while(held, |held| *held));
    }
}

impl Relay {
    /// Starts a relay to a port of 127.0.0.1.
    ///
    /// # Panics
    ///
    /// If there is no free port.
    #[must_use]
    pub fn start(to: u16) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let gate = Arc::new(Gate::default());
        let relay = Self {
            port,
            gate: Arc::clone(&gate),
        };
        thread::spawn(move || {
            for client in listener.incoming().flatten() {
                if let Ok(server) = TcpStream::connect(("127.0.0.1", to)) {
                    connect(&client, &server, &gate);
                }
            }
        });
        relay
    }

    /// From now on nothing gets to the server.
    pub fn hold(&self) {
        self.gate.set(true);
    }

    /// Lets pass what was held back, and all that comes.
    pub fn release(&self) {
        self.gate.set(false);
    }
}

fn connect(client: &TcpStream, server: &TcpStream, gate: &Arc<Gate>) {
    for (mut from, mut to, gate) in [
        (
            client.try_clone(),
            server.try_clone(),
            Some(Arc::clone(gate)),
        ),
        (server.try_clone(), client.try_clone(), None),
    ]
    .into_iter()
    .filter_map(|(from, to, gate)| Some((from.ok()?, to.ok()?, gate)))
    {
        thread::spawn(move || {
            let mut buffer = [0; 16 * 1024];
            while let Ok(length) = from.read(&mut buffer) {
                if let Some(gate) = &gate {
                    gate.pass();
                }
                if length == 0 || to.write_all(&buffer[..length]).is_err() {
                    break;
                }
            }
            let _ = to.shutdown(Shutdown::Both);
        });
    }
}
