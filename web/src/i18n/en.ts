import type { Explanation, Fault, Finding, Gap, Image, Outcome, Requester, Server, Verdict } from "../../bindings/web/policy.js";
import type { Place } from "../policy/question.js";
import type { Standing } from "../clusters/standing.js";
import type { ExampleId } from "../examples.js";
import { say, type Sentence } from "./sentence.js";

const behind = (count: number | undefined, unit: string) =>
  count === undefined || count === 1 ? `one ${unit} version behind` : `${count} ${unit} versions behind`;

const gap: Record<Gap["by"], (count?: number) => string> = {
  major: (count) => behind(count, "major"),
  minor: (count) => behind(count, "minor"),
  patch: (count) => behind(count, "patch"),
  build: () => "an earlier build than",
  trunk: () => "earlier than the trunk build of",
};

const shortGap: Record<Gap["by"], (count?: number) => string> = {
  ...gap,
  build: () => "an earlier build",
  trunk: () => "behind the trunk",
};

const outcome: Record<Outcome | "invalid", string> = {
  accept: "Accepted",
  warn: "Accepted, with a warning",
  reject: "Rejected",
  repair: "Accepted and repaired",
  error: "No verdict",
  invalid: "Not readable",
};

const clusterOutcome: Record<Outcome, string> = {
  accept: "ok",
  warn: "warning",
  reject: "rejected",
  repair: "repaired",
  error: "error",
};

const requester: Record<Requester, string> = {
  user: "a user",
  "service-account": "a service account",
  "audit-scanner": "the audit scanner",
};

const tab: Record<Place, string> = {
  object: "Object",
  old: "Old object",
  settings: "Settings",
  rancher: "Rancher",
};

const tabHint: Record<Place, string> = {
  object: "A Cluster, a List of them, or an AdmissionReview, in YAML or JSON.",
  old: "The Cluster as it was before. It makes the request an UPDATE. Leave it empty for a CREATE.",
  settings: "The settings of the policy. All are optional.",
  rancher: "Rancher's Settings server-version and agent-image, as kubectl prints them. The policy looks them up if serverVersion is not set.",
};

const example: Record<ExampleId, string> = {
  "rejects-lagging-pin-on-create-live": "A pin that lags",
  "rejects-pinned-import-on-create": "The 2.11 regression: an import pinned to 2.10.3",
  "warns-of-current-pin-on-create-by-user": "A pin made at creation, current today",
  "rejects-rc9-under-rc10-as-lagging": "rc9 is older than rc10",
  "accepts-hotfix-on-top-of-release-as-ahead": "A hotfix on top of the release",
  "rejects-head-under-release-of-its-line": "A head build cannot be compared",
  "rejects-image-with-digest-only": "A digest and no tag",
  "warns-of-pin-as-rancher-deploys-on-create": "An air-gapped registry: Rancher deploys it itself",
  "accepts-lagging-local-on-update": "The cluster local",
  "warns-of-less-lag-by-user": "Forward, but not far enough",
  "rejects-more-lag-by-user": "Backwards",
  "repairs-unchanged-lagging-pin-by-user": "Repair: the pin is cleared",
  "accepts-following-create-by-user-live": "A cluster that follows",
  clusters: "12 downstream clusters",
};

/** What a field should hold and does not. */
const content = (field: string) => (field === "spec" ? "object" : "text");

const because: Record<Explanation["desired"]["because"], (field: string, image: string) => Sentence> = {
  follows: () => say`No image is pinned: the cluster follows Rancher and gets the agent of the server.`,
  fixed: (field) => say`${field} is ${"fixed"}: Rancher writes its image of today there.`,
  pinned: (field, image) => say`${field} is set, so Rancher will deploy exactly this image: ${image}.`,
  malformed: (field) => say`${field} is no ${[content(field)]}, so no image can be read from it.`,
};

const before: Record<Explanation["desired"]["because"], (field: string, image: string) => Sentence> = {
  follows: () => say`Before this request the cluster followed Rancher.`,
  fixed: (field) => say`Before this request ${field} was ${"fixed"}.`,
  pinned: (field, image) => say`Before this request ${field} was ${image}.`,
  malformed: (field) => say`Before this request ${field} was no ${[content(field)]}.`,
};

const transition: Record<Exclude<Explanation["transition"], "own-kept" | undefined>, Sentence> = {
  unchanged: say`The request leaves the image as it was.`,
  "to-follows": say`The request hands the image back to Rancher.`,
  repinned: say`The request changes the image.`,
};

