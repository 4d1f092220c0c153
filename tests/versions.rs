//! The order of versions: one ascending list checked pair by pair, pairs
//! without order, texts that are no version, and every tag of rancher/rancher.

use std::cmp::Ordering;

use rancher_agent_version_policy::version::{NotAVersion, Version};

#[track_caller]
fn version(text: &str) -> Version {
    text.parse()
        .unwrap_or_else(|_| panic!("`{text}` is not a version"))
}

fn lines(text: &'static str) -> Vec<(&'static str, Version)> {
    text.lines().map(|line| (line, version(line))).collect()
}

fn pairs(text: &'static str) -> impl Iterator<Item = (&'static str, &'static str)> {
    text.lines()
        .map(|line| line.split_once(' ').expect("two versions"))
}

/// Pairs of a list, by their order, that are not as they should be.
fn disorder(list: &[(&str, Version)], is_right: impl Fn(Option<Ordering>) -> bool) -> Vec<String> {
    let mut wrong = Vec::new();
    for (place, (a, version_a)) in list.iter().enumerate() {
        for (b, version_b) in list.iter().skip(place + 1) {
            let order = version_a.partial_cmp(version_b);
            let reverse = version_b.partial_cmp(version_a);
            if !is_right(order)
                || reverse != order.map(Ordering::reverse)
                || (version_a == version_b) != (order == Some(Ordering::Equal))
            {
                wrong.push(format!("{a} {order:?} {b}, reverse {reverse:?}"));
            }
        }
    }
    wrong
}

#[test]
fn ascending_list_ascends_in_every_pair() {
    let list = lines(include_str!("versions/ascending.txt"));
    assert!(list.len() >= 120, "only {} versions", list.len());
    let wrong = disorder(&list, |order| order == Some(Ordering::Less));
    assert_eq!(wrong, Vec::<String>::new());
}

#[test]
fn pairs_without_order_have_none() {
    for (a, b) in pairs(include_str!("versions/unordered.txt")) {
        let (a, b) = (version(a), version(b));
        assert_eq!(
            (a.partial_cmp(&b), b.partial_cmp(&a)),
            (None, None),
            "{a:?} {b:?}"
        );
    }
}

#[test]
fn spellings_of_one_version_are_equal() {
    for (a, b) in pairs(include_str!("versions/equal.txt")) {
        assert_eq!(version(a), version(b));
        assert_eq!(version(a).partial_cmp(&version(b)), Some(Ordering::Equal));
    }
}

#[test]
fn platforms_name_the_same_version() {
    for platform in [
        "amd64",
        "arm64",
        "x64",
        "s390x",
        "linux-amd64",
        "linux-arm64",
        "linux-x64",
        "linux-s390x",
        "windows-1809",
        "windows-2019",
        "windows-2022",
        "windows-ltsc2019",
        "windows-ltsc2022",
    ] {
        assert_eq!(
            version(&format!("v2.11.0-rc1-{platform}")),
            version("v2.11.0-rc1")
        );
    }
    for other in ["arm", "linux", "windows", "windows-2025", "amd64-amd64"] {
        assert_ne!(
            version(&format!("v2.11.0-rc1-{other}")),
            version("v2.11.0-rc1")
        );
    }
}

#[test]
fn a_head_is_of_a_line_and_its_commit_has_7_to_40_digits() {
    let (low, high) = (version("v2.11.1"), version("v2.11.99"));
    for commit in ["a2ff783".to_owned(), "a".repeat(40)] {
        assert!(version(&format!("v2.11-{commit}-head")) > high, "{commit}");
    }
    for suffix in ["a2ff78-head".to_owned(), format!("{}-head", "a".repeat(41))] {
        assert!(version(&format!("v2.11-{suffix}")) < low, "{suffix}");
    }
    assert!(version("v2.11.0-head") < low);
}

#[test]
fn refuses_what_is_no_version() {
    let texts: Vec<String> =
        serde_json::from_str(include_str!("versions/not-versions.json")).expect("a list");
    let read: Vec<&String> = texts
        .iter()
        .filter(|text| text.parse::<Version>().is_ok())
        .collect();
    assert_eq!(read, Vec::<&String>::new());
}

/// The tags of rancher/rancher as of November 2026. How many pairs have an
/// order, are equal, or have none was counted by a second implementation.
#[test]
fn a_version_is_no_longer_than_a_tag() {
    let of_length = |length: usize| format!("v2.11.0-{}", "a".repeat(length - 8));
    let read = [128, 129].map(|length| of_length(length).parse::<Version>().map(|_| length));
    assert_eq!(read, [Ok(128), Err(NotAVersion)]);
}

#[test]
fn a_word_behind_a_bare_stage_is_not_its_number() {
    let ascending = [
        "v2.11.0-rc",
        "v2.11.0-rc-debug",
        "v2.11.0-rc.1",
        "v2.11.0-rc-2",
    ];
    let list: Vec<_> = ascending.map(|text| (text, version(text))).into();
    assert_eq!(
        disorder(&list, |order| order == Some(Ordering::Less)),
        Vec::<String>::new()
    );
}

#[test]
fn what_is_no_version_is_told_what_one_looks_like() {
    let told = "dev".parse::<Version>().map_err(|error| error.to_string());
    let expected = "not a Rancher version such as v2.11.0, v2.12.0-rc3 or v2.11-head";
    assert_eq!(told, Err(expected.to_owned()));
}

#[test]
fn every_tag_of_rancher_is_sorted_or_refused() {
    let list = lines(include_str!("versions/rancher-tags.txt"));
    let wrong = disorder(&list, |order| order != Some(Ordering::Greater));
    assert_eq!(wrong, Vec::<String>::new());

    let (mut less, mut equal, mut unordered) = (0_u32, 0_u32, 0_u32);
    for (place, (_, a)) in list.iter().enumerate() {
        for (_, b) in list.iter().skip(place + 1) {
            match a.partial_cmp(b) {
                Some(Ordering::Less) => less += 1,
                Some(_) => equal += 1,
                None => unordered += 1,
            }
        }
    }
    assert_eq!((less, equal, unordered), (2_687_538, 4, 179));

    for refused in include_str!("versions/rancher-tags-refused.txt").lines() {
        assert!(refused.parse::<Version>().is_err(), "{refused}");
    }
}

#[test]
fn order_is_transitive() {
    let mut list = lines(include_str!("versions/ascending.txt"));
    for (a, b) in pairs(include_str!("versions/unordered.txt")) {
        list.push((a, version(a)));
        list.push((b, version(b)));
    }
    let mut wrong = Vec::new();
    for (a, version_a) in &list {
        for (b, version_b) in &list {
            for (c, version_c) in &list {
                if version_a < version_b
                    && version_b <= version_c
                    && version_a.partial_cmp(version_c) != Some(Ordering::Less)
                {
                    wrong.push(format!("{a} < {b} <= {c}"));
                }
            }
        }
    }
    assert_eq!(wrong, Vec::<String>::new());
}
