#!/usr/bin/env bats
# The built policy.wasm and the settings of the shipped manifests under policy-server.
#
# One policy-server runs for each state of Rancher's cluster, which fake-kubernetes.mjs plays.
# A test posts the request of a folder of tests/requests, as the API server does (validate) or
# the audit scanner (audit), and compares the whole answer with what response.json stands for.

bats_require_minimum_version 1.5.0
load helpers

setup_file() {
    cd "$BATS_TEST_DIRNAME/../.."
    local state name
    for name in monitor protect strict repair; do
        entry "$name"
    done >"$BATS_FILE_TMPDIR/policies.yml"

    local log=$BATS_FILE_TMPDIR/kubernetes.log
    : >"$log"
    setpriv --pdeathsig TERM node tests/e2e/fake-kubernetes.mjs >"$log" 2>&1 3>&- &
    echo $! >>"$BATS_FILE_TMPDIR/pids"
    # Its first line is its address; the wait ends with the process, too.
    tail --pid=$! --lines=+1 --follow "$log" | grep -m 1 '^http://'

    for state in rancher forbidden empty; do
        kubeconfig "$state"
        serve "$state" "$BATS_FILE_TMPDIR/$state.kubeconfig"
    done
    serve disconnected /dev/null --ignore-kubernetes-connection-failure
}

teardown_file() {
    local pid
    while read -r pid; do
        kill "$pid" 2>/dev/null || true
        wait "$pid" || true
    done <"$BATS_FILE_TMPDIR/pids"
}

setup() {
    cd "$BATS_TEST_DIRNAME/../.."
}

# entry NAME: what Kubewarden's controller makes of deploy/NAME.yaml for policy-server, but
# for the module, and for the name, which is the same in all four.
entry() {
    echo "$1:"
    echo '  hostCapabilities: ["*"]'
    echo "  module: file://$PWD/policy.wasm"
    sed -n '/^spec:/,$p' "deploy/$1.yaml" | awk '
        /^  [a-zA-Z]+:/ { kept = 0 }
        /^  (mode|mutating|timeoutEvalSeconds|contextAwareResources|settings):/ { kept = 1 }
        kept { sub(/^  mode:/, "  policyMode:"); sub(/^  mutating:/, "  allowedToMutate:"); print }
    '
}

# kubeconfig STATE: how policy-server finds the cluster in this state.
kubeconfig() {
    jq -n --arg server "$(grep -m 1 '^http://' "$BATS_FILE_TMPDIR/kubernetes.log")/$1" '{
        apiVersion: "v1", kind: "Config", "current-context": "test",
        contexts: [{name: "test", context: {cluster: "test", user: "test"}}],
        clusters: [{name: "test", cluster: {server: $server}}],
        users: [{name: "test", user: {}}]
    }' >"$BATS_FILE_TMPDIR/$1.kubeconfig"
}

# serve STATE KUBECONFIG [FLAG...]: starts a policy-server for this state, and waits until
# it is ready: not longer than a minute, nor than it runs.
serve() {
    local folder=$BATS_FILE_TMPDIR/$1 port probe end=$((SECONDS + 60))
    mkdir "$folder"
    read -r port probe < <(free_ports)
    echo "$port" >"$folder/port"
    hermetic "$2" setpriv --pdeathsig TERM policy-server --log-no-color --workers 1 \
        --addr 127.0.0.1 --port "$port" --readiness-probe-port "$probe" \
        --policies "$BATS_FILE_TMPDIR/policies.yml" \
        --policies-download-dir "$folder" --sigstore-cache-dir "$folder" "${@:3}" \
        >"$folder.log" 2>&1 3>&- &
    echo $! >>"$BATS_FILE_TMPDIR/pids"
    until curl --noproxy '*' --silent --fail --retry 1 --retry-delay 1 --retry-all-errors \
        "http://127.0.0.1:$probe/readiness"; do
        if ! kill -0 $! 2>/dev/null || ((SECONDS > end)); then
            echo "policy-server did not get ready for the state $1:"
            cat "$folder.log"
            return 1
        fi
    done
}

# free_ports: two of them.
free_ports() {
    node -e '
        const servers = [0, 0].map(() => require("net").createServer().listen(0, "127.0.0.1"));
        Promise.all(servers.map((server) => require("events").once(server, "listening"))).then(() => {
            console.log(...servers.map((server) => server.address().port));
            process.exit();
        });
    '
}

