// How long a verdict takes in Chromium, beside a question with nothing to do. It prints a
// table; no time makes it fail.

import { afterEach, expect, test } from "vitest";
import { stringify } from "yaml";
import type { Answer, Question } from "../../src/policy/question.js";
import { read } from "../support/cases.js";
import { PATIENCE, Playground, world } from "../support/playground.js";
import { table } from "../support/table.js";

const it = world();
let playground: Playground;
afterEach(() => playground?.close());

const ROUNDS = 50;
const SIZE = 20 * 1024;

/** A cluster that lags, grown to the size by what its managers wrote down. */
function cluster(written: (cluster: object) => string): string {
  const { items } = JSON.parse(read("cli/sample/clusters.json"));
  const cluster = items.find(({ metadata }: { metadata: { name: string } }) => metadata.name === "c-5tq9r");
  cluster.metadata.managedFields = [];
  while (written(cluster).length < SIZE) {
    cluster.metadata.managedFields.push({
      manager: `rancher-${cluster.metadata.managedFields.length}`,
      operation: "Update",
      fieldsV1: { "f:status": { "f:conditions": {}, "f:capacity": { "f:cpu": {}, "f:memory": {} } } },
    });
  }
  return written(cluster);
}

interface Measured {
  nothing: number[];
  verdict: number[];
}

/** Milliseconds to a worker of the page's own and back, in turns with nothing. */
async function measure(text: string, rounds: number): Promise<Measured> {
  const worker = await playground.page.evaluate(
    () => performance.getEntriesByType("resource").map(({ name }) => name).find((name) => /worker[^/]*\.js$/.test(name)) ?? "",
  );
  expect(worker).toMatch(/^http:\/\/127\.0\.0\.1:/);
  return playground.page.evaluate(
    async ({ worker, text, rounds }) => {
      const asked = new Worker(worker, { type: "module" });
      const ask = (question: Question) =>
        new Promise<number>((resolve, reject) => {
          const start = performance.now();
          asked.onmessage = ({ data }: MessageEvent<Answer>) => {
            const took = performance.now() - start;
            if (data.kind === "failed" || (data.kind === "evaluated" && data.evaluation.report.results[0]?.outcome !== "reject")) {
              reject(new Error(JSON.stringify(data)));
            } else {
              resolve(took);
            }
          };
          asked.postMessage(question);
        });
      const texts = { object: "", old: "", settings: "", rancher: "" };
      const settings = "serverVersion: v2.12.3";
      const measured: { nothing: number[]; verdict: number[] } = { nothing: [], verdict: [] };
      for (let round = 0; round < rounds + 5; round += 1) {
        const nothing = await ask({ kind: "translate", texts });
        // A text that was not seen before, as when one types.
        const object = `${text}${" ".repeat(round)}`;
        const verdict = await ask({ kind: "evaluate", texts: { ...texts, object, settings }, requester: "user" });
        if (round >= 5) {
          measured.nothing.push(nothing);
          measured.verdict.push(verdict);
        }
      }
      asked.terminate();
      return measured;
    },
    { worker, text, rounds },
  );
}

/** What the page itself says that an evaluation took, from key to key. */
async function byItsClock(text: string): Promise<number[]> {
  await playground.paste("settings", "serverVersion: v2.12.3\n");
  await playground.paste("rancher", "");
  await playground.paste("old", "");
  await playground.paste("object", text);
  await expect.poll(async () => (await playground.shown()).outcome, PATIENCE).toBe("reject");
  const own: number[] = [];
  await playground.press("Control+End");
  const evaluated = () => playground.find("body").getAttribute("data-evaluated");
  for (let round = 0; round < ROUNDS; round += 1) {
    const before = await evaluated();
    await playground.type(" ");
    await expect.poll(evaluated, PATIENCE).not.toBe(before);
    own.push(Number(await playground.get("timing").getAttribute("data-ms")));
  }
  return own;
}

function median(values: number[]): number {
  return [...values].sort((one, other) => one - other)[Math.floor(values.length / 2)] ?? Number.NaN;
}

/** The cluster with so many annotations. */
function annotated(count: number): string {
  const { items } = JSON.parse(read("cli/sample/clusters.json"));
  const cluster = items.find(({ metadata }: { metadata: { name: string } }) => metadata.name === "c-5tq9r");
  for (let at = 0; at < count; at += 1) cluster.metadata.annotations[`example.com/key-${at}`] = `value ${at}`;
  return stringify(cluster);
}

test("a verdict on an object with 60,000 keys in one mapping", async () => {
  playground = await Playground.open(it);
  const text = annotated(60_000);
  const measured = await measure(text, 5);
  const [nothing, verdict] = [median(measured.nothing), median(measured.verdict)];
  const row: [string, ...number[]] = [`${text.length} bytes of YAML`, ...[nothing, verdict, verdict / nothing].map((ms) => Number(ms.toFixed(1)))];
  console.log(table([row], ["median of 5, ms", "nothing", "verdict", "ratio"]));
});

test("a verdict on an object of 20 KB", async () => {
  playground = await Playground.open(it);
  const json = cluster((cluster) => JSON.stringify(cluster, undefined, 2));
  const yaml = cluster((cluster) => stringify(cluster));
  const rows: [string, ...number[]][] = [];
  for (const [format, text] of [["JSON", json], ["YAML", yaml]] as const) {
    const measured = await measure(text, ROUNDS);
    const [nothing, verdict] = [median(measured.nothing), median(measured.verdict)];
    const own = median(await byItsClock(text));
    rows.push([`${text.length} bytes of ${format}`, ...[nothing, verdict, verdict / nothing, own].map((ms) => Number(ms.toFixed(1)))]);
  }
  console.log(table(rows, [`median of ${ROUNDS}, ms`, "nothing", "verdict", "ratio", "its own clock"]));
});
