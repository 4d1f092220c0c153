//! What Kubewarden's audit scanner asks, and how it reads the answer.

use serde_json::{Value, json};

/// The AdmissionReview by which the scanner asks about a stored Cluster.
#[must_use]
pub fn review(object: &Value) -> Value {
    let kind = json!({"group": "management.cattle.io", "version": "v3", "kind": "Cluster"});
    json!({
        "apiVersion": "admission.k8s.io/v1",
        "kind": "AdmissionReview",
        "request": {
            "uid": object["metadata"]["uid"],
            "kind": kind,
            // The scanner writes the kind here.
            "resource": {"group": "management.cattle.io", "version": "v3", "resource": "Cluster"},
            "requestKind": kind,
            "name": object["metadata"]["name"],
            "operation": "CREATE",
            "userInfo": {},
            "object": object,
        },
    })
}

/// The result that the scanner reports for an answer: its word, and the message.
#[must_use]
pub fn result(answer: &Result<Value, String>) -> (&'static str, String) {
    match answer {
        Err(error) => ("error", error.clone()),
        Ok(response) => {
            let message = response["status"]["message"].as_str().unwrap_or_default();
            let word = match (&response["allowed"], &response["status"]["code"]) {
                (_, code) if *code == 500 => "error",
                (allowed, _) if *allowed == true => "pass",
                _ => "fail",
            };
            (word, message.to_owned())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_of_the_scanner() {
        let answer = |response: Value| result(&Ok(response));
        assert_eq!(answer(json!({"allowed": true})), ("pass", String::new()));
        assert_eq!(
            answer(json!({"allowed": false, "status": {"message": "lags"}})),
            ("fail", "lags".to_owned())
        );
        assert_eq!(
            answer(json!({"allowed": false, "status": {"message": "forbidden", "code": 500}})),
            ("error", "forbidden".to_owned())
        );
        assert_eq!(
            result(&Err("no answer".to_owned())),
            ("error", "no answer".to_owned())
        );
    }
}
