// Only the settings and Rancher's Settings go into a link, and nothing else of their texts.

import { describe, expect, test } from "vitest";
import { translate } from "../../src/policy/input.js";
import { knownSettings, rancherSettings } from "../../src/shared-texts.js";
import { read } from "../support/cases.js";

/** What cannot be read is nothing, as the worker answers. */
function shared(known: (json: string) => string, text: string): string {
  const translation = translate(text);
  return known("json" in translation ? translation.json : "");
}

const CLUSTER = `apiVersion: management.cattle.io/v3
kind: Cluster
metadata:
  name: c-1
spec:
  agentEnvVars:
  - name: TOKEN
    value: a-secret
`;
const CLUSTERS = read("cli/sample/clusters.json");

describe("settings", () => {
  const ALL = `serverVersion: "2.12"
allowedLag: patch
ratcheting: false
deployedImage: warn
unknownVersion: reject
repair: true
`;
  const whole: Record<string, [string, string]> = {
    "all of them": [ALL, ALL],
    "with comments": [
      "# ours\nserverVersion: v2.12.3 # 版本\n\n# no lag\nallowedLag: none\n",
      "serverVersion: v2.12.3\nallowedLag: none\n",
    ],
    "with lines that end as in Windows": ["\uFEFFallowedLag: minor\r\nrepair: true\r\n", "allowedLag: minor\nrepair: true\n"],
    "in one line of YAML": ["{allowedLag: patch, repair: true}", "allowedLag: patch\nrepair: true\n"],
    "in JSON": ['{\n  "repair" : true,\n  "allowedLag": "patch"\n}\n', "repair: true\nallowedLag: patch\n"],
    "with values that are not allowed": ["allowedLag: much\nserverVersion:\n", "allowedLag: much\nserverVersion: null\n"],
  };
  test.each(Object.entries(whole))("are kept: %s", (_, [text, expected]) => {
    expect(shared(knownSettings, text)).toBe(expected);
  });

  const reduced: Record<string, [string, string]> = {
    "in YAML": [
      "# ours\ntoken: a-secret\nserverVersion: v2.12.3 # a comment\nRepair: true\nallowedLag: patch\n",
      "serverVersion: v2.12.3\nallowedLag: patch\n",
    ],
    "in one line of YAML": ["{repair: true, password: a-secret}", "repair: true\n"],
    "in JSON": [
      '{"token": "a-secret", "ratcheting": false, "serverVersion": "2.12", "items": [{"repair": true}]}',
      'ratcheting: false\nserverVersion: "2.12"\n',
    ],
    "with the name of a method": ["__proto__: {repair: true}\ntoString: a-secret\nrepair: true\n", "repair: true\n"],
    "beside a Cluster": [`repair: true\n${CLUSTER}`, "repair: true\n"],
    "in JSON before invalid JSON": [`{"repair": true}\n${CLUSTER}`, "repair: true\n"],
    "given twice": ['{"repair": "a-secret", "repair": true}', "repair: true\n"],
    "below a text": ["a-secret\n---\nrepair: true\n", "repair: true\n"],
    "as a value": ["serverVersion: {token: a-secret}\nrepair: true\n", "repair: true\n"],
  };
  test.each(Object.entries(reduced))("lose what is not a setting: %s", (_, [text, expected]) => {
    expect(shared(knownSettings, text)).toBe(expected);
  });

  const nothing: Record<string, string> = {
    "no text": "",
    "a comment": "# a-secret\n",
    "no key that is known": "token: a-secret\nallowedlag: patch\n",
    "a Cluster": CLUSTER,
    "a Cluster with settings in it": `${CLUSTER}  repair: true\n`,
    "a List of Clusters": CLUSTERS,
    "a Cluster before the settings": `${CLUSTER}---\nrepair: true\n`,
    "a list": "- repair: true\n",
    "several documents": `repair: true\n---\n${CLUSTER}`,
    "several documents in JSON": '{"repair": true}\n{"token": "a-secret"}',
    "a text alone": "a-secret\n",
    "YAML that is broken": "repair: true\ntoken: @a-secret\n",
    "JSON that is broken": '{"repair": tru}',
    "JSON of nothing before a Cluster": `{}\n${CLUSTER}`,
    "JSON that is cut off": '{"repair": true, "token": "a-secret"',
  };
  test.each(Object.entries(nothing))("are empty: %s", (_, text) => {
    expect(shared(knownSettings, text)).toBe("");
  });
});

