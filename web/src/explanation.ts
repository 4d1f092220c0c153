import type { Desired, Explanation, Image, Result } from "../bindings/web/policy.js";
import { say, type Sentence } from "./i18n/sentence.js";
import type { Words } from "./i18n/en.js";

/** How the policy comes to its answer, step by step. */
export function steps(result: Result, words: Words): Sentence[] {
  const { explain } = words;
  const { explanation } = result;
  if (!explanation) {
    if (result.response.code === 400) return [explain.unreadable, explain.end.malformedReject];
    if (result.outcome === "warn") return [explain.noCluster, explain.end.warn];
    return [result.name === "local" ? explain.local : explain.none];
  }
  return [
    ...before(explanation, words),
    because(explain.because, explanation.desired),
    ...(explanation.administrated ? [explain.administrated] : []),
    ...reading(explanation.desired.image, words),
    ...server(explanation, words),
    ...verdict(explanation.desired.image, explanation, words),
    ...deployed(explanation, words),
    ending(result, explanation, words),
  ];
}

function because(
  told: Record<Desired["because"], (field: string, image: string) => Sentence>,
  { because, field, image }: Desired,
): Sentence {
  return told[because](field ?? "", image?.image ?? "");
}

function before({ before, transition }: Explanation, { explain }: Words): Sentence[] {
  if (!before) return [];
  return [because(explain.before, before), ...(transition ? [explain.transition[transition]] : [])];
}

function reading(image: Image | undefined, { explain }: Words): Sentence[] {
  if (!image) return [];
  if (image.tag === undefined) return [image.image.includes("@") ? explain.digestOnly : explain.noTag];
  return [image.version === undefined ? explain.noVersion(image.tag) : explain.tag(image.tag, image.version)];
}

function server({ desired, deployed, server, agentImage }: Explanation, { explain }: Words): Sentence[] {
  if (!desired.image && !deployed) return [];
  if (server.version === "") return [explain.emptyServer];
  if (server.version === undefined) return [explain.noServer];
  const told = server.comparable ? explain.server[server.from](server.version) : explain.notComparable(server.version);
  if (server.from === "setting" || !agentImage) return [told];
  const { image, gap } = agentImage;
  if (gap) return [told, explain.agentImageLags(image, explain.gap[gap.by](gap.count))];
  const matters = [desired.image, deployed].some((image) => image?.verdict === "as-deployed-by-server");
  return matters ? [told, explain.agentImage(image)] : [told];
}

function verdict(image: Image | undefined, { server }: Explanation, { explain }: Words): Sentence[] {
  if (!image?.verdict) return [];
  const { verdict, gap, version, tag } = image;
  // That there is no version to compare was said when it was read.
  if (version === undefined && verdict.startsWith("unknown")) return [];
  const behind = gap ? explain.gap[gap.by](gap.count) : "";
  return [explain.verdict[verdict](version ?? tag ?? image.image, server.version ?? "", behind)];
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

function ending(result: Result, explanation: Explanation, words: Words): Sentence {
  const { explain } = words;
  const { end } = explain;
  const { direction, transition, desired } = explanation;
  const reason = result.response.audit_annotations?.["reason"];
  const isUpdate = result.operation === "UPDATE";
  const told = (so: string): Sentence | undefined =>
    direction && say`${explain.direction[direction]}${[end.join]}${[so]}${[end.stop]}`;
  switch (result.outcome) {
    case "error":
      return end.error;
    case "repair":
      return end.repair;
    case "reject":
      if (result.response.code === 400) return end.malformedReject;
      if (reason === "deployed-lagging") return end.deployedReject;
      if (desired.image?.verdict !== "lagging") return end.unknownReject;
      if (isUpdate) {
        const isNoWorse = transition === "unchanged" || direction === "sideways" || direction === "improved";
        return isNoWorse ? end.strictReject : told(end.so.reject) ?? end.createReject;
      }
      return result.requester === "audit" ? end.auditReject : end.createReject;
    case "warn":
      if (result.requester === "audit") return end.auditWarn;
      if (reason === "pinned-will-not-follow" || reason === "fixed-will-not-follow") return end.willNotFollow;
      return (transition === "repinned" && told(end.so.warn)) || end.warn;
    case "accept":
      return accepted(result, explanation, reason, words);
  }
}

function accepted(
  { requester }: Result,
  { administrated, before, desired, transition }: Explanation,
  reason: string | undefined,
  { explain }: Words,
): Sentence {
  const { end } = explain;
  if (transition === "to-follows") return end.cured;
  if (requester === "controller") {
    if (transition === "unchanged") return end.silent;
    if (transition === "repinned" && (administrated || before?.because === "fixed")) return end.repinByRancher;
    if (reason) return end.notTold;
  }
  if (desired.image?.verdict === "lagging") return end.outdated;
  return end.accept;
}