const direction: Record<Exclude<Explanation["direction"], "introduced" | undefined>, Sentence> = {
  worsened: say`The image lags more than the one before`,
  sideways: say`The image before lagged, and this one does not provably lag more`,
  improved: say`The image before lagged more`,
  unclear: say`Nothing shows that the image before lagged`,
};

const introduced: Record<Exclude<Explanation["desired"]["because"], "malformed">, Sentence> = {
  follows: say`Before, it followed Rancher`,
  fixed: say`Before, it used Rancher's own image`,
  pinned: say`The image before did not lag`,
};

const unreadableImage: Record<NonNullable<Image["unreadable"]>, Sentence> = {
  "no-tag": say`It has no tag, so there is no version to read.`,
  "digest-only": say`It has a digest and no tag, so there is no version to read.`,
  "not-a-version": say`It is no image reference that can be read.`,
};

const verdict: Record<Verdict, (version: string, server: string, behind: string) => Sentence> = {
  current: (version, server) => say`${version} is what Rancher ${server} deploys: it is current.`,
  ahead: (version, server) => say`${version} is later than Rancher ${server}.`,
  tolerated: (version, server, behind) =>
    say`${version} is ${[behind]} Rancher ${server}, no more than ${"allowedLag"} allows.`,
  "as-deployed-by-server": (version) =>
    say`${version} is no older than what Rancher itself deploys, so it does not lag.`,
  lagging: (version, server, behind) => say`${version} is ${[behind]} Rancher ${server}.`,
  "unknown-image": (version, server) => say`${version} cannot be compared with Rancher ${server}.`,
  "unknown-server": (version) => say`There is no version of Rancher to compare ${version} with.`,
};

const server: Record<Server["from"], (version: string) => Sentence> = {
  live: (version) => say`Rancher is ${version} (looked up in its Setting ${"server-version"}).`,
  setting: (version) => say`Rancher is ${version} (by the policy's setting ${"serverVersion"}).`,
};

const fault: Record<Fault, (setting: string) => Sentence> = {
  "not-granted": (setting) =>
    say`Rancher's Setting ${setting} could not be had: ${"contextAwareResources"} does not grant the policy access to Settings.`,
  forbidden: (setting) => say`Rancher's Setting ${setting} could not be had: RBAC forbids policy-server to read it.`,
  "not-found": (setting) =>
    say`There is no Setting ${setting} under “Rancher”, and the setting ${"serverVersion"} is not set.`,
  "no-client": (setting) => say`Rancher's Setting ${setting} could not be had: the host has no connection to Kubernetes.`,
  unreadable: (setting) => say`Rancher's Setting ${setting} could not be had: it holds no text that can be read.`,
  failed: (setting) => say`Rancher's Setting ${setting} could not be had: the look-up failed.`,
};

const severity: Record<Finding["severity"], string> = {
  warn: "warns",
  repair: "repairs",
  reject: "rejects",
};

const standing: Record<Standing, string> = {
  current: "current",
  tolerated: "tolerated",
  "as-deployed-by-server": "as Rancher deploys",
  ahead: "ahead",
  build: "lagging: a build",
  patch: "lagging: patch versions",
  minor: "lagging: minor versions",
  major: "lagging: major versions",
  unknown: "unknown",
  none: "nothing to judge",
};

