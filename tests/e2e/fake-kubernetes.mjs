// As much of a Kubernetes API server as policy-server asks for. Prints its address, and
// then each request. Below the address there are three clusters:
//
//     /rancher    has the two Settings of Rancher v2.12.3
//     /forbidden  lets nobody read a Setting
//     /empty      has no Setting
import { createServer } from "node:http";

const group = "management.cattle.io";
const groupVersion = `${group}/v3`;
const version = { groupVersion, version: "v3" };
const verbs = ["get", "list", "watch"];

const setting = (name, value) => ({
  apiVersion: groupVersion,
  kind: "Setting",
  metadata: { name },
  value,
  default: "",
});
const failure = (code, reason, message) => ({
  kind: "Status",
  apiVersion: "v1",
  status: "Failure",
  code,
  reason,
  message,
});
const forbidden = (name) =>
  failure(
    403,
    "Forbidden",
    `settings.${group} "${name}" is forbidden: ` +
      `User "system:serviceaccount:kubewarden:policy-server" cannot get resource "settings" ` +
      `in API group "${group}" at the cluster scope`,
  );
const missing = (name) => failure(404, "NotFound", `settings.${group} "${name}" not found`);

const settings = {
  rancher: {
    "server-version": setting("server-version", "v2.12.3"),
    "agent-image": setting("agent-image", "rancher/rancher-agent:v2.12.3"),
  },
  forbidden: {
    "server-version": forbidden("server-version"),
    "agent-image": forbidden("agent-image"),
  },
  empty: {},
};

const discovery = {
  "/version": { major: "1", minor: "33", gitVersion: "v1.33.1" },
  "/api": { kind: "APIVersions", versions: ["v1"] },
  "/api/v1": { kind: "APIResourceList", groupVersion: "v1", resources: [] },
  "/apis": {
    kind: "APIGroupList",
    apiVersion: "v1",
    groups: [{ name: group, versions: [version], preferredVersion: version }],
  },
  [`/apis/${groupVersion}`]: {
    kind: "APIResourceList",
    apiVersion: "v1",
    groupVersion,
    resources: [
      { name: "settings", singularName: "setting", namespaced: false, kind: "Setting", verbs },
    ],
  },
};

function answer(path) {
  const [, cluster, rest] = path.match(/^\/([a-z]+)(\/.*)$/) ?? [];
  const [, name] = rest?.match(/^\/apis\/management\.cattle\.io\/v3\/settings\/(.+)$/) ?? [];
  if (name) return settings[cluster][name] ?? missing(name);
  return (
    discovery[rest] ??
    failure(404, "NotFound", "the server could not find the requested resource")
  );
}

const server = createServer((request, response) => {
  console.log(`${request.method} ${request.url}`);
  const body = answer(request.url);
  const code = body.kind === "Status" ? body.code : 200;
  response.writeHead(code, { "Content-Type": "application/json" });
  response.end(JSON.stringify(body));
});
server.listen(0, "127.0.0.1", () => console.log(`http://127.0.0.1:${server.address().port}`));
