# Shared by tests/e2e.bats and policy-server.bats, which run in the root of the repository.

# answer_is HOST_ANSWER CASE [FILTER]: the host's AdmissionResponse is, as a whole, the one
# that the case's response.json stands for. The filter, in jq, says what the host changes.
answer_is() {
    local expected answered
    expected=$(jq -L tests/e2e -sS "include \"answers\"; expected | ${3:-.}" \
        "tests/requests/$2/request.json" "tests/requests/$2/response.json")
    answered=$(jq -L tests/e2e -S 'include "answers"; answered' <<<"$1")
    diff --label expected --label answered -u <(echo "$expected") <(echo "$answered")
}

# hermetic KUBECONFIG COMMAND...: becomes the command, without the environment and the
# cluster of whoever tests; to be called by `run` or in the background.
hermetic() {
    exec env -i PATH="$PATH" HOME="$BATS_FILE_TMPDIR" KUBECONFIG="$1" "${@:2}"
}
