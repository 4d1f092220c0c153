// The cases below tests/cases, as tests/support/case.rs reads them.

import { existsSync, readFileSync, readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { Lookup, Response } from "../../bindings/node/policy.js";

/** The root of the repository. */
export const root = fileURLToPath(new URL("../../..", import.meta.url));

export interface Case {
  name: string;
  /** The text of an AdmissionRequest. */
  request: string;
  /** The text of the policy's settings. */
  settings: string;
  /** What the policy has to answer. */
  response: Response;
  /** Which Settings have to be looked up, in this order. */
  lookups: string[];
  /** What the look-ups give. */
  answers: Record<string, Lookup>;
}

interface World {
  lookups: string[];
  settings: Record<string, { object: unknown } | { raw: string } | { error: string }>;
}

function text(...path: string[]): string {
  return readFileSync([root, "tests", "cases", ...path].join("/"), "utf8");
}

function lookup(answer: World["settings"][string]): Lookup {
  if ("object" in answer) {
    return { body: JSON.stringify(answer.object) };
  }
  return "raw" in answer ? { body: answer.raw } : { error: answer.error };
}

function world(name: string): World {
  return existsSync(`${root}/tests/cases/${name}/rancher.json`)
    ? JSON.parse(text(name, "rancher.json"))
    : { lookups: [], settings: {} };
}

export function readCase(name: string): Case {
  const { lookups, settings } = world(name);
  const foreseen = ["server-version", "agent-image"].map((setting): [string, Lookup] => [
    setting,
    { error: `no look-up of ${setting} is foreseen in this case` },
  ]);
  const answers = Object.entries(settings).map(([setting, answer]) => [setting, lookup(answer)]);
  return {
    name,
    request: text(name, "request.json"),
    settings: text(name, "settings.json"),
    response: JSON.parse(text(name, "response.json")),
    lookups,
    answers: Object.fromEntries([...foreseen, ...answers]),
  };
}

/** The names of all cases, in order. */
export function caseNames(): string[] {
  return readdirSync(`${root}/tests/cases`).sort();
}

/** A file of the repository. */
export function read(path: string): string {
  return readFileSync(`${root}/${path}`, "utf8");
}
