//! Every shape in which kubectl, and people, hand over objects.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use rancher_agent_version_policy::cluster::{DesiredField, DesiredImage};
use rancher_agents::{Entry, Event, Inventory, Problem, Source, Sources, Unreachable, stream};
use serde_json::{Value, json};

const CLUSTER: &str =
    r#"{"apiVersion":"management.cattle.io/v3","kind":"Cluster","metadata":{"name":"c-1"}}"#;
const SETTING: &str = r#"{"apiVersion":"management.cattle.io/v3","kind":"Setting","metadata":{"name":"server-version"},"value":"v2.12.3"}"#;

const CLUSTER_YAML: &str = "\
apiVersion: management.cattle.io/v3
kind: Cluster
metadata:
  name: c-1
";
const SETTING_YAML: &str = "\
apiVersion: management.cattle.io/v3
kind: Setting
metadata:
  name: server-version
value: v2.12.3
";

/// A folder of its own for each call.
fn folder() -> PathBuf {
    static NUMBER: AtomicUsize = AtomicUsize::new(0);
    let number = NUMBER.fetch_add(1, Ordering::Relaxed);
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join(format!("input-{}-{number}", std::process::id()));
    let _not_there = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// What a file with this text says, whether it is empty, and why it could not be
/// read to its end.
fn contents(input: &[u8]) -> (Vec<Entry>, bool, Option<String>) {
    let file = folder().join("input");
    fs::write(&file, input).unwrap();
    let mut entries = Vec::new();
    let end = stream(&Source::File(file), u64::MAX, |entry| {
        entries.push(entry);
        true
    });
    let is_empty = end.as_ref().is_ok_and(|end| !end.has_documents);
    (entries, is_empty, end.err())
}

/// Entries in short, without the fields that the samples do not have.
fn words(input: &[u8]) -> Vec<String> {
    let (entries, _, error) = contents(input);
    assert_eq!(error, None);
    entries.iter().map(word).collect()
}

fn word(entry: &Entry) -> String {
    match entry {
        Entry::Cluster(event, cluster) => {
            format!("{event:?} cluster {}", cluster.cluster.name())
        }
        Entry::Setting(event, setting) => {
            format!("{event:?} {} {:?}", setting.name, setting.value)
        }
        Entry::Other(kind) => kind.clone(),
        Entry::Message => "message".to_owned(),
        Entry::Broken(error) => error.to_string(),
    }
}

const A_CLUSTER: &str = "Listed cluster c-1";
const A_SETTING: &str = r#"Listed server-version Value("v2.12.3")"#;

#[track_caller]
fn reads(input: &str, expected: &[&str]) {
    assert_eq!(words(input.as_bytes()), expected, "{input:.200}");
}

#[track_caller]
fn fails(input: &[u8], line: u64, column: u64, problem: Problem) {
    let (entries, ..) = contents(input);
    let broken: Vec<(u64, u64, Problem)> = entries
        .into_iter()
        .filter_map(|entry| match entry {
            Entry::Broken(error) => Some((error.line, error.column, error.problem)),
            _ => None,
        })
        .collect();
    let expected = (line, column, problem);
    assert_eq!(broken, [expected], "{:.80}", String::from_utf8_lossy(input));
}

fn value(json: &str) -> Value {
    serde_json::from_str(json).unwrap()
}

fn list(items: &[&str]) -> String {
    format!(
        r#"{{"apiVersion":"v1","kind":"List","metadata":{{"resourceVersion":""}},"items":[{}]}}"#,
        items.join(",")
    )
}

#[test]
fn json_in_every_shape() {
    let (cluster_first, setting_first) = ([A_CLUSTER, A_SETTING], [A_SETTING, A_CLUSTER]);
    reads(&list(&[CLUSTER, SETTING]), &cluster_first);
    reads(&list(&[SETTING, CLUSTER]), &setting_first);
    reads(&format!("{CLUSTER}\n{SETTING}\n"), &cluster_first);
    reads(&format!("{CLUSTER}{SETTING}"), &cluster_first);
    reads(
        &format!("{}\n{}\n", list(&[SETTING]), list(&[CLUSTER])),
        &setting_first,
    );
    reads(&format!("[{CLUSTER},{SETTING}]"), &cluster_first);
    reads(&format!("[\n{CLUSTER},\n{SETTING}\n]\n"), &cluster_first);
    let pretty = serde_json::to_string_pretty(&value(&list(&[CLUSTER, SETTING]))).unwrap();
    reads(&pretty, &cluster_first);
    reads(&format!(" \n\t{pretty}"), &cluster_first);
}

#[test]
fn yaml_in_every_shape() {
    let (cluster_first, setting_first) = ([A_CLUSTER, A_SETTING], [A_SETTING, A_CLUSTER]);
    reads(
        &format!("{CLUSTER_YAML}---\n{SETTING_YAML}"),
        &cluster_first,
    );
    reads(
        &format!("---\n{SETTING_YAML}---\n{CLUSTER_YAML}---\n"),
        &setting_first,
    );
    reads(
        &format!("# a comment\n{SETTING_YAML}...\n---\n{CLUSTER_YAML}"),
        &setting_first,
    );
    reads(
        &format!("--- # first\n{SETTING_YAML}--- \n{CLUSTER_YAML}"),
        &setting_first,
    );
    let item = |yaml: &str| {
        let lines: Vec<String> = yaml.lines().map(|line| format!("  {line}")).collect();
        format!("- {}\n", lines.join("\n").trim_start())
    };
    reads(
        &format!(
            "apiVersion: v1\nitems:\n{}{}kind: List\nmetadata:\n  resourceVersion: \"\"\n",
            item(CLUSTER_YAML),
            item(SETTING_YAML)
        ),
        &cluster_first,
    );
    reads(
        &format!("%YAML 1.2\n# first\n---\n{SETTING_YAML}---\n{CLUSTER_YAML}"),
        &setting_first,
    );
    let indented: String = CLUSTER_YAML
        .lines()
        .map(|line| format!("  {line}\n"))
        .collect();
    reads(&indented, &[A_CLUSTER]);
}

#[test]
fn json_and_yaml_one_after_the_other() {
    reads(
        &format!("{CLUSTER}\n---\n{SETTING_YAML}"),
        &[A_CLUSTER, A_SETTING],
    );
    reads(
        &format!("{SETTING_YAML}{CLUSTER}\n"),
        &[A_SETTING, A_CLUSTER],
    );
}

#[test]
fn typed_lists_whose_items_repeat_no_type() {
    let clusters = r#"{"apiVersion":"management.cattle.io/v3","kind":"ClusterList","items":[{"metadata":{"name":"c-1"}}]}"#;
    let settings = r#"{"items":[{"metadata":{"name":"server-version"},"value":"v2.12.3"}],"kind":"SettingList","apiVersion":"management.cattle.io/v3"}"#;
    reads(&format!("{clusters}{settings}"), &[A_CLUSTER, A_SETTING]);
    reads(
        "apiVersion: management.cattle.io/v3\nkind: ClusterList\nitems: [{metadata: {name: c-1}}]\n",
        &[A_CLUSTER],
    );
    let none = r#"{"apiVersion":"management.cattle.io/v3","kind":"ClusterList","items":null}"#;
    reads(none, &[]);
    // What has items and is no List.
    reads(
        r#"{"apiVersion":"v1","kind":"ConfigMap","items":[{"kind":"Secret","apiVersion":"v1"}]}"#,
        &["v1 ConfigMap"],
    );
}

#[test]
fn watch_events() {
    let event = |name: &str, object: &str| format!(r#"{{"type":"{name}","object":{object}}}"#);
    let other = CLUSTER.replace("c-1", "c-2");
    reads(
        &[
            event("ADDED", CLUSTER),
            event("ADDED", &other),
            event("MODIFIED", SETTING),
            event("BOOKMARK", CLUSTER),
            event("DELETED", &other),
            event(
                "ERROR",
                r#"{"kind":"Status","apiVersion":"v1","message":"s3cret"}"#,
            ),
            event("ADDED", "7"),
        ]
        .join("\n"),
        &[
            "Changed cluster c-1",
            "Changed cluster c-2",
            r#"Changed server-version Value("v2.12.3")"#,
            "Deleted cluster c-2",
            "line 6, column 1: the watch failed; start it again",
            "event or review without an object",
        ],
    );
    let yaml: String = CLUSTER_YAML
        .lines()
        .map(|line| format!("  {line}\n"))
        .collect();
    reads(
        &format!("object:\n{yaml}type: ADDED\n---\nobject:\n{yaml}type: DELETED\n"),
        &["Changed cluster c-1", "Deleted cluster c-1"],
    );
}

#[test]
fn admission_reviews_and_requests() {
    let request = format!(
        r#"{{"uid":"u","kind":{{"group":"management.cattle.io","version":"v3","kind":"Cluster"}},"operation":"UPDATE","object":{CLUSTER},"oldObject":{CLUSTER}}}"#
    );
    let review = |request: &str| {
        format!(
            r#"{{"apiVersion":"admission.k8s.io/v1","kind":"AdmissionReview","request":{request}}}"#
        )
    };
    reads(&request, &[A_CLUSTER]);
    reads(&review(&request), &[A_CLUSTER]);
    reads(
        &review(r#"{"operation":"DELETE","object":null}"#),
        &["event or review without an object"],
    );
    reads(&review("7"), &["event or review without an object"]);
}

#[test]
fn windows_text() {
    let both = [A_CLUSTER, A_SETTING];
    reads(&format!("\u{feff}{CLUSTER}\r\n{SETTING}\r\n"), &both);
    // Two files of Windows, one behind the other.
    reads(
        &format!("\u{feff}{CLUSTER}\r\n\u{feff}{SETTING}\r\n"),
        &both,
    );
    let yaml = format!("\u{feff}{CLUSTER_YAML}---\n{SETTING_YAML}").replace('\n', "\r\n");
    reads(&yaml, &both);
    reads(
        &format!("\u{feff}{CLUSTER_YAML}\u{feff}{SETTING_YAML}").replace('\n', "\r\n"),
        &both,
    );
    // This begins like a byte order mark.
    reads("\u{ff4b}: 1\n", &["without a kind"]);
}

#[test]
fn an_empty_input_is_not_the_same_as_one_without_clusters() {
    for input in ["", " \n", "\u{feff}", "---\n---\n", "# nothing\n"] {
        assert_eq!(contents(input.as_bytes()), (vec![], true, None), "{input}");
    }
    for input in ["[]", r#"{"kind":"List","apiVersion":"v1","items":[]}"#] {
        assert_eq!(contents(input.as_bytes()), (vec![], false, None), "{input}");
    }
}

#[test]
fn a_file_that_cannot_be_read_is_an_error() {
    let file = Source::File(PathBuf::from("no/such/file"));
    assert_eq!(
        stream(&file, u64::MAX, |_| true),
        Err("No such file or directory (os error 2)".to_owned())
    );
}

#[test]
fn other_kinds_are_counted() {
    let other =
        |version: &str, kind: &str| format!(r#"{{"apiVersion":"{version}","kind":"{kind}"}}"#);
    let (entries, ..) = contents(
        list(&[
            &other("provisioning.cattle.io/v1", "Cluster"),
            &other("cluster.x-k8s.io/v1beta1", "Cluster"),
            &other("v1", "Secret"),
            &other("v1", "Secret"),
            &other("example.com/v1", "Allow\\nList"),
            "{}",
            CLUSTER,
        ])
        .as_bytes(),
    );
    let mut inventory = Inventory::default();
    let notes = |inventory: &Inventory| inventory.notes().collect::<Vec<_>>();
    assert_eq!(notes(&inventory), [] as [&str; 0]);
    for entry in entries {
        inventory.add("-", entry);
    }
    assert_eq!(inventory.clusters.len(), 1);
    assert_eq!(
        notes(&inventory),
        [
            "ignored objects: 1 cluster.x-k8s.io/v1beta1 Cluster, 1 example.com/v1 Allow\\nList, \
         1 provisioning.cattle.io/v1 Cluster, 2 v1 Secret, 1 without a kind"
        ]
    );
}

/// Others may hold secrets.
#[test]
fn other_settings_are_not_kept() {
    reads(&SETTING.replace("server-version", "server-url"), &[]);
    reads(
        &SETTING
            .replace("server-version", "agent-image")
            .replace("\"value\"", "\"default\""),
        &[r#"Listed agent-image Value("v2.12.3")"#],
    );
}

/// A cluster with all fields that are kept, and some that are not.
#[test]
fn of_a_cluster_the_fields_that_matter_are_kept() {
    let cluster = json!({
        "apiVersion": "management.cattle.io/v3",
        "kind": "Cluster",
        "metadata": {
            "name": "c-1",
            "uid": "u-1",
            "resourceVersion": "7",
            "deletionTimestamp": "2026-01-01T00:00:00Z",
            "annotations": {"provisioning.cattle.io/administrated": "true", "a": "s3cret"},
        },
        "spec": {
            "displayName": "edge",
            "desiredAgentImage": "",
            "agentImageOverride": 2.11,
            "importedConfig": {"kubeConfig": "s3cret"},
        },
        "status": {"agentImage": "a:v1", "serviceAccountToken": "s3cret", "nodeCount": 0},
    });
    let yaml = "\
apiVersion: management.cattle.io/v3
kind: Cluster
metadata:
  name: c-1
  uid: u-1
  resourceVersion: \"7\"
  deletionTimestamp: 2026-01-01T00:00:00Z
  annotations: {provisioning.cattle.io/administrated: \"true\", a: s3cret}
spec: {displayName: edge, desiredAgentImage: '', agentImageOverride: 2.11, b: null, c: 18446744073709551615}
status: {agentImage: 'a:v1', nodeCount: 0}
";
    for input in [cluster.to_string(), yaml.to_owned()] {
        let (entries, ..) = contents(input.as_bytes());
        let [Entry::Cluster(Event::Listed, cluster)] = entries.as_slice() else {
            panic!("{entries:?}");
        };
        let read = &cluster.cluster;
        assert_eq!(
            (
                read.name(),
                read.display_name(),
                read.resource_version(),
                read.is_being_deleted(),
                read.is_administrated(),
                read.desired_image(),
                read.deployed_image(),
            ),
            (
                "c-1",
                "edge",
                "7",
                true,
                true,
                DesiredImage::Unreadable(DesiredField::AgentImageOverride),
                Some("a:v1"),
            )
        );
        assert_eq!(
            (cluster.uid.as_deref(), cluster.unreachable),
            (Some("u-1"), None)
        );
        assert!(!format!("{cluster:?}").contains("s3cret"));
    }
}

#[test]
fn broken_json_is_named_by_its_position() {
    fails(
        format!("{CLUSTER}\n{{\"kind\": secret}}").as_bytes(),
        2,
        10,
        Problem::Json,
    );
    fails(
        format!("{CLUSTER}\n{{\"kind\":\n\"Clu").as_bytes(),
        3,
        4,
        Problem::JsonEnds,
    );
    fails(
        format!("{CLUSTER},{CLUSTER}").as_bytes(),
        1,
        84,
        Problem::Json,
    );
    fails(
        format!("{CLUSTER}\n7").as_bytes(),
        2,
        1,
        Problem::NotAnObject,
    );
    fails(
        br#"{"kind": "Cluster", "kind": "Cluster"}"#,
        1,
        26,
        Problem::DuplicateKey,
    );
    fails(b"{\"name\": \"\xff\"}", 1, 11, Problem::NotText);
}

/// What is broken, where, and what is read all the same.
#[test]
fn the_rest_is_read_behind_a_broken_document() {
    let broken_item = list(&[CLUSTER, r#"{"token": s3cret}"#, SETTING]);
    reads(
        &broken_item,
        &[
            A_CLUSTER,
            &format!(
                "line 1, column {}: this is not valid JSON; what begins with a bracket is read as JSON",
                broken_item.find("s3cret").unwrap() + 1
            ),
            A_SETTING,
        ],
    );
    // A line that was cut off, in every state.
    for (cut, problem) in [
        (
            "{\"a\": {\"b\": 1",
            "line 2, column 13: this JSON document ends in the middle",
        ),
        (
            "{\"a\": [1, {\"b\":2}",
            "line 2, column 17: this JSON document ends in the middle",
        ),
        (
            "{\"a\": \"b",
            "line 2, column 8: this is not valid JSON; what begins with a bracket is read as JSON",
        ),
        (
            "{\"a\": 1,",
            "line 2, column 8: this JSON document ends in the middle",
        ),
        (
            "{\"a\": 1]",
            "line 2, column 8: this is not valid JSON; what begins with a bracket is read as JSON",
        ),
        (
            "{\"items\": [{\"a\": 1}, {\"b\"",
            "line 2, column 25: this JSON document ends in the middle",
        ),
        ("--- {a: b}}", "line 2, column 11: this is not valid YAML"),
    ] {
        let entries = words(format!("{SETTING}\n{cut}\n{CLUSTER}\n").as_bytes());
        let entries: Vec<&str> = entries
            .iter()
            .map(String::as_str)
            .filter(|word| *word != "without a kind")
            .collect();
        assert_eq!(entries, [A_SETTING, problem, A_CLUSTER], "{cut}");
    }
    // YAML between YAML.
    reads(
        &format!("{SETTING_YAML}---\na: [1, 2\nb: 3\n---\n{CLUSTER_YAML}"),
        &[
            A_SETTING,
            "line 8, column 2: this is not valid YAML",
            A_CLUSTER,
        ],
    );
}

/// kubectl writes the kind of a List last.
#[test]
fn a_list_without_its_kind_was_cut_off() {
    let problem = "line 1, column 1: this has items but no kind: was the List cut off?";
    let yaml: String = CLUSTER_YAML
        .lines()
        .map(|line| format!("  {line}\n"))
        .collect();
    reads(
        &format!("apiVersion: v1\nitems:\n- {}", yaml.trim_start()),
        &[A_CLUSTER, problem],
    );
    reads(
        &format!(r#"{{"apiVersion":"v1","items":[{CLUSTER}]}}"#),
        &[A_CLUSTER, problem],
    );
    // The key is the same, however it is written.
    reads(
        &format!(r#"{{"apiVersion":"v1","\u0069tems":[{CLUSTER}],"kind":"List"}}"#),
        &[A_CLUSTER],
    );
}

/// A file that was not written to its end.
#[test]
fn what_a_cut_list_holds_is_read() {
    let text = serde_json::to_string_pretty(&value(&list(&[SETTING, CLUSTER, CLUSTER]))).unwrap();
    let second = text.rfind("c-1").unwrap();
    reads(
        text.get(..second).unwrap(),
        &[
            A_SETTING,
            A_CLUSTER,
            "line 23, column 17: this JSON document ends in the middle",
        ],
    );
}

#[test]
fn broken_yaml_is_named_by_its_position() {
    fails(
        format!("{CLUSTER_YAML}---\na: [1, 2\nb: 3\n").as_bytes(),
        7,
        2,
        Problem::Yaml,
    );
    fails(b"kind: Cluster\n\tname: x\n", 1, 7, Problem::Yaml);
    fails(b"just a line of text\n", 1, 1, Problem::NotAnObject);
    fails(
        format!("{CLUSTER_YAML}---\n- 1\n").as_bytes(),
        6,
        1,
        Problem::NotAnObject,
    );
}

#[test]
fn keys_that_occur_twice_are_refused_in_yaml() {
    fails(
        b"kind: Cluster\nmetadata:\n  name: a\n  name: b\n",
        4,
        3,
        Problem::DuplicateKey,
    );
    fails(
        format!("{CLUSTER_YAML}{SETTING_YAML}").as_bytes(),
        5,
        1,
        Problem::DuplicateKey,
    );
}

#[test]
fn anchors_are_read_and_bombs_are_refused() {
    reads(
        "name: &name {name: c-1}\nkind: Cluster\napiVersion: management.cattle.io/v3\nmetadata: *name\n",
        &[A_CLUSTER],
    );
    let mut bomb = "a0: &a0 [x, x, x, x, x, x, x, x, x, x]\n".to_owned();
    for level in 1..10 {
        let alias = format!("*a{}", level - 1);
        let aliases = [alias.as_str(); 10].join(", ");
        bomb.push_str(&format!("a{level}: &a{level} [{aliases}]\n"));
    }
    fails(bomb.as_bytes(), 5, 45, Problem::Limit);
    fails(
        format!("a: {}", "[".repeat(100_000)).as_bytes(),
        1,
        259,
        Problem::Yaml,
    );
    // Deep JSON takes no more than its text.
    let deep = format!("{{\"a\": {}{}}}", "[".repeat(100_000), "]".repeat(100_000));
    reads(&deep, &["without a kind"]);
    fails(
        "[".repeat(100_000).as_bytes(),
        1,
        100_000,
        Problem::JsonEnds,
    );
}

#[test]
fn what_is_no_text_is_named_by_its_position() {
    fails(b"kind: Cluster\nname: \xff\n", 2, 7, Problem::NotText);
    let utf16: Vec<u8> = "\u{feff}kind: Cluster\n"
        .encode_utf16()
        .flat_map(u16::to_le_bytes)
        .collect();
    fails(&utf16, 1, 1, Problem::NotText);
}

#[test]
fn two_settings_that_contradict_each_other_are_named() {
    let other = SETTING.replace("v2.12.3", "v2.11.0");
    let contradictions = |input: &str| {
        let mut inventory = Inventory::default();
        for entry in contents(input.as_bytes()).0 {
            inventory.add("-", entry);
        }
        inventory.contradictions.into_iter().collect::<Vec<&str>>()
    };
    assert_eq!(
        contradictions(&format!("{SETTING}{other}")),
        ["server-version"]
    );
    assert_eq!(
        contradictions(&format!("{SETTING}{CLUSTER}{SETTING}")),
        [] as [&str; 0]
    );
    // A change that was watched is none.
    let event = format!(r#"{{"type":"MODIFIED","object":{other}}}"#);
    assert_eq!(
        contradictions(&format!("{SETTING}{event}")),
        [] as [&str; 0]
    );
}

#[test]
fn the_value_of_a_setting_is_its_default_where_it_is_empty() {
    for (value, default, expected) in [
        (r#""v2""#, r#""dev""#, r#"Value("v2")"#),
        (r#""""#, r#""dev""#, r#"Value("dev")"#),
        ("null", "7", "Fault(Unreadable)"),
        ("7", r#""dev""#, "Fault(Unreadable)"),
        ("null", "null", r#"Value("")"#),
    ] {
        let fields = format!(r#""value":{value},"default":{default}"#);
        reads(
            &SETTING.replace(r#""value":"v2.12.3""#, &fields),
            &[&format!("Listed server-version {expected}")],
        );
    }
}

#[test]
fn a_setting_that_is_not_there_was_not_found() {
    assert_eq!(
        format!("{:?}", Inventory::default().rancher()),
        "Rancher { server_version: Some(Fault(NotFound)), agent_image: Some(Fault(NotFound)) }"
    );
}

/// More documents and more nodes than a reader of configuration files expects.
#[test]
fn many_clusters_are_no_bomb() {
    let small = format!("---\n{CLUSTER_YAML}").repeat(1_100);
    let large = format!(
        "{small}---\n{CLUSTER_YAML}spec: [{}1]\n",
        "1, ".repeat(260_000)
    );
    assert_eq!(contents(large.as_bytes()).0.len(), 1_101);
}

#[test]
fn no_error_quotes_the_input() {
    for input in [
        "{\"token\": \"s3cret\", s3cret}".to_owned(),
        "token: s3cret\ntoken: s3cret\n".to_owned(),
        "token: [s3cret\n".to_owned(),
        "s3cret".to_owned(),
        "token: *s3cret\n".to_owned(),
        "token: !!int s3cret\n".to_owned(),
        "{\"s3cret".to_owned(),
        "{\"kind\": \"s3cret\", \"kind\": \"s3cret\"}".to_owned(),
        format!("{CLUSTER}s3cret"),
    ] {
        let (entries, ..) = contents(input.as_bytes());
        let errors: Vec<&Entry> = entries
            .iter()
            .filter(|entry| matches!(entry, Entry::Broken(_)))
            .collect();
        assert_eq!(errors.len(), 1, "{input}");
        assert!(!word(errors[0]).contains("s3cret"), "{input}");
    }
}

#[test]
fn folders_are_searched_by_name() {
    let root = folder();
    for file in [
        "b.yaml",
        "a.json",
        "sub/c.YML",
        "sub/d.ndjson",
        "sub/e.jsonl",
        "notes.txt",
        "f",
        ".json",
    ] {
        let file = root.join(file);
        fs::create_dir_all(file.parent().unwrap()).unwrap();
        fs::write(file, "").unwrap();
    }
    fs::create_dir(root.join("empty")).unwrap();
    let file = |name: &str| Source::InFolder(root.join(name));
    let named = |name: &str| Source::File(root.join(name));
    assert_eq!(
        Sources::find(&[
            root.clone(),
            PathBuf::from("-"),
            root.join("notes.txt"),
            root.join("none")
        ]),
        Sources {
            sources: vec![
                file("a.json"),
                file("b.yaml"),
                file("sub/c.YML"),
                file("sub/d.ndjson"),
                file("sub/e.jsonl"),
                Source::Stdin,
                named("notes.txt"),
                named("none"),
            ],
            left_out: 3,
            errors: vec![],
        }
    );
    assert_eq!(
        Sources::find(&[root.join("empty")]),
        Sources {
            errors: vec![(
                root.join("empty").display().to_string(),
                "no file in this folder ends in .json, .jsonl, .ndjson, .yaml, .yml".to_owned()
            )],
            ..Sources::default()
        }
    );
}

/// Those that are left of some entries: name, uid and deployed image.
fn left(entries: &[(Event, &str, &str, &str)]) -> (Vec<(String, String, String)>, usize) {
    let mut inventory = Inventory::default();
    for (event, name, uid, image) in entries {
        let object = json!({
            "apiVersion": "management.cattle.io/v3",
            "kind": "Cluster",
            "metadata": {"name": name, "uid": uid},
            "status": {"agentImage": image},
        });
        let (entries, ..) = contents(object.to_string().as_bytes());
        let [Entry::Cluster(_, cluster)] = entries.as_slice() else {
            panic!("{entries:?}");
        };
        let mut cluster = cluster.clone();
        cluster.source = "-".into();
        inventory.add("-", Entry::Cluster(*event, cluster));
    }
    let left = inventory
        .clusters
        .into_values()
        .map(|listed| {
            let (cluster, uid) = (listed.cluster, listed.uid.unwrap_or_default());
            let image = cluster.deployed_image().unwrap_or_default();
            (cluster.name().to_owned(), uid, image.to_owned())
        })
        .collect();
    (left, inventory.repeated)
}

#[test]
fn the_newest_state_of_each_cluster_counts() {
    use Event::{Changed, Deleted, Listed};
    let one =
        |name: &str, uid: &str, image: &str| (name.to_owned(), uid.to_owned(), image.to_owned());
    for (entries, expected) in [
        (
            vec![(Listed, "c-1", "u", "a"), (Listed, "c-1", "u", "b")],
            (vec![one("c-1", "u", "b")], 1),
        ),
        // Two servers.
        (
            vec![(Listed, "c-1", "u", "a"), (Listed, "c-1", "v", "b")],
            (vec![one("c-1", "u", "a"), one("c-1", "v", "b")], 0),
        ),
        // Made anew while nobody looked.
        (
            vec![(Changed, "c-1", "u", "a"), (Changed, "c-1", "v", "b")],
            (vec![one("c-1", "v", "b")], 0),
        ),
        (
            vec![
                (Listed, "c-1", "u", "a"),
                (Changed, "c-1", "u", "b"),
                (Listed, "c-2", "u", "c"),
            ],
            (vec![one("c-1", "u", "b"), one("c-2", "u", "c")], 0),
        ),
        (
            vec![(Listed, "c-1", "u", "a"), (Deleted, "c-1", "", "")],
            (vec![], 0),
        ),
        // Not created yet: none of them has a name.
        (
            vec![(Listed, "", "", "a"), (Listed, "", "", "b")],
            (vec![one("", "", "a"), one("", "", "b")], 0),
        ),
    ] {
        assert_eq!(left(&entries), expected, "{entries:?}");
    }
}

/// Rancher's API at /v1: objects as kubectl has them, in `data`.
#[test]
fn collections_of_steve() {
    let collection = |data: &str, more: &str| {
        format!(
            r#"{{"type":"collection","links":{{"self":"x"}},"resourceType":"management.cattle.io.cluster","count":1,{more}"data":[{data}]}}"#
        )
    };
    let of_steve = CLUSTER.replacen(
        '{',
        r#"{"id":"c-1","type":"management.cattle.io.cluster","links":{},"#,
        1,
    );
    let setting = SETTING.replacen(
        '{',
        r#"{"id":"server-version","type":"management.cattle.io.setting","#,
        1,
    );
    reads(&collection(&of_steve, ""), &[A_CLUSTER]);
    reads(
        &format!("{}{setting}", collection(&of_steve, "")),
        &[A_CLUSTER, A_SETTING],
    );
    reads(&collection("", ""), &[]);
    reads(
        &collection(&of_steve, r#""continue":"abc","#),
        &[
            A_CLUSTER,
            "line 1, column 1: this is one page of a longer list; get all of it (kubectl does, \
             Rancher's API with ?limit=-1)",
        ],
    );
    // What has data and is no collection.
    reads(
        &format!(r#"{{"kind":"ConfigMap","apiVersion":"v1","data":{{"a":"b"}}}}{CLUSTER}"#),
        &["v1 ConfigMap", A_CLUSTER],
    );
}

/// Rancher's API at /v3: no kind, and the fields of a cluster side by side.
#[test]
fn collections_of_norman() {
    let cluster = r#"{"type":"cluster","baseType":"cluster","id":"c-1","name":"edge","uuid":"u-1",
        "removed":null,"annotations":{"provisioning.cattle.io/administrated":"true"},
        "desiredAgentImage":"a:v1","agentImageOverride":"a:v2","agentImage":"a:v3","nodeCount":2,
        "conditions":[{"type":"Provisioned","status":"True"},{"type":"Connected","status":"False"}],
        "importedConfig":{"kubeConfig":"s3cret"}}"#;
    let setting = r#"{"type":"setting","baseType":"setting","id":"server-version","name":"server-version","value":"v2.12.3","default":"dev"}"#;
    let collection = |data: &str, pages: &str| {
        format!(r#"{{"type":"collection","pagination":{pages},"data":[{data}]}}"#)
    };
    let whole = collection(cluster, r#"{"limit":1000,"total":1}"#);
    for input in [cluster, &whole, &format!("{whole}\n")] {
        let (entries, ..) = contents(input.as_bytes());
        let [Entry::Cluster(Event::Listed, listed)] = entries.as_slice() else {
            panic!("{entries:?}");
        };
        let read = &listed.cluster;
        assert_eq!(
            (
                read.name(),
                read.display_name(),
                read.is_being_deleted(),
                read.is_administrated(),
                listed.pin(),
                read.deployed_image(),
                listed.uid.as_deref(),
                listed.unreachable,
            ),
            (
                "c-1",
                "edge",
                false,
                true,
                Some((DesiredField::AgentImageOverride, Some("a:v2"))),
                Some("a:v3"),
                Some("u-1"),
                Some(Unreachable::Disconnected),
            )
        );
        assert!(!format!("{listed:?}").contains("s3cret"));
    }
    reads(&collection(setting, "{}"), &[A_SETTING]);
    reads(setting, &[A_SETTING]);
    let page = collection(
        cluster,
        r#"{"limit":1,"next":"https://rancher.example.com/v3/clusters?marker=c-1"}"#,
    );
    reads(
        &page,
        &[
            A_CLUSTER,
            "line 1, column 1: this is one page of a longer list; get all of it (kubectl does, \
             Rancher's API with ?limit=-1)",
        ],
    );
    // Another type, and a cluster of something else.
    reads(
        r#"{"type":"node","id":"a"}{"type":"cluster"}"#,
        &["without a kind"; 2],
    );
}

#[test]
fn a_page_of_a_list_is_not_the_whole() {
    reads(
        &list(&[CLUSTER]).replace(
            r#""resourceVersion":"""#,
            r#""continue":"abc","remainingItemCount":7"#,
        ),
        &[
            A_CLUSTER,
            "line 1, column 1: this is one page of a longer list; get all of it (kubectl does, \
             Rancher's API with ?limit=-1)",
        ],
    );
}

#[test]
fn an_error_of_an_api_is_no_object() {
    for error in [
        r#"{"kind":"Status","apiVersion":"v1","metadata":{},"status":"Failure","message":"s3cret"}"#,
        r#"{"type":"error","status":"401","message":"Unauthorized 401: must authenticate"}"#,
    ] {
        reads(
            &format!("{SETTING}\n{error}\n"),
            &[
                A_SETTING,
                "line 2, column 1: this is an error from the API in place of objects; get them again",
            ],
        );
    }
}

/// Standard error beside standard output, in one file.
#[test]
fn what_kubectl_says_of_itself_stands_between_documents() {
    const LOG: &str = "E0118 15:24:26.818800      72 memcache.go:287] couldn't get resource list\n";
    const WARNING: &str = "Warning: v1 ComponentStatus is deprecated in v1.19+\n";
    const ERROR: &str =
        "Error from server (NotFound): settings.management.cattle.io \"agent-image\" not found\n";
    let failed = |line: u64| {
        format!(
            "line {line}, column 1: kubectl reports an error here, so objects may be missing; run the kubectl command again"
        )
    };
    reads(
        &format!("{LOG}{LOG}{CLUSTER}\n{WARNING}{SETTING}\n{LOG}"),
        &[
            "message", "message", A_CLUSTER, "message", A_SETTING, "message",
        ],
    );
    reads(
        &format!("{ERROR}{SETTING_YAML}{LOG}---\n{CLUSTER_YAML}{ERROR}"),
        &[&failed(1), A_SETTING, "message", A_CLUSTER, &failed(13)],
    );
}

#[test]
fn what_kubectl_prints_for_people_gets_a_hint() {
    for table in [
        "NAME           AGE\nc-m-eeeeeee1   45d\nlocal          300d\n",
        "ID      NAME   AGENT\nlocal   local  <none>\n",
        "cluster.management.cattle.io/c-1\ncluster.management.cattle.io/c-2\n",
    ] {
        reads(
            &format!("{table}{SETTING}"),
            &[
                "line 1, column 1: kubectl printed this for people; add -o json to the kubectl command",
                A_SETTING,
            ],
        );
    }
}

/// Lists that `jq -s` puts into one array, of any length.
#[test]
fn lists_in_lists() {
    let many = list(&vec![CLUSTER; 10_000]);
    assert!(many.len() > 256 * 1024);
    let input = format!("[{},{many}]", list(&[SETTING]));
    let mut expected = vec![A_CLUSTER; 10_001];
    expected[0] = A_SETTING;
    reads(&input, &expected);
    let deep = format!("{}{CLUSTER}{}", "[".repeat(7), "]".repeat(7));
    reads(&deep, &["without a kind"]);
}

/// Who may write one Cluster may write anything beside its `spec`, also what looks like the
/// items of a List. It speaks for no other cluster.
#[test]
fn items_of_a_cluster_are_not_read() {
    let with = |key: &str, more: &str| {
        let items = format!(
            r#"{{"{key}":[{},{SETTING}],"more":"{more}","#,
            CLUSTER.replace("c-1", "c-2")
        );
        CLUSTER.replacen('{', &items, 1)
    };
    // It is longer than what is looked at at once.
    let long = "x".repeat(300 * 1024);
    for cluster in [with("items", ""), with("data", ""), with("items", &long)] {
        reads(&list(&[&cluster, SETTING]), &[A_CLUSTER, A_SETTING]);
        let typed = format!(
            r#"{{"items":[{cluster}],"kind":"ClusterList","apiVersion":"management.cattle.io/v3"}}"#
        );
        reads(&typed, &[A_CLUSTER]);
        reads(&format!("[{}]", list(&[&cluster])), &[A_CLUSTER]);
        let yaml = serde_saphyr::to_string(&value(&list(&[&cluster, SETTING]))).unwrap();
        reads(&yaml, &[A_CLUSTER, A_SETTING]);
    }
    let event = format!(r#"{{"type":"ADDED","object":{}}}"#, with("items", ""));
    reads(&event, &["Changed cluster c-1"]);
    reads(&with("items", ""), &[A_CLUSTER]);
    reads(&with("items", &long), &[A_CLUSTER]);
    // Where its items were read before its kind, it is said.
    let another = "Listed cluster c-2";
    let longer = "x".repeat(9 * 1024 * 1024);
    let too_long = format!(
        "{},\"more\":\"{longer}\"}}",
        with("items", "").trim_end_matches('}')
    );
    let said = "line 1, column 1: this is longer than 8 MiB, longer than any Kubernetes object";
    reads(&too_long, &[another, A_SETTING, said]);
    let yaml = serde_saphyr::to_string(&value(&with("data", ""))).unwrap();
    reads(
        &format!("---\n{yaml}"),
        &[
            another,
            A_SETTING,
            "line 2, column 1: this is not a List, but it has items, and Clusters or Settings among \
             them were counted: look at this object, and remove its items or data",
            A_CLUSTER,
        ],
    );
    // Nor is it a page of something.
    let page = CLUSTER.replacen('{', r#"{"continue":"a","pagination":{"next":"b"},"#, 1);
    reads(&page, &[A_CLUSTER]);
}

/// kubectl prints no such thing.
#[test]
fn a_list_among_the_items_of_another_is_an_error() {
    let lists = list(&[&list(&[CLUSTER]), SETTING]);
    let column = lists.find("[{").unwrap() + 2;
    let problem = |line: usize, column: usize| {
        format!(
            "line {line}, column {column}: this is a List among the items of another, which is not \
             read; print it by itself"
        )
    };
    reads(&lists, &[&problem(1, column), A_SETTING]);
    let yaml = serde_saphyr::to_string(&value(&lists)).unwrap();
    reads(&yaml, &[&problem(1, 1), A_SETTING]);
    reads(&list(&[&list(&[]), SETTING]), &[A_SETTING]);
}

#[test]
fn items_that_come_before_the_kind_of_their_list_are_bounded() {
    let item = r#"{"metadata":{"name":"c-1"}}"#;
    let items = vec![item; 10_002].join(",");
    let (entries, ..) = contents(
        format!(
            r#"{{"items":[{items}],"apiVersion":"management.cattle.io/v3","kind":"ClusterList"}}"#
        )
        .as_bytes(),
    );
    let count = |expected: &str| {
        entries
            .iter()
            .filter(|entry| word(entry).contains(expected))
            .count()
    };
    assert_eq!(
        (count(A_CLUSTER), count("put its kind first"), entries.len()),
        (10_000, 2, 10_002)
    );
}

/// No object is that long, and nothing of it is kept.
#[test]
fn a_document_that_is_too_long_costs_no_other() {
    let text = "x".repeat(9 * 1024 * 1024);
    let problem = "this is longer than 8 MiB, longer than any Kubernetes object";
    reads(
        &format!("{{\"a\": \"{text}\"}}\n{CLUSTER}"),
        &[&format!("line 1, column 1: {problem}"), A_CLUSTER],
    );
    reads(
        &format!("{}\n{SETTING}", list(&[CLUSTER, &format!("[\"{text}\"]")])),
        &[
            A_CLUSTER,
            &format!(
                "line 1, column {}: {problem}",
                list(&[CLUSTER]).find("]}").unwrap() + 2
            ),
            A_SETTING,
        ],
    );
    let comment = format!("# {}\n", "x".repeat(1021)).repeat(8 * 1024);
    reads(&format!("{comment}{CLUSTER_YAML}"), &[A_CLUSTER]);
    // A List in YAML may be of any length. This one has a broken item, comments, and items
    // without a kind.
    let typed = format!(
        "# a List\nitems:\n  # items\n{}  - a: [\n{}apiVersion: management.cattle.io/v3\nkind: ClusterList\n---\n{SETTING_YAML}",
        "  - metadata:\n\n# comment\n      name: c-1\n".repeat(2),
        "  - kind: Pod\n    apiVersion: v1\n".repeat(300_000),
    );
    let mut expected = vec!["v1 Pod"; 300_004];
    expected[0] = "line 12, column 8: this is not valid YAML";
    expected[300_001..].copy_from_slice(&[A_CLUSTER, A_CLUSTER, A_SETTING]);
    reads(&typed, &expected);
    // No List.
    for text in [
        format!("a: {text}\n"),
        format!("a: |\n{}", "  - x\n".repeat(2_000_000)),
        format!("items: [{}1]\n", "1,".repeat(5_000_000)),
    ] {
        let input = format!("---\n{text}---\n{SETTING_YAML}");
        reads(
            &input,
            &[&format!("line 2, column 1: {problem}"), A_SETTING],
        );
    }
}

/// A folder may be the bundle of another tool.
#[test]
fn files_of_folders_that_say_nothing_of_rancher_are_counted() {
    let root = folder();
    for (name, text) in [
        ("clusters.json", list(&[CLUSTER])),
        ("settings.yaml", SETTING_YAML.to_owned()),
        (
            "pods.json",
            r#"{"kind":"Pod","apiVersion":"v1"}"#.to_owned(),
        ),
        ("empty.json", String::new()),
        ("null.json", "null\n".to_owned()),
        ("arguments.json", r#"["--a", "--b"]"#.to_owned()),
        (
            "counts.json",
            r#"{"items":[{"name":"n1","count":31}]}"#.to_owned(),
        ),
        (
            "redacted.yaml",
            "{\n  \"token\": <REDACTED>\n}\n".to_owned(),
        ),
        ("table.yaml", "NAME   AGE\np1     3d\n".to_owned()),
        ("notes.txt", "management.cattle.io".to_owned()),
    ] {
        fs::write(root.join(name), text).unwrap();
    }
    let read = |paths: &[PathBuf]| {
        let inventory = Inventory::read(&Sources::find(paths), u64::MAX);
        let notes: Vec<String> = inventory.notes().collect();
        let root = format!("{}/", root.display());
        let problems = inventory
            .rest
            .problems
            .lines()
            .map(|line| line.replace(&root, ""));
        (
            inventory.clusters.len(),
            notes,
            problems.collect::<Vec<_>>(),
        )
    };
    let passed_over = |count: usize| {
        format!(
            "ignored {count} files of folders: not named as JSON or YAML, or without a Rancher \
             Cluster or Setting"
        )
    };
    assert_eq!(
        read(std::slice::from_ref(&root)),
        (1, vec![passed_over(8)], vec![])
    );
    // The same files, named.
    let named =
        ["pods.json", "empty.json", "null.json", "redacted.yaml"].map(|name| root.join(name));
    assert_eq!(
        read(&named),
        (
            0,
            vec!["ignored objects: 1 v1 Pod".to_owned()],
            [
                "empty.json: the input is empty",
                "null.json: line 1, column 1: this is not a Kubernetes object",
                "redacted.yaml: line 2, column 12: this is not valid JSON; what begins with a bracket is read as JSON",
            ]
            .map(str::to_owned)
            .to_vec()
        )
    );
    // Those that do speak of Rancher, and are broken.
    let cut = list(&[CLUSTER]).replace("]}", "");
    let wide: Vec<u8> = cut.encode_utf16().flat_map(u16::to_be_bytes).collect();
    fs::write(root.join("cut.json"), &cut).unwrap();
    fs::write(root.join("wide.json"), wide).unwrap();
    fs::write(
        root.join("failed.yaml"),
        "Error from server (Forbidden): clusters.management.cattle.io is forbidden\n",
    )
    .unwrap();
    let (clusters, notes, problems) = read(std::slice::from_ref(&root));
    assert_eq!((clusters, notes), (2, vec![passed_over(8)]));
    assert_eq!(
        problems,
        [
            "cut.json: line 1, column 159: this JSON document ends in the middle",
            "failed.yaml: line 1, column 1: kubectl reports an error here, so objects may be missing; run the kubectl command again",
            "wide.json: line 1, column 1: this is not UTF-8 text; a file that PowerShell wrote is UTF-16: save it as UTF-8",
        ]
    );
}

#[test]
fn other_kinds_are_named_up_to_a_limit() {
    let objects: String = (0..30)
        .map(|number| format!(r#"{{"apiVersion":"v1","kind":"Kind{number:02}"}}"#).repeat(2))
        .collect();
    let mut inventory = Inventory::default();
    for entry in contents(objects.as_bytes()).0 {
        inventory.add("-", entry);
    }
    // The same from two files together.
    let files = ["a.json", "b.json"].map(|name| folder().join(name));
    for file in &files {
        fs::write(file, &objects).unwrap();
    }
    let both = Inventory::read(&Sources::find(&files), u64::MAX);
    for (inventory, count) in [(inventory, 2), (both, 4)] {
        let named: Vec<String> = (0..20)
            .map(|number| format!("{count} v1 Kind{number:02}"))
            .collect();
        assert_eq!(
            inventory.notes().collect::<Vec<_>>(),
            [format!(
                "ignored objects: {}, {} of more kinds",
                named.join(", "),
                count * 10
            )]
        );
    }
}
