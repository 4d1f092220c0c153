//! What is not kept takes no memory, whatever the input and however long it is: a counting
//! allocator tells the most that was in use at a time.

use std::alloc::{GlobalAlloc, Layout, System};
use std::fs::File;
use std::io::{BufWriter, Write as _};
use std::path::Path;
use std::sync::atomic::{AtomicUsize, Ordering::Relaxed};

use rancher_agents::{Inventory, Source, Sources};

/// The system's allocator, which also counts.
struct Counting;

static USED: AtomicUsize = AtomicUsize::new(0);
static PEAK: AtomicUsize = AtomicUsize::new(0);

#[global_allocator]
static ALLOCATOR: Counting = Counting;

#[expect(unsafe_code, reason = "an allocator is unsafe; this one only counts")]
// SAFETY: every call is passed on as it is.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        let used = USED.fetch_add(layout.size(), Relaxed) + layout.size();
        PEAK.fetch_max(used, Relaxed);
        // SAFETY: passed on.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        USED.fetch_sub(layout.size(), Relaxed);
        // SAFETY: passed on.
        unsafe { System.dealloc(pointer, layout) }
    }
}

const MIB: usize = 1 << 20;

/// Less than docs/reliability.md promises of the program as a whole.
const MOST: usize = 48 * MIB;

/// So much is read of each kind. The first reader took some 600 times that for the small
/// objects.
const LENGTH: usize = MIB / 4;

/// Longer than a document may be.
const LONG: usize = 9 * MIB;

/// What is repeated, what stands before and behind, and how long it gets.
const INPUTS: [(&str, &str, &str, &str, usize); 26] = [
    ("objects", "", "{}\n", "", LENGTH),
    ("an array of objects", "[", "{},", "{}]", LENGTH),
    (
        "a List of objects",
        "{\"items\":[",
        "{},",
        "{}],\"kind\":\"List\"}",
        LENGTH,
    ),
    (
        "a List of scalars",
        "{\"items\":[",
        "1,",
        "1],\"kind\":\"List\"}",
        LENGTH,
    ),
    (
        "items with a name alone",
        "{\"items\":[",
        "{\"metadata\":{\"name\":\"c\"}},",
        "{}]}",
        LENGTH,
    ),
    (
        "other kinds",
        "",
        "{\"apiVersion\":\"v1\",\"kind\":\"Pod\"}\n",
        "",
        LENGTH,
    ),
    ("a long text", "{\"a\":\"", "x", "\"}", LONG),
    ("open brackets", "", "[", "", LONG),
    ("open objects", "", "{\"a\":", "", LONG),
    ("Lists in Lists", "", "{\"items\":[", "", LONG),
    ("broken documents", "", "{\"a\":x}\n", "", LENGTH),
    ("empty documents", "", "---\n", "", LENGTH),
    ("comments", "", "# nothing\n", "", LENGTH),
    ("a long comment", "# ", "x", "", LONG),
    ("white space", "", " ", "", LONG),
    ("documents of YAML", "", "---\na: 1\n", "", LENGTH),
    (
        "a List of YAML",
        "items:\n",
        "- a: 1\n",
        "kind: List\n",
        LENGTH,
    ),
    (
        "a long List of YAML",
        "items:\n",
        "- a: xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx\n",
        "kind: List\n",
        LONG,
    ),
    (
        "a List on one line of YAML",
        "items: [",
        "{},",
        "{}]\n",
        LENGTH,
    ),
    ("a long text of YAML", "a: ", "x", "\n", LONG),
    ("a long block of YAML", "a: |\n", "  x\n", "", LONG),
    ("an anchor", "a: &a\n", "- a\n", "", LENGTH),
    ("zeros", "", "\0", "", LONG),
    ("a table", "NAME   AGE\n", "c-1   1d\n", "", LONG),
    ("messages of kubectl", "", "Warning: a\n", "", LENGTH),
    ("a long line", "", "x", "", LONG),
];

/// Clusters, other objects, lines and problems that were found, and the most memory that it
/// took.
fn read(name: &str, parts: [&str; 3], length: usize) -> (Inventory, usize) {
    let [before, unit, behind] = parts;
    let file = format!("memory-{}-{name}", std::process::id());
    let file = Path::new(env!("CARGO_TARGET_TMPDIR")).join(file);
    let mut writer = BufWriter::new(File::create(&file).unwrap());
    writer.write_all(before.as_bytes()).unwrap();
    for _ in 0..length / unit.len() {
        writer.write_all(unit.as_bytes()).unwrap();
    }
    writer.write_all(behind.as_bytes()).unwrap();
    drop(writer);
    let sources = Sources {
        sources: vec![Source::File(file.clone())],
        ..Sources::default()
    };
    let before = USED.load(Relaxed);
    PEAK.store(before, Relaxed);
    let inventory = Inventory::read(&sources, u64::MAX);
    let peak = PEAK.load(Relaxed) - before;
    std::fs::remove_file(file).unwrap();
    (inventory, peak)
}

/// One test, so that nothing else is counted.
#[test]
fn what_is_not_kept_takes_no_memory() {
    let mut too_much = Vec::new();
    for (name, before, unit, behind, length) in INPUTS {
        let (inventory, peak) = read(name, [before, unit, behind], length);
        assert_eq!(inventory.clusters.len(), 0, "{name}");
        if peak > MOST {
            too_much.push(format!("{name}: {} MiB", peak / MIB));
        }
    }
    // Keys and kinds that all differ.
    for (name, unit) in [
        ("keys", "k%: 1\n"),
        ("kinds", "{\"kind\":\"K%\"}\n"),
        ("members", "\"k%\":1,\n"),
    ] {
        let open = if name == "members" { "{" } else { "" };
        let text: String = (0..100_000)
            .map(|number| unit.replace('%', &number.to_string()))
            .collect();
        let (_, peak) = read(name, [open, &text, ""], text.len());
        if peak > MOST {
            too_much.push(format!("{name}: {} MiB", peak / MIB));
        }
    }
    assert_eq!(too_much, [] as [&str; 0]);
    // Clusters that have no name yet are told apart, without more and more text for each.
    let unit = r#"{"apiVersion":"management.cattle.io/v3","kind":"Cluster"}"#;
    let (inventory, peak) = read("unnamed", ["", unit, ""], 10_000 * unit.len());
    assert_eq!((inventory.clusters.len(), peak.min(MOST)), (10_000, peak));
    // It does count: a cluster is kept, with its name.
    let name = "x".repeat(2 * MIB);
    let cluster = format!(
        r#"{{"apiVersion":"management.cattle.io/v3","kind":"Cluster","metadata":{{"name":"{name}"}}}}"#
    );
    let (inventory, peak) = read("a cluster", ["", &cluster, ""], cluster.len());
    assert_eq!((inventory.clusters.len(), peak > name.len()), (1, true));
}
