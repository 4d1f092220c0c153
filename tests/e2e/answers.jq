# What the files of a folder of tests/requests mean to kwctl and policy-server.

def present: with_entries(select(.value != null));

# The JSON patch between two objects of which one has other texts.
def patch($before; $after):
  [ $after | paths(strings) as $path
    | select(getpath($path) != ($before | getpath($path)))
    | {op: "replace", path: "/\($path | join("/"))", value: getpath($path)} ];

# [request.json, response.json] -> the AdmissionResponse, with its patch decoded.
def expected:
  . as [$request, $response]
  | {
      uid: $request.uid,
      allowed: $response.accepted,
      status: ($response | {message, code} | present | if . == {} then null else . end),
      warnings: $response.warnings,
      auditAnnotations: $response.audit_annotations
    }
  + if $response.mutated_object
    then {patchType: "JSONPatch", patch: patch($request.object; $response.mutated_object)}
    else {} end
  | present;

# The same in monitor mode: everything passes, and the host keeps the reason to itself.
def monitored: .allowed = true | del(.status, .patch, .patchType);

# The AdmissionResponse of a host, with its patch decoded. Null and absent are the same.
def answered: present | if .patch then .patch |= (@base64d | fromjson) else . end;

# rancher.json -> the session that kwctl replays, one exchange for each lookup. What the
# host does not grant never gets that far.
def session:
  [ .lookups[] as $name | .settings[$name]
    | select(.error // "" | startswith("Policy has not been granted") | not)
    | {
        type: "Exchange",
        request: "!KubernetesGetResource \({
          api_version: "management.cattle.io/v3",
          kind: "Setting",
          name: $name,
          namespace: null,
          disable_cache: false,
          field_masks: ["default", "value"]
        } | tojson)",
        response: (
          if .error
          then {type: "Error", message: (.error | ltrimstr("Callback evaluation failure: "))}
          else {type: "Success", payload: (.object | tojson)} end
        )
      } ];
