// The cases of the policy, as tests/support exports them for `make web-test`.

import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Lookup, Response } from "../../bindings/node/policy.js";

/** The root of the repository. */
export const root = fileURLToPath(new URL("../../..", import.meta.url));

export interface Case {
  /** The table and the name in it; of a whole request the name of its folder. */
  name: string;
  /** The text of an AdmissionRequest. */
  request: string;
  /** The text of the policy's settings. */
  settings: string;
  /** What the policy has to answer. */
  response: Response;
  /** Which Settings have to be looked up, in this order. */
  lookups: string[];
  /** What the lookups give. */
  answers: Record<string, Lookup>;
}

const cases = new Map(
  (JSON.parse(read("web/test/cases.json")) as Case[]).map((each): [string, Case] => {
    const name = each.name.replace(/^requests::/, "");
    return [name, { ...each, name }];
  }),
);

export function readCase(name: string): Case {
  const found = cases.get(name);
  if (!found) throw new Error(`there is no case ${name}`);
  return found;
}

/** The names of all cases, in order. */
export function caseNames(): string[] {
  return [...cases.keys()].sort();
}

/** A file of the repository. */
export function read(path: string): string {
  return readFileSync(`${root}/${path}`, "utf8");
}
