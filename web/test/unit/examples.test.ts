// Each example is a case: from its texts, the page gets the answer of the case.

import { describe, expect, test } from "vitest";
import { evaluate, type Input, type Report } from "../../bindings/node/policy.js";
import { type Example, EXAMPLES, example } from "../../src/examples.js";
import { translate } from "../../src/policy/input.js";
import { read, readCase } from "../support/cases.js";

function json(text: string): string {
  const translation = translate(text);
  return "json" in translation ? translation.json : JSON.stringify(translation);
}

function put({ texts, requester }: Example): Report {
  const input: Input = {
    objects: json(texts.object),
    settings: json(texts.settings),
    rancher: json(texts.rancher),
  };
  const old = texts.old === "" ? {} : { oldObject: json(texts.old) };
  return evaluate({ ...input, ...old, requester: requester === "auto" ? "audit-scanner" : requester });
}

const cases = EXAMPLES.filter((id) => id !== "clusters");

test("there are twelve or more examples, the downstream clusters last", () => {
  expect(EXAMPLES.length).toBeGreaterThanOrEqual(12);
  expect(EXAMPLES.at(-1)).toBe("clusters");
  expect(new Set(EXAMPLES).size).toBe(EXAMPLES.length);
});

describe("an example has the answer of its case", () => {
  test.each(cases)("%s", async (id) => {
    const { response, lookups } = readCase(id);
    const report = put(await example(id));
    expect({
      responses: report.results.map((result) => result.response),
      lookups: report.results.map((result) => result.lookups),
      others: report.others,
      errors: report.errors,
    }).toEqual({ responses: [response], lookups: [lookups], others: {}, errors: [] });
  });
});

test("each outcome has an example", async () => {
  const reports = await Promise.all(cases.map(async (id) => put(await example(id))));
  const outcomes = new Set(reports.flatMap(({ results }) => results.map(({ outcome }) => outcome)));
  expect([...outcomes].sort()).toEqual(["accept", "reject", "repair", "warn"]);
});

test("the downstream clusters are the sample of rancher-agents", async () => {
  const clusters = await example("clusters");
  expect(clusters).toEqual({
    texts: {
      object: read("cli/sample/clusters.json"),
      old: "",
      settings: "",
      rancher: read("cli/sample/settings.json"),
    },
    requester: "auto",
  });
  const { results, others, errors } = put(clusters);
  const rows = read("cli/sample/report.txt").split("\n").slice(1, 13);
  expect({ names: results.map(({ name }) => name).sort(), others, errors }).toEqual({
    names: rows.map((row) => row.split(" ")[0]).sort(),
    others: {},
    errors: [],
  });
});
