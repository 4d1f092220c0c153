//! Payloads that no API server sends, and the whole answer to each. Every
//! object carries a secret in its unread fields; no answer may hold it.

use serde_json::{Value, json};

/// What stands in place of a token or a kubeconfig.
pub const SECRET: &str = "c2VjcmV0LXRva2Vu";

/// A payload and what the policy answers.
pub struct BadInput {
    /// What is wrong with it.
    pub name: &'static str,
    /// The payload of the waPC operation `validate`.
    pub payload: Vec<u8>,
    /// The whole answer.
    pub response: Value,
}

/// A payload with this text in place of the object, sent by a user.
fn create(object: &str) -> String {
    payload("CREATE", &format!(r#""object":{object}"#))
}

fn payload(operation: &str, objects: &str) -> String {
    format!(
        r#"{{"request":{{"uid":"1","operation":"{operation}","name":"c-m-abc12345",
"kind":{{"group":"management.cattle.io","version":"v3","kind":"Cluster"}},
"userInfo":{{"username":"user-abcde"}},{objects}}},"settings":{{"serverVersion":"v2.11.0"}}}}"#
    )
}

/// A cluster with this JSON as its desired image and a secret beside it.
fn cluster(desired: &str) -> String {
    format!(
        r#"{{"metadata":{{"name":"c-m-abc12345"}},"spec":{{"desiredAgentImage":{desired},
"importedConfig":{{"kubeConfig":"{SECRET}"}}}},"status":{{"caCert":"{SECRET}"}}}}"#
    )
}

fn rejected(message: &str) -> Value {
    json!({"accepted": false, "code": 400, "message": message})
}

fn malformed(path: &str) -> Value {
    json!({
        "accepted": false,
        "code": 400,
        "message": format!("cluster c-m-abc12345: `{path}` is not a string; give the image as a string, or leave the field empty"),
        "audit_annotations": {"reason": "malformed-field", "server-version": "v2.11.0"},
    })
}

fn no_json(line: usize, column: usize) -> Value {
    rejected(&format!(
        "bad request: the payload is not the JSON of an AdmissionRequest: see line {line}, column {column}"
    ))
}

fn field(name: &str) -> Value {
    rejected(&format!(
        "bad request: `{name}` is missing or of the wrong type"
    ))
}

