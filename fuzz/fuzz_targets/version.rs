//! Versions, from raw text and from text made of their parts: they are read or refused,
//! and ordered, as by the second reading; the order is antisymmetric and transitive, and
//! the spelling does not matter.
#![no_main]

use std::cmp::Ordering;

use arbitrary::{Result, Unstructured};
use libfuzzer_sys::fuzz_target;
use rancher_agent_version_policy::version::{Version, normalize};
use rancher_agent_version_policy_fuzz::version::{self as oracle, Keys, LONGEST, PLATFORMS};

fuzz_target!(|data: &[u8]| {
    let lines: Vec<&str> =
        std::str::from_utf8(data).map_or(Vec::new(), |text| text.lines().collect());
    check(&lines);
    if let Ok(texts) = made(data) {
        check(&texts.iter().map(String::as_str).collect::<Vec<_>>());
    }
});

/// Three versions; the later ones may be the first with something behind it.
fn made(data: &[u8]) -> Result<Vec<String>> {
    let mut u = Unstructured::new(data);
    let mut texts = vec![oracle::text(&mut u)?];
    for _ in 0..2 {
        let text = if u.ratio(1, 3)? {
            let first = texts.first().map_or("", String::as_str);
            let more = oracle::text(&mut u)?;
            let (_, suffix) = more.split_once('-').unwrap_or(("", "1"));
            format!("{first}-{suffix}")
        } else {
            oracle::text(&mut u)?
        };
        texts.push(text);
    }
    Ok(texts)
}

fn check(texts: &[&str]) {
    let versions: Vec<(&str, Version, Keys)> = texts
        .iter()
        .take(3)
        .filter_map(|text| read(text).map(|(version, keys)| (*text, version, keys)))
        .collect();
    for (text, version, _) in &versions {
        spellings(text, version);
    }
    for (a_text, a, a_keys) in &versions {
        for (b_text, b, b_keys) in &versions {
            let order = a.partial_cmp(b);
            assert_eq!(
                order,
                oracle::order(a_keys, b_keys),
                "{a_text:?} {b_text:?}"
            );
            assert_eq!(
                order.map(Ordering::reverse),
                b.partial_cmp(a),
                "{a_text:?} {b_text:?}"
            );
            assert_eq!(
                order == Some(Ordering::Equal),
                a == b,
                "{a_text:?} {b_text:?}"
            );
            if normalize(a_text) == normalize(b_text) {
                assert_eq!(a, b, "{a_text:?} {b_text:?}");
            }
            for (c_text, c, _) in &versions {
                if a < b && b <= c {
                    assert!(a < c, "{a_text:?} {b_text:?} {c_text:?}");
                }
            }
        }
    }
}

/// Both readings of a text agree whether it is a version.
fn read(text: &str) -> Option<(Version, Keys)> {
    let version = text.parse::<Version>().ok();
    let keys = oracle::keys(text);
    assert_eq!(
        version.is_some(),
        keys.is_some(),
        "{text:?} {version:?} {keys:?}"
    );
    version.zip(keys)
}

/// Case, the `v` before a digit and one platform behind it make no other version.
fn spellings(text: &str, version: &Version) {
    let same = |other: &str| {
        if other.len() <= LONGEST {
            assert_eq!(
                other.parse::<Version>().as_ref(),
                Ok(version),
                "{text:?} {other:?}"
            );
        }
    };
    same(&text.to_ascii_uppercase());
    same(&text.to_ascii_lowercase());
    if text.starts_with(|c: char| c.is_ascii_digit()) {
        same(&format!("v{text}"));
    }
    let lower = text.to_ascii_lowercase();
    // Behind `-linux` an architecture makes a longer platform.
    if !lower.ends_with("-linux") && !PLATFORMS.iter().any(|platform| lower.ends_with(platform)) {
        let platform = PLATFORMS[text.len() % PLATFORMS.len()];
        same(&format!("{text}{platform}"));
    }
}
