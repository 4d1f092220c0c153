//! What a table shows on a terminal.

#![cfg(unix)]

use std::fs::File;
use std::io::Read;
use std::thread;

use rustix::fs::{Mode, OFlags};
use rustix::pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt};
use rustix::termios::{Winsize, tcsetwinsize};
use serde_json::{Value, json};

use crate::fleet::{NEW, answer, cluster, some};
use crate::server::{SECRET, Server, command, kubeconfig};

/// What is shown on a terminal that is this wide, without what moves the cursor.
fn shown(server: &Server, width: u16, arguments: &[&str]) -> String {
    let screen = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY).unwrap();
    grantpt(&screen).unwrap();
    unlockpt(&screen).unwrap();
    let size = Winsize {
        ws_row: 24,
        ws_col: width,
        ws_xpixel: 0,
        ws_ypixel: 0,
    };
    tcsetwinsize(&screen, size).unwrap();
    let name = ptsname(&screen, Vec::new()).unwrap();
    let flags = OFlags::RDWR | OFlags::NOCTTY;
    let program = File::from(rustix::fs::open(name.as_c_str(), flags, Mode::empty()).unwrap());
    let mut screen = File::from(screen);
    let reader = thread::spawn(move || {
        let mut text = Vec::new();
        // The end of a terminal is an error.
        let _end = screen.read_to_end(&mut text);
        String::from_utf8(text).unwrap().replace("\r\n", "\n")
    });
    let config = kubeconfig(&server.url(), &json!({"token": SECRET}));
    let mut command = command(&config);
    command
        .args(arguments)
        .env("TERM", "xterm-256color")
        .env("NO_COLOR", "1")
        .stdout(program);
    command.status().unwrap();
    drop(command);
    let text = reader.join().unwrap();
    let widest = text.lines().map(|line| line.chars().count()).max();
    assert!(widest <= Some(width.into()), "{text}");
    text
}

#[test]
fn clusters_with_nothing_to_say_are_counted() {
    let server = Server::start(|asked| answer(asked, &some()));
    assert_eq!(
        shown(&server, 120, &[]),
        "\
NAME     DISPLAY NAME  DESIRED                DEPLOYED               VERDICT  REASON
c-bbbbb  beta          rancher-agent:v2.11.3  rancher-agent:v2.11.3  lagging  desired-lagging
c-ccccc  gamma         follows                rancher-agent:v2.11.3  lagging  deployed-lagging

4 clusters: 2 lagging, 1 current, 1 out-of-scope (Rancher v2.12.3)
2 not shown; --all shows them
"
    );
    let all = shown(&server, 120, &["--all"]);
    assert_eq!(all.lines().count(), 7, "{all}");
    // Who asks for a cluster gets it.
    let one = shown(&server, 120, &["alpha"]);
    assert_eq!(one.lines().count(), 4, "{one}");
}

#[test]
fn where_all_is_well_a_line_is_enough() {
    let server = Server::start(|asked| answer(asked, &some()[..2]));
    assert_eq!(
        shown(&server, 80, &[]),
        "2 clusters: 0 lagging, 1 current, 1 out-of-scope (Rancher v2.12.3)\n2 not shown; --all shows them\n"
    );
}

#[test]
fn a_table_fits_the_terminal() {
    let long = "a display name that goes on and on for far too long to be read";
    let image = "registry.example.com/rancher/rancher-agent:v2.10.4-hotfix-a3c0.1";
    let mut clusters = some();
    clusters.push(cluster("c-m-12345678", long, image, image));
    let server = Server::start(move |asked| answer(asked, &clusters));
    assert_eq!(
        shown(&server, 80, &[]),
        "\
NAME          DISPLAY NAME  DESIRED       DEPLOYED     VERDICT  REASON
c-m-12345678  a display n…  v2.10.4-hot…  v2.10.4-ho…  lagging  desired-lagging
c-bbbbb       beta          v2.11.3       v2.11.3      lagging  desired-lagging
c-ccccc       gamma         follows       v2.11.3      lagging  deployed-lagging

5 clusters: 3 lagging, 1 current, 1 out-of-scope (Rancher v2.12.3)
2 not shown; --all shows them
"
    );
    let _at_120 = shown(&server, 120, &[]);
}

#[test]
fn no_more_clusters_are_shown_than_somebody_reads() {
    let clusters: Vec<Value> = (0..200)
        .map(|number| cluster(&format!("c-{number:03}"), "", "a:v1.0.0", NEW))
        .collect();
    let server = Server::start(move |asked| answer(asked, &clusters));
    let text = shown(&server, 80, &[]);
    assert_eq!(
        (text.lines().count(), text.lines().last()),
        (54, Some("150 not shown; --all shows them"))
    );
}