describe("Rancher's Settings", () => {
  const version = {
    apiVersion: "management.cattle.io/v3",
    kind: "Setting",
    metadata: { name: "server-version" },
    value: "v2.12.3",
    default: "dev",
  };
  const image = { ...version, metadata: { name: "agent-image" }, value: "", default: "rancher/rancher-agent:v2.12.3" };
  const VERSION = `apiVersion: management.cattle.io/v3
kind: Setting
metadata:
  name: server-version
value: v2.12.3
default: dev
`;
  const IMAGE = `apiVersion: management.cattle.io/v3
kind: Setting
metadata:
  name: agent-image
value: ""
default: rancher/rancher-agent:v2.12.3
`;
  /** A Setting as kubectl prints it, with secrets wherever there is room for them. */
  const printed = (setting: typeof version) => ({
    ...setting,
    customized: true,
    source: "a-secret",
    token: "a-secret",
    metadata: {
      annotations: { "kubectl.kubernetes.io/last-applied-configuration": '{"token": "a-secret"}' },
      labels: { token: "a-secret" },
      managedFields: [{ manager: "a-secret" }],
      ...setting.metadata,
      uid: "5c8a6d0e-2f2b-4a7e-8a62-3f0f5f2f5b11",
    },
  });
  const other = { ...version, metadata: { name: "cacerts" }, value: "a-secret" };
  const list = (...items: object[]) => ({ apiVersion: "v1", kind: "List", items });

  const whole: Record<string, [string, string]> = {
    "in YAML": [VERSION, VERSION],
    "with comments": [`# ours\n${VERSION.replace("dev", "dev # 版本")}`, VERSION],
    "with lines that end as in Windows": [`\uFEFF${VERSION.replaceAll("\n", "\r\n")}`, VERSION],
    "in one line of YAML": [
      "{kind: Setting, metadata: {name: agent-image}, value: v2.12.3}",
      "apiVersion: management.cattle.io/v3\nkind: Setting\nmetadata:\n  name: agent-image\nvalue: v2.12.3\n",
    ],
    "in JSON": [JSON.stringify(version, undefined, 2), VERSION],
    "both, in YAML": [`---\n${VERSION}---\n# the agent\n${IMAGE}`, `${VERSION}---\n${IMAGE}`],
    "both, in JSON": [`${JSON.stringify(version)}\n${JSON.stringify(image)}\n`, `${VERSION}---\n${IMAGE}`],
    "both, in JSON with lines between": [
      `${JSON.stringify(version)}\n---\n${JSON.stringify(image)}\n`,
      `${VERSION}---\n${IMAGE}`,
    ],
    "an array": [JSON.stringify([version, image]), `${VERSION}---\n${IMAGE}`],
    "a List": [JSON.stringify(list(image, version)), `${IMAGE}---\n${VERSION}`],
    "a List in a List": [JSON.stringify(list(list(version), list(image))), `${VERSION}---\n${IMAGE}`],
  };
  test.each(Object.entries(whole))("are kept: %s", (_, [text, expected]) => {
    expect(shared(rancherSettings, text)).toBe(expected);
  });

  const reduced: Record<string, [string, string]> = {
    "more fields, in YAML": [
      `# ours
apiVersion: management.cattle.io/v3
customized: true
kind: Setting
metadata:
  annotations: {token: a-secret}
  managedFields:
  - manager: a-secret
  name: server-version
value: v2.12.3
default: dev
source: a-secret
`,
      VERSION,
    ],
    "more fields, in JSON": [JSON.stringify(printed(version)), VERSION],
    "more fields in one of two": [`${JSON.stringify(image)}\n${JSON.stringify(printed(version))}`, `${IMAGE}---\n${VERSION}`],
    "a List as kubectl prints it": [
      JSON.stringify({ ...list(printed(version), printed(other), printed(image)), metadata: { resourceVersion: "" } }),
      `${VERSION}---\n${IMAGE}`,
    ],
    "an array with more fields": [JSON.stringify([printed(image), other]), IMAGE],
    "a Setting of another name": [`${JSON.stringify(other)}\n${JSON.stringify(version)}`, VERSION],
    "a Setting of another name, in YAML": [`${IMAGE}---\nkind: Setting\nmetadata: {name: cacerts}\nvalue: a-secret\n`, IMAGE],
    "invalid JSON below it": [`${JSON.stringify(version)}\n${CLUSTER}`, VERSION],
    "a text above it": [`a-secret\n---\n${VERSION}`, VERSION],
    "what a List holds beside it": [JSON.stringify({ ...list(version), token: "a-secret" }), VERSION],
    "an empty List with more in it": [`${JSON.stringify(version)}${JSON.stringify({ ...list(), token: "a-secret" })}`, VERSION],
    "nothing in a List": ["items:\n- {kind: Setting, metadata: {name: agent-image}, value: v2.12.3, source: x}\n-\n", "apiVersion: management.cattle.io/v3\nkind: Setting\nmetadata:\n  name: agent-image\nvalue: v2.12.3\n"],
    "a map in place of a value": [JSON.stringify({ ...version, value: { token: "a-secret" }, apiVersion: { token: "a-secret" } }), VERSION.replace("value: v2.12.3\n", "")],
    "a value given twice": [JSON.stringify(version).replace('"value"', '"value":"a-secret","value"'), VERSION],
    "a Cluster below it": [`${VERSION}---\n${CLUSTER}`, VERSION],
    "a Cluster before it": [`${CLUSTER}---\n${VERSION}`, VERSION],
    "a Cluster beside it in a List": [JSON.stringify(list({ ...version, kind: "Cluster" }, version)), VERSION],
  };
  test.each(Object.entries(reduced))("lose what the policy does not read: %s", (_, [text, expected]) => {
    expect(shared(rancherSettings, text)).toBe(expected);
  });

  const nothing: Record<string, string> = {
    "no text": "",
    "a comment": "# a-secret\n",
    "a Cluster": CLUSTER,
    "a Cluster with the name of a Setting": CLUSTER.replace("c-1", "server-version"),
    "a List of Clusters": CLUSTERS,
    "a List of nothing": JSON.stringify({ ...list(), token: "a-secret" }),
    "Settings of another API": JSON.stringify({ ...version, apiVersion: "example.com/v3" }),
    "Settings of other names": JSON.stringify(list(other, printed(other))),
    "a Setting without a name": "kind: Setting\nvalue: a-secret\n",
    "an array of nothing": "[]",
    "a text alone": "a-secret\n",
    "YAML that is broken": `${VERSION}token: @a-secret\n`,
    "JSON that is broken": `${JSON.stringify(version)}\n{"token": a-secret}`,
  };
  test.each(Object.entries(nothing))("are empty: %s", (_, text) => {
    expect(shared(rancherSettings, text)).toBe("");
  });
});