export const en = {
  name: "rancher-agent-version-policy",
  heading: "Playground",
  lead: "Paste a Rancher Cluster and see what the policy answers. It is evaluated in this page: nothing leaves your browser.",
  language: "Language",
  theme: { label: (theme: string) => `Theme: ${theme}`, system: "System", light: "Light", dark: "Dark" },
  example: { label: "Example", own: "Your own input", unavailable: "The example could not be loaded.", ...example },
  requester: {
    label: "Sent by",
    auto: "automatic",
    user: "a user",
    "service-account": "a service account",
    "audit-scanner": "the audit scanner",
    hint: "Automatic: a user for one Cluster, the audit scanner for several.",
  },
  open: "Open a file",
  drop: "or drop one on the editor",
  input: "Input",
  tabs: "Texts",
  tab,
  tabHint,
  editor: (name: string) => `${name}, text editor`,
  keys: "Keys: Alt+1 to Alt+4 choose a text, Ctrl+Enter goes to the verdict. In the editor, Tab indents; Escape and then Tab leaves it.",
  form: {
    legend: "The settings as a form",
    live: "live: looked up",
    isDefault: "default",
    unreadable: "The form comes back when the text can be read.",
    serverVersion: "The version to compare with; empty: Rancher's own, looked up",
    allowedLag: "Lag that is accepted with a warning",
    ratcheting: "Reject an UPDATE only for what it makes worse",
    deployedImage: "If the image deployed last lags (CREATE, audit)",
    unknownVersion: "If no verdict can be reached",
    repair: "Clear a pin that lags, in place of a rejection",
  },
  verdict: "Verdict",
  outcome,
  empty: "Nothing to judge yet",
  emptyHint: "Paste a Cluster on the left, open a file, or choose an example.",
  nothingOfOurs: (kinds: string) => `There is no Cluster of management.cattle.io/v3 in it, only: ${kinds}`,
  others: (kinds: string) => `Not looked at: ${kinds}`,
  invalidHint: "The answer comes as soon as the texts can be read.",
  failed: "The evaluation failed",
  tooLong: "The text takes too long: there was no answer in time. Change it to try again.",
  reload: "The evaluation failed twice in a row. Reload the page.",
  oldUnused: "The old object is not used: an audit has none, and an AdmissionReview holds its own.",
  subject: (operation: string, by: Requester) =>
    by === "audit-scanner" ? "audit of a stored Cluster" : `${operation || "request"} by ${requester[by]}`,
  message: "Message",
  warnings: "Warnings",
  patch: "Patch",
  patchHint: "What the policy changes in the object before it is stored:",
  errors: "What cannot be read",
  errorAt: (line: number, column: number) => `line ${line}:${column}`,
  explanation: "How it comes to this",
  annotations: "Audit annotations",
  noAnnotations: "none: there is no finding",
  lookups: (names: string[]) => (names.length === 0 ? "No look-up was made." : `Looked up: ${names.join(", ")}.`),
  timing: (milliseconds: string) => `evaluated in ${milliseconds} ms`,
  offline: "works offline",
  explain: {
    because,
    before,
    transition,
    direction,
    introduced,
    verdict,
    server,
    gap,
    fault,
    severity,
    finding: (reason: string, severity: string) => say`${reason} (${[severity]})`,
    found: (findings: Sentence) => say`What was found: ${findings}.`,
    and: ", ",
    noOld: say`There is no old object, so the ${"UPDATE"} is judged as a ${"CREATE"}.`,
    toFixed: say`The request writes ${"fixed"} there.`,
    otherMalformed: say`The request changes the field.`,
    malformed: (field: string) => say`${field} is no ${[content(field)]}.`,
    withoutAgentImage: (version: string) =>
      say`Without the Setting ${"agent-image"} nobody can tell whether Rancher itself deploys ${version}.`,
    tag: (tag: string, version: string) => say`Its tag ${tag} is read as version ${version}.`,
    noVersion: (tag: string) => say`Its tag ${tag} is no version that can be read.`,
    unreadableImage,
    emptyServer: say`Rancher's version could not be had: its Setting ${"server-version"} is empty.`,
    notComparable: (version: string) => say`Rancher is ${version}, which is no version that can be compared.`,
    agentImage: (image: string) => say`Rancher itself deploys ${image} (its Setting ${"agent-image"}).`,
    agentImageLags: (image: string, behind: string) =>
      say`Rancher itself deploys ${image} (its Setting ${"agent-image"}), which is ${[behind]} Rancher.`,
    willNotFollow: say`But the image is pinned: it will not follow the next upgrade.`,
    deployed: (image: string, more?: Sentence) =>
      more ? say`The image that Rancher applied last is ${image}. ${more}` : say`The image that Rancher applied last is ${image}.`,
    deployedNotJudged: {
      change: say`An ${"UPDATE"} that changes the desired image is not judged by it.`,
      "service-account": say`An ${"UPDATE"} by a service account is not judged by it.`,
      ignore: say`${"deployedImage"} is ${"ignore"}, so it is not judged.`,
    },
    administrated: say`Rancher provisioned this cluster and writes its image itself.`,
    none: say`The policy does not judge this request, so it is accepted. Deletions, restores by rancher-backup, sub-resources, other kinds and the cluster ${"local"} are not judged.`,
    otherOperation: say`The policy judges ${"CREATE"} and ${"UPDATE"} and no other operation, so this request is accepted.`,
    noCluster: say`This is no Cluster of Rancher: the rules of the policy match something else.`,
    local: say`This is the cluster ${"local"}: it has no agent to lag, so the policy accepts it without a look.`,
    unreadable: say`The request cannot be read, so there is nothing to explain.`,
    why: {
      newCluster: say`It is a new cluster`,
      kept: say`An ${"UPDATE"} is not rejected for an image that it leaves as it was`,
      updateUnknown: say`An ${"UPDATE"} is not rejected for what is not known of Rancher`,
      createUnknown: say`A ${"CREATE"} is not rejected for a deployed image that cannot be judged`,
      updateDeployed: say`An ${"UPDATE"} is not rejected for the deployed image`,
      deployedWarn: say`The deployed image lags, and ${"deployedImage"} is ${"warn"}`,
      deployedReject: say`The deployed image lags, and ${"deployedImage"} is ${"reject"}`,
      unknownWarn: say`${"unknownVersion"} is ${"warn"}`,
      unknownReject: say`${"unknownVersion"} is ${"reject"}`,
    },
    end: {
      accept: say`So it is accepted: there is nothing to say against it.`,
      follows: say`The cluster follows Rancher, so it is accepted.`,
      silent: say`A service account leaves the image as it was, so it is accepted without a look.`,
      createdByRancher: say`Rancher itself creates a cluster that it provisioned, so nothing is judged and it is accepted: should the image be old, Rancher pins its own again.`,
      repinByRancher: say`A service account changes an image that is Rancher's to write, so it is taken for Rancher's own and accepted.`,
      cured: say`The request gives the pin up, so it is accepted.`,
      fixed: say`The old image is given up for Rancher's own, so it is accepted.`,
      ownAgain: say`Rancher's own image is used now, so it is accepted.`,
      ownKept: say`Rancher's own image is used before and after, so it is accepted.`,
      kept: say`The request leaves it as it was, so it is accepted.`,
      keptMalformed: (_field: string) => say`That field is as malformed as it was, so it is accepted.`,
      outdated: say`The object's ${"resourceVersion"} is not that of the old object. With ${"repair: true"} such a request is accepted as it is: the API server will answer 409.`,
      notTold: say`Only users and audits are told of this, so it is accepted silently.`,
      warn: say`So it is accepted, with a warning.`,
      auditWarn: say`This is an audit of a cluster that exists: it passes, and the report says this.`,
      reject: say`So it is rejected.`,
      auditReject: say`This is an audit of a cluster that exists: the report says ${"fail"}.`,
      strictUnknownReject: say`With ${"ratcheting: false"} and ${"unknownVersion: reject"} it is rejected even if the request leaves it as it was.`,
      strictReject: say`With ${"ratcheting: false"} a write that lags is rejected even if it changes nothing or makes it better.`,
      notRepaired: say`A request that is rejected is not repaired.`,
      malformedReject: say`So it is rejected, with code 400.`,
      so: { warn: "so it is accepted, with a warning", reject: "so it is rejected" },
      join: ", ",
      stop: ".",
      repair: say`With ${"repair: true"} the pin is cleared, and the request is accepted: from now on the cluster follows Rancher.`,
      error: say`What is missing of Rancher keeps the policy from a verdict, and ${"unknownVersion"} is ${"reject"}: the answer is an error with code 500.`,
    },
  },
  clusters: {
    heading: "Downstream clusters",
    summary: (count: number, parts: string) => `${count} clusters: ${parts}`,
    verdict: (bad: number, count: number) =>
      bad === 0 ? `None of ${count} is rejected` : `${bad} of ${count} rejected`,
    subject: (by: Requester) => `if sent by ${requester[by]}`,
    chart: (parts: string) => `How the clusters stand: ${parts}`,
    filter: "Filter",
    filterHint: "name, image, result or reason",
    table: "All clusters",
    columns: { name: "Cluster", desired: "Desired image", deployed: "Deployed image", standing: "Standing", outcome: "Result" },
    follows: "follows",
    more: (count: number) => `Show ${count} more`,
    shown: (shown: number, found: number) => `${shown} of ${found} shown`,
    nothing: "No cluster fits the filter.",
  },
  standing,
  clusterOutcome,
  gap: shortGap,
  copy: {
    message: "Copy message",
    kwctl: "Copy kwctl command",
    policy: "Copy policy YAML",
    link: "Copy link",
    copied: "Copied",
    failed: "The browser does not let the page copy. Take the text from here:",
    impossible: "Nothing can be made of this",
    kwctlCopied: "Copied. The command holds the object with all that is in it, secrets too.",
  },
  share: {
    button: "Share",
    hint: "The link holds the settings, Rancher's Settings and the requester. It is after the #, which browsers do not send to a server.",
    objects: "Put the objects into the link too",
    warning: "Clusters can hold tokens and kubeconfigs. Who has the link can read them.",
    link: "Link",
    size: (characters: number) => `${characters} characters`,
    unreadable: "This link cannot be read.",
    tooLarge: "This is too large for a link.",
  },
};

export type Words = typeof en;
