// The licences of everything in the page stand beside it: packages and crates.

import { execFileSync } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { root } from "../support/cases.js";

const web = fileURLToPath(new URL("../..", import.meta.url));
const parts = readFileSync(join(web, "dist", "licenses.md"), "utf8").split(/^## /m).slice(1);
const names = parts.map((part) => part.split(/ - |,/)[0]);

test("all packages that the sources import, or that these import", () => {
  const files = readdirSync(join(web, "src"), { recursive: true, encoding: "utf8" }).filter((name) => name.endsWith(".ts"));
  const imports = files.flatMap((name) => {
    const text = readFileSync(join(web, "src", name), "utf8");
    // Types are not part of the page.
    return [...text.matchAll(/^(?:import(?! type)|\} from)\b[^"\n]*"([^".][^"\n]*)"/gm)].map(([, name = ""]) => name);
  });
  expect(imports.length).toBeGreaterThan(5);
  expect(imports.filter((name) => !names.includes(name))).toEqual([]);
  expect(names).toEqual(expect.arrayContaining(["js-yaml", "@lezer/lr", "style-mod", "w3c-keyname"]));
});

test("all crates that cargo links", () => {
  const options = ["tree", "--locked", "--package=rancher-agent-version-policy-web", "--target=wasm32-unknown-unknown"];
  const tree = execFileSync("cargo", [...options, "--edges=normal,no-proc-macro", "--prefix=none", "--no-dedupe"], { cwd: root, encoding: "utf8" });
  const linked = tree.split("\n").filter((line) => line !== "" && !line.includes(" (/")).map((line) => line.split(" ")[0] ?? "");
  expect([...new Set(linked)].filter((name) => !names.includes(name))).toEqual([]);
  expect(names).toEqual(expect.arrayContaining(["serde_json", "wasm-bindgen", "semver"]));
});

test("each has its text", () => {
  expect(parts.filter((part) => !/copyright|apache license/i.test(part) || part.length < 500).map((part) => part.split("\n")[0])).toEqual([]);
});
