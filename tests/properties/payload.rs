//! JSON of any shape, and of the shapes that are read.

use proptest::collection::vec;
use proptest::prelude::*;
use proptest::sample::select;

/// The fields of an object.
pub type Fields = &'static [(&'static str, Kind)];

/// What a field holds if it is as it should be.
#[derive(Debug, Clone, Copy)]
pub enum Kind {
    Text,
    Object(Fields),
}

/// The fields of a Cluster that are read.
pub const CLUSTER: Fields = &[
    (
        "metadata",
        Kind::Object(&[
            ("name", Kind::Text),
            ("resourceVersion", Kind::Text),
            ("deletionTimestamp", Kind::Text),
            (
                "annotations",
                Kind::Object(&[("provisioning.cattle.io/administrated", Kind::Text)]),
            ),
        ]),
    ),
    (
        "spec",
        Kind::Object(&[
            ("displayName", Kind::Text),
            ("desiredAgentImage", Kind::Text),
            ("agentImageOverride", Kind::Text),
        ]),
    ),
    ("status", Kind::Object(&[("agentImage", Kind::Text)])),
];

/// The fields of a payload that are read.
pub const PAYLOAD: Fields = &[(
    "request",
    Kind::Object(&[
        ("operation", Kind::Text),
        (
            "kind",
            Kind::Object(&[("group", Kind::Text), ("kind", Kind::Text)]),
        ),
        ("subResource", Kind::Text),
        ("name", Kind::Text),
        ("userInfo", Kind::Object(&[("username", Kind::Text)])),
        ("object", Kind::Object(CLUSTER)),
        ("oldObject", Kind::Object(CLUSTER)),
    ]),
)];

/// Every name that is read somewhere, and some that are not.
const NAMES: [&str; 24] = [
    "request",
    "operation",
    "kind",
    "group",
    "subResource",
    "name",
    "userInfo",
    "username",
    "object",
    "oldObject",
    "metadata",
    "resourceVersion",
    "deletionTimestamp",
    "annotations",
    "provisioning.cattle.io/administrated",
    "spec",
    "displayName",
    "desiredAgentImage",
    "agentImageOverride",
    "status",
    "agentImage",
    "Name",
    "value",
    "x",
];

/// Texts that mean something in one field or another.
const TEXTS: [&str; 16] = [
    "CREATE",
    "CREATE",
    "UPDATE",
    "UPDATE",
    "DELETE",
    "create",
    "",
    "",
    "management.cattle.io",
    "Cluster",
    "system:serviceaccount:a:b",
    "system:serviceaccount",
    "true",
    "fixed",
    "rancher/rancher-agent:v2.11.0",
    "2026-11-22T10:00:00Z",
];

/// Any text, with all that JSON escapes and all that is longer than one unit.
pub fn text() -> impl Strategy<Value = String> {
    let odd = select(
        &[
            '"', '\\', '/', '\0', '\u{8}', '\n', '\t', '\u{1f}', '\u{7f}', '\u{2028}', '\u{feff}',
            '🦀', 'é',
        ][..],
    );
    let c = prop_oneof![3 => any::<char>(), 3 => odd, 6 => proptest::char::range(' ', '~')];
    vec(c, 0..24).prop_map(|chars| chars.into_iter().collect())
}

fn likely_text() -> impl Strategy<Value = String> {
    prop_oneof![3 => select(&TEXTS[..]).prop_map(str::to_owned), 1 => text()]
}

/// A JSON document with its entries in order, of which some may be there twice.
#[derive(Debug, Clone)]
pub enum Node {
    Null,
    Bool(bool),
    Number(String),
    Text(String),
    List(Vec<Node>),
    Object(Vec<(String, Node)>),
}

/// JSON of any shape.
pub fn node() -> impl Strategy<Value = Node> {
    let number = select(
        &[
            "0",
            "-0",
            "7",
            "-12.5e+3",
            "1E400",
            "12345678901234567890123",
        ][..],
    );
    let leaf = prop_oneof![
        2 => Just(Node::Null),
        1 => any::<bool>().prop_map(Node::Bool),
        1 => number.prop_map(|number| Node::Number(number.to_owned())),
        4 => likely_text().prop_map(Node::Text),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let name = prop_oneof![3 => select(&NAMES[..]).prop_map(str::to_owned), 1 => text()];
        prop_oneof![
            vec(inner.clone(), 0..4).prop_map(Node::List),
            vec((name, inner), 0..4).prop_map(Node::Object),
        ]
    })
}

/// JSON in which these fields mostly are as they should be, each there once at most,
/// between others of any kind that can be there twice.
pub fn shaped(fields: Fields) -> BoxedStrategy<Node> {
    let mut entries: BoxedStrategy<Vec<(String, Node)>> = Just(Vec::new()).boxed();
    for (name, kind) in fields {
        let (right, odd) = match kind {
            Kind::Text => (likely_text().prop_map(Node::Text).boxed(), node().boxed()),
            Kind::Object(fields) => {
                // Of an object, what is read may be there once only.
                let odd = node().prop_map(|node| Node::List(vec![node]));
                let odd = prop_oneof![odd, likely_text().prop_map(Node::Text), Just(Node::Null)];
                (shaped(fields), odd.boxed())
            }
        };
        let field =
            prop_oneof![12 => right.prop_map(Some), 1 => odd.prop_map(Some), 2 => Just(None)];
        entries = (entries, field)
            .prop_map(|(mut entries, field)| {
                entries.extend(field.map(|field| ((*name).to_owned(), field)));
                entries
            })
            .boxed();
    }
    let name = prop_oneof![2 => select(&NAMES[..]).prop_map(str::to_owned), 1 => text()];
    let others = vec((name, node(), any::<bool>()), 0..3).prop_map(move |others| {
        let is_read = |name: &str| fields.iter().any(|(read, _)| *read == name);
        let mut unread = Vec::new();
        for (name, node, twice) in others {
            if !is_read(&name) {
                unread.extend(twice.then(|| (name.clone(), Node::Null)));
                unread.push((name, node));
            }
        }
        unread
    });
    (entries, others)
        .prop_map(|(entries, others)| [entries, others].concat())
        .prop_shuffle()
        .prop_map(Node::Object)
        .boxed()
}
