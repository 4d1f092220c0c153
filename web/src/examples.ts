import type { Asked, Texts } from "./policy/question.js";
import { yamlText } from "./yaml-text.js";

/** Folders of tests/requests, in the order of the menu; `clusters` is the sample in cli/sample. */
export const EXAMPLES = [
  "rejects-lagging-pin-on-create-live",
  "rejects-pinned-import-on-create",
  "warns-of-current-pin-on-create-by-user",
  "rejects-rc9-under-rc10-as-lagging",
  "accepts-hotfix-on-top-of-release-as-ahead",
  "rejects-head-under-release-of-its-line",
  "rejects-image-with-digest-only",
  "warns-of-pin-as-rancher-deploys-on-create",
  "accepts-audit-while-agent-image-is-ahead",
  "accepts-audit-of-dummy-as-deployed-image",
  "accepts-lagging-local-on-update",
  "warns-of-less-lag-by-user",
  "rejects-more-lag-by-user",
  "repairs-unchanged-lagging-pin-by-user",
  "accepts-following-create-by-user-live",
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
    "../../tests/requests/rejects-lagging-pin-on-create-live/{request,settings,rancher}.json",
    "../../tests/requests/rejects-pinned-import-on-create/{request,settings,rancher}.json",
    "../../tests/requests/warns-of-current-pin-on-create-by-user/{request,settings,rancher}.json",
    "../../tests/requests/rejects-rc9-under-rc10-as-lagging/{request,settings,rancher}.json",
    "../../tests/requests/accepts-hotfix-on-top-of-release-as-ahead/{request,settings,rancher}.json",
    "../../tests/requests/rejects-head-under-release-of-its-line/{request,settings,rancher}.json",
    "../../tests/requests/rejects-image-with-digest-only/{request,settings,rancher}.json",
    "../../tests/requests/warns-of-pin-as-rancher-deploys-on-create/{request,settings,rancher}.json",
    "../../tests/requests/accepts-audit-while-agent-image-is-ahead/{request,settings,rancher}.json",
    "../../tests/requests/accepts-audit-of-dummy-as-deployed-image/{request,settings,rancher}.json",
    "../../tests/requests/accepts-lagging-local-on-update/{request,settings,rancher}.json",
    "../../tests/requests/warns-of-less-lag-by-user/{request,settings,rancher}.json",
    "../../tests/requests/rejects-more-lag-by-user/{request,settings,rancher}.json",
    "../../tests/requests/repairs-unchanged-lagging-pin-by-user/{request,settings,rancher}.json",
    "../../tests/requests/accepts-following-create-by-user-live/{request,settings,rancher}.json",
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
  const text = files[`../../tests/requests/${id}/${name}.json`];
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

/** The texts of an example. */
export async function example(id: ExampleId): Promise<Example> {
  return id === "clusters" ? sample() : ofCase(id);
}
