//! Image references, from raw text and from text made of their parts, beside two crates
//! that read them by the grammar of registries: what both they and the policy accept has
//! the same tag and digest.
//!
//! The differences that are meant:
//!
//! - The policy reads any text, the crates refuse most of it.
//! - oci-spec says `latest` where there is neither tag nor digest; the policy says that
//!   there is no tag.
//! - container_image_dist_ref takes a digest whose second half is not a hexadecimal number
//!   if it does not know the algorithm. The policy then takes the whole reference for
//!   malformed.
#![no_main]

use arbitrary::{Result, Unstructured};
use container_image_dist_ref::ImgRef;
use libfuzzer_sys::fuzz_target;
use oci_spec::distribution::Reference;
use rancher_agent_version_policy::image::{ImageRef, UnknownImage};
use rancher_agent_version_policy::version::{Version, normalize};
use rancher_agent_version_policy_fuzz::version;

fuzz_target!(|data: &[u8]| {
    if let Ok(text) = std::str::from_utf8(data) {
        check(text);
    }
    if let Ok(text) = made(data) {
        check(&text);
    }
});

fn made(data: &[u8]) -> Result<String> {
    let mut u = Unstructured::new(data);
    let mut text = String::new();
    let domains = [
        "",
        "reg:5000/",
        "docker.io/",
        "[::1]:5000/",
        "localhost/",
        "a.b-c:1/",
        "Reg.X/",
    ];
    text.push_str(u.choose(&domains)?);
    let paths = [
        "rancher/rancher-agent",
        "a",
        "a__b/c.d",
        "docker.io/a/b",
        "",
        "A/b",
        "/",
    ];
    text.push_str(u.choose(&paths)?);
    for _ in 0..u.int_in_range(0..=2)? {
        text.push(':');
        text.push_str(&version::text(&mut u)?);
    }
    for _ in 0..u.int_in_range(0..=2)? {
        let algorithms = ["sha256", "sha512", "a+b", "a.b_c-d", "", "sha256:x"];
        text.push('@');
        text.push_str(u.choose(&algorithms)?);
        text.push(':');
        let hex = *u.choose(&["0", "f", "A", "g", "="])?;
        text.push_str(&hex.repeat(*u.choose(&[0, 1, 31, 32, 64, 128])?));
    }
    Ok(text)
}

fn check(text: &str) {
    let image = ImageRef::new(text);
    by_itself(text, image);
    if let Ok(theirs) = text.parse::<Reference>() {
        let tag = match (theirs.tag(), theirs.digest()) {
            (Some("latest"), None) if !text.ends_with(":latest") => None,
            (tag, _) => tag,
        };
        agrees(text, image, tag, theirs.digest());
    }
    // It counts in 16 bits.
    if text.len() < 1024
        && let Ok(theirs) = ImgRef::new(text)
    {
        let digest = theirs.digest().map(|digest| digest.to_str());
        let is_hex = |digest: &str| {
            digest
                .split_once(':')
                .is_some_and(|(_, hex)| hex.bytes().all(|b| b.is_ascii_hexdigit()))
        };
        if digest.is_none_or(is_hex) {
            agrees(text, image, theirs.tag(), digest);
        } else {
            assert_eq!(image.version(), Err(UnknownImage::NotAVersion), "{text:?}");
        }
    }
}

/// The policy reads this tag and this digest.
fn agrees(text: &str, image: ImageRef<'_>, tag: Option<&str>, digest: Option<&str>) {
    assert_eq!(image.tag(), tag, "{text:?}");
    let version = match (tag, digest) {
        (Some(tag), _) => tag
            .parse::<Version>()
            .map_err(|_| UnknownImage::NotAVersion),
        (None, Some(_)) => Err(UnknownImage::DigestOnly),
        (None, None) => Err(UnknownImage::NoTag),
    };
    assert_eq!(image.version(), version, "{text:?}");
    let is_named_by = |digest: &str| {
        let other = format!("other@{digest}");
        image.is_same_build(ImageRef::new(&other))
    };
    if let Some(digest) = digest {
        assert_eq!(is_named_by(digest), tag.is_none(), "{text:?}");
        assert!(!is_named_by(&format!("{digest}0")), "{text:?}");
    }
    let name = text.split('@').next().unwrap_or_default();
    assert_eq!(ImageRef::new(name).tag(), tag, "{text:?}");
}

/// What holds for any text.
fn by_itself(text: &str, image: ImageRef<'_>) {
    assert_eq!(image.text(), text);
    let parts: Vec<&str> = text.split('@').collect();
    let tag = match parts.as_slice() {
        [name] => tag_of(name),
        [name, digest] if is_digest(digest) => tag_of(name),
        _ => {
            assert_eq!(image.version(), Err(UnknownImage::NotAVersion), "{text:?}");
            None
        }
    };
    assert_eq!(image.tag(), tag, "{text:?}");
    if let Some(tag) = tag {
        let elsewhere = format!("elsewhere:5000/a/b:{tag}");
        let elsewhere = ImageRef::new(&elsewhere);
        assert_eq!(elsewhere.version(), image.version(), "{text:?}");
        let is_same = image.is_same_build(elsewhere) && elsewhere.is_same_build(image);
        assert!(is_same, "{text:?}");
        let other = format!("a:{}x", normalize(tag));
        assert!(!image.is_same_build(ImageRef::new(&other)), "{text:?}");
    } else {
        assert!(image.version().is_err(), "{text:?}");
    }
}

/// What follows the last colon, unless a slash follows that.
fn tag_of(name: &str) -> Option<&str> {
    let colon = name.rfind(':')?;
    let tag = &name[colon + 1..];
    (!tag.is_empty() && !tag.contains('/')).then_some(tag)
}

/// `algorithm:hex`
fn is_digest(text: &str) -> bool {
    let is_of_algorithm = |c: char| c.is_ascii_alphanumeric() || "+._-".contains(c);
    match text.split(':').collect::<Vec<_>>().as_slice() {
        ["", _] | [_, ""] => false,
        [algorithm, hex] => {
            algorithm.chars().all(is_of_algorithm) && hex.chars().all(|c| c.is_ascii_hexdigit())
        }
        _ => false,
    }
}
