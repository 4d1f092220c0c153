//! The manifest of the kubectl plugin names the archives that a release has.

use std::collections::BTreeSet;
use std::fs;

use rancher_agent_version_policy_manifests::root;
use serde_json::Value;

/// The words of a text that begin with `rancher-agents-`, up to a quote or a blank.
fn archives(text: &str) -> BTreeSet<String> {
    text.split(['"', ' ', '/'])
        .filter(|word| word.starts_with("rancher-agents-") && word.ends_with(".tar.gz"))
        .map(str::to_owned)
        .collect()
}

#[test]
fn krew_installs_every_archive_of_a_release() {
    let read = |path: &str| fs::read_to_string(root().join(path)).expect(path);
    let workflow: Value =
        serde_saphyr::from_str(&read(".github/workflows/release.yml")).expect("YAML");
    let matrix = &workflow["jobs"]["cli"]["strategy"]["matrix"]["include"];
    let released: BTreeSet<String> = matrix
        .as_array()
        .expect("the platforms")
        .iter()
        .map(|platform| {
            let target = platform["target"].as_str().expect("a target");
            format!("rancher-agents-{{{{.TagName}}}}-{target}.tar.gz")
        })
        .collect();
    // krew-release-bot fills in the tag.
    let krew = read(".krew.yaml").replace("{{ .TagName }}", "{{.TagName}}");
    assert_eq!(archives(&krew), released);
    let packs = read("tools/release/pack-cli");
    assert_eq!(
        packs.lines().find(|line| line.starts_with("name=")),
        Some("name=\"rancher-agents-$tag-$target\"")
    );
}
