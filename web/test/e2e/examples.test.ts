// Every example of the menu has the answer of its case.

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { evaluate } from "../../bindings/node/policy.js";
import { caseNames, read, readCase } from "../support/cases.js";
import { shownOf } from "../support/expected.js";
import { Playground, PATIENCE, world } from "../support/playground.js";

const it = world();

describe("the examples", () => {
  let playground: Playground;
  beforeAll(async () => {
    playground = await Playground.open(it);
  });
  afterAll(() => playground?.close());

  test("are the downstream clusters and cases", async () => {
    const examples = await playground.examples();
    const known = [...caseNames(), "clusters"];
    expect(examples.filter((example) => !known.includes(example))).toEqual([]);
    expect(new Set(examples).size).toBe(examples.length);
    expect(examples.length).toBeGreaterThanOrEqual(11);
    expect(examples).toContain("clusters");
  });

  test("show the answers of their cases, one after the other", async () => {
    const examples = await playground.examples();
    for (const example of examples.filter((example) => example !== "clusters")) {
      const { response } = readCase(example);
      await playground.choose(example);
      await expect
        .poll(async () => ({ example, ...(await playground.shown()) }), PATIENCE)
        .toEqual({ example, ...shownOf(response) });
      const annotations = await playground.text("annotations");
      const told = Object.entries(response.audit_annotations ?? {}).flat();
      expect({ example, untold: told.filter((text) => !annotations.includes(text)) }).toEqual({
        example,
        untold: [],
      });
      expect(await playground.items("errors")).toEqual([]);
    }
  });

  test("have an explanation in steps", async () => {
    const examples = await playground.examples();
    const silent: string[] = [];
    for (const example of examples.filter((example) => example !== "clusters")) {
      await playground.choose(example);
      await playground.shows(shownOf(readCase(example).response));
      const steps = await playground.items("explanation");
      if (steps.length === 0 || steps.includes("")) {
        silent.push(example);
      }
    }
    expect(silent).toEqual([]);
  });

  test("show what a repair changes", async () => {
    const examples = (await playground.examples()).filter((example) =>
      example.startsWith("repairs-"),
    );
    expect(examples).not.toEqual([]);
    for (const example of examples) {
      const { request, settings, response, answers } = readCase(example);
      const { results } = evaluate({ objects: `{"request": ${request}}`, settings, lookups: answers });
      await playground.choose(example);
      await playground.shows(shownOf(response));
      const patch = await playground.text("patch");
      const told = (results[0]?.changes ?? []).flatMap(({ path, before }) => [
        path.split(".").at(-1) ?? path,
        before,
      ]);
      expect({ example, told: told.length > 0, untold: told.filter((text) => !patch.includes(text)) })
        .toEqual({ example, told: true, untold: [] });
    }
  });

  test("the downstream clusters have a row for each cluster, with the answer to an audit", async () => {
    await playground.choose("clusters");
    const { results } = evaluate({
      objects: read("cli/sample/clusters.json"),
      rancher: read("cli/sample/settings.json"),
      requester: "audit-scanner",
    });
    const rows = () =>
      playground
        .get("clusters-row")
        .evaluateAll((rows) => rows.map((row) => `${(row as HTMLElement).dataset.name} ${(row as HTMLElement).dataset.outcome}`));
    await expect
      .poll(async () => (await rows()).sort(), PATIENCE)
      .toEqual(results.map(({ name, outcome }) => `${name} ${outcome}`).sort());
  });
});
