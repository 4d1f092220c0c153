import type {
  Compared,
  Explanation,
  Fault,
  Finding,
  Gap,
  Image,
  Outcome,
  OutOfScope,
  Replacement,
  Requester,
  Server,
  Verdict,
} from "../../bindings/web/policy.js";
import type { ClusterVerdict } from "../clusters/verdict.js";
import type { ExampleId } from "../examples.js";
import type { Place } from "../policy/question.js";
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
  invalid: "Cannot be read",
};

const clusterOutcome: Record<Outcome, string> = {
  accept: "accepted",
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
  object: "A Cluster, a List of them, watch events, or an AdmissionReview, in YAML or JSON. Rancher's Settings may stand beside them.",
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
  "accepts-audit-while-agent-image-is-ahead": "Rancher deploys an agent that is ahead of itself",
  "accepts-audit-of-dummy-as-deployed-image": "A repair script left dummy as the deployed image",
  "accepts-lagging-local-on-update": "The cluster local",
  "warns-of-less-lag-by-user": "Forward, but not far enough",
  "rejects-more-lag-by-user": "Backwards",
  "repairs-unchanged-lagging-pin-by-user": "Repair: the pin is cleared",
  "accepts-following-create-by-user-live": "A cluster that follows",
  clusters: "12 downstream clusters",
};

/** What a malformed field should be. */
const content = (field: string) => (field === "spec" ? "an object" : "a string");

const because: Record<Explanation["desired"]["because"], (field: string, image: string) => Sentence> = {
  follows: () => say`No image is pinned: the cluster follows Rancher and gets the agent image of the server.`,
  fixed: (field) => say`${field} is ${"fixed"}: Rancher writes its image of today there.`,
  pinned: (field, image) => say`${field} is set, so Rancher deploys exactly this image: ${image}.`,
  malformed: (field) => say`${field} is not ${[content(field)]}, so it does not name an image.`,
};

const before: Record<Explanation["desired"]["because"], (field: string, image: string) => Sentence> = {
  follows: () => say`Before this request, the cluster followed Rancher.`,
  fixed: (field) => say`Before this request, ${field} was ${"fixed"}.`,
  pinned: (field, image) => say`Before this request, ${field} was ${image}.`,
  malformed: (field) => say`Before this request, ${field} was not ${[content(field)]}.`,
};

const transition: Record<Exclude<Explanation["transition"], "own-kept" | undefined>, Sentence> = {
  unchanged: say`The request leaves the image unchanged.`,
  "to-follows": say`The request hands the image back to Rancher.`,
  repinned: say`The request changes the image.`,
  "to-malformed": say`The request changes what decides the image.`,
};

const direction: Record<Exclude<Explanation["direction"], "introduced" | undefined>, Sentence> = {
  worsened: say`The image lags more than the previous one`,
  sideways: say`The previous image lagged too, and nothing shows that this one lags more`,
  improved: say`The previous image lagged more`,
  unclear: say`Nothing shows that the previous image lagged`,
};

const introduced: Record<Exclude<Explanation["desired"]["because"], "malformed">, Sentence> = {
  follows: say`The cluster followed Rancher before`,
  fixed: say`The cluster used Rancher's own image before`,
  pinned: say`The previous image did not lag`,
};

const unreadableImage: Record<NonNullable<Image["unreadable"]>, Sentence> = {
  "no-tag": say`It has no tag, so there is no version to read.`,
  "digest-only": say`It has a digest and no tag, so there is no version to read.`,
  "not-a-version": say`It is not a valid image reference.`,
};

const verdict: Record<Verdict, (version: string, server: string, behind: string) => Sentence> = {
  current: (version, server) => say`${version} is the version of Rancher ${server}: it is current.`,
  ahead: (version, server) => say`${version} is later than Rancher ${server}.`,
  tolerated: (version, server, behind) => say`${version} is ${[behind]} Rancher ${server}, which ${"allowedLag"} allows.`,
  "as-deployed-by-server": (version) =>
    say`${version} is not older than the image that Rancher itself deploys, so it does not lag.`,
  lagging: (version, server, behind) => say`${version} is ${[behind]} Rancher ${server}.`,
  "unknown-image": (version, server) => say`${version} cannot be compared with Rancher ${server}.`,
  "unknown-server": (version) => say`No version of Rancher is known to compare ${version} with.`,
};

const server: Record<Server["from"], (version: string) => Sentence> = {
  live: (version) => say`Rancher's version is ${version}, from its Setting ${"server-version"}.`,
  setting: (version) => say`Rancher's version is ${version}, from the policy's setting ${"serverVersion"}.`,
};

