// What types.d.ts promises: what is read, what is rejected, and every field of a report.

import { execFileSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { runInNewContext } from "node:vm";
import { afterEach, describe, expect, test, vi } from "vitest";
import {
  type Deployed,
  type Desired,
  evaluate,
  type Explanation,
  type Fault,
  type Finding,
  type Gap,
  type Input,
  type InputError,
  type Outcome,
  type OutOfScope,
  type Replacement,
  type Report,
  type Requester,
  type Result,
  type Server,
  type Standing,
  type Verdict,
} from "../../bindings/node/policy.js";
import { caseNames, readCase } from "../support/cases.js";

function cluster(name: string, image: string, metadata: object = {}): string {
  return JSON.stringify({
    apiVersion: "management.cattle.io/v3",
    kind: "Cluster",
    metadata: { name, ...metadata },
    spec: { displayName: `the ${name}`, desiredAgentImage: image },
  });
}

function setting(name: string, value: string): string {
  const apiVersion = "management.cattle.io/v3";
  return JSON.stringify({ apiVersion, kind: "Setting", metadata: { name }, value });
}

const settings = '{"serverVersion": "v2.12.3"}';

function briefly(report: Report): string[] {
  return report.results.map((result) =>
    [
      result.name,
      result.operation,
      result.requester,
      result.outcome,
      result.response.audit_annotations?.["server-version"] ?? "-",
    ].join(" "),
  );
}

describe("what is read", () => {
  test("nothing at all", () => {
    expect(evaluate({ objects: "" })).toEqual({ results: [], others: {}, errors: [] });
  });

  test("documents one after the other, Lists in Lists, and other kinds, which are counted", () => {
    const objects = [
      cluster("c-1", "rancher/rancher-agent:v2.12.3"),
      '{"apiVersion": "v1", "kind": "Pod"}',
      "\n\n",
      JSON.stringify({
        kind: "List",
        apiVersion: "v1",
        items: [
          JSON.parse(cluster("c-2", "rancher/rancher-agent:v2.11.9")),
          { apiVersion: "v1", kind: "Pod" },
          { apiVersion: "cluster.x-k8s.io/v1beta1", kind: "Cluster" },
          { kind: "ClusterList", items: [JSON.parse(cluster("c-3", ""))] },
        ],
      }),
      '{"kind": "Cluster", "metadata": {"name": "c-4"}} 7 "text" {} null',
      `{"kind": "AdmissionReview", "request": ${readCase("accepts-following-create-by-user").request}}`,
      `[${cluster("c-5", "")}, [{"apiVersion": "v1", "kind": "Pod"}, ${cluster("c-6", "")}], []]`,
    ].join("\n");
    const report = evaluate({ objects, settings });
    expect({ results: briefly(report), others: report.others, errors: report.errors }).toEqual({
      results: [
        "c-1 CREATE user warn v2.12.3",
        "c-2 CREATE user reject v2.12.3",
        "c-3 CREATE user accept -",
        "c-4 CREATE user accept -",
        "c-m-nsjw2zdq CREATE user accept -",
        "c-5 CREATE user accept -",
        "c-6 CREATE user accept -",
      ],
      others: {
        "v1 Pod": 3,
        "cluster.x-k8s.io/v1beta1 Cluster": 1,
        "document without a kind": 3,
      },
      errors: [],
    });
  });

  test("reports what is among Rancher's Settings but is not one", () => {
    const rancher = [
      setting("server-version", "v2.12.3"),
      cluster("c-2", ""),
      '{"apiVersion": "v1", "kind": "Pod"}',
      `{"kind": "AdmissionReview", "request": ${readCase("accepts-following-create-by-user").request}}`,
    ].join("\n");
    const objects = cluster("c-1", "rancher/rancher-agent:v2.12.3") + '{"apiVersion": "v1", "kind": "Pod"}';
    const report = evaluate({ objects, rancher });
    expect({ results: briefly(report), others: report.others, errors: report.errors }).toEqual({
      results: ["c-1 CREATE user warn v2.12.3"],
      others: { "v1 Pod": 2, "management.cattle.io/v3 Cluster": 1, "AdmissionRequest": 1 },
      errors: [],
    });
  });

  test("Settings of Rancher from where they stand; those of the lookups come first", () => {
    const object = cluster("c-1", "rancher/rancher-agent:v2.11.3");
    const server = (value: string) => setting("server-version", value);
    const by = (input: Partial<Input>) => briefly(evaluate({ objects: object, ...input }));
    expect({
      nowhere: by({}),
      amongTheObjects: by({ objects: `${server("v2.11.3")}${object}` }),
      behindTheObjects: by({ objects: `${object}${server("v2.11.3")}` }),
      inAList: by({ objects: `{"items": [${object}, ${server("v2.11.3")}]}` }),
      inRancher: by({ rancher: `{"items": [${server("v2.11.3")}]}` }),
      inBoth: by({ objects: `${object}${server("v2.11.3")}`, rancher: server("v2.11.4") }),
      looked: by({
        rancher: server("v2.11.3"),
        lookups: { "server-version": { body: server("v2.11.5") } },
      }),
      set: by({ rancher: server("v2.11.3"), settings: '{"serverVersion": "v2.11.6"}' }),
      servers: [
        { objects: object },
        { objects: `${object}${server("v2.11.3")}`, rancher: server("v2.11.4") },
        { objects: object, rancher: server("v2.11.4") },
        { objects: object, lookups: { "server-version": { body: server("v2.11.5") } }, rancher: server("v2.11.4") },
        { objects: `${object}${server("v2.11.3")}`, settings: '{"serverVersion": "v2.11.6"}' },
      ].map((input) => evaluate(input).server),
    }).toEqual({
      nowhere: ["c-1 CREATE user error -"],
      amongTheObjects: ["c-1 CREATE user warn v2.11.3"],
      behindTheObjects: ["c-1 CREATE user warn v2.11.3"],
      inAList: ["c-1 CREATE user warn v2.11.3"],
      inRancher: ["c-1 CREATE user warn v2.11.3"],
      inBoth: ["c-1 CREATE user warn v2.11.3"],
      looked: ["c-1 CREATE user reject v2.11.5"],
      set: ["c-1 CREATE user reject v2.11.6"],
      servers: [
        undefined,
        { version: "v2.11.3", from: "objects" },
        { version: "v2.11.4", from: "rancher" },
        { version: "v2.11.5", from: "lookups" },
        { version: "v2.11.6", from: "settings", inObjects: "v2.11.3" },
      ],
    });
  });

  test("watch events, of which the last one of a name counts", () => {
    const image = (minor: number) => `rancher/rancher-agent:v2.${minor}.3`;
    const event = (type: string, object: string) => `{"type": "${type}", "object": ${object}}`;
    const objects = [
      `{"kind": "List", "items": [${cluster("c-0", image(12))}, ${cluster("c-1", image(12))}]}`,
      event("ADDED", cluster("c-2", image(10))),
      event("ADDED", cluster("c-3", image(10))),
      event("MODIFIED", cluster("c-2", image(12))),
      event("DELETED", cluster("c-3", image(10))),
      event("MODIFIED", cluster("c-1", image(11))),
      event("ADDED", '{"apiVersion": "v1", "kind": "Pod"}'),
      event("BOOKMARK", '{"kind": "Cluster", "metadata": {"resourceVersion": "5"}}'),
      event("MODIFIED", setting("server-version", "v2.12.3")),
      event("DELETED", setting("server-version", "v2.10.0")),
      '{"type": "ERROR", "object": {"kind": "Status"}}',
    ].join("\n");
    const report = evaluate({ objects, requester: "service-account" });
    expect({ results: briefly(report), others: report.others, errors: report.errors }).toEqual({
      results: [
        "c-0 CREATE service-account accept -",
        "c-1 CREATE service-account reject v2.12.3",
        "c-2 CREATE service-account accept -",
      ],
      others: { "v1 Pod": 1, "document without a kind": 1 },
      errors: [],
    });
  });

  test("the requester, and an old object, which an audit does not have", () => {
    const objects = cluster("c-1", "rancher/rancher-agent:v2.11.3", { resourceVersion: "5" });
    const oldObject = cluster("c-1", "rancher/rancher-agent:v2.11.3", { resourceVersion: "5" });
    const requesters: (Requester | undefined)[] = [undefined, "user", "service-account", "audit-scanner"];
    const asked = (input: Input) =>
      requesters.map((requester) =>
        briefly(evaluate(requester ? { ...input, requester } : input)).join(),
      );
    expect({
      create: asked({ objects, settings }),
      update: asked({ objects, oldObject, settings }),
    }).toEqual({
      create: [
        "c-1 CREATE user reject v2.12.3",
        "c-1 CREATE user reject v2.12.3",
        "c-1 CREATE service-account reject v2.12.3",
        "c-1 CREATE audit-scanner reject v2.12.3",
      ],
      update: [
        "c-1 UPDATE user warn v2.12.3",
        "c-1 UPDATE user warn v2.12.3",
        "c-1 UPDATE service-account accept -",
        "c-1 CREATE audit-scanner reject v2.12.3",
      ],
    });
  });

  test("an object that lacks its resourceVersion, in an audit too", () => {
    const message = (metadata: object) =>
      evaluate({
        objects: cluster("c-1", "rancher/rancher-agent:v2.11.3", metadata),
        settings,
        requester: "audit-scanner",
      }).results.map((result) => [result.requester, result.response.message]);
    expect(message({})).toEqual(message({ resourceVersion: "5" }));
    expect(message({})).toEqual([
      [
        "audit-scanner",
        "cluster `the c-1` (c-1): `spec.desiredAgentImage` pins agent v2.11.3, one minor version " +
          "behind Rancher v2.12.3; clear it so that Rancher rolls out its own agent: " +
          "kubectl patch clusters.management.cattle.io c-1 --type=merge " +
          `-p '{"spec":{"desiredAgentImage":""}}'`,
      ],
    ]);
  });
});

describe("what cannot be read", () => {
  const object = cluster("c-1", "rancher/rancher-agent:v2.11.3");
  const unreadable: Record<string, [Partial<Input>, InputError[]]> = {
    "the first line": [
      { objects: "kind: Cluster" },
      [{ where: "objects", message: "not valid JSON: expected value", line: 1, column: 1 }],
    ],
    "a word cut off": [
      { objects: '{"kind": "Cluster",\n  "spec": tru}' },
      [{ where: "objects", message: "not valid JSON: expected ident", line: 2, column: 14 }],
    ],
    "the third document": [
      { objects: `${object}\n${object}\n  {"a":}` },
      [{ where: "objects", message: "not valid JSON: expected value", line: 3, column: 8 }],
    ],
    "the end is missing": [
      { objects: '{\n"kind": "Cluster"\n' },
      [{ where: "objects", message: "not valid JSON: EOF while parsing an object", line: 3, column: 1 }],
    ],
    "each text on its own": [
      { objects: "[", oldObject: "x", settings: '{"a" 1}', rancher: "{]" },
      [
        { where: "objects", message: "not valid JSON: EOF while parsing a list", line: 1, column: 1 },
        { where: "rancher", message: "not valid JSON: key must be a string", line: 1, column: 2 },
        { where: "oldObject", message: "not valid JSON: expected value", line: 1, column: 1 },
        { where: "settings", message: "not valid JSON: expected `:`", line: 1, column: 6 },
      ],
    ],
    "a quote that is missing at the end of a line": [
      { objects: '{"kind": "Clus\n}' },
      [{ where: "objects", message: expect.stringMatching(/^not valid JSON: control character/), line: 1, column: 15 }],
    ],
    "a number that is cut off at the end of a line": [
      { objects: '{"a": "ä", "n": 15E\n}' },
      [{ where: "objects", message: "not valid JSON: invalid number", line: 1, column: 20 }],
    ],
    "columns as JavaScript counts them": [
      { objects: '{"集": "群", "🦀": x}' },
      [{ where: "objects", message: "not valid JSON: expected value", line: 1, column: 18 }],
    ],
    "a duplicate field": [
      { objects: `${object}\n[{"kind": "Cluster",\n "metadata": {"name": "a"}, "spec": {"displayName": "集群",\n"displayName": "b"}}]` },
      [{ where: "objects", message: "not valid JSON: this field occurs twice, or its text is broken", line: 4, column: 13 }],
    ],
    "the first of many": [
      { objects: '{"kind": "Cluster", "spec": {}, "spec": {}}\n'.repeat(1000) },
      [{ where: "objects", message: "not valid JSON: this field occurs twice, or its text is broken", line: 1, column: 38 }],
    ],
    "a duplicate field that identifies a document": [
      { objects: '\n {"kind": "Cluster", "kind": "Pod"}' },
      [{ where: "objects", message: "not valid JSON: duplicate field `kind`", line: 2, column: 27 }],
    ],
    "a duplicate field of the old object": [
      { oldObject: '{"kind": "Cluster", "spec": {},\n"spec": {}}' },
      [
        { where: "oldObject", message: "not valid JSON: this field occurs twice, or its text is broken", line: 2, column: 6 },
        { where: "oldObject", message: "the old object is ``, and the object is `c-1`" },
      ],
    ],
    "two old objects": [
      { oldObject: `${object}\n${object}` },
      [{ where: "oldObject", message: "expected one Cluster and nothing else" }],
    ],
    "an old object of another kind": [
      { oldObject: '{"apiVersion": "v1", "kind": "Pod"}' },
      [{ where: "oldObject", message: "expected one Cluster and nothing else" }],
    ],
    "an old object of another name": [
      { oldObject: cluster("c-2\u0007`", "") },
      [{ where: "oldObject", message: "the old object is `c-2\\u{7}\\u{60}`, and the object is `c-1`" }],
    ],
    "one old object for two": [
      { objects: `${object}${object}`, oldObject: object },
      [{ where: "oldObject", message: "an old object belongs to a single Cluster, and there are several" }],
    ],
    "two documents of settings": [
      { settings: "{}{}" },
      [{ where: "settings", message: "expected one document, found several" }],
    ],
    "settings that are invalid": [
      { settings: '{"allowedLag": "x", "repair": "maybe", "colour": 1}' },
      [
        {
          where: "settings",
          message: 'invalid settings: `allowedLag` is `"x"`, allowed are `none`, `patch`, `minor`',
          field: "allowedLag",
        },
        { where: "settings", message: 'invalid settings: `repair` is `"maybe"`, allowed are `true`, `false`', field: "repair" },
        {
          where: "settings",
          message:
            "invalid settings: `colour` is not a setting of this policy, allowed are `serverVersion`, `allowedLag`, " +
            "`ratcheting`, `deployedImage`, `unknownVersion`, `repair`",
          field: "colour",
        },
      ],
    ],
    "lists without an end": [
      { objects: `${"[".repeat(5000)}${"]".repeat(5000)}` },
      [{ where: "objects", message: "not valid JSON: more than 8 lists are nested", line: 1, column: 10 }],
    ],
    "Lists without an end": [
      { rancher: `${'{"items":['.repeat(5000)}${"]}".repeat(5000)}` },
      [{ where: "rancher", message: "not valid JSON: more than 8 lists are nested", line: 1, column: 91 }],
    ],
    "settings that are not a mapping": [
      { settings: "[]" },
      [
        {
          where: "settings",
          message:
            "invalid settings: expected a mapping with the keys `serverVersion`, `allowedLag`, `ratcheting`, " +
            "`deployedImage`, `unknownVersion`, `repair`",
        },
      ],
    ],
  };

  test.each(Object.entries(unreadable))("%s", (_, [input, errors]) => {
    expect(evaluate({ objects: object, ...input })).toEqual({ results: [], others: {}, errors });
  });
});

describe("an invalid input", () => {
  const LOOKUPS = "`lookups` must hold `{ body: text }` or `{ error: text }` for each name";
  const refused: Record<string, [unknown, string]> = {
    "an unknown key": [
      { objects: "", object: "" },
      "the input has an unknown field; allowed are `objects`, `oldObject`, `settings`, `rancher`, `lookups`, `requester`",
    ],
    "no objects": [{}, "`objects` is missing"],
    "objects that are not a string": [{ objects: { token: "SECRET" } }, "`objects` is not a string"],
    "settings that are not a string": [{ objects: "", settings: null }, "`settings` is not a string"],
    "an unknown requester": [
      { objects: "", requester: "SECRET" },
      "`requester` must be one of `auto`, `user`, `service-account`, `audit-scanner`",
    ],
    "an unknown lookup": [{ objects: "", lookups: { "agent-image": { text: "" } } }, LOOKUPS],
    "lookups that are not an object": [{ objects: "", lookups: "SECRET" }, LOOKUPS],
    "a lookup with both": [{ objects: "", lookups: { "agent-image": { body: "", error: "" } } }, LOOKUPS],
    "a function": [() => {}, "the input is not an object"],
    "a text": ['{"token": "SECRET"}', "the input is not an object"],
    "an array": [["{}", null, "{}", null, {}, null], "the input is not an object"],
    "null": [null, "the input is not an object"],
    "undefined": [undefined, "the input is not an object"],
    "a big integer": [{ objects: 1n }, "`objects` is not a string"],
  };

  test.each(Object.entries(refused))("%s", (_, [input, message]) => {
    let thrown: unknown;
    try {
      evaluate(input as Input);
    } catch (error) {
      thrown = error;
    }
    expect(thrown).toBeInstanceOf(Error);
    expect((thrown as Error).message).toBe(message);
    // The next question is answered all the same.
    expect(evaluate({ objects: "" })).toEqual({ results: [], others: {}, errors: [] });
  });
});

describe("what only the policy's own parser reads", () => {
  const pinned = (more: string) =>
    `{"apiVersion": "management.cattle.io/v3", "kind": "Cluster", ${more}, "spec": {"desiredAgentImage": "a:v2.11.3"}}`;
  const odd: Record<string, string> = {
    "a number beyond all": '"metadata": {"name": "c-1"}, "x": 1e999',
    "half a character": '"metadata": {"name": "c-1"}, "x": "\\ud800"',
    "lists in lists": `"metadata": {"name": "c-1"}, "x": ${"[".repeat(200)}${"]".repeat(200)}`,
  };
  const repair = '{"serverVersion": "v2.12.3", "repair": true}';

  test.each(Object.entries(odd))("%s, in a repair and in an audit", (_, more) => {
    const said = (requester: Requester) =>
      evaluate({ objects: pinned(more), settings: repair, requester }).results.map(
        ({ requester, outcome, response, changes }) => ({ requester, outcome, accepted: response.accepted, changes }),
      );
    expect([said("user"), said("audit-scanner")]).toEqual([
      [
        {
          requester: "user",
          outcome: "repair",
          accepted: true,
          changes: [{ path: "spec.desiredAgentImage", before: "a:v2.11.3", after: "" }],
        },
      ],
      [{ requester: "audit-scanner", outcome: "reject", accepted: false, changes: [] }],
    ]);
  });

  const versions: Record<string, string> = {
    "no metadata": '"x": 1',
    "null for metadata": '"metadata": null',
    "metadata of another type": '"metadata": [1]',
    "metadata without a field": '"metadata": { }',
    "no version": '"metadata": {"name": "c-1"}',
    "null for a version": '"metadata": {"resourceVersion": null, "name": "c-1"}',
    "an empty version": '"metadata": {"resourceVersion": "", "name": "c-1"}',
    "a version of another type": '"metadata": {"name": "c-1", "resourceVersion": {"a": 5}}',
    "a version": '"metadata": {"name": "c-1", "resourceVersion": "77"}',
  };
  test("an audit's object has a version, and stays as it is for the rest", () => {
    const stored = Object.entries(versions).map(([name, more]) => {
      const { results } = evaluate({ objects: pinned(more), settings: repair, requester: "audit-scanner" });
      const object = results.map(({ requester, request }) => [requester, JSON.parse(request ?? "").object.metadata]);
      return [name, ...object.flat()];
    });
    expect(stored).toEqual([
      ["no metadata", "audit-scanner", { resourceVersion: "1" }],
      ["null for metadata", "audit-scanner", { resourceVersion: "1" }],
      ["metadata of another type", "audit-scanner", { resourceVersion: "1" }],
      ["metadata without a field", "audit-scanner", { resourceVersion: "1" }],
      ["no version", "audit-scanner", { resourceVersion: "1", name: "c-1" }],
      ["null for a version", "audit-scanner", { resourceVersion: "1", name: "c-1" }],
      ["an empty version", "audit-scanner", { resourceVersion: "1", name: "c-1" }],
      ["a version of another type", "audit-scanner", { name: "c-1", resourceVersion: "1" }],
      ["a version", "audit-scanner", { name: "c-1", resourceVersion: "77" }],
    ]);
    const { results } = evaluate({ objects: pinned('"n": 1.0, "metadata": {}'), settings: repair, requester: "audit-scanner" });
    expect(results.map(({ request }) => request?.includes('"n":1.0,"metadata":{"resourceVersion":"1"},"spec"'))).toEqual([true]);
  });

  test("a field of another type is shown as it stands", () => {
    const objects = '{"kind": "Cluster", "spec": {"agentImageOverride": "a:v2.11.3", "desiredAgentImage": {"a": 5}}}';
    const { results } = evaluate({ objects, oldObject: objects, settings: repair });
    expect(results.map(({ outcome, changes }) => [outcome, changes])).toEqual([
      [
        "repair",
        [
          { path: "spec.agentImageOverride", before: "a:v2.11.3", after: "" },
          { path: "spec.desiredAgentImage", before: '{"a": 5}', after: "" },
        ],
      ],
    ]);
  });
});

describe("an old object", () => {
  const now = cluster("c-1", "rancher/rancher-agent:v2.11.3");
  const before = (old: string, more: Partial<Input> = {}) => {
    const report = evaluate({ objects: now, oldObject: old, settings, ...more });
    return [...briefly(report), ...report.errors.map(({ message }) => message), ...(report.oldUnused ? ["unused"] : [])];
  };

  test("is the only Cluster of its text, in a List or not", () => {
    const inLists = [now, `{"kind": "List", "items": [${now}]}`, `[${now}]`, `null ${now}`];
    expect(inLists.map((old) => before(old))).toEqual(inLists.map(() => ["c-1 UPDATE user warn v2.12.3"]));
  });

  test("is not used for an audit, nor for a request that has its own", () => {
    const { request } = readCase("accepts-following-create-by-user");
    expect({
      audit: before(now, { requester: "audit-scanner" }),
      audits: before(now, { requester: "auto", objects: `${now}${now}` }),
      request: before(now, { objects: `{"request": ${request}}` }),
      nothing: before(now, { objects: "" }),
      blank: before(" \n"),
    }).toEqual({
      audit: ["c-1 CREATE audit-scanner reject v2.12.3", "unused"],
      audits: ["c-1 CREATE audit-scanner reject v2.12.3", "c-1 CREATE audit-scanner reject v2.12.3", "unused"],
      request: ["c-m-nsjw2zdq CREATE user accept -", "unused"],
      nothing: [],
      blank: ["c-1 CREATE user reject v2.12.3"],
    });
  });
});

describe("numbers", () => {
  afterEach(() => {
    vi.restoreAllMocks();
  });

  // A report comes as parsed JSON, in which JavaScript itself rounds; so the text is read
  // on its way to the parser.
  test("beyond 2^53 survive a repair", () => {
    const { request, settings, answers } = readCase(
      "repairs-object-with-large-numbers-floats-and-nulls",
    );
    const parse = vi.spyOn(JSON, "parse");
    const report = evaluate({ objects: `{"request": ${request}}`, settings, lookups: answers });
    const text = String(parse.mock.calls.at(-1)?.[0]);
    expect(report.results.map((result) => result.outcome)).toEqual(["repair"]);
    expect([...(text.replace(/\s/g, "").match(/"limits":\{.*?"empty":\{\}\}/) ?? [])]).toEqual([
      '"limits":{"u64":18446744073709551615,"big":12345678901234567890,' +
        '"neg":-9223372036854775808,"f":1.0,"g":0.1,"n":null,' +
        '"list":[null,{"n":null},1.5,[]],"empty":{}}',
    ]);
  });
});

describe("a report", () => {
  test("has every field of a change that is rejected", () => {
    const oldObject = JSON.parse(cluster("c-1", "rancher/rancher-agent:v2.12.1"));
    oldObject.metadata.annotations = { "provisioning.cattle.io/administrated": "true" };
    const object = structuredClone(oldObject);
    object.spec.desiredAgentImage = "registry.example:5000/rancher/rancher-agent:v2.10.4-rancher1";
    object.spec.agentImageOverride = "rancher/rancher-agent:v2.11.3-linux-amd64";
    object.status = { agentImage: "rancher/rancher-agent:v2.12.1@sha256:0123456789abcdef" };
    const expected: Report = {
      results: [
        {
          name: "c-1",
          displayName: "the c-1",
          operation: "UPDATE",
          requester: "user",
          outcome: "reject",
          response: {
            accepted: false,
            message:
              "cluster `the c-1` (c-1): `spec.agentImageOverride` pins agent v2.11.3-linux-amd64, " +
              "one minor version behind Rancher v2.12.3; Rancher would deploy agent v2.10.4-rancher1: " +
              "correct its Setting `agent-image` before you clear it",
            audit_annotations: {
              "deployed-image": "rancher/rancher-agent:v2.12.1@sha256:0123456789abcdef",
              "desired-image": "rancher/rancher-agent:v2.11.3-linux-amd64",
              "server-version": "v2.12.3",
              reason: "desired-lagging",
              verdict: "lagging",
            },
          },
          lookups: ["server-version", "agent-image"],
          explanation: {
            row: "changed-to-lagging",
            administrated: true,
            desired: {
              because: "pinned",
              field: "spec.agentImageOverride",
              image: {
                image: "rancher/rancher-agent:v2.11.3-linux-amd64",
                tag: "v2.11.3-linux-amd64",
                version: "2.11.3",
                verdict: "lagging",
                gap: { by: "minor", count: 1 },
                known: true,
              },
            },
            before: {
              because: "pinned",
              field: "spec.desiredAgentImage",
              image: {
                image: "rancher/rancher-agent:v2.12.1",
                tag: "v2.12.1",
                version: "2.12.1",
                verdict: "lagging",
                gap: { by: "patch", count: 2 },
                known: true,
              },
            },
            transition: "repinned",
            direction: "worsened",
            deployed: {
              image: "rancher/rancher-agent:v2.12.1@sha256:0123456789abcdef",
              tag: "v2.12.1",
              version: "2.12.1",
              verdict: "lagging",
              gap: { by: "patch", count: 2 },
              known: true,
              notJudged: "change",
              isExpected: false,
            },
            server: { version: "v2.12.3", comparable: true, from: "live" },
            findings: [{ severity: "reject", reason: "desired-lagging" }],
            agentImage: {
              image: "rancher/rancher-agent:v2.12.2",
              gap: { by: "patch", count: 1 },
            },
            replacement: { image: "registry.example:5000/rancher/rancher-agent:v2.10.4-rancher1", step: "back" },
          },
          standing: "lagging",
          changes: [],
        },
      ],
      others: { "v1 Pod": 1 },
      errors: [],
      server: { version: "v2.12.3", from: "rancher" },
    };
    const report = evaluate({
      objects: `${JSON.stringify(object)}{"apiVersion": "v1", "kind": "Pod"}`,
      oldObject: JSON.stringify(oldObject),
      rancher:
        setting("server-version", "v2.12.3") +
        setting("agent-image", "rancher/rancher-agent:v2.12.2"),
    });
    const requests = report.results.map(({ request }) => JSON.parse(request ?? "null"));
    for (const result of report.results) {
      delete result.request;
    }
    expect(report).toEqual(expected);
    expect(requests).toEqual([
      {
        uid: "playground",
        kind: { group: "management.cattle.io", version: "v3", kind: "Cluster" },
        resource: { group: "management.cattle.io", version: "v3", resource: "clusters" },
        operation: "UPDATE",
        userInfo: { username: "user-55gsl", groups: ["system:authenticated"] },
        object,
        oldObject,
      },
    ]);
  });

  test("has what a repair changes, and the whole repaired object", () => {
    const object = JSON.parse(cluster("c-1", "rancher/rancher-agent:v2.10.4"));
    object.spec.agentImageOverride = "rancher/rancher-agent:v2.11.3";
    const mutated = structuredClone(object);
    mutated.spec = { ...mutated.spec, desiredAgentImage: "", agentImageOverride: "" };
    const report = evaluate({
      objects: JSON.stringify(object),
      settings: '{"serverVersion": "v2.12.3", "repair": true}',
    });
    expect(report.results.map(({ outcome, response, changes }) => ({ outcome, response, changes }))).toEqual([
      {
        outcome: "repair",
        response: {
          accepted: true,
          warnings: [
            "cleared `agentImageOverride` and `desiredAgentImage` (agent v2.11.3): it now follows Rancher",
          ],
          audit_annotations: {
            "desired-image": "rancher/rancher-agent:v2.11.3",
            "server-version": "v2.12.3",
            reason: "repaired",
            verdict: "lagging",
          },
          mutated_object: mutated,
        },
        changes: [
          { path: "spec.agentImageOverride", before: "rancher/rancher-agent:v2.11.3", after: "" },
          { path: "spec.desiredAgentImage", before: "rancher/rancher-agent:v2.10.4", after: "" },
        ],
      },
    ]);
  });

  // Were a value added to types.d.ts, this would not compile; were one added to the policy,
  // or did one never occur, it would fail.
  test("has all values that types.d.ts lists, and no others", () => {
    const listed = {
      outcome: words<Outcome>({ accept: 1, warn: 1, reject: 1, repair: 1, error: 1 }),
      requester: words<Requester>({ user: 1, "service-account": 1, "audit-scanner": 1 }),
      because: words<Desired["because"]>({ follows: 1, fixed: 1, pinned: 1, malformed: 1 }),
      outOfScope: words<OutOfScope>({
        "other-operation": 1,
        "sub-resource": 1,
        "not-a-cluster": 1,
        local: 1,
        "being-deleted": 1,
        restore: 1,
      }),
      standing: words<Standing>({
        lagging: 1,
        unknown: 1,
        tolerated: 1,
        ahead: 1,
        "as-deployed-by-server": 1,
        current: 1,
        pending: 1,
      }),
      step: words<Replacement["step"]>({ forward: 1, back: 1, "past-the-server": 1 }),
      verdict: words<Verdict>({
        current: 1,
        ahead: 1,
        tolerated: 1,
        "as-deployed-by-server": 1,
        lagging: 1,
        "unknown-image": 1,
        "unknown-server": 1,
      }),
      by: words<Gap["by"]>({ major: 1, minor: 1, patch: 1, build: 1, trunk: 1 }),
      transition: words<NonNullable<Explanation["transition"]>>({
        unchanged: 1,
        "own-kept": 1,
        "to-follows": 1,
        repinned: 1,
        "to-malformed": 1,
      }),
      direction: words<NonNullable<Explanation["direction"]>>({
        introduced: 1,
        unclear: 1,
        worsened: 1,
        sideways: 1,
        improved: 1,
      }),
      from: words<Explanation["server"]["from"]>({ setting: 1, live: 1 }),
      severity: words<Finding["severity"]>({ warn: 1, repair: 1, reject: 1 }),
      fault: words<Fault>({
        "not-granted": 1,
        forbidden: 1,
        "not-found": 1,
        "no-client": 1,
        unreadable: 1,
        failed: 1,
      }),
    };
    const answered = caseNames().flatMap((name) => {
      const { request, settings, answers } = readCase(name);
      return evaluate({ objects: `{"request": ${request}}`, settings, lookups: answers }).results;
    });
    // No case has a lookup that fails for a reason without a name.
    const lookups = { "server-version": { error: "Host error: timeout" } };
    const failed = evaluate({ objects: cluster("c-1", "rancher/rancher-agent:v2.11.3"), lookups });
    const results = [...answered, ...failed.results];
    const explanations = results.flatMap((result) => result.explanation ?? []);
    const desired = explanations.flatMap(({ desired, before }) => [desired, ...(before ? [before] : [])]);
    const images = [
      ...desired.flatMap(({ image }) => image ?? []),
      ...explanations.flatMap(({ deployed }) => deployed ?? []),
    ];
    expect({
      outcome: used(results.map(({ outcome }) => outcome)),
      requester: used(results.map(({ requester }) => requester)),
      because: used(desired.map(({ because }) => because)),
      outOfScope: used(results.map(({ outOfScope }) => outOfScope)),
      standing: used(results.map(({ standing }) => standing)),
      step: used(explanations.map(({ replacement }) => replacement?.step)),
      verdict: used(images.map(({ verdict }) => verdict)),
      by: used(images.map(({ gap }) => gap?.by)),
      transition: used(explanations.map(({ transition }) => transition)),
      direction: used(explanations.map(({ direction }) => direction)),
      from: used(explanations.map(({ server }) => server.from)),
      severity: used(explanations.flatMap(({ findings }) => findings.map(({ severity }) => severity))),
      fault: used(explanations.flatMap(({ server }) => [server.fault, server.agentImageFault])),
    }).toEqual(listed);
  });

  test("has the fields that types.d.ts lists, and no others", () => {
    type Keys<T> = Record<keyof Required<T>, 1>;
    const listed = {
      result: words<keyof Result>({
        name: 1,
        displayName: 1,
        operation: 1,
        requester: 1,
        outcome: 1,
        response: 1,
        lookups: 1,
        explanation: 1,
        outOfScope: 1,
        standing: 1,
        changes: 1,
        request: 1,
      } satisfies Keys<Result>),
      response: words<keyof Result["response"]>({
        accepted: 1,
        message: 1,
        code: 1,
        warnings: 1,
        audit_annotations: 1,
        mutated_object: 1,
      } satisfies Keys<Result["response"]>),
      explanation: words<keyof Explanation>({
        row: 1,
        administrated: 1,
        desired: 1,
        before: 1,
        transition: 1,
        direction: 1,
        deployed: 1,
        server: 1,
        agentImage: 1,
        replacement: 1,
        findings: 1,
        unseen: 1,
        willNotFollow: 1,
      } satisfies Keys<Explanation>),
      desired: words<keyof Desired>({ because: 1, field: 1, image: 1 } satisfies Keys<Desired>),
      image: words<keyof Deployed>({
        image: 1,
        tag: 1,
        version: 1,
        unreadable: 1,
        verdict: 1,
        gap: 1,
        known: 1,
        notJudged: 1,
        isExpected: 1,
      } satisfies Keys<Deployed>),
      gap: words<keyof Gap>({ by: 1, count: 1 } satisfies Keys<Gap>),
      server: words<keyof Server>({
        version: 1,
        comparable: 1,
        from: 1,
        fault: 1,
        agentImageFault: 1,
      } satisfies Keys<Server>),
      finding: words<keyof Finding>({ severity: 1, reason: 1, field: 1 } satisfies Keys<Finding>),
    };
    const results = caseNames().flatMap((name) => {
      const { request, settings, answers } = readCase(name);
      return evaluate({ objects: `{"request": ${request}}`, settings, lookups: answers }).results;
    });
    const explanations = results.flatMap((result) => result.explanation ?? []);
    const images = explanations.flatMap(({ desired, deployed }) => [
      ...(desired.image ? [desired.image] : []),
      ...(deployed ? [deployed] : []),
    ]);
    const keys = (objects: object[]) => used(objects.flatMap((object) => Object.keys(object)));
    expect({
      result: keys(results),
      response: keys(results.map(({ response }) => response)),
      explanation: keys(explanations),
      desired: keys(explanations.map(({ desired }) => desired)),
      image: keys(images),
      gap: keys(images.flatMap(({ gap }) => gap ?? [])),
      server: keys(explanations.map(({ server }) => server)),
      finding: keys(explanations.flatMap(({ findings }) => findings)),
    }).toEqual(listed);
  });
});

test("an input may be an object of any kind", () => {
  const bare = Object.assign(Object.create(null), { objects: cluster("c-1", "") });
  const foreign = runInNewContext(`({ objects: '{"kind": "Cluster", "metadata": ["c-1"]}', lookups: {} })`);
  expect([bare, foreign].map((input) => briefly(evaluate(input)))).toEqual([
    ["c-1 CREATE user accept -"],
    [" CREATE user accept -"],
  ]);
});

test("Node loads the module by itself", () => {
  const module = fileURLToPath(new URL("../../bindings/node/policy.js", import.meta.url));
  const program =
    "const { evaluate } = require(process.argv[1]);" +
    'process.stdout.write(JSON.stringify(evaluate({ objects: "{}" })));';
  const printed = execFileSync(process.execPath, ["--eval", program, module], {
    encoding: "utf8",
    stdio: ["ignore", "pipe", "pipe"],
  });
  expect(JSON.parse(printed)).toEqual({
    results: [],
    others: { "document without a kind": 1 },
    errors: [],
  });
});

function words<Word extends string>(listed: Record<Word, 1>): string[] {
  return Object.keys(listed).sort();
}

function used(values: (string | undefined)[]): string[] {
  return [...new Set(values.filter((value) => value !== undefined))].sort();
}
