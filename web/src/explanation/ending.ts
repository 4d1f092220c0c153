import type { Finding, Row } from "../../bindings/web/policy.js";
import { say, type Sentence } from "../i18n/sentence.js";
import type { Words } from "../i18n/en.js";
import { type Case, isUnknownImage, knownVerdict } from "./judged.js";

type Reason = Sentence | undefined;

/** What is said for the row that answered. */
interface Says {
  /** The end, if nothing was found. */
  accepted: (asked: Case, words: Words) => Sentence;
  /** Why a lagging desired image is warned about, or rejected. */
  lagging: (asked: Case, words: Words) => Reason;
  /** True if only `ratcheting: false` rejects here. */
  isSpared?: true;
}

const created: Says = {
  accepted: nothingFound,
  lagging: ({ result }, { explain }) => {
    const isNew = result.operation === "CREATE" && result.requester !== "audit-scanner";
    return isNew ? explain.why.newCluster : undefined;
  },
};
const unchanged: Says = {
  accepted: keeping,
  lagging: (_, { explain }) => explain.why.kept,
  isSpared: true,
};
const changed: Says = { accepted: nothingFound, lagging: change };

/** Every row of the decision table: the compiler asks for a new one here. */
const SAYS: Record<Row, Says> = {
  "desired-lags": created,
  "deployed-lags": created,
  "desired-unknown": created,
  "desired-tolerated-or-ahead": created,
  "agent-image-setting-differs": created,
  "deployed-ahead-or-unknown": created,
  "created-by-rancher": { ...created, accepted: (_, { explain }) => explain.end.createdByRancher },
  "current-or-follows": created,
  "unchanged-by-service-account": unchanged,
  "unchanged-by-user": unchanged,
  "changed-to-follows": { ...changed, accepted: following },
  "repinned-by-rancher": { ...changed, accepted: (_, { explain }) => explain.end.repinByRancher },
  "changed-to-acceptable": changed,
  "changed-no-worse": { ...changed, isSpared: true },
  "changed-to-lagging": changed,
  "changed-to-unknown": changed,
  "server-unknown": created,
  "malformed-field": created,
  "malformed-as-before": { ...changed, accepted: malformedAsBefore },
  stale: { ...changed, accepted: (_, { explain }) => explain.end.outdated },
};

const isUnknownServer = (reason: string) => /^(setting|server|no-kubernetes)-/.test(reason);

/** The answer, and why. */
export function ending(asked: Case, words: Words): Sentence[] {
  const { end } = words.explain;
  switch (asked.result.outcome) {
    case "error":
      return [end.error];
    case "repair":
      return [end.repair];
    case "reject":
      return rejected(asked, words);
    case "warn":
      return warned(asked, words);
    case "accept":
      return accepted(asked, words);
  }
}

/** The reasons of the findings, each once. */
function reasonsOf(findings: Finding[], severity: Finding["severity"]): string[] {
  return [...new Set(findings.filter((finding) => finding.severity === severity).map(({ reason }) => reason))];
}

/** Each reason as its own sentence. */
function stated(reasons: Reason[], { explain }: Words): Sentence[] {
  return reasons.filter((reason) => reason !== undefined).map((reason) => say`${reason}${[explain.end.stop]}`);
}

/** The conclusion: in the sentence of the only reason, or after all of them. */
function conclude(reasons: Reason[], so: string, alone: Sentence, words: Words): Sentence[] {
  const { join, stop } = words.explain.end;
  const [reason, ...others] = reasons;
  if (reason && others.length === 0) return [say`${reason}${[join]}${[so]}${[stop]}`];
  return [...stated(reasons, words), alone];
}

/** How the image compares with the previous one. */
function change({ explanation }: Case, { explain }: Words): Reason {
  const { before, direction } = explanation;
  if (!before || !direction) return undefined;
  if (direction !== "introduced") return explain.direction[direction];
  return before.because === "malformed" ? explain.direction.unclear : explain.introduced[before.because];
}

