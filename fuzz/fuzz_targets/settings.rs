//! Settings, from raw bytes and from JSON made of their keys: they are accepted or refused
//! as by the second reading, and then hold the same; an error is one line, is bounded,
//! and names every setting that is wrong.
#![no_main]

use arbitrary::Unstructured;
use libfuzzer_sys::fuzz_target;
use rancher_agent_version_policy::settings::Settings;
use rancher_agent_version_policy_fuzz::response::is_one_line;
use rancher_agent_version_policy_fuzz::settings::{self as oracle, Wrong};

fuzz_target!(|data: &[u8]| {
    check(data);
    if let Ok(json) = oracle::made(&mut Unstructured::new(data), 8) {
        check(json.as_bytes());
    }
});

fn check(bytes: &[u8]) {
    let read = Settings::from_json(bytes);
    assert_eq!(read, Settings::from_json(bytes));
    let shown = String::from_utf8_lossy(bytes);
    // Bytes that are not UTF-8 are not JSON, in any place: the settings are read as a whole.
    let expected = std::str::from_utf8(bytes).map_or(Err(Wrong::NoMap), oracle::read);
    match (read, expected) {
        (Ok(settings), expected) => assert_eq!(Ok(settings), expected, "{shown}"),
        (Err(error), Ok(expected)) => panic!("{shown}: {error}, but {expected:?}"),
        (Err(error), Err(wrong)) => {
            let text = error.to_string();
            assert!(text.starts_with("invalid settings: "), "{shown}: {text}");
            assert!(text.len() < 4000 && is_one_line(&text), "{shown}: {text}");
            match wrong {
                Wrong::NoMap => assert!(text.contains(" expected a mapping "), "{shown}: {text}"),
                Wrong::Key => assert!(text.contains(" is not a setting "), "{shown}: {text}"),
                Wrong::Values(keys) => {
                    for key in keys {
                        assert!(text.contains(&format!("`{key}` is ")), "{shown}: {text}");
                    }
                }
            }
        }
    }
}
