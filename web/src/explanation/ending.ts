import type { Finding } from "../../bindings/web/policy.js";
import { say, type Sentence } from "../i18n/sentence.js";
import type { Words } from "../i18n/en.js";
import {
  type Case,
  isOwnImageKept,
  knownVerdict,
  whyDeployedNotJudged,
  willNotFollow,
} from "./judged.js";

type Reason = Sentence | undefined;

const isUnknownImage = (reason: string) => ["no-tag", "digest-only", "not-a-version", "not-comparable"].includes(reason);

const isUnknownServer = (reason: string) => /^(setting|server|no-kubernetes)-/.test(reason);

/** What the answer is, and why. */
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

/** The reasons of findings, each once. */
function reasonsOf(findings: Finding[], severity: Finding["severity"]): string[] {
  return [...new Set(findings.filter((finding) => finding.severity === severity).map(({ reason }) => reason))];
}

/** Reasons as sentences of their own. */
function stated(reasons: Reason[], { explain }: Words): Sentence[] {
  return reasons.filter((reason) => reason !== undefined).map((reason) => say`${reason}${[explain.end.stop]}`);
}

/** What follows from reasons: in the sentence of the only one, or after all of them. */
function conclude(reasons: Reason[], so: string, alone: Sentence, words: Words): Sentence[] {
  const { join, stop } = words.explain.end;
  const [reason, ...others] = reasons;
  if (reason && others.length === 0) return [say`${reason}${[join]}${[so]}${[stop]}`];
  return [...stated(reasons, words), alone];
}

/** How the image stands to the one before. */
function change(asked: Case, { explain }: Words): Reason {
  const { before, direction } = asked.explanation;
  if (!before || !direction) return undefined;
  if (direction !== "introduced") return explain.direction[direction];
  if (before.because !== "pinned") return explain.introduced[before.because];
  return knownVerdict(before.image, asked)?.startsWith("unknown") ?? true
    ? explain.introduced.malformed
    : explain.introduced.pinned;
}

function rejected(asked: Case, words: Words): Sentence[] {
  const { end } = words.explain;
  const { result, explanation } = asked;
  const { before, direction, findings, transition } = explanation;
  const found = reasonsOf(findings, "reject");
  const isNoWorse = transition === "unchanged" || direction === "sideways" || direction === "improved";
  if (before && found.includes("desired-lagging") && isNoWorse) return [end.strictReject];
  if (transition === "unchanged" && found.some(isUnknownImage)) return [end.strictUnknownReject];
  const reasons = found.map((reason) => whyRejected(reason, asked, words));
  const isSpared = findings.some(({ severity }) => severity === "repair");
  const told = isSpared ? [end.notRepaired] : [];
  if (result.response.code === 400) return [...told, ...stated(reasons, words), end.malformedReject];
  if (result.requester === "audit-scanner") return [...told, ...stated(reasons, words), end.auditReject];
  return [...told, ...conclude(reasons, end.so.reject, end.reject, words)];
}

function whyRejected(reason: string, asked: Case, words: Words): Reason {
  const { why } = words.explain;
  const { result, explanation } = asked;
  if (isUnknownImage(reason)) return why.unknownReject;
  if (reason === "deployed-lagging") return why.deployedReject;
  if (reason !== "desired-lagging" || result.requester === "audit-scanner") return undefined;
  if (explanation.before) return change(asked, words);
  return result.operation === "CREATE" ? why.newCluster : undefined;
}

/** Why what was found does not reject. */
function passing(asked: Case, words: Words): Reason[] {
  const found = reasonsOf(asked.explanation.findings, "warn");
  return found.map((reason) => whyPassed(reason, asked, words)).filter((reason) => reason !== undefined);
}

function whyPassed(reason: string, asked: Case, words: Words): Reason {
  const { why } = words.explain;
  const { result, explanation } = asked;
  const { before, desired, transition } = explanation;
  if (reason === "desired-lagging") return transition === "unchanged" ? why.kept : change(asked, words);
  if (reason === "deployed-lagging") return before ? why.updateDeployed : why.deployedWarn;
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
  const { end } = words.explain;
  const { before, desired, findings, row } = asked.explanation;
  if (row === "stale") return [end.outdated];
  if (findings.length > 0) return [...stated(passing(asked, words), words), end.notTold];
  switch (row) {
    case "created-by-rancher":
      return [end.createdByRancher];
    case "repinned-by-rancher":
      return [end.repinByRancher];
    case "malformed-as-before":
      return [end.keptMalformed(desired.field ?? "")];
    case "changed-to-follows":
      if (before?.because !== "pinned") return [end.ownAgain];
      return [desired.because === "fixed" ? end.fixed : end.cured];
    case "unchanged-by-service-account":
    case "unchanged-by-user":
      return [unchanged(asked, words)];
    case "desired-lags":
    case "deployed-lags":
    case "desired-unknown":
    case "desired-tolerated-or-ahead":
    case "agent-image-setting-lags":
    case "current-or-follows":
    case "changed-to-acceptable":
    case "changed-no-worse":
    case "changed-to-lagging":
    case "changed-to-unknown":
    case "server-unknown":
    case "malformed-field":
      return [willNotFollow(asked) ? end.notTold : nothingFound(asked, words)];
  }
}

/** The desired image is what it was, and nothing was found. */
function unchanged(asked: Case, words: Words): Sentence {
  const { end } = words.explain;
  const { result, explanation, settings } = asked;
  const { administrated, desired } = explanation;
  const isServiceAccount = explanation.row === "unchanged-by-service-account";
  const isJudged = settings["ratcheting"] === false || (settings["repair"] === true && !administrated);
  if (isOwnImageKept(explanation)) return end.ownKept;
  if (isServiceAccount && result.lookups.length === 0 && !isJudged) return end.silent;
  if (desired.because === "malformed") return end.keptMalformed(desired.field ?? "");
  if (willNotFollow(asked)) return end.notTold;
  const isKept = desired.image && (isServiceAccount || desired.image.verdict !== "current");
  return isKept ? end.kept : nothingFound(asked, words);
}

function nothingFound(asked: Case, words: Words): Sentence {
  const { end } = words.explain;
  const { result, explanation } = asked;
  const { deployed, desired } = explanation;
  const verdict = whyDeployedNotJudged(asked) ? undefined : knownVerdict(deployed, asked);
  const isCompared = result.requester !== "service-account" && verdict !== undefined && !verdict.startsWith("unknown");
  // Where nothing was compared, or not all that would be for a user, no more can be said.
  if (desired.image || isCompared) return end.accept;
  return desired.because === "fixed" ? end.ownAgain : end.follows;
}
