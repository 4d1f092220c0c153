//! A program that runs beside the tests and never outlives them, and the wait for a
//! condition.

use std::ffi::OsString;
use std::fs::{self, File};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use crate::program::Programs;

/// A running program. It is killed where this is dropped, and by the kernel if the tests
/// themselves are killed.
#[derive(Debug)]
pub struct Process {
    child: Child,
    log: PathBuf,
}

impl Process {
    /// Starts a program with an environment of its own; its output goes to `log`.
    ///
    /// # Panics
    ///
    /// If it cannot be started.
    #[must_use]
    pub fn start(
        programs: &Programs,
        program: &Path,
        arguments: &[OsString],
        environment: &[(&str, &Path)],
        log: PathBuf,
    ) -> Self {
        let output = File::create(&log).expect("a log file");
        let child = Command::new(&programs.setpriv)
            .args(["--pdeathsig", "KILL", "--"])
            .arg(program)
            .args(arguments)
            .env_clear()
            .envs(environment.iter().copied())
            .stdin(Stdio::null())
            .stderr(output.try_clone().expect("a file handle"))
            .stdout(output)
            .spawn()
            .unwrap_or_else(|error| panic!("{}: {error}", program.display()));
        Self { child, log }
    }

    /// Waits until `ready` succeeds; it is asked again and again, and says what it still saw.
    ///
    /// # Panics
    ///
    /// If the program ends before, or a minute is over.
    #[track_caller]
    pub fn until<T>(&mut self, what: &str, mut ready: impl FnMut() -> Result<T, String>) -> T {
        let Self { child, log } = self;
        until(what, || {
            if let Some(status) = child.try_wait().expect("a child process") {
                panic!("{what}: the program ended, {status}\n{}", tail(log));
            }
            ready()
        })
    }

    /// Waits until it ends, and gives its exit status.
    ///
    /// # Panics
    ///
    /// If it does not within a minute.
    #[track_caller]
    pub fn wait(&mut self) -> Option<i32> {
        let child = &mut self.child;
        until("the program ends", || match child.try_wait() {
            Ok(Some(status)) => Ok(status.code()),
            other => Err(format!("{other:?}")),
        })
    }

    /// Its id.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// All that it has written so far.
    #[must_use]
    pub fn log(&self) -> String {
        read(&self.log)
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Waits until `ready` succeeds; it is asked again and again, and says what it still saw.
///
/// # Panics
///
/// If a minute is over.
#[track_caller]
pub fn until<T>(what: &str, ready: impl FnMut() -> Result<T, String>) -> T {
    within_a_minute(ready).unwrap_or_else(|seen| panic!("{what}: not within a minute, but {seen}"))
}

/// Waits until `ready` succeeds; it is asked again and again.
///
/// # Errors
///
/// What it still saw after a minute.
pub fn within_a_minute<T>(mut ready: impl FnMut() -> Result<T, String>) -> Result<T, String> {
    let deadline = Instant::now() + Duration::from_secs(60);
    loop {
        match ready() {
            Ok(value) => return Ok(value),
            Err(seen) if Instant::now() >= deadline => return Err(seen),
            Err(_) => thread::sleep(Duration::from_millis(20)),
        }
    }
}

/// A free port of 127.0.0.1.
///
/// # Panics
///
/// If there is none.
#[must_use]
pub fn free_port() -> u16 {
    let listener = TcpListener::bind(("127.0.0.1", 0)).expect("a free port");
    listener.local_addr().expect("an address").port()
}

fn read(log: &Path) -> String {
    String::from_utf8_lossy(&fs::read(log).unwrap_or_default()).into_owned()
}

fn tail(log: &Path) -> String {
    let text = read(log);
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(30)..].join("\n")
}
