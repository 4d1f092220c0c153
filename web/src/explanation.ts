import type { Desired, Explanation, Image, Result, Verdict } from "../bindings/web/policy.js";
import { say, type Sentence } from "./i18n/sentence.js";
import type { Words } from "./i18n/en.js";

/** What is known of the settings, if anything is. */
export type Settings = Record<string, unknown>;

/** How the policy comes to its answer, step by step. */
export function steps(result: Result, words: Words, settings: Settings = {}): Sentence[] {
  const { explain } = words;
  const { explanation } = result;
  if (!explanation) return unexplained(result, words);
  return [
    ...before(explanation, words),
    because(explain.because, explanation.desired),
    ...(explanation.administrated ? [explain.administrated] : []),
    ...reading(explanation.desired.image, words),
    ...server(explanation, words),
    ...verdict(explanation.desired.image, explanation, words),
    ...deployed(explanation, words),
    ...found(explanation, words),
    ending(result, explanation, words, settings),
  ];
}

function unexplained(result: Result, { explain }: Words): Sentence[] {
  if (result.response.code === 400) return [explain.unreadable, explain.end.malformedReject];
  if (result.outcome === "warn") return [explain.noCluster, explain.end.warn];
  if (result.name === "local") return [explain.local];
  return [result.operation === "" ? explain.otherOperation : explain.none];
}

function because(
  told: Record<Desired["because"], (field: string, image: string) => Sentence>,
  { because, field, image }: Desired,
): Sentence {
  return told[because](field ?? "", image?.image ?? "");
}

function before({ before, transition, desired }: Explanation, { explain }: Words): Sentence[] {
  if (!before) return [];
  const told = because(explain.before, before);
  if (desired.because === "fixed" && before.because !== "fixed") return [told, explain.toFixed];
  return [told, ...(transition ? [explain.transition[transition]] : [])];
}

function reading(image: Image | undefined, { explain }: Words): Sentence[] {
  if (!image) return [];
  if (image.tag === undefined) return [image.image.includes("@") ? explain.digestOnly : explain.noTag];
  return [image.version === undefined ? explain.noVersion(image.tag) : explain.tag(image.tag, image.version)];
}

function server({ desired, deployed, server, agentImage }: Explanation, { explain }: Words): Sentence[] {
  if (!desired.image && !deployed) return [];
  if (server.version === "") return [explain.emptyServer];
  if (server.version === undefined) return [explain.fault[server.fault ?? "failed"]("server-version")];
  const told = server.comparable ? explain.server[server.from](server.version) : explain.notComparable(server.version);
  const is = (verdict: Verdict) => [desired.image, deployed].some((image) => image?.verdict === verdict);
  if (server.comparable && server.agentImageFault && is("unknown-server")) {
    return [told, explain.fault[server.agentImageFault]("agent-image")];
  }
  if (server.from === "setting" || !agentImage) return [told];
  const { image, gap } = agentImage;
  if (gap) return [told, explain.agentImageLags(image, explain.gap[gap.by](gap.count))];
  return is("as-deployed-by-server") ? [told, explain.agentImage(image)] : [told];
}

function verdict(image: Image | undefined, { server }: Explanation, { explain }: Words): Sentence[] {
  if (!image?.verdict) return [];
  const { verdict, gap, version, tag } = image;
  // That there is no version to compare was said when it was read.
  if (version === undefined && verdict.startsWith("unknown")) return [];
  const name = version ?? tag ?? image.image;
  if (verdict === "unknown-server" && server.comparable) return [explain.withoutAgentImage(name)];
  const behind = gap ? explain.gap[gap.by](gap.count) : "";
  return [explain.verdict[verdict](name, server.version ?? "", behind)];
}

function deployed(explanation: Explanation, words: Words): Sentence[] {
  const { deployed, desired } = explanation;
  if (!deployed) return [];
  const told = words.explain.deployed(deployed.image);
  // What was just said of the same image is not said again.
  if (deployed.image === desired.image?.image) return [told];
  const judged = verdict(deployed, explanation, words)[0];
  return [judged ? say`${told} ${judged}` : told];
}

/** All that was found, if it is more than the end tells of. */
function found({ findings }: Explanation, { explain }: Words): Sentence[] {
  if (findings.length < 2) return [];
  const parts = findings.map(({ reason, severity }) => say`${reason} (${[explain.severity[severity]]})`);
  const all = parts.reduce((all, part) => say`${all}${[explain.end.join]}${part}`);
  return [say`${explain.found}${all}${[explain.end.stop]}`];
}

const UNKNOWN_IMAGE = ["no-tag", "digest-only", "not-a-version", "not-comparable"];

