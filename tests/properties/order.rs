//! The order of versions is one, and nothing but the version of a tag counts.

use std::cell::RefCell;
use std::cmp::Ordering;
use std::collections::BTreeMap;

use proptest::prelude::*;
use rancher_agent_version_policy::image::ImageRef;
use rancher_agent_version_policy::lag::{ServerVersion, Verdict};
use rancher_agent_version_policy::settings::AllowedLag;
use rancher_agent_version_policy::version::Version;

use super::run::{enough, holds};
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
fn order_is_antisymmetric_and_agrees_with_equality() {
    holds(1000, family(), |tags| {
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
        Ok(())
    });
}

#[test]
fn order_is_transitive_and_the_triples_are_related() {
    let seen = RefCell::new(BTreeMap::<_, usize>::new());
    holds(1000, family(), |tags| {
        let versions = versions(&tags);
        for (a, version_a) in &versions {
            for (b, version_b) in &versions {
                let ab = version_a.partial_cmp(version_b);
                for (c, version_c) in &versions {
                    let bc = version_b.partial_cmp(version_c);
                    let ac = version_a.partial_cmp(version_c);
                    if a != b && b != c && a != c {
                        *seen.borrow_mut().entry((ab, bc)).or_default() += 1;
                    }
                    if let Some(expected) = follows(ab, bc) {
                        prop_assert_eq!(ac, expected, "{} {} {}", a, b, c);
                    }
                }
            }
        }
        Ok(())
    });
    let seen = seen.into_inner();
    let count = |ab, bc| seen.get(&(ab, bc)).copied().unwrap_or_default();
    let (less, equal) = (Some(Ordering::Less), Some(Ordering::Equal));
    enough(&[
        ("a < b < c", count(less, less), 50_000),
        ("a < b = c", count(less, equal), 2_000),
        ("a = b < c", count(equal, less), 2_000),
        ("a = b = c", count(equal, equal), 30),
        ("a = b, b and c unordered", count(equal, None), 300),
        ("a and b unordered, b < c", count(None, less), 5_000),
    ]);
}

const LAGS: [AllowedLag; 3] = [AllowedLag::None, AllowedLag::Patch, AllowedLag::Minor];

fn verdicts(server: &str, tag: &str) -> [Verdict; 3] {
    let image = format!("rancher/rancher-agent:{tag}");
    let server = ServerVersion::new(server);
    LAGS.map(|lag| server.judge(ImageRef::new(&image), lag))
}

/// However a version is written, it gets the same verdict from any server, and as the
/// server's own it gives the same to any image.
#[test]
fn equal_versions_get_and_give_the_same_verdicts() {
    let spelled_otherwise = RefCell::new(0);
    holds(400, family(), |tags| {
        for (a, version_a) in versions(&tags) {
            for (b, version_b) in versions(&tags) {
                if a == b || version_a != version_b {
                    continue;
                }
                *spelled_otherwise.borrow_mut() += 1;
                for third in &tags {
                    let by_third = (verdicts(third, a), verdicts(third, b));
                    prop_assert_eq!(by_third.0, by_third.1, "{} {} by {}", a, b, third);
                    let of_third = (verdicts(a, third), verdicts(b, third));
                    prop_assert_eq!(of_third.0, of_third.1, "{} by {} {}", third, a, b);
                }
            }
        }
        Ok(())
    });
    let pairs = spelled_otherwise.into_inner();
    enough(&[("pairs of one version, written in two ways", pairs, 500)]);
}