function rejected(asked: Case, words: Words): Sentence[] {
  const { end } = words.explain;
  const { result, explanation } = asked;
  const { findings, row } = explanation;
  const found = reasonsOf(findings, "reject");
  if (SAYS[row].isSpared && found.includes("desired-lagging")) return [end.strictReject];
  if (SAYS[row].isSpared && found.some(isUnknownImage)) return [end.strictUnknownReject];
  const reasons = found.map((reason) => whyRejected(reason, asked, words));
  const told = findings.some(({ severity }) => severity === "repair") ? [end.notRepaired] : [];
  if (result.response.code === 400) return [...told, ...stated(reasons, words), end.malformedReject];
  if (result.requester === "audit-scanner") return [...told, ...stated(reasons, words), end.auditReject];
  return [...told, ...conclude(reasons, end.so.reject, end.reject, words)];
}

function whyRejected(reason: string, asked: Case, words: Words): Reason {
  const { why } = words.explain;
  if (isUnknownImage(reason)) return why.unknownReject;
  if (reason === "deployed-lagging") return why.deployedReject;
  return reason === "desired-lagging" ? SAYS[asked.explanation.row].lagging(asked, words) : undefined;
}

/** Why the findings do not reject. */
function passing(asked: Case, words: Words): Reason[] {
  const found = reasonsOf(asked.explanation.findings, "warn");
  return found.map((reason) => whyPassed(reason, asked, words)).filter((reason) => reason !== undefined);
}

function whyPassed(reason: string, asked: Case, words: Words): Reason {
  const { why } = words.explain;
  const { result, explanation } = asked;
  const { before, desired, row } = explanation;
  if (reason === "desired-lagging") return SAYS[row].lagging(asked, words);
  if (reason === "deployed-lagging") return before ? why.updateDeployed : why.deployedWarn;
  if (reason === "deployed-ahead" || reason === "deployed-unknown") return why.deployedPasses;
  if (isUnknownImage(reason)) return why.unknownWarn;
  if (!isUnknownServer(reason)) return undefined;
  if (before) return why.updateUnknown;
  const isForDeployed = result.requester !== "audit-scanner" && desired.image?.verdict !== "unknown-server";
  return isForDeployed ? why.createUnknown : why.unknownWarn;
}

function warned(asked: Case, words: Words): Sentence[] {
  const { end } = words.explain;
  const reasons = passing(asked, words);
  if (asked.result.requester === "audit-scanner") return [...stated(reasons, words), end.auditWarn];
  return conclude(reasons, end.so.warn, end.warn, words);
}

function accepted(asked: Case, words: Words): Sentence[] {
  const { findings, row } = asked.explanation;
  if (findings.length > 0) return [...stated(passing(asked, words), words), words.explain.end.notTold];
  return [SAYS[row].accepted(asked, words)];
}

/** The request hands the image back to Rancher. */
function following({ explanation }: Case, { explain: { end } }: Words): Sentence {
  if (explanation.before?.because !== "pinned") return end.ownAgain;
  return explanation.desired.because === "fixed" ? end.fixed : end.cured;
}

function malformedAsBefore({ explanation }: Case, { explain }: Words): Sentence {
  return explain.end.keptMalformed(explanation.desired.field ?? "");
}

/** The desired image is unchanged. */
function keeping(asked: Case, words: Words): Sentence {
  const { end } = words.explain;
  const { desired, row, transition, unseen } = asked.explanation;
  if (transition === "own-kept") return end.ownKept;
  if (unseen) return end.silent;
  if (desired.because === "malformed") return malformedAsBefore(asked, words);
  const isKept = row === "unchanged-by-service-account" || desired.image?.verdict !== "current";
  return desired.image && isKept ? end.kept : nothingFound(asked, words);
}

function nothingFound({ result, explanation }: Case, { explain: { end } }: Words): Sentence {
  const { deployed, desired, willNotFollow } = explanation;
  if (willNotFollow) return end.notTold;
  const verdict = deployed?.notJudged ? undefined : knownVerdict(deployed);
  const isCompared = result.requester !== "service-account" && verdict !== undefined && !verdict.startsWith("unknown");
  // If nothing was compared, or less than for a user, no more can be said.
  if (desired.image || isCompared) return end.accept;
  return desired.because === "fixed" ? end.ownAgain : end.follows;
}