function ending(result: Result, explanation: Explanation, words: Words, settings: Settings): Sentence {
  const { end } = words.explain;
  switch (result.outcome) {
    case "error":
      return end.error;
    case "repair":
      return end.repair;
    case "reject":
      return rejected(result, explanation, words);
    case "warn":
      return warned(result, explanation, words);
    case "accept":
      return accepted(result, explanation, words, settings);
  }
}

/** Where the lag comes from, and what follows from it. */
function changed({ direction }: Explanation, { explain }: Words, so: string): Sentence | undefined {
  return direction && say`${explain.direction[direction]}${[explain.end.join]}${[so]}${[explain.end.stop]}`;
}

function rejected(result: Result, explanation: Explanation, words: Words): Sentence {
  const { end } = words.explain;
  const { before, direction, findings, transition } = explanation;
  const reasons = findings.filter(({ severity }) => severity === "reject").map(({ reason }) => reason);
  if (result.response.code === 400) return end.malformedReject;
  if (reasons.includes("desired-lagging")) {
    if (result.requester === "audit") return end.auditReject;
    if (!before) return result.operation === "UPDATE" ? end.noOldReject : end.createReject;
    const isNoWorse = transition === "unchanged" || direction === "sideways" || direction === "improved";
    return isNoWorse ? end.strictReject : (changed(explanation, words, end.so.reject) ?? end.reject);
  }
  if (reasons.includes("deployed-lagging")) return end.deployedReject;
  if (!reasons.some((reason) => UNKNOWN_IMAGE.includes(reason))) return end.reject;
  return transition === "unchanged" ? end.strictUnknownReject : end.unknownReject;
}

function warned(result: Result, explanation: Explanation, words: Words): Sentence {
  const { end } = words.explain;
  const { before, findings, server, transition } = explanation;
  const reasons = findings.map(({ reason }) => reason);
  if (result.requester === "audit") return end.auditWarn;
  if (reasons.includes("desired-lagging")) {
    const isChanged = transition === "repinned";
    return isChanged ? (changed(explanation, words, end.so.warn) ?? end.warn) : end.keptWarn;
  }
  if (reasons.some((reason) => UNKNOWN_IMAGE.includes(reason))) return end.unknownWarn;
  if (reasons.some((reason) => reason.startsWith("setting-") || reason.includes("server") || reason.startsWith("no-kube"))) {
    return before ? (server.version === undefined ? end.updateNoServer : end.updateUnknown) : end.unknownWarn;
  }
  if (reasons.includes("deployed-lagging")) return before ? end.updateDeployed : end.deployedWarn;
  if (reasons.some((reason) => reason.endsWith("-will-not-follow"))) return end.willNotFollow;
  return end.warn;
}

function accepted(result: Result, explanation: Explanation, words: Words, settings: Settings): Sentence {
  const { end } = words.explain;
  const { administrated, before, desired, deployed, findings, transition } = explanation;
  const isController = result.requester === "controller";
  if (findings.length > 0) return end.notTold;
  if (before && settings["repair"] === true && isStale(result)) return end.outdated;
  if (transition === "to-follows") return desired.because === "fixed" ? end.fixedByController : end.cured;
  const isJudged = settings["ratcheting"] === false || (settings["repair"] === true && !administrated);
  if (isController && transition === "unchanged" && result.lookups.length === 0 && !isJudged) return end.silent;
  if (isController && transition === "repinned" && (administrated || before?.because === "fixed")) {
    return end.repinByRancher;
  }
  const verdict = desired.image?.verdict;
  const isOpen = verdict === "lagging" || verdict === "unknown-image" || verdict === "unknown-server";
  // All else that an UPDATE brings to such an image is found.
  if (before && (verdict === "lagging" || (isOpen && transition === "repinned"))) return end.outdated;
  if (isOpen || desired.because === "malformed") return transition === "unchanged" ? end.kept : end.accept;
  if (deployed?.verdict === "lagging") {
    if (!before) return end.deployedIgnored;
    return transition === "unchanged" ? end.notTold : end.deployedNotJudged;
  }
  if (isController && (verdict === "tolerated" || verdict === "ahead")) return end.notTold;
  return end.accept;
}

interface Versioned {
  metadata?: { resourceVersion?: string };
}

/** True if the request is known to come from an older state of the object. */
function isStale({ request }: Result): boolean {
  if (request === undefined) return false;
  const { object, oldObject } = JSON.parse(request) as Partial<Record<"object" | "oldObject", Versioned | null>>;
  const version = object?.metadata?.resourceVersion;
  return typeof version === "string" && version !== "" && version !== (oldObject?.metadata?.resourceVersion ?? "");
}
