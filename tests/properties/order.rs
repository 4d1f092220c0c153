//! The order of versions is one, and nothing but the version of a tag counts.

use std::cmp::Ordering;

use proptest::prelude::*;
use rancher_agent_version_policy::image::ImageRef;
use rancher_agent_version_policy::lag::{ServerVersion, Verdict};
use rancher_agent_version_policy::settings::AllowedLag;
use rancher_agent_version_policy::version::Version;

use super::run::reaches;
use super::tags::family;

/// The tags of a family that are versions.
fn versions(tags: &[String]) -> Vec<(&str, Version)> {
    tags.iter()
        .filter_map(|tag| Some((tag.as_str(), tag.parse().ok()?)))
        .collect()
}

/// What the order of a and b, and that of b and c, say of a and c; `None` if nothing.
fn follows(ab: Option<Ordering>, bc: Option<Ordering>) -> Option<Option<Ordering>> {
    match (ab, bc) {
        (Some(Ordering::Equal), order) | (order, Some(Ordering::Equal)) => Some(order),
        (Some(a), Some(b)) if a == b => Some(Some(a)),
        _ => None,
    }
}

#[test]
fn families_have_triples_of_each_kind() {
    let kind = |order: Option<Ordering>| match order {
        Some(Ordering::Less) => "<",
        Some(Ordering::Equal) => "=",
        Some(Ordering::Greater) => ">",
        None => "?",
    };
    let classes = |tags: Vec<String>| {
        let versions = versions(&tags);
        let mut kinds = Vec::new();
        for (a, version_a) in &versions {
            for (b, version_b) in versions.iter().filter(|(b, _)| a != b) {
                let ab = kind(version_a.partial_cmp(version_b));
                kinds.push(format!("a {ab} b"));
                for (_, version_c) in versions.iter().filter(|(c, _)| a != c && b != c) {
                    let bc = kind(version_b.partial_cmp(version_c));
                    kinds.push(format!("a {ab} b {bc} c"));
                }
            }
        }
        kinds
    };
    let least = [
        ("a = b", 500),
        ("a < b < c", 50_000),
        ("a < b = c", 2_000),
        ("a = b < c", 2_000),
        ("a = b = c", 30),
        ("a = b ? c", 300),
        ("a ? b < c", 5_000),
    ];
    reaches(family(), 1000, classes, &least);
}

const LAGS: [AllowedLag; 3] = [AllowedLag::None, AllowedLag::Patch, AllowedLag::Minor];

fn verdicts(server: &str, tag: &str) -> [Verdict; 3] {
    let image = format!("rancher/rancher-agent:{tag}");
    let server = ServerVersion::new(server);
    LAGS.map(|lag| server.judge(ImageRef::new(&image), lag))
}

proptest! {
    #[test]
    fn order_is_antisymmetric_and_agrees_with_equality(tags in family()) {
        let versions = versions(&tags);
        for (a, version_a) in &versions {
            for (b, version_b) in &versions {
                let order = version_a.partial_cmp(version_b);
                let reverse = version_b.partial_cmp(version_a);
                prop_assert_eq!(reverse.map(Ordering::reverse), order, "{} {}", a, b);
                let equal = (version_a == version_b).then_some(Ordering::Equal);
                let found = order.filter(|order| order.is_eq());
                prop_assert_eq!(found, equal, "{} {}", a, b);
            }
        }
    }

    #[test]
    fn order_is_transitive(tags in family()) {
        let versions = versions(&tags);
        for (a, version_a) in &versions {
            for (b, version_b) in &versions {
                let ab = version_a.partial_cmp(version_b);
                for (c, version_c) in &versions {
                    let bc = version_b.partial_cmp(version_c);
                    if let Some(expected) = follows(ab, bc) {
                        let ac = version_a.partial_cmp(version_c);
                        prop_assert_eq!(ac, expected, "{} {} {}", a, b, c);
                    }
                }
            }
        }
    }

    /// However a version is written, it gets the same verdict from any server, and as the
    /// server's own it gives the same to any image.
    #[test]
    fn equal_versions_get_and_give_the_same_verdicts(tags in family()) {
        for (a, version_a) in versions(&tags) {
            for (b, version_b) in versions(&tags) {
                if a == b || version_a != version_b {
                    continue;
                }
                for third in &tags {
                    let by_third = (verdicts(third, a), verdicts(third, b));
                    prop_assert_eq!(by_third.0, by_third.1, "{} {} by {}", a, b, third);
                    let of_third = (verdicts(a, third), verdicts(b, third));
                    prop_assert_eq!(of_third.0, of_third.1, "{} by {} {}", third, a, b);
                }
            }
        }
    }
}
