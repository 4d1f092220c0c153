import type { Result } from "../../bindings/web/policy.js";
import type { Texts } from "../policy/question.js";
import { inOneLine, objects, settingsOf } from "./documents.js";
import { MODULE } from "./manifest.js";

/**
 * The command that evaluates the same request with kwctl, from the texts in JSON.
 * Lookups are replayed from the texts as well, so that it needs no cluster.
 */
export function command(json: Texts, { request, lookups }: Result): string {
  if (request === undefined || !isWhole(request)) throw new Error("there is no single request that is whole");
  const files = [
    file("request.json", request),
    file("settings.json", json.settings.trim() || "{}"),
    file("lookups.json", JSON.stringify(lookups.map((name) => exchange(name, json)))),
  ];
  const run = [
    "kwctl run --request-path request.json --settings-path settings.json",
    "--allow-context-aware --replay-host-capabilities-interactions lookups.json",
    MODULE,
  ].join(" \\\n  ");
  return `cd "$(mktemp -d)"\n${files.join("")}${run}\n`;
}

/** kwctl requires these fields (kubewarden-controller, crates/policy-evaluator/src/admission_request.rs). */
function isWhole(request: string): boolean {
  const fields = Object.keys(JSON.parse(request) as object);
  return ["uid", "kind", "resource", "operation", "userInfo"].every((field) => fields.includes(field));
}

/** JSON in one line is never the end mark of the file. */
function file(name: string, json: string): string {
  return `cat > ${name} <<'END'\n${inOneLine(json)}\nEND\n`;
}

/** One lookup, as kwctl replays it. */
function exchange(name: string, json: Texts): object {
  const settings = settingsOf([...objects(json.object), ...objects(json.rancher)]);
  const setting = settings.filter(({ metadata }) => metadata?.name === name).at(-1);
  const request = JSON.stringify({
    api_version: "management.cattle.io/v3",
    kind: "Setting",
    name,
    namespace: null,
    disable_cache: false,
    field_masks: ["default", "value"],
  });
  return {
    type: "Exchange",
    request: `!KubernetesGetResource ${request}`,
    response: setting
      ? { type: "Success", payload: JSON.stringify(setting) }
      : { type: "Error", message: `Cannot find management.cattle.io/v3/Setting named '${name}'` },
  };
}
