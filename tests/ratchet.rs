//! Laws of the decision table, over every combination of images before and after, for
//! each verdict that there is, with requesters, settings and states of Rancher's Settings.
#![allow(missing_docs, unreachable_pub, reason = "tests")]

#[path = "support/seen.rs"]
mod seen;
#[path = "support/situations.rs"]
mod situations;

use std::cmp::Ordering;
use std::fmt::Debug;

use rancher_agent_version_policy::image::ImageRef;
use rancher_agent_version_policy::image::UnknownImage;
use rancher_agent_version_policy::judge::Judge;
use rancher_agent_version_policy::lag::{Gap, Verdict};
use rancher_agent_version_policy::response::Response;
use rancher_agent_version_policy::setting::{Fault, SettingName, UnknownServer};
use rancher_agent_version_policy::settings::UnknownVersionPolicy;
use seen::Seen;
use situations::{RANCHER, Situation, UPDATES, USER, Update};

/// Asserts a law for all situations that it speaks of: what it looks at, and what that
/// should be.
#[track_caller]
fn law<T: PartialEq + Debug>(
    speaks_of: impl Fn(&Situation) -> bool,
    claim: impl Fn(&'static Update) -> (T, T),
) {
    let mut count = 0;
    let mut first_broken = None;
    let mut broken = 0;
    for update in UPDATES.iter().filter(|update| speaks_of(&update.situation)) {
        count += 1;
        let (actual, expected) = claim(update);
        if actual != expected {
            broken += 1;
            first_broken.get_or_insert_with(|| format!("{actual:?} {expected:?} {update:#?}"));
        }
    }
    assert_eq!((broken, first_broken), (0, None));
    let too_few = (count < 300).then_some(count);
    assert_eq!(too_few, None, "situations that the law speaks of");
}

type Answer = (Seen, Vec<SettingName>);

/// Accepted without a word and without a lookup.
fn unseen(update: &Update) -> (Answer, Answer) {
    let Update {
        response, lookups, ..
    } = update;
    let actual = (response.clone(), lookups.clone());
    (actual, (Seen::from(Response::accept()), Vec::new()))
}

/// Whether it was accepted, the code, and whether there is a message.
type Refusal = (bool, Option<u16>, bool);

/// Rejected for the image, and not because it could not be judged.
fn rejected(response: &Seen) -> (Refusal, Refusal) {
    let actual = (response.accepted, response.code, response.message.is_some());
    (actual, (false, None, true))
}

/// The verdict after this one. A verdict without a place here does not compile, and one
/// without an image does not pass.
fn verdict_after(verdict: Verdict) -> Option<Verdict> {
    let of = Verdict::UnknownImage;
    Some(match verdict {
        Verdict::Current => Verdict::Ahead,
        Verdict::Ahead => Verdict::Tolerated(Gap::Build),
        Verdict::Tolerated(Gap::Build) => Verdict::Tolerated(Gap::Patch(3)),
        Verdict::Tolerated(Gap::Patch(_)) => Verdict::Tolerated(Gap::Minor(1)),
        // No more is ever allowed.
        Verdict::Tolerated(Gap::Minor(_) | Gap::Major(_) | Gap::Trunk) => Verdict::AsServerDeploys,
        Verdict::AsServerDeploys => Verdict::Lagging(Gap::Build),
        Verdict::Lagging(Gap::Build) => Verdict::Lagging(Gap::Patch(3)),
        Verdict::Lagging(Gap::Patch(_)) => Verdict::Lagging(Gap::Minor(1)),
        Verdict::Lagging(Gap::Minor(1)) => Verdict::Lagging(Gap::Minor(2)),
        Verdict::Lagging(Gap::Minor(_)) => Verdict::Lagging(Gap::Major(1)),
        Verdict::Lagging(Gap::Major(_)) => Verdict::Lagging(Gap::Trunk),
        Verdict::Lagging(Gap::Trunk) => of(UnknownImage::NoTag),
        Verdict::UnknownImage(UnknownImage::NoTag) => of(UnknownImage::DigestOnly),
        Verdict::UnknownImage(UnknownImage::DigestOnly) => of(UnknownImage::NotAVersion),
        Verdict::UnknownImage(UnknownImage::NotAVersion) => of(UnknownImage::NotComparable),
        Verdict::UnknownImage(UnknownImage::NotComparable) => {
            Verdict::UnknownServer(UnknownServer::NotAVersion)
        }
        Verdict::UnknownServer(UnknownServer::NotAVersion) => Verdict::UnknownServer(
            UnknownServer::Setting(SettingName::ServerVersion, Fault::Forbidden),
        ),
        Verdict::UnknownServer(UnknownServer::Setting(..)) => return None,
    })
}

#[test]
fn every_verdict_has_an_image_before_and_after() {
    let all = std::iter::successors(Some(Verdict::Current), |verdict| verdict_after(*verdict));
    let missing: Vec<_> = all
        .filter(|verdict| {
            let is = |of: fn(&Situation) -> Option<Verdict>| {
                UPDATES
                    .iter()
                    .any(|update| of(&update.situation) == Some(*verdict))
            };
            !is(|s| s.verdicts.0) || !is(|s| s.verdicts.1)
        })
        .collect();
    assert_eq!(missing, Vec::new());
}

#[test]
fn images_have_the_verdicts_that_they_stand_for() {
    law(
        |s| s.verdicts.1.is_some() && s.before.follows(),
        |Update { situation: s, .. }| {
            let (settings, rancher) = (s.settings(), s.world.rancher());
            let image = ImageRef::new(s.after.text());
            let verdict = Judge::new(&settings, &rancher).verdict(image);
            (verdict.ok(), s.verdicts.1)
        },
    );
}

#[test]
fn unchanged_is_never_rejected() {
    law(
        |s| s.ratcheting && s.is_unchanged(),
        |Update { response, .. }| ((response.accepted, &response.message), (true, &None)),
    );
}

#[test]
fn unchanged_by_rancher_passes_without_a_lookup() {
    law(
        |s| s.ratcheting && s.is_unchanged() && s.user == RANCHER && !s.repair,
        unseen,
    );
}

#[test]
fn the_cure_passes_without_a_lookup() {
    law(
        |s| !s.is_unchanged() && s.after.follows(),
        |Update {
             situation: s,
             response,
             lookups,
         }| {
            let is_warned = s.after.is_fixed() && s.user == USER && !s.administrated;
            let actual = (response.accepted, response.warnings.len(), lookups.len());
            (actual, (true, usize::from(is_warned), 0))
        },
    );
}

#[test]
fn ranchers_own_repin_passes_without_a_lookup() {
    law(
        |s| s.is_ranchers_own() && s.after.is_text() && !s.repairs(),
        unseen,
    );
}

#[test]
fn ranchers_own_repin_passes_with_repair_as_well() {
    law(
        |s| s.is_ranchers_own() && s.after.is_text(),
        |Update { response, .. }| ((response.accepted, &response.message), (true, &None)),
    );
}

#[test]
fn an_update_is_never_rejected_while_the_server_is_unknown() {
    law(
        |s| s.is_unknown_server() && (s.after.is_text() || s.after.follows()),
        |Update { response, .. }| ((response.accepted, &response.message), (true, &None)),
    );
}

#[test]
fn worse_is_rejected() {
    law(
        |s| {
            let (before, after) = (s.before.version(), s.after.version());
            s.lags()
                && !s.is_unchanged()
                && !s.is_ranchers_own()
                && !s.repairs()
                && (!s.lagged() || after.partial_cmp(&before) == Some(Ordering::Less))
        },
        |Update { response, .. }| rejected(response),
    );
}

#[test]
fn what_lags_is_cleared_whoever_asks_and_whatever_was_before() {
    law(
        |s| s.lags() && s.repairs(),
        |Update {
             situation: s,
             response,
             ..
         }| {
            let actual = (
                response.accepted,
                response.mutated_object.clone(),
                response.warnings.len(),
            );
            let is_told = s.user == USER && s.is_unchanged() && !s.deployed.is_empty();
            let deployed = is_told.then(|| deployed_lags(s)).map_or(0, usize::from);
            (actual, (true, Some(s.object(r#""""#)), 1 + deployed))
        },
    );
}

/// True if the deployed image, where there is one, lags.
fn deployed_lags(s: &Situation) -> bool {
    let (settings, rancher) = (s.settings(), s.world.rancher());
    let verdict = Judge::new(&settings, &rancher).verdict(ImageRef::new(s.deployed));
    matches!(verdict, Ok(Verdict::Lagging(_)))
}

/// The API server may send what was repaired once more, and the same edit may follow.
#[test]
fn a_repair_is_accepted_and_not_repaired_again() {
    law(
        |s| s.lags() && s.repairs(),
        |Update {
             situation: s,
             response,
             ..
         }| {
            let object = response.mutated_object.as_deref().unwrap_or_default();
            let old = s.object(s.before.json);
            let (update, _) = s.run("UPDATE", object, &old);
            let (create, _) = s.run("CREATE", object, "null");
            // What is deployed may be a reason of its own to reject a creation.
            let (first, _) = s.run("CREATE", &s.object(s.after.json), "null");
            let repaired = [update.mutated_object, create.mutated_object];
            let accepted = [update.accepted, create.accepted];
            ((repaired, accepted), ([None, None], [true, first.accepted]))
        },
    );
}

#[test]
fn nothing_is_cleared_but_what_lags_where_it_may_be() {
    law(
        |s| !(s.lags() && s.repairs()),
        |Update { response, .. }| (&response.mutated_object, &None),
    );
}

#[test]
fn forward_but_not_far_enough_passes_with_a_warning() {
    law(
        |s| {
            let (before, after) = (s.before.version(), s.after.version());
            s.ratcheting
                && s.user == USER
                && s.lagged()
                && s.lags()
                && !s.repairs()
                && !s.is_unchanged()
                && after.partial_cmp(&before) != Some(Ordering::Less)
        },
        |Update { response, .. }| ((response.accepted, response.warnings.len()), (true, 1)),
    );
}

#[test]
fn strict_reading_rejects_what_lags_whoever_asks() {
    law(
        |s| !s.ratcheting && !s.repairs() && s.lags() && !s.is_ranchers_own(),
        |Update { response, .. }| rejected(response),
    );
}

/// No message sends a user from one rejection to the next.
#[test]
fn what_a_message_advises_to_leave_as_it_was_is_accepted_as_it_was() {
    law(
        |s| !s.is_unchanged() && s.after.is_text() && !s.after.follows(),
        |Update {
             situation: s,
             response,
             ..
         }| {
            let message = response.message.clone().unwrap_or_default();
            let as_it_was = Situation {
                after: s.before,
                ..*s
            };
            let is_advised = message.contains(" as it was");
            let refused = is_advised.then(|| as_it_was.update().0.message).flatten();
            (refused, None)
        },
    );
}

#[test]
fn what_is_tolerated_or_ahead_is_said_to_users() {
    law(
        |s| !s.is_unchanged() && s.user == USER && named(s.verdicts.1).is_some(),
        |Update {
             situation: s,
             response,
             ..
         }| {
            let verdict = response.audit_annotations.first();
            let verdict = verdict.map(|(_, text)| text.as_str());
            let actual = (response.accepted, response.warnings.len(), verdict);
            (actual, (true, 1, named(s.verdicts.1)))
        },
    );
}

/// The name of a verdict that is accepted and told.
fn named(verdict: Option<Verdict>) -> Option<&'static str> {
    match verdict? {
        Verdict::Tolerated(_) => Some("tolerated"),
        Verdict::Ahead => Some("ahead"),
        Verdict::Current
        | Verdict::AsServerDeploys
        | Verdict::Lagging(_)
        | Verdict::UnknownImage(_)
        | Verdict::UnknownServer(_) => None,
    }
}

#[test]
fn an_image_that_is_unknown_by_itself_is_what_its_setting_says() {
    law(
        |s| {
            matches!(s.verdicts.1, Some(Verdict::UnknownImage(_)))
                && !s.is_ranchers_own()
                && !(s.is_unchanged() && s.ratcheting)
        },
        |Update {
             situation: s,
             response,
             ..
         }| {
            let is_accepted = s.unknown == UnknownVersionPolicy::Warn;
            let is_warned = !response.warnings.is_empty();
            let actual = (response.accepted, response.message.is_some(), is_warned);
            let is_heard = is_accepted && s.user == USER;
            let is_deployed_told = s.is_unchanged() && s.user == USER && is_warned;
            (
                actual,
                (is_accepted, !is_accepted, is_heard || is_deployed_told),
            )
        },
    );
}

#[test]
fn the_deployed_image_never_rejects_an_update() {
    law(
        |s| !s.deployed.is_empty(),
        |Update {
             situation: s,
             response,
             ..
         }| {
            let healthy = Situation { deployed: "", ..*s };
            (response.accepted, healthy.update().0.accepted)
        },
    );
}

#[test]
fn an_update_without_an_old_object_is_a_create() {
    law(
        |s| s.before.json == "null",
        |Update { situation: s, .. }| {
            let object = s.object(s.after.json);
            (
                s.run("UPDATE", &object, "null"),
                s.run("CREATE", &object, "null"),
            )
        },
    );
}

#[test]
fn looks_up_each_setting_once_and_none_if_static() {
    law(
        |_| true,
        |Update {
             situation: s,
             lookups,
             ..
         }| {
            let both = [SettingName::ServerVersion, SettingName::AgentImage];
            let most = if s.world.is_static() { 0 } else { both.len() };
            (lookups.clone(), both[..lookups.len().min(most)].to_vec())
        },
    );
}

#[test]
fn service_accounts_hear_of_repairs_only() {
    law(
        |s| s.user == RANCHER,
        |Update { response, .. }| {
            let is_repaired = response.mutated_object.is_some();
            (response.warnings.len(), usize::from(is_repaired))
        },
    );
}
