// The clusters as CSV and Markdown: with the facts of rancher-agents, and without effect.

import { expect, test } from "vitest";
import { evaluate } from "../../bindings/node/policy.js";
import { csv, markdown } from "../../src/clusters/table.js";
import { read } from "../support/cases.js";

const sample = evaluate({
  objects: read("cli/sample/clusters.json"),
  rancher: read("cli/sample/settings.json"),
  requester: "audit-scanner",
});

/** The records of a text of CSV. */
function records(text: string): string[][] {
  const fields = [...text.matchAll(/(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/g)];
  const all: string[][] = [[]];
  for (const [, quoted, plain, end] of fields) {
    all.at(-1)?.push(quoted?.replaceAll('""', '"') ?? plain ?? "");
    if (end === "\r\n") all.push([]);
  }
  return all.slice(0, -1);
}

test("the CSV of the sample clusters agrees with rancher-agents", () => {
  const [head = [], ...rows] = records(csv(sample.results, sample.server));
  const cells = rows.map((row) => Object.fromEntries(row.map((cell, at) => [head[at], cell])));
  const short = (image: string | undefined) => (image ?? "").replace(/^.*\//, "").replace(/(sha256:.{12}).*/, "$1...") || "-";
  const told = cells.map((cell) =>
    [cell["name"], cell["display_name"], short(cell["desired"]), short(cell["deployed"]), cell["verdict"], cell["reason"] || "-"].join(" "),
  );
  const lines = read("cli/sample/report.txt").split("\n").slice(1, 13).map((line) => line.replace(/ +/g, " "));
  // What is out of scope has no images here.
  const report = lines.map((line) => line.replace("local local follows", "local local -"));
  expect(told.sort()).toEqual(report.sort());
  expect(head).toEqual(["name", "display_name", "desired", "deployed", "server_version", "verdict", "reason", "pinned_by", "message"]);
  expect(new Set(cells.map((cell) => cell["server_version"]))).toEqual(new Set(["v2.12.3"]));
});

test("the name of a cluster has no effect in either format", () => {
  const name = 'a|b\n"c", `d` <script> [e](https://f.example) @g \u202Eh';
  const objects = JSON.stringify({ kind: "Cluster", metadata: { name }, spec: { displayName: name } });
  const { results } = evaluate({ objects, settings: '{"serverVersion": "v2.12.3"}' });
  expect(records(csv(results, undefined)).at(-1)?.slice(0, 3)).toEqual([name, name, "follows"]);
  const lines = markdown(results, undefined, "1 cluster").split("\n");
  const cell = 'a&#124;b&#92;u{a}"c", &#96;d&#96; &#60;script&#62; &#91;e&#93;(https&#58;//f.example) @&#8203;g &#92;u{202e}h';
  expect(lines.slice(2)).toEqual([`| ${cell} | ${cell} | follows |  |  | not-judged |  |  |  |`, "", "1 cluster", ""]);
});
