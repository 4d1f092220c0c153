//! Whatever a user writes into an object, a Setting or the policy's settings: what is
//! said about it is bounded, shows all that it holds, and keeps it in its quotes.

use std::collections::BTreeMap;

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;
use rancher_agent_version_policy::setting::{Fact, Fault};
use serde_json::{Value, json};

use super::payload::{PAYLOAD, shaped};
use super::requests::{Ask, asks, image};
use super::run::{answer, reaches};
use super::seen::Seen;
use super::tags::tag;

/// Stands in every hostile text, and nowhere else, since it is no ASCII.
const MARK: &str = "測";

/// Text that wants to leave its line, its quotes or its limit.
fn hostile() -> impl Strategy<Value = String> {
    let odd = select(
        &[
            "`",
            "`",
            "\\",
            "\n",
            "\r\n",
            "\0",
            "\u{1b}[31m",
            "\u{7f}",
            "\u{85}",
            "\u{ad}",
            "\u{200b}",
            "\u{202e}",
            "\u{2028}",
            "\u{2066}",
            "\u{feff}",
            "\u{e0041}",
            "'; x #",
            "$(x)",
            "\"",
            "\\u{60}",
            "...",
            ":",
            "/",
            "@",
            "🦀",
            "e\u{301}",
            MARK,
        ][..],
    );
    let piece = prop_oneof![
        4 => odd.prop_map(str::to_owned),
        1 => any::<char>().prop_map(String::from),
        1 => "[a-z0-9.-]{1,9}",
    ];
    let count = prop_oneof![8 => Just(1_usize), 2 => 2..40_usize, 1 => 200..600_usize];
    vec((piece, count), 0..5).prop_map(|pieces| {
        let text: String = pieces
            .iter()
            .map(|(piece, count)| piece.repeat(*count))
            .collect();
        format!("{MARK}{text}{MARK}")
    })
}

/// Versions that are as long as they can be.
fn long_tag() -> impl Strategy<Value = String> {
    let number = prop_oneof![3 => 0..12_u64, 1 => Just(u64::MAX)];
    let numbers =
        (number.clone(), number.clone(), number).prop_map(|(a, b, c)| format!("{a}.{b}.{c}"));
    let word = prop_oneof!["[a-z]{1,60}", "[0-9]{1,18}", "[a-z]{40}-[a-z]{40}"];
    (numbers, word).prop_map(|(numbers, word)| format!("v{numbers}-{word}"))
}

fn hostile_image() -> impl Strategy<Value = String> {
    let any_tag = prop_oneof![tag(), long_tag()];
    prop_oneof![
        2 => hostile(),
        2 => (hostile(), any_tag.clone()).prop_map(|(registry, tag)| format!("{registry}/a:{tag}")),
        3 => any_tag.prop_map(|tag| format!("a/b:{tag}")),
        2 => image(),
    ]
}

fn hostile_name() -> impl Strategy<Value = String> {
    let long = "[a-z0-9]{63}(\\.[a-z0-9]{63}){3}";
    prop_oneof![4 => hostile(), 1 => Just(String::new()), 1 => long, 2 => "c-m-[a-z0-9]{8}"]
}

fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(u32::from(c),
            0xad | 0x61c | 0x6dd | 0x70f | 0x8e2 | 0x180e | 0xfeff | 0x110bd | 0x110cd | 0xe0001
            | 0x600..=0x605 | 0x890..=0x891 | 0x200b..=0x200f | 0x2028..=0x202e
            | 0x2060..=0x2064 | 0x2066..=0x206f | 0xfff9..=0xfffb | 0x13430..=0x1343f
            | 0x1bca0..=0x1bca3 | 0x1d173..=0x1d17a | 0xe0020..=0xe007f)
}

/// What is wrong with a text of an answer; `is_quoted` if text of others stands in
/// backticks in it.
fn wrongs(text: &str, limit: usize, is_quoted: bool) -> Vec<String> {
    let mut wrongs = Vec::new();
    let length = text.chars().count();
    if length > limit {
        wrongs.push(format!("{length} characters: {text}"));
    }
    if text.chars().any(is_hidden) {
        wrongs.push(format!("hidden characters: {text:?}"));
    }
    let pieces: Vec<&str> = text.split('`').collect();
    let outside: String = pieces.iter().step_by(2).copied().collect();
    let is_open = pieces.len().is_multiple_of(2);
    if is_quoted && (is_open || outside.chars().any(|c| !matches!(c, ' '..='~'))) {
        wrongs.push(format!("out of its quotes: {text}"));
    }
    if !is_quoted && pieces.len() > 1 {
        wrongs.push(format!("a backtick: {text}"));
    }
    wrongs
}

