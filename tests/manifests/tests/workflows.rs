//! What runs on GitHub: pinned, with few rights, and nothing is published that is not on main.

use std::fs;

use rancher_agent_version_policy_manifests::root;
use serde_json::Value;

/// Each workflow and each action, by its path.
fn files() -> Vec<(String, Value)> {
    let folders = [".github/workflows", ".github/actions/kubewarden"];
    let mut files = Vec::new();
    for folder in folders {
        for entry in fs::read_dir(root().join(folder)).expect(folder) {
            let path = entry.expect(folder).path();
            if path.extension().is_some_and(|extension| extension == "yml") {
                let text = fs::read_to_string(&path).expect("a workflow");
                let name = path.file_name().expect("a name").to_string_lossy();
                let workflow = serde_saphyr::from_str(&text).expect("YAML");
                files.push((name.into_owned(), workflow));
            }
        }
    }
    files.sort_by(|(name, _), (other, _)| name.cmp(other));
    files
}

/// The steps of a workflow or an action, and the jobs that call another workflow.
fn steps(file: &Value) -> impl Iterator<Item = &Value> {
    let jobs = file["jobs"].as_object().into_iter().flatten();
    let jobs = jobs.map(|(_, job)| job);
    let of_jobs = jobs.clone().filter_map(|job| job["steps"].as_array());
    let of_action = file["runs"]["steps"].as_array();
    of_jobs.chain(of_action).flatten().chain(jobs)
}

/// An action of others is named by its commit, one of this repository by its path.
fn is_pinned(uses: &str) -> bool {
    let commit = uses.split_once('@').map_or("", |(_, commit)| commit);
    let is_commit = commit.len() == 40 && commit.bytes().all(|c| c.is_ascii_hexdigit());
    uses.starts_with("./") || is_commit
}

#[test]
fn actions_are_pinned_and_no_expression_gets_into_a_script() {
    let files = files();
    let names: Vec<&str> = files.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(
        names,
        [
            "action.yml",
            "cluster.yml",
            "pages.yml",
            "release.yml",
            "scorecard.yml",
            "test.yml"
        ]
    );
    let mut wrong = Vec::new();
    for (name, file) in &files {
        for step in steps(file) {
            let text = |key: &str| step[key].as_str().unwrap_or_default();
            if !text("uses").is_empty() && !is_pinned(text("uses")) {
                wrong.push(format!("{name}: {} is not pinned", text("uses")));
            }
            // An expression is put into the script before a shell reads it.
            if text("run").contains("${{") {
                wrong.push(format!("{name}: an expression in: {}", text("run")));
            }
            if text("uses").starts_with("actions/checkout@")
                && step["with"]["persist-credentials"] != false
            {
                wrong.push(format!("{name}: a checkout keeps the token"));
            }
        }
        let is_workflow = !file["jobs"].is_null();
        if is_workflow && file["permissions"] != serde_json::json!({}) {
            wrong.push(format!("{name}: all jobs have rights"));
        }
        if is_workflow && !file["on"]["pull_request_target"].is_null() {
            wrong.push(format!("{name}: runs the code of others with our rights"));
        }
    }
    assert_eq!(wrong, [] as [String; 0]);
}

/// Each job that publishes something comes after one that has looked where its commit is.
#[test]
fn what_is_published_is_on_main() {
    let mut unchecked = Vec::new();
    for (name, file) in files() {
        let jobs = file["jobs"].as_object().cloned().unwrap_or_default();
        let looks = |job: &Value| {
            let mut steps = job["steps"].as_array().into_iter().flatten();
            steps.any(|step| {
                let run = step["run"].as_str().unwrap_or_default();
                run.contains("git merge-base --is-ancestor") && run.contains("origin/main")
            })
        };
        let is_checked = |mut id: String| {
            while !looks(&jobs[&id]) {
                let needs = &jobs[&id]["needs"];
                match needs.as_str().or_else(|| needs[0].as_str()) {
                    Some(need) => id = need.to_owned(),
                    None => return false,
                }
            }
            true
        };
        for (id, job) in &jobs {
            let rights = job["permissions"].as_object().into_iter().flatten();
            let mut rights = rights.filter(|(_, right)| *right == "write");
            // The results of a scan are published for any commit.
            let publishes = rights.any(|(name, _)| name != "security-events");
            if publishes && !is_checked(id.clone()) {
                unchecked.push(format!("{name}: {id}"));
            }
        }
    }
    assert_eq!(unchecked, [] as [String; 0]);
}
