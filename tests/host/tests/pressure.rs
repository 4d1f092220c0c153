//! The built module under pressure: many requests in one instance, many instances at
//! once, requests that are stopped half-way, requests of every size.

mod built;

use std::{fs, thread};

use built::{nothing, policy, root};
use policy_cases::requests::{Size, Work, setting};
use policy_cases::{Rancher, bad_input, cases};
use policy_host::{Error, Policy};
use rancher_agent_version_policy::evaluate::evaluate;
use serde_json::{Value, json};

/// Evaluations one after the other in one instance.
const EVALUATIONS: usize = 10_000;
/// Requests in an instance each, on so many threads at once.
const REQUESTS: usize = 10_000;
const THREADS: usize = 4;

/// Look-ups of a Rancher v2.12.3.
fn rancher(name: &str) -> Result<String, String> {
    Ok(setting(name).to_owned())
}

/// A payload, and what a lookup gives.
struct Request {
    payload: Vec<u8>,
    rancher: Rancher,
}

impl Request {
    /// What the policy answers here, without WebAssembly.
    fn natively(&self) -> String {
        let response = evaluate(&self.payload, |name| self.rancher.fact(name.into()));
        serde_json::to_string(&response).expect("JSON")
    }

    /// What the built module answers.
    fn in_module(&self, policy: &Policy) -> Result<String, Error> {
        let rancher = self.rancher.clone();
        let answer = policy.call("validate", &self.payload, move |name| {
            rancher.lookup(name).into()
        });
        answer.map(|evaluation| evaluation.response)
    }
}

/// Every case, and every bad input.
fn requests() -> Vec<Request> {
    let cases = cases().into_iter().map(|case| Request {
        payload: case.payload().to_string().into_bytes(),
        rancher: case.rancher,
    });
    let bad = bad_input::all().into_iter().map(|bad| Request {
        payload: bad.payload,
        rancher: Rancher::default(),
    });
    cases.chain(bad).collect()
}

#[test]
fn memory_is_flat_over_many_evaluations_in_one_instance() {
    let payloads: Vec<(Work, String)> = [Size::Small, Size::Usual]
        .into_iter()
        .flat_map(|size| Work::ALL.map(|work| (work, work.payload(size))))
        .collect();
    let mut instance = policy().start(u64::MAX, rancher).expect("an instance");
    let mut first = Vec::new();
    for (work, payload) in &payloads {
        let answer = instance.call("validate", payload.as_bytes());
        let answer = answer.expect("an answer");
        assert!(work.is_done_by(&answer.response), "{work:?}: {answer:?}");
        first.push(Ok(answer));
    }
    let size = instance.memory_size();
    for evaluation in 0..EVALUATIONS {
        let place = evaluation % payloads.len();
        let answer = instance.call("validate", payloads[place].1.as_bytes());
        assert_eq!(answer, first[place], "evaluation {evaluation}");
    }
    assert_eq!(instance.memory_size(), size);
}

/// Each of the cases again and again, every time with another real tag of Rancher as the
/// desired image, and several at a time.
#[test]
fn answers_many_mixed_requests_as_the_policy_does_natively() {
    let tags =
        fs::read_to_string(root().join("tests/versions/rancher-tags.txt")).expect("the tags");
    let tags: Vec<&str> = tags.lines().collect();
    let requests = requests();
    let policy = policy();
    let differ = |number: usize| {
        let request = &requests[number % requests.len()];
        let request = Request {
            payload: with_tag(&request.payload, tags[number % tags.len()]),
            rancher: request.rancher.clone(),
        };
        let (answer, expected) = (request.in_module(&policy), request.natively());
        (answer.as_ref() != Ok(&expected)).then(|| format!("{answer:?} for {expected}"))
    };
    let differences: Vec<String> = thread::scope(|scope| {
        let threads: Vec<_> = (0..THREADS)
            .map(|thread| {
                let numbers = (thread..REQUESTS).step_by(THREADS);
                scope.spawn(|| numbers.filter_map(differ).collect::<Vec<_>>())
            })
            .collect();
        let found = threads.into_iter().map(|t| t.join().expect("a thread"));
        found.flatten().collect()
    });
    assert_eq!(differences, Vec::<String>::new());
}