fn all_wrongs(response: &Seen, message_limit: usize) -> Vec<String> {
    let mut all = Vec::new();
    if let Some(message) = &response.message {
        all.extend(wrongs(message, message_limit, true));
        // A command names what can stand in one.
        if let Some((_, command)) = message.split_once("kubectl patch ") {
            let name = command.strip_prefix("clusters.management.cattle.io ");
            let name = name.and_then(|rest| rest.split_once(" --type=merge -p '{\"spec\":{"));
            let name = name.map(|(name, _)| name).unwrap_or("'");
            if name.contains(|c: char| !matches!(c, 'a'..='z' | '0'..='9' | '-' | '.')) {
                all.push(format!("no command: {command}"));
            }
        }
    }
    for warning in &response.warnings {
        all.extend(wrongs(warning, 120, true));
    }
    for (key, text) in &response.audit_annotations {
        all.extend(wrongs(key, 63, false));
        all.extend(wrongs(text, 256, false));
    }
    all
}

/// True if a sentence that ends with the server's version lost its end: it names the
/// version, or the beginning of it with the mark of a cut.
fn is_cut_off(warning: &str, server: &str) -> bool {
    let named = warning.rsplit_once(" Rancher ").map(|(_, named)| named);
    named.is_some_and(|named| match named.strip_suffix("...") {
        Some(beginning) => !server.starts_with(beginning),
        None => named != server,
    })
}

const MESSAGE_LIMIT: usize = 2048;

fn hostile_asks() -> impl Strategy<Value = Ask> {
    let server = prop_oneof![3 => tag(), 3 => long_tag(), 1 => hostile()];
    let asks = asks(
        hostile_image().boxed(),
        hostile_name().boxed(),
        server.boxed(),
    );
    asks.prop_map(|mut ask| {
        // What is not a version cannot be a setting; see below for those.
        ask.is_static = ask.is_static && !format!("{:?}", ask.server).contains(MARK);
        ask
    })
}

#[test]
fn hostile_texts_are_told_cut_and_escaped() {
    let classes = |ask: Ask| {
        let answer = ask.answer();
        let (json, response) = (answer.json().to_string(), answer.response);
        let message = response.message.unwrap_or_default();
        let times = |class: &str, times: usize| vec![class.to_owned(); times];
        [
            times("message", usize::from(!message.is_empty())),
            times("warning", response.warnings.len()),
            times("cut", json.matches("...").count()),
            times("escaped", json.matches("u{60}").count()),
            times("command", message.matches("kubectl patch").count()),
        ]
        .concat()
    };
    let least = [
        ("message", 150),
        ("warning", 150),
        ("cut", 150),
        ("escaped", 80),
        ("command", 8),
    ];
    reaches(hostile_asks(), 1000, classes, &least);
}

/// Settings of the policy, few of which are valid.
fn hostile_settings() -> impl Strategy<Value = BTreeMap<String, Value>> {
    let key = prop_oneof![
        select(&["serverVersion", "allowedLag", "ratcheting", "repair"][..])
            .prop_map(str::to_owned),
        hostile(),
    ];
    let value = prop_oneof![
        3 => hostile().prop_map(Value::String),
        1 => hostile().prop_map(|text| json!([text])),
        1 => hostile().prop_map(|text| json!({text: 1})),
        1 => any::<u64>().prop_map(Value::from),
    ];
    proptest::collection::btree_map(key, value, 0..20)
}

/// Bytes that are no payload, or nearly one.
fn any_bytes() -> impl Strategy<Value = Vec<u8>> {
    let edits = vec((any::<proptest::sample::Index>(), any::<u8>()), 0..4);
    let payloads =
        (shaped(PAYLOAD), vec(any::<u8>(), 1..64), edits).prop_map(|(payload, style, edits)| {
            let mut bytes = payload.write(style).into_bytes();
            for (place, byte) in edits {
                let place = place.index(bytes.len());
                bytes[place] = byte;
            }
            bytes
        });
    prop_oneof![4 => payloads, 1 => vec(any::<u8>(), 0..200)]
}

proptest! {
    #[test]
    fn words_about_an_object_stay_in_their_bounds(ask in hostile_asks()) {
        let response = ask.answer().response;
        prop_assert_eq!(all_wrongs(&response, MESSAGE_LIMIT), Vec::<String>::new());
        if let Fact::Value(server) = &ask.server {
            let warnings = response.warnings.iter();
            let cut = warnings.filter(|text| is_cut_off(text, server));
            prop_assert_eq!(cut.collect::<Vec<_>>(), Vec::<&String>::new());
        }
    }

    #[test]
    fn words_about_settings_stay_in_their_bounds(settings in hostile_settings()) {
        let payload = json!({
            "request": {"operation": "CREATE", "kind": {}, "object": {}},
            "settings": settings,
        });
        let payload = payload.to_string();
        let answer = answer(payload.as_bytes(), |name| panic!("looks up {name:?}"));
        prop_assert_eq!(all_wrongs(&answer.response, MESSAGE_LIMIT), Vec::<String>::new());
    }

    #[test]
    fn words_about_any_bytes_stay_in_their_bounds(bytes in any_bytes()) {
        let answer = answer(&bytes, |_| Fact::Fault(Fault::Failed));
        prop_assert_eq!(all_wrongs(&answer.response, MESSAGE_LIMIT), Vec::<String>::new());
    }
}
