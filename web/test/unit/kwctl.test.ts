// The command for kwctl is made only of a request that kwctl takes.

import { expect, test } from "vitest";
import { evaluate, type Result } from "../../bindings/node/policy.js";
import { command } from "../../src/copy/kwctl.js";

const FIELDS = {
  uid: "1",
  kind: { group: "management.cattle.io", version: "v3", kind: "Cluster" },
  resource: { group: "management.cattle.io", version: "v3", resource: "clusters" },
  operation: "CREATE",
  userInfo: {},
  object: { metadata: { name: "c-1" } },
};

function made(request: object): string {
  const object = JSON.stringify({ request });
  const { results } = evaluate({ objects: object });
  try {
    return command({ object, old: "", settings: "", rancher: "" }, results[0] as Result).split("\n")[0] ?? "";
  } catch (error) {
    return String(error);
  }
}

test("of a whole request, and of no other", () => {
  const without = (field: string) => Object.fromEntries(Object.entries(FIELDS).filter(([name]) => name !== field));
  const answers = ["object", "uid", "kind", "resource", "operation", "userInfo"].map((field) => [field, made(without(field))]);
  const refused = "Error: there is no single request that is whole";
  expect({ whole: made(FIELDS), without: Object.fromEntries(answers) }).toEqual({
    whole: 'cd "$(mktemp -d)"',
    without: {
      object: 'cd "$(mktemp -d)"',
      uid: refused,
      kind: refused,
      resource: refused,
      operation: refused,
      userInfo: refused,
    },
  });
});
