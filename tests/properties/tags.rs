//! Tags, made of few words, so that two of them are often related.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

/// Everything that can stand in a suffix: stages before a release with and without
/// numbers, words of builds on top of one, what introduces an id, ids, numbers.
const PARTS: [&str; 32] = [
    "dev",
    "alpha",
    "alpha2",
    "alpha11",
    "beta4",
    "beta",
    "pre",
    "preview",
    "preview2",
    "pre2",
    "rc",
    "rc1",
    "rc2",
    "rc10",
    "rc.1",
    "rc.2",
    "hotfix",
    "hotfix",
    "patch",
    "debug",
    "patch1",
    "patch2",
    "harvester1",
    "kdm",
    "1",
    "2",
    "10",
    "2dcf",
    "a3c0",
    "1721",
    "head",
    "x_y",
];

/// A suffix of up to `most` parts, with what is before each of them.
fn parts(most: usize) -> impl Strategy<Value = String> {
    let part = prop_oneof![
        12 => select(&PARTS[..]).prop_map(str::to_owned),
        1 => "[a-f0-9]{7}-head",
        1 => "[a-z]{1,3}[0-9]{0,2}",
    ];
    vec((select(&["-", "-", "."][..]), part), 0..=most).prop_map(|parts| {
        let mut suffix = String::new();
        for (mark, part) in parts {
            suffix.push_str(if suffix.is_empty() { "-" } else { mark });
            suffix.push_str(&part);
        }
        suffix
    })
}

/// `MAJOR.MINOR` or `MAJOR.MINOR.PATCH`.
fn base() -> impl Strategy<Value = String> {
    (
        prop_oneof![8 => Just(2_u8), 1 => Just(1), 1 => Just(3)],
        8_u8..=12,
        proptest::option::weighted(0.8, 0_u8..=3),
    )
        .prop_map(|(major, minor, patch)| match patch {
            Some(patch) => format!("{major}.{minor}.{patch}"),
            None => format!("{major}.{minor}"),
        })
}

/// The head of a line, or the trunk.
fn head() -> impl Strategy<Value = String> {
    let commit = select(&["", "-a2ff783", "-b186ace"][..]);
    let line = prop_oneof![
        (10_u8..=12).prop_map(|minor| format!("2.{minor}")),
        select(&["main", "master"][..]).prop_map(str::to_owned),
    ];
    prop_oneof![
        1 => Just("head".to_owned()),
        6 => (line, commit).prop_map(|(line, commit)| format!("{line}{commit}-head")),
    ]
}

/// A tag in lower case and without a platform: mostly a version, with or without a `v`.
pub fn tag() -> impl Strategy<Value = String> {
    let numbered = (base(), parts(2)).prop_map(|(base, suffix)| base + &suffix);
    let odd = select(
        &[
            "latest", "stable", "dev", "custom", "a2ff783", "2.11.0.1", "2", "v",
        ][..],
    );
    let text = prop_oneof![
        12 => numbered,
        4 => head(),
        2 => odd.prop_map(str::to_owned),
        1 => "[a-z][a-z0-9._-]{0,12}",
    ];
    (text, any::<bool>()).prop_map(|(text, with_v)| {
        if with_v && text.starts_with(|c: char| c.is_ascii_digit()) {
            format!("v{text}")
        } else {
            text
        }
    })
}

/// The same tag, or the same version written in another way.
fn twin(tag: &str) -> String {
    let others = [
        ("rc.", "rc"),
        ("rc", "rc."),
        ("preview", "pre"),
        ("pre", "preview"),
    ];
    let found = others.iter().find(|(one, _)| tag.contains(one));
    match (found, tag.strip_suffix(".0")) {
        (Some((one, other)), _) => tag.replacen(one, other, 1),
        (None, Some(without_patch)) => without_patch.to_owned(),
        (None, None) => format!("V{}", tag.to_ascii_uppercase()),
    }
}

/// Tags of which most grow out of one: the same numbers, and often the same beginning of
/// the suffix; some of them are there in two ways of writing.
pub fn family() -> impl Strategy<Value = Vec<String>> {
    let kin = (base(), parts(1), vec(parts(2), 4)).prop_map(|(base, stem, ends)| {
        let grown = ends.iter().map(|end| format!("{base}{stem}{end}"));
        let plain = ends.iter().take(1).map(|end| format!("{base}{end}"));
        grown.chain(plain).chain([base.clone()]).collect::<Vec<_>>()
    });
    (kin, vec(tag(), 2)).prop_map(|(kin, strangers)| {
        let twins = kin.iter().rev().take(3).map(|tag| twin(tag)).collect();
        [kin, strangers, twins].concat()
    })
}

/// A tag that others of its kind are often equal to.
pub fn usual_tag() -> impl Strategy<Value = String> {
    let usual = [
        "v2.11.0",
        "v2.11.0",
        "v2.11",
        "v2.11.1",
        "v2.10.3",
        "v2.9.4-hotfix-2dcf.1",
        "v2.9.4-hotfix-a3c0.1",
        "v2.11.0-rc1",
        "v2.11-head",
        "custom",
    ];
    prop_oneof![select(usual.to_vec()).prop_map(str::to_owned), tag()]
}