/// All of them.
#[must_use]
pub fn all() -> Vec<BadInput> {
    let accepted = || json!({"accepted": true});
    let nested = |depth: usize| format!("{}{}", "[".repeat(depth), "]".repeat(depth));
    let lagging = |image: &str, shown: &str, annotation: &str| {
        json!({
            "accepted": false,
            "message": format!("cluster c-m-abc12345: `spec.desiredAgentImage` pins {shown}; leave the field empty so that Rancher deploys its own agent"),
            "audit_annotations": {
                "verdict": if image.is_empty() { "unknown" } else { "lagging" },
                "reason": if image.is_empty() { "not-a-version" } else { "desired-lagging" },
                "desired-image": annotation,
                "server-version": "v2.11.0",
            },
        })
    };
    let long = "a".repeat(100_000);
    let big = format!(
        r#"{{"metadata":{{"name":"c-m-abc12345"}},"spec":{{"desiredAgentImage":"a:v2.10.3"}},"status":{{"caCert":"{}"}}}}"#,
        SECRET.repeat(118_750)
    );
    let table: Vec<(&'static str, Vec<u8>, Value)> = vec![
        ("empty", Vec::new(), no_json(1, 1)),
        ("no JSON", SECRET.into(), no_json(1, 1)),
        ("cut off", create(r#"{"spec":{"#).into_bytes(), no_json(3, 96)),
        ("no UTF-8", vec![0xff, 0xfe], no_json(1, 1)),
        ("trailing text", format!("{}{SECRET}", create("{}")).into_bytes(), no_json(3, 90)),
        ("null", "null".into(), field("request")),
        ("a number", "5".into(), field("request")),
        ("a list", format!("[{}]", create("{}")).into_bytes(), field("request")),
        ("no request", r#"{"settings":{}}"#.into(), field("request")),
        ("request is null", r#"{"request":null}"#.into(), field("request")),
        ("request is a list", r#"{"request":["UPDATE"]}"#.into(), field("request")),
        ("no operation", r#"{"request":{"kind":{}}}"#.into(), field("request.operation")),
        ("operation is a number", r#"{"request":{"operation":5,"kind":{}}}"#.into(), field("request.operation")),
        ("no kind", r#"{"request":{"operation":"CREATE"}}"#.into(), field("request.kind")),
        ("kind is a text", r#"{"request":{"operation":"CREATE","kind":"Cluster"}}"#.into(), field("request.kind")),
        ("kind is a list", r#"{"request":{"operation":"CREATE","kind":["management.cattle.io","Cluster"]}}"#.into(), field("request.kind")),
        ("no object", payload("CREATE", r#""dryRun":false"#).into_bytes(), field("request.object")),
        ("object is null", create("null").into_bytes(), field("request.object")),
        ("object is null on UPDATE", payload("UPDATE", r#""object":null,"oldObject":{}"#).into_bytes(), field("request.object")),
        ("object is a text", create(&format!("\"{SECRET}\"")).into_bytes(), field("request.object")),
        ("object is a list", create(&format!("[\"{SECRET}\"]")).into_bytes(), field("request.object")),
        ("old object is a list", payload("UPDATE", &format!(r#""object":{{}},"oldObject":["{SECRET}"]"#)).into_bytes(), field("request.oldObject")),
        ("object is empty", create("{}").into_bytes(), accepted()),
        ("nulls everywhere", create(r#"{"metadata":null,"spec":null,"status":null}"#).into_bytes(), accepted()),
        ("nulls further down", create(r#"{"metadata":{"name":null,"annotations":null,"resourceVersion":null,"deletionTimestamp":null},"spec":{"displayName":null,"desiredAgentImage":null,"agentImageOverride":null},"status":{"agentImage":null}}"#).into_bytes(), accepted()),
        ("lists in place of objects", create(r#"{"metadata":["x"],"status":["a:v2.10.3"]}"#).into_bytes(), accepted()),
        ("wrong types that are ignored", create(r#"{"metadata":{"name":5,"annotations":"x","resourceVersion":{},"deletionTimestamp":[]},"spec":{"displayName":{}},"status":{"agentImage":5}}"#).into_bytes(), accepted()),
        ("wrong type of the user", r#"{"request":{"operation":"CREATE","kind":{"group":"management.cattle.io","kind":"Cluster"},"userInfo":5,"subResource":7,"name":[],"object":{}},"settings":{"serverVersion":"v2.11.0"}}"#.into(), accepted()),
        ("spec is a list", create(r#"{"spec":["a","b"]}"#).into_bytes(), json!({"accepted": false, "code": 400, "message": "cluster c-m-abc12345: `spec` is not an object", "audit_annotations": {"reason": "malformed-field", "server-version": "v2.11.0"}})),
        ("desired image is a number", create(&cluster("5.5")).into_bytes(), malformed("spec.desiredAgentImage")),
        ("desired image is a bool", create(&cluster("true")).into_bytes(), malformed("spec.desiredAgentImage")),
        ("desired image is an object", create(&cluster(&format!(r#"{{"x":"{SECRET}"}}"#))).into_bytes(), malformed("spec.desiredAgentImage")),
        ("desired image is 100 levels deep", create(&cluster(&nested(100))).into_bytes(), malformed("spec.desiredAgentImage")),
        ("a key twice", create(&format!(r#"{{"spec":{{"token":"{SECRET}"}},"spec":{{}}}}"#)).into_bytes(), no_json(3, 89)),
        ("the desired image twice", create(r#"{"spec":{"desiredAgentImage":"a:v2.11.0","desiredAgentImage":"a:v2.10.3"}}"#).into_bytes(), no_json(3, 106)),
        ("a spec and then null", create(r#"{"spec":{"desiredAgentImage":"a:v2.10.3"},"spec":null}"#).into_bytes(), no_json(3, 94)),
        ("an unread key twice", create(&format!(r#"{{"x":"{SECRET}","x":1}}"#)).into_bytes(), accepted()),
        ("a lone surrogate that is read", create(&cluster(r#""a:\ud800""#)).into_bytes(), no_json(3, 120)),
        ("a lone surrogate that is not read", create(r#"{"x":"\ud800"}"#).into_bytes(), accepted()),
        ("a lone surrogate in a key that is not read, of an object that is", create(r#"{"spec":{"x\ud800":1}}"#).into_bytes(), no_json(3, 64)),
        ("a number out of range in a field of the status that is read", create(r#"{"status":{"agentImage":1E400}}"#).into_bytes(), no_json(3, 75)),
        ("a number out of range in a field that is not read", create(r#"{"status":{"x":1E400}}"#).into_bytes(), accepted()),
        ("120 levels in an unread field", create(&format!(r#"{{"x":{}}}"#, nested(120))).into_bytes(), accepted()),
        ("100,000 levels in an unread field", create(&format!(r#"{{"x":{}}}"#, nested(100_000))).into_bytes(), accepted()),
        ("100 KB of image", create(&cluster(&format!("\"a:{long}\""))).into_bytes(), lagging("", &format!("image `a:{}...`, whose tag is not a version", "a".repeat(195)), &format!("a:{}...", "a".repeat(251)))),
        ("100 KB of registry", create(&cluster(&format!("\"{long}/a:v2.10.3\""))).into_bytes(), lagging("x", "agent v2.10.3, one minor version behind Rancher v2.11.0", &format!("{}...", "a".repeat(253)))),
        ("1.9 MB of object", create(&big).into_bytes(), lagging("x", "agent v2.10.3, one minor version behind Rancher v2.11.0", "a:v2.10.3")),
        ("escapes in keys and values", create(r#"{"sp\u0065c":{"desiredAgentIm\u0061ge":"a:v2.10\u002e3"}}"#).into_bytes(), lagging("x", "agent v2.10.3, one minor version behind Rancher v2.11.0", "a:v2.10.3")),
        ("control characters in the image", create(&cluster(r#""a\u0000\u001b[31m\n:`x`""#)).into_bytes(), lagging("", r"image `a\u{0}\u{1b}[31m\u{a}:\u{60}x\u{60}`, whose tag is not a version", r"a\u{0}\u{1b}[31m\u{a}:\u{60}x\u{60}")),
        ("settings are a list", r#"{"request":{"operation":"CREATE","kind":{}},"settings":["v2.11.0"]}"#.into(), rejected("invalid settings: expected a mapping with the keys `serverVersion`, `allowedLag`, `ratcheting`, `deployedImage`, `unknownVersion`, `repair`")),
        ("settings are invalid", r#"{"request":{"operation":"CREATE","kind":{}},"settings":{"repair":"no"}}"#.into(), rejected("invalid settings: `repair` is `\"no\"`, allowed are `true`, `false`")),
    ];
    table
        .into_iter()
        .map(|(name, payload, response)| BadInput {
            name,
            payload,
            response,
        })
        .collect()
}