const fault: Record<Fault, (setting: string) => Sentence> = {
  "not-granted": (setting) =>
    say`The policy cannot read Rancher's Setting ${setting}: ${"contextAwareResources"} does not grant it access to Settings.`,
  forbidden: (setting) => say`The policy cannot read Rancher's Setting ${setting}: RBAC forbids it to policy-server.`,
  "not-found": (setting) => say`There is no Setting ${setting} in the input, and the setting ${"serverVersion"} is not set.`,
  "no-client": (setting) =>
    say`The policy cannot read Rancher's Setting ${setting}: the host has no connection to Kubernetes.`,
  unreadable: (setting) => say`The policy cannot read Rancher's Setting ${setting}: its value is not a string.`,
  failed: (setting) => say`The policy cannot read Rancher's Setting ${setting}: the lookup failed.`,
};

const severity: Record<Finding["severity"], string> = {
  warn: "warns",
  repair: "repairs",
  reject: "rejects",
};

const outOfScope: Record<Exclude<OutOfScope, "not-a-cluster">, Sentence> = {
  local: say`This is Rancher's own cluster, ${"local"}. It has no agent that could lag, so the policy accepts the request.`,
  "being-deleted": say`The cluster is being deleted, so the policy accepts the request.`,
  restore: say`rancher-backup restores the cluster, so the policy accepts the request.`,
  "sub-resource": say`The policy does not judge requests for a subresource, so it accepts this one.`,
  "other-operation": say`The policy judges ${"CREATE"} and ${"UPDATE"} only, so it accepts this request.`,
};

const replacement: Record<Exclude<Replacement["step"], "forward">, (image: string) => Sentence> = {
  back: (image) =>
    say`Without the pin, Rancher would deploy ${image}, which is older. Its Setting ${"agent-image"} has to be corrected before the pin is cleared.`,
  "past-the-server": (image) =>
    say`Without the pin, Rancher would deploy ${image}, which is later than Rancher itself. Its Setting ${"agent-image"} has to be corrected before the pin is cleared.`,
};

const compared: Record<Compared["from"], (version: string) => string> = {
  settings: (version) => `Compared with Rancher ${version}, from the policy's setting serverVersion`,
  objects: (version) => `Compared with Rancher ${version}, from the Settings beside the objects`,
  rancher: (version) => `Compared with Rancher ${version}, from the tab “Rancher”`,
  lookups: (version) => `Compared with Rancher ${version}`,
};

/** The words of `rancher-agents`. */
const clusterVerdict: Record<ClusterVerdict, string> = {
  lagging: "lagging",
  unknown: "unknown",
  rejected: "rejected",
  tolerated: "tolerated",
  ahead: "ahead",
  "as-deployed-by-server": "as-deployed-by-server",
  current: "current",
  pending: "pending",
  "out-of-scope": "out-of-scope",
  "not-judged": "not-judged",
};

