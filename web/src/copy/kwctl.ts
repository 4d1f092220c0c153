import type { Requester, Result } from "../../bindings/web/policy.js";
import type { Texts } from "../policy/question.js";
import { documents } from "./documents.js";
import { MODULE } from "./manifest.js";

const USER_INFO: Record<Requester, object> = {
  person: { username: "user-55gsl", groups: ["system:authenticated"] },
  controller: { username: "system:serviceaccount:cattle-system:rancher" },
  audit: {},
};

const KIND = JSON.stringify({ group: "management.cattle.io", version: "v3", kind: "Cluster" });
const RESOURCE = JSON.stringify({ group: "management.cattle.io", version: "v3", resource: "clusters" });

/**
 * The command that puts the same request to the policy with kwctl, from the texts in JSON.
 * Look-ups are replayed from the texts as well, so that it needs no cluster.
 */
export function command(json: Texts, result: Result): string {
  const files = [
    file("request.json", request(json, result)),
    file("settings.json", json.settings.trim() || "{}"),
    file("lookups.json", JSON.stringify(result.lookups.map((name) => exchange(name, json)))),
  ];
  const run = [
    "kwctl run --request-path request.json --settings-path settings.json",
    "--allow-context-aware --replay-host-capabilities-interactions lookups.json",
    MODULE,
  ].join(" \\\n  ");
  return `${files.join("")}${run}\n`;
}

function file(name: string, text: string): string {
  return `cat > ${name} <<'END'\n${text}\nEND\n`;
}

function request(json: Texts, { operation, requester }: Result): string {
  const found = objects(json.object);
  const review = found.find((object) => object.request ?? object.operation);
  if (review) return JSON.stringify(review.request ?? review);
  const cluster = found.find(({ kind }) => kind === "Cluster");
  const alone = documents(json.object).find((document) => JSON.parse(document).kind === "Cluster");
  // A text that is the object goes in as it stands: numbers of JavaScript have less digits.
  const asItStands = alone ?? JSON.stringify(cluster);
  const isStored = requester !== "audit" || cluster?.metadata?.resourceVersion !== undefined;
  const object = isStored ? asItStands : JSON.stringify(stored(cluster));
  const old = operation === "UPDATE" ? json.old.trim() : "null";
  const user = JSON.stringify(USER_INFO[requester]);
  const asked = `"kind":${KIND},"resource":${RESOURCE},"operation":"${operation}","userInfo":${user}`;
  return `{"uid":"playground",${asked},"object":${object},"oldObject":${old}}`;
}

/** What is stored has a resourceVersion: by that the policy knows an audit. */
function stored(cluster: Held | undefined): Held {
  return { ...cluster, metadata: { ...cluster?.metadata, resourceVersion: "1" } };
}

interface Held {
  kind?: string;
  metadata?: { name?: string; resourceVersion?: string };
  items?: Held[];
  request?: object;
  operation?: string;
}

/** All objects of a text, those of its Lists as well. */
function objects(json: string): Held[] {
  const held = (value: Held): Held[] => (Array.isArray(value.items) ? value.items.flatMap(held) : [value]);
  return documents(json).flatMap((document) => held(JSON.parse(document) as Held));
}

/** One look-up, as kwctl replays it. */
function exchange(name: string, json: Texts): object {
  const setting = [...objects(json.object), ...objects(json.rancher)]
    .filter((object) => object.kind === "Setting" && object.metadata?.name === name)
    .at(-1);
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