# post STATE ENDPOINT CASE: posts the case's request; the AdmissionResponse is in $output.
post() {
    local port
    port=$(<"$BATS_FILE_TMPDIR/$1/port")
    echo "{\"apiVersion\": \"admission.k8s.io/v1\", \"kind\": \"AdmissionReview\",
        \"request\": $(<"tests/requests/$3/request.json")}" >"$BATS_TEST_TMPDIR/review.json"
    run -0 curl --noproxy '*' -sSf --max-time 30 --header 'Content-Type: application/json' \
        --data-binary "@$BATS_TEST_TMPDIR/review.json" "http://127.0.0.1:$port/$2"
    jq -e 'del(.response) == {apiVersion: "admission.k8s.io/v1", kind: "AdmissionReview"}' <<<"$output"
    output=$(jq .response <<<"$output")
}

# answers STATE ENDPOINT CASE [FILTER]: the endpoint answers the case as it is written down.
answers() {
    post "$1" "$2" "$3"
    answer_is "$output" "${@:3}"
}

# asked STATE: how many requests the cluster in this state has had.
asked() {
    grep "^GET /$1/" "$BATS_FILE_TMPDIR/kubernetes.log" | wc -l
}

@test "monitor: lets a lagging create pass" {
    answers rancher validate/monitor rejects-lagging-pin-on-create-live monitored
}

@test "monitor: warns a user who writes a cluster that lags" {
    answers rancher validate/monitor warns-of-labels-on-a-lagging-cluster monitored
}

@test "monitor: the audit reports a pin that lags" {
    answers rancher audit/monitor rejects-lagging-override-in-audit-live
}

@test "monitor: the audit reports an agent that lags" {
    answers rancher audit/monitor rejects-deployed-lag-in-audit-live
}

@test "protect: rejects a lagging create" {
    answers rancher validate/protect rejects-lagging-pin-on-create-live
}

@test "protect: accepts a cluster that follows" {
    answers rancher validate/protect accepts-following-create-by-user-live
}

@test "protect: warns a user who writes a cluster that lags" {
    answers rancher validate/protect warns-of-labels-on-a-lagging-cluster
}

@test "protect: the audit reports a pin that lags" {
    answers rancher audit/protect rejects-lagging-override-in-audit-live
}

@test "strict: rejects any write of a service account to a cluster that lags" {
    answers rancher validate/strict rejects-unchanged-by-service-account-if-strict
}

@test "repair: clears a pin when Rancher writes the cluster" {
    answers rancher validate/repair repairs-unchanged-lagging-pin-live
}

@test "repair: the audit reports a pin that lags, and repairs nothing" {
    answers rancher audit/repair rejects-lagging-override-in-audit-live
}

@test "forbidden: answers a CREATE with code 500" {
    answers forbidden validate/protect errors-on-create-if-forbidden
}

@test "forbidden: accepts an UPDATE with a warning" {
    answers forbidden validate/protect warns-of-unchanged-pin-if-forbidden
}

@test "forbidden: the audit has an error, in monitor mode too" {
    answers forbidden audit/monitor errors-in-audit-if-forbidden
}

@test "missing: answers a CREATE with code 500" {
    answers empty validate/protect errors-on-create-if-not-found
}

@test "disconnected: answers a CREATE with code 500" {
    answers disconnected validate/protect errors-on-create-if-no-client
}

@test "disconnected: lets a CREATE pass in monitor mode" {
    answers disconnected validate/monitor errors-on-create-if-no-client monitored
}

@test "asks for nothing when Rancher writes what it wrote before" {
    # Where a lookup fails, nothing of it is kept: each is asked for again.
    before=$(asked forbidden)
    answers forbidden validate/protect accepts-unchanged-lagging-pin-by-rancher
    [ "$(asked forbidden)" -eq "$before" ]
    post forbidden validate/protect warns-of-unchanged-pin-if-forbidden
    [ "$(asked forbidden)" -gt "$before" ]
}

@test "asks for the two Settings by name, and for no other object" {
    answers rancher validate/protect rejects-lagging-pin-on-create-live
    diff -u - <(grep '/rancher/' "$BATS_FILE_TMPDIR/kubernetes.log" | sort -u) <<'END'
GET /rancher/apis/management.cattle.io/v3
GET /rancher/apis/management.cattle.io/v3/settings/agent-image
GET /rancher/apis/management.cattle.io/v3/settings/server-version
END
}

@test "does not start with settings that are wrong" {
    policies=$BATS_TEST_TMPDIR/policies.yml
    entry repair | sed 's/repair: true/repair: "no"/' >"$policies"
    read -r port probe < <(free_ports)
    run -1 hermetic /dev/null timeout 60 policy-server --log-no-color --addr 127.0.0.1 --port "$port" \
        --readiness-probe-port "$probe" --policies "$policies" \
        --policies-download-dir "$BATS_TEST_TMPDIR" --sigstore-cache-dir "$BATS_TEST_TMPDIR" \
        --ignore-kubernetes-connection-failure
    diff -u - <(grep '^Error: ' <<<"$output") <<'END'
Error: Policy settings are invalid: invalid settings: `repair` is `"no"`, allowed are `true`, `false`
END
}
