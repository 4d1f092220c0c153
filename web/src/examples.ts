import type { Asked, Texts } from "./policy/question.js";
import { yamlText } from "./yaml-text.js";

/** Folders of tests/cases, in the order of the menu; `clusters` are those of cli/sample. */
export const EXAMPLES = [
  "rejects-lagging-pin-on-create-live",
  "seed-rejects-pinned-import-on-create",
  "warns-of-current-pin-on-create-by-person",
  "rejects-rc9-under-rc10-as-lagging",
  "accepts-hotfix-on-top-of-release-as-ahead",
  "rejects-head-under-release-of-its-line",
  "rejects-image-with-digest-only",
  "warns-of-pin-as-rancher-deploys-on-create",
  "accepts-lagging-local-on-update",
  "warns-of-less-lag-by-person",
  "rejects-more-lag-by-person",
  "repairs-unchanged-lagging-pin-by-person",
  "accepts-following-create-by-person-live",
  "clusters",
] as const;

export type ExampleId = (typeof EXAMPLES)[number];

export function isExample(id: string): id is ExampleId {
  return EXAMPLES.some((example) => example === id);
}

export interface Example {
  texts: Texts;
  requester: Asked;
}

const files = import.meta.glob<string>(
  [
    "../../tests/cases/rejects-lagging-pin-on-create-live/{request,settings,rancher}.json",
    "../../tests/cases/seed-rejects-pinned-import-on-create/{request,settings,rancher}.json",
    "../../tests/cases/warns-of-current-pin-on-create-by-person/{request,settings,rancher}.json",
    "../../tests/cases/rejects-rc9-under-rc10-as-lagging/{request,settings,rancher}.json",
    "../../tests/cases/accepts-hotfix-on-top-of-release-as-ahead/{request,settings,rancher}.json",
    "../../tests/cases/rejects-head-under-release-of-its-line/{request,settings,rancher}.json",
    "../../tests/cases/rejects-image-with-digest-only/{request,settings,rancher}.json",
    "../../tests/cases/warns-of-pin-as-rancher-deploys-on-create/{request,settings,rancher}.json",
    "../../tests/cases/accepts-lagging-local-on-update/{request,settings,rancher}.json",
    "../../tests/cases/warns-of-less-lag-by-person/{request,settings,rancher}.json",
    "../../tests/cases/rejects-more-lag-by-person/{request,settings,rancher}.json",
    "../../tests/cases/repairs-unchanged-lagging-pin-by-person/{request,settings,rancher}.json",
    "../../tests/cases/accepts-following-create-by-person-live/{request,settings,rancher}.json",
  ],
  { query: "?raw", import: "default", eager: true },
);

interface Request {
  userInfo?: { username?: string };
  object: { metadata?: { resourceVersion?: string } };
  oldObject?: object;
  operation: string;
}

function file<Held>(id: string, name: string): Held | undefined {
  const text = files[`../../tests/cases/${id}/${name}.json`];
  return text === undefined ? undefined : (JSON.parse(text) as Held);
}

function requester({ userInfo, operation, object }: Request): Asked {
  const name = userInfo?.username ?? "";
  if (name.startsWith("system:serviceaccount:")) return "service-account";
  return name === "" && operation === "CREATE" && object.metadata?.resourceVersion ? "audit-scanner" : "user";
}

function ofCase(id: string): Example {
  const request = file<Request>(id, "request");
  if (!request) throw new Error(`there is no example ${id}`);
  const settings = file<object>(id, "settings") ?? {};
  const rancher = file<{ settings: Record<string, { object?: object }> }>(id, "rancher");
  const found = Object.values(rancher?.settings ?? {}).flatMap(({ object }) => (object ? [object] : []));
  return {
    texts: {
      object: yamlText(request.object),
      old: request.oldObject ? yamlText(request.oldObject) : "",
      settings: Object.keys(settings).length > 0 ? yamlText(settings) : "",
      rancher: found.map(yamlText).join("---\n"),
    },
    requester: requester(request),
  };
}

async function sample(): Promise<Example> {
  const [{ default: object }, { default: rancher }] = await Promise.all([
    import("../../cli/sample/clusters.json?raw"),
    import("../../cli/sample/settings.json?raw"),
  ]);
  return { texts: { object, old: "", settings: "", rancher }, requester: "auto" };
}

/** What an example puts into the editors. */
export async function example(id: ExampleId): Promise<Example> {
  return id === "clusters" ? sample() : ofCase(id);
}