/// The payload with another tag in its object's desired image, where it has one.
fn with_tag(payload: &[u8], tag: &str) -> Vec<u8> {
    let Ok(mut review) = serde_json::from_slice::<Value>(payload) else {
        return payload.to_vec();
    };
    let before = review.clone();
    for field in ["desiredAgentImage", "agentImageOverride"] {
        let path = format!("/request/object/spec/{field}");
        if let Some(Value::String(image)) = review.pointer_mut(&path)
            && let Some((repository, _)) = image.rsplit_once(':')
        {
            *image = format!("{repository}:{tag}");
        }
    }
    if review == before {
        return payload.to_vec();
    }
    review.to_string().into_bytes()
}

/// The host stops a guest that takes too long. Wherever it does, the next request gets
/// its answer.
#[test]
fn a_guest_that_is_stopped_leaves_the_next_request_right() {
    let policy = policy();
    for work in [Work::Live, Work::Repair] {
        let payload = work.payload(Size::Small);
        let mut instance = policy.start(u64::MAX, rancher).expect("an instance");
        let expected = instance.call("validate", payload.as_bytes());
        let answer = expected.clone().expect("an answer").response;
        assert!(work.is_done_by(&answer), "{answer}");
        let whole = instance.fuel_used();
        let call = |fuel: u64| {
            let mut instance = policy.start(fuel, rancher)?;
            instance.call("validate", payload.as_bytes())
        };
        let stopped = Err(Error::Stopped {
            reason: "all fuel consumed by WebAssembly".to_owned(),
            console: String::new(),
        });
        for step in 0..100 {
            let answers = (call(whole * step / 100), call(whole));
            assert_eq!(
                answers,
                (stopped.clone(), expected.clone()),
                "after {step} % of the fuel"
            );
        }
    }
}

/// From 1 KB to 2 MB: the answer is the native one, and fuel and memory grow no faster
/// than the payload.
#[test]
fn payloads_of_any_size_cost_in_proportion() {
    let policy = policy();
    let mut before: Option<(usize, u64)> = None;
    for kilobytes in [1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 1024, 2048] {
        let request = Request {
            payload: review(kilobytes * 1024),
            rancher: Rancher::default(),
        };
        let length = request.payload.len();
        assert_eq!(length, kilobytes * 1024);
        let mut instance = policy.start(u64::MAX, nothing).expect("an instance");
        let answer = instance.call("validate", &request.payload);
        let answer = answer.expect("an answer").response;
        assert_eq!(answer, request.natively(), "{kilobytes} KB");

        // The payload, the edited object, the answer, and room to grow in.
        let memory = instance.memory_size();
        let limit = (2 << 20) + 4 * length;
        assert_eq!(memory.max(limit), limit, "{kilobytes} KB: {memory} bytes");
        let fuel = instance.fuel_used();
        if let Some((length_before, fuel_before)) = before {
            let fair = fuel_before * u64::try_from(length / length_before).expect("a factor");
            assert_eq!(fuel.max(fair), fair, "{kilobytes} KB: {fuel} units of fuel");
        }
        before = Some((length, fuel));
    }
}

/// A repair of this many bytes, most of them managed fields and a certificate.
fn review(length: usize) -> Vec<u8> {
    let review = |managers: usize, filler: usize| {
        let manager = json!({"manager": "rancher", "operation": "Update", "fieldsV1": {"f:metadata": {"f:annotations": {".": {}, "f:authz.management.cattle.io/creator-role-bindings": {}, "f:lifecycle.cattle.io/create.cluster-agent-controller-cleanup": {}}}}});
        json!({
            "request": {
                "operation": "UPDATE",
                "kind": {"group": "management.cattle.io", "version": "v3", "kind": "Cluster"},
                "name": "c-m-abc12345",
                "userInfo": {"username": "user-abcde"},
                "object": {
                    "metadata": {"name": "c-m-abc12345", "managedFields": vec![manager; managers]},
                    "spec": {"desiredAgentImage": "rancher/rancher-agent:v2.11.3"},
                    "status": {"caCert": "c".repeat(filler)},
                },
                "oldObject": {"spec": {"desiredAgentImage": "rancher/rancher-agent:v2.11.3"}},
            },
            "settings": {"serverVersion": "v2.12.3", "repair": true},
        })
        .to_string()
        .into_bytes()
    };
    let empty = review(0, 0).len();
    let manager = review(1, 0).len() - empty + 1;
    let managers = (length - empty) * 3 / 4 / manager;
    let filler = length - review(managers, 0).len();
    review(managers, filler)
}
