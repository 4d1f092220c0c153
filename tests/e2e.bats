#!/usr/bin/env bats
# The built policy.wasm, and the shipped manifests with it, under kwctl.
#
# A test names a folder of tests/requests. kwctl gets the request and the settings of it, and
# has to print the answer that its response.json stands for, compared as a whole. Where the
# policy looks up Rancher's Settings, kwctl replays what the folder's rancher.json says.

bats_require_minimum_version 1.5.0
load e2e/helpers

setup() {
    cd "$BATS_TEST_DIRNAME/.."
    policy=policy.wasm
    grants=(--allow-context-aware)
}

# kwctl_run CASE: puts the case's request to $policy; the answer is in $output.
kwctl_run() {
    local folder=tests/requests/$1 session=$BATS_TEST_TMPDIR/session.json fault
    local flags=("${grants[@]}" --request-path "$folder/request.json")
    # A manifest has its own settings.
    [[ $policy == *.yaml ]] || flags+=(--settings-path "$folder/settings.json")
    if [ -e "$folder/rancher.json" ]; then
        jq -L tests/e2e 'include "answers"; session' "$folder/rancher.json" >"$session"
    else
        echo '[]' >"$session"
    fi
    flags+=(--replay-host-capabilities-interactions "${replayed:-$session}")
    run -0 --separate-stderr hermetic /dev/null kwctl --no-color run "${flags[@]}" "$policy"

    # kwctl ends well, and the policy may, if the lookups are not those of the session.
    for fault in 'Replay error' 'recorded responses is empty' 'have not been replayed'; do
        if [[ $stderr == *"$fault"* ]]; then
            grep -- "$fault" <<<"$stderr"
            return 1
        fi
    done
}

# answers CASE [FILTER]: the policy answers the case as it is written down.
answers() {
    kwctl_run "$1"
    answer_is "$output" "$@"
}

# shipped NAME: the policy is deploy/NAME.yaml, which loads the built module and otherwise is
# as shipped. It has to grant the lookups itself.
shipped() {
    policy=$BATS_TEST_TMPDIR/$1.yaml
    grants=()
    sed "s|^  module: .*|  module: file://$PWD/policy.wasm|" "deploy/$1.yaml" >"$policy"
    run -1 diff "deploy/$1.yaml" "$policy"
    [ "$(grep -c '^[<>]   module: ' <<<"$output")" -eq 2 ]
    [ "$(grep -c '^[<>]' <<<"$output")" -eq 2 ]
}

@test "accepts a cluster that follows" {
    answers accepts-following-create-by-user
}

@test "rejects a pin that lags" {
    answers rejects-lagging-pin-on-create
}

@test "rejects a field of the wrong type with code 400" {
    answers rejects-desired-image-of-type-number-on-create
}

@test "warns of a pin that is tolerated" {
    answers warns-of-tolerated-pin-on-create
}

@test "repairs both fields" {
    answers repairs-both-fields-where-both-lag
}

@test "repairs one field, and leaves numbers beside it as they are" {
    answers repairs-object-with-large-numbers-floats-and-nulls
}

@test "names the command in an audit" {
    answers rejects-lagging-pin-in-audit
}

@test "accepts with a message in an audit" {
    answers accepts-tolerated-pin-in-audit-with-message
}

@test "live: rejects a pin that lags behind the server-version Setting" {
    answers rejects-lagging-pin-on-create-live
}

@test "live: accepts what the agent-image Setting says" {
    answers accepts-custom-tag-of-agent-image
}

@test "live: asks for server-version alone where that is enough" {
    answers accepts-ahead-pin-without-asking-agent-image
}

@test "live: asks for nothing when Rancher writes what it wrote before" {
    answers accepts-unchanged-lagging-pin-by-rancher
}

@test "live: the session that the README names" {
    replayed=tests/kwctl/session.yml
    answers rejects-lagging-pin-on-create-live
}

@test "forbidden: answers a CREATE with code 500" {
    answers errors-on-create-if-forbidden
}

@test "forbidden: accepts an UPDATE with a warning" {
    answers warns-of-unchanged-pin-if-forbidden
}

@test "missing: answers a CREATE with code 500" {
    answers errors-on-create-if-not-found
}

@test "missing: rejects a pin that lags where only agent-image is missing" {
    answers rejects-lagging-pin-if-agent-image-not-found
}

@test "not granted: answers a CREATE with code 500" {
    grants=()
    answers errors-on-create-if-not-granted
}

@test "not granted: accepts an UPDATE with a warning" {
    grants=()
    answers warns-of-change-if-not-granted
}

@test "host capability not granted: answers a CREATE with code 500" {
    grants+=(--allowed-host-capabilities='net/*')
    answers errors-on-create-if-capability-not-granted
}

@test "refuses settings, and names all that is wrong with them" {
    run -1 --separate-stderr hermetic /dev/null kwctl --no-color run "$policy" \
        --request-path tests/requests/rejects-lagging-pin-on-create/request.json \
        --settings-json '{"serverVersion": "latest", "allowedLag": "all", "repair": "no", "mode": 1}'
    [ -z "$output" ]
    diff -u - <(grep '^Error: ' <<<"$stderr") <<'END'
Error: Provided settings are not valid: invalid settings: `serverVersion` is `"latest"`, not a Rancher version such as v2.11.0, v2.12.0-rc3 or v2.11-head; `allowedLag` is `"all"`, allowed are `none`, `patch`, `minor`; `repair` is `"no"`, allowed are `true`, `false`; `mode` is not a setting of this policy, allowed are `serverVersion`, `allowedLag`, `ratcheting`, `deployedImage`, `unknownVersion`, `repair`
END
}

# kwctl does not evaluate matchConditions: in a cluster, the unchanged writes of service
# accounts do not even reach the policy of monitor.yaml and protect.yaml.

@test "monitor.yaml: lets a lagging create pass" {
    shipped monitor
    answers rejects-lagging-pin-on-create-live monitored
}

@test "monitor.yaml: warns a user who writes a cluster that lags" {
    shipped monitor
    answers warns-of-labels-on-a-lagging-cluster monitored
}

@test "monitor.yaml: asks for nothing when Rancher writes what it wrote before" {
    shipped monitor
    answers accepts-unchanged-lagging-pin-by-rancher monitored
}

@test "protect.yaml: rejects a lagging create" {
    shipped protect
    answers rejects-lagging-pin-on-create-live
}

@test "protect.yaml: warns a user who writes a cluster that lags" {
    shipped protect
    answers warns-of-labels-on-a-lagging-cluster
}

@test "protect.yaml: asks for nothing when Rancher writes what it wrote before" {
    shipped protect
    answers accepts-unchanged-lagging-pin-by-rancher
}

@test "strict.yaml: rejects a lagging create" {
    shipped strict
    answers rejects-lagging-pin-on-create-live
}

@test "strict.yaml: rejects any write of a user to a cluster that lags" {
    shipped strict
    answers rejects-unchanged-by-user-if-strict
}

@test "strict.yaml: rejects any write of a service account to a cluster that lags" {
    shipped strict
    answers rejects-unchanged-by-service-account-if-strict
}

@test "repair.yaml: clears the pin of a lagging create" {
    shipped repair
    answers repairs-create-if-agent-image-not-found
}

@test "repair.yaml: clears a pin when a user writes the cluster" {
    shipped repair
    replayed=tests/kwctl/session.yml
    answers repairs-unchanged-lagging-pin-by-user
}

@test "repair.yaml: clears a pin when Rancher writes the cluster" {
    shipped repair
    answers repairs-unchanged-lagging-pin-live
}