export const en = {
  name: "rancher-agent-version-policy",
  heading: "Playground",
  lead: "Paste a Rancher Cluster and see what the policy answers. The policy runs in this page: nothing leaves your browser.",
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
  tabFilled: "not empty",
  tabWrong: "has an error",
  editor: (name: string) => `${name}, text editor`,
  keys: "Ctrl+Enter goes to the verdict. In the editor, Tab indents; press Escape, then Tab to leave it.",
  form: {
    legend: "Settings as a form",
    live: "live: looked up",
    isDefault: "default",
    unreadable: "The form is available again as soon as the text can be read.",
    serverVersion: "The version to compare with. Empty: Rancher's own is looked up",
    allowedLag: "How far an image may lag and still be accepted, with a warning",
    ratcheting: "Reject an UPDATE only if it makes things worse",
    deployedImage: "What to do if the deployed image lags (CREATE, audit)",
    unknownVersion: "What to do if no verdict is possible",
    repair: "Clear a lagging pin instead of rejecting the request",
  },
  verdict: "Verdict",
  outcome,
  empty: "Nothing to judge yet",
  emptyHint: "Paste a Cluster on the left, open a file, or choose an example.",
  nothingOfOurs: (kinds: string) => `The input has no Cluster of management.cattle.io/v3, only: ${kinds}`,
  others: (kinds: string) => `Ignored: ${kinds}`,
  invalidHint: "The verdict appears as soon as the texts can be read.",
  failed: "The evaluation failed",
  tooLong: "The evaluation took too long and was stopped. Change the text to try again.",
  reload: "The evaluation failed twice in a row. Reload the page.",
  oldUnused: "The old object is not used: an audit has none, and an AdmissionReview brings its own.",
  subject: (operation: string, by: Requester) =>
    by === "audit-scanner" ? "audit of a stored Cluster" : `${operation || "request"} by ${requester[by]}`,
  compared,
  otherVersion: (version: string) => `; the Settings beside the objects say ${version}`,
  notCompared: "Rancher's version is not known",
  message: "Message",
  warnings: "Warnings",
  patch: "Patch",
  patchHint: "What the policy changes before the object is stored:",
  errors: "Errors",
  errorAt: (line: number, column: number) => `line ${line}:${column}`,
  errorIn: (field: string) => `field ${field}`,
  explanation: "Explanation",
  annotations: "Audit annotations",
  noAnnotations: "None.",
  lookups: (names: string[]) => (names.length === 0 ? "No lookups." : `Lookups: ${names.join(", ")}.`),
  timing: (milliseconds: string) => `evaluated in ${milliseconds} ms`,
  offline: "works offline",
  update: "A new version of this page is available.",
  updateButton: "Reload and keep the texts",
  updateTooLarge: "The texts are too large to be kept. Save them, then reload the page.",
  version: (version: string) => `Version ${version}`,
  source: "Source",
  licenses: "Licenses",
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
    outOfScope,
    replacement,
    finding: (reason: string, severity: string) => say`${reason} (${[severity]})`,
    found: (findings: Sentence) => say`Findings: ${findings}.`,
    and: ", ",
    noOld: say`There is no old object, so the ${"UPDATE"} is judged as a ${"CREATE"}.`,
    toFixed: say`The request writes ${"fixed"} there.`,
    otherMalformed: say`The request changes the field.`,
    malformed: (field: string) => say`${field} is not ${[content(field)]}.`,
    withoutAgentImage: (version: string) =>
      say`Without the Setting ${"agent-image"}, it is not known whether Rancher itself deploys ${version}.`,
    tag: (tag: string, version: string) => say`Its tag ${tag} is read as version ${version}.`,
    noVersion: (tag: string) => say`Its tag ${tag} is not a version.`,
    unreadableImage,
    emptyServer: say`Rancher's version is not known: its Setting ${"server-version"} is empty.`,
    notComparable: (version: string) => say`Rancher's version is given as ${version}, which cannot be compared.`,
    agentImage: (image: string) => say`Rancher itself deploys ${image} (its Setting ${"agent-image"}).`,
    agentImageLags: (image: string, behind: string) =>
      say`Rancher itself deploys ${image} (its Setting ${"agent-image"}), which is ${[behind]} Rancher.`,
    agentImageAhead: (image: string) =>
      say`Rancher itself deploys ${image} (its Setting ${"agent-image"}), which is later than Rancher.`,
    willNotFollow: say`But the image is pinned: it will not follow the next upgrade.`,
    deployed: {
      unknown: (image: string) => say`The deployed image is ${image}.`,
      expected: (image: string) => say`The deployed image is ${image}, as expected.`,
      unexpected: (image: string) => say`The deployed image is ${image}, which is not the expected one.`,
    },
    more: (sentence: Sentence, more: Sentence) => say`${sentence} ${more}`,
    deployedNotJudged: {
      change: say`An ${"UPDATE"} that changes the desired image does not depend on it.`,
      "service-account": say`An ${"UPDATE"} by a service account does not depend on it.`,
      ignore: say`${"deployedImage"} is ${"ignore"}, so it does not count.`,
    },
    administrated: say`Rancher provisioned this cluster and writes its image itself.`,
    notACluster: say`This is not a Cluster of Rancher: the rules of the policy match something else.`,
    unreadable: say`The request cannot be read, so there is nothing to explain.`,
    why: {
      newCluster: say`The cluster is new`,
      kept: say`An ${"UPDATE"} is not rejected for an image that it leaves unchanged`,
      updateUnknown: say`An ${"UPDATE"} is not rejected for what is not known about Rancher`,
      createUnknown: say`A ${"CREATE"} is not rejected for a deployed image that cannot be judged`,
      updateDeployed: say`An ${"UPDATE"} is not rejected for the deployed image`,
      deployedWarn: say`The deployed image lags, and ${"deployedImage"} is ${"warn"}`,
      deployedReject: say`The deployed image lags, and ${"deployedImage"} is ${"reject"}`,
      deployedPasses: say`A deployed image that is ahead or unknown is never a reason to reject`,
      unknownWarn: say`${"unknownVersion"} is ${"warn"}`,
      unknownReject: say`${"unknownVersion"} is ${"reject"}`,
    },
    end: {
      accept: say`There is no objection, so it is accepted.`,
      follows: say`The cluster follows Rancher, so it is accepted.`,
      silent: say`A service account leaves the image unchanged, so the request is accepted without a lookup.`,
      createdByRancher: say`Rancher itself creates a cluster that it provisioned, so the request is accepted without a lookup. If the image is old, Rancher replaces it with its own.`,
      repinByRancher: say`A service account changes an image that Rancher manages. The change counts as Rancher's own, so it is accepted.`,
      cured: say`The request removes the pin, so it is accepted.`,
      fixed: say`The request replaces the pinned image with Rancher's own, so it is accepted.`,
      ownAgain: say`The cluster now uses Rancher's own image, so the request is accepted.`,
      ownKept: say`The cluster uses Rancher's own image before and after the request, so it is accepted.`,
      kept: say`The request leaves it unchanged, so it is accepted.`,
      keptMalformed: (_field: string) => say`That field was malformed before and is unchanged, so the request is accepted.`,
      outdated: say`The ${"resourceVersion"} of the object is not that of the old object. With ${"repair: true"}, such a request is accepted without a repair: the API server answers it with 409.`,
      notTold: say`Only users and audits are told of this, so the request is accepted silently.`,
      warn: say`So it is accepted, with a warning.`,
      auditWarn: say`This is an audit of an existing cluster: it passes, and the report contains the message.`,
      reject: say`So it is rejected.`,
      auditReject: say`This is an audit of an existing cluster: the report says ${"fail"}.`,
      strictUnknownReject: say`With ${"ratcheting: false"} and ${"unknownVersion: reject"}, it is rejected even if the request leaves it unchanged.`,
      strictReject: say`With ${"ratcheting: false"}, a request is rejected as long as the image lags, even if it changes nothing or improves it.`,
      notRepaired: say`A rejected request is not repaired.`,
      malformedReject: say`So it is rejected, with code 400.`,
      so: { warn: "so it is accepted, with a warning", reject: "so it is rejected" },
      join: ", ",
      stop: ".",
      repair: say`With ${"repair: true"}, the pin is cleared and the request is accepted: from now on, the cluster follows Rancher.`,
      error: say`The policy cannot reach a verdict without what is not known about Rancher, and ${"unknownVersion"} is ${"reject"}: the answer is an error with code 500.`,
    },
  },
  clusters: {
    heading: "Downstream clusters",
    summary: (count: number, parts: string) => `${count} clusters: ${parts}`,
    verdict: (bad: number, count: number) =>
      bad === 0 ? `None of ${count} is rejected` : `${bad} of ${count} rejected`,
    subject: (by: Requester) => (by === "audit-scanner" ? "in an audit" : `if sent by ${requester[by]}`),
    chart: (parts: string) => `Clusters by verdict: ${parts}`,
    filter: "Filter",
    filterHint: "name, image, verdict, result or reason",
    table: "All clusters",
    columns: { name: "Cluster", desired: "Desired image", deployed: "Deployed image", verdict: "Verdict", outcome: "Result" },
    follows: "follows",
    more: (count: number) => `Show ${count} more`,
    shown: (shown: number, found: number) => `${shown} of ${found} shown`,
    nothing: "No cluster matches the filter.",
    markdown: "Copy as Markdown",
    csv: "Save as CSV",
  },
  clusterVerdict,
  clusterOutcome,
  gap: shortGap,
  copy: {
    message: "Copy message",
    kwctl: "Copy kwctl command",
    policy: "Copy policy YAML",
    link: "Copy link",
    copied: "Copied",
    failed: "The browser does not let the page copy. Copy the text from here:",
    impossible: "This cannot be copied.",
    kwctlCopied: "Copied. The command contains the whole object, secrets too.",
    nothing: "There is nothing to judge yet.",
    noMessage: "The policy has no message and no warning.",
    chooseCluster: "Open a cluster in the list first.",
    oneOnly: "The command is for a single Cluster or request.",
    badSettings: "The settings cannot be read.",
  },
  share: {
    button: "Share",
    hint: "The link contains the settings, Rancher's Settings and the requester. They follow the #, which browsers do not send to a server.",
    objects: "Include the objects in the link",
    warning: "Clusters can hold tokens and kubeconfigs. Everybody who has the link can read them.",
    link: "Link",
    size: (characters: number) => `${characters} characters`,
    unreadable: "This link cannot be read.",
    tooLarge: "This is too large for a link.",
    making: "The link is not ready yet.",
  },
};

export type Words = typeof en;
