import type { Explanation, Image, Result } from "../../bindings/web/policy.js";
import { say, type Sentence } from "../i18n/sentence.js";
import type { Words } from "../i18n/en.js";
import { ending } from "./ending.js";
import { type Case, isOnPin, knownVerdict, malformed } from "./judged.js";

/** How the policy reaches its answer, step by step. */
export function steps(result: Result, words: Words): Sentence[] {
  const { explanation } = result;
  if (!explanation) return unexplained(result, words);
  const asked = { result, explanation };
  return [
    ...before(asked, words),
    words.explain.because[explanation.desired.because](
      explanation.desired.field ?? "",
      explanation.desired.image?.image ?? "",
    ),
    ...malformedFields(explanation, words),
    ...(explanation.administrated ? [words.explain.administrated] : []),
    ...judgement(asked, words),
    ...found(asked, words),
    ...ending(asked, words),
  ];
}

function unexplained({ outcome, outOfScope }: Result, { explain }: Words): Sentence[] {
  if (outOfScope === undefined) return [explain.unreadable, explain.end.malformedReject];
  if (outOfScope !== "not-a-cluster") return [explain.outOfScope[outOfScope]];
  return [explain.notACluster, outcome === "warn" ? explain.end.warn : explain.end.notTold];
}

function before({ result, explanation }: Case, { explain }: Words): Sentence[] {
  const { before, desired, transition } = explanation;
  if (!before) return result.operation === "UPDATE" ? [explain.noOld] : [];
  const told = explain.before[before.because](before.field ?? "", before.image?.image ?? "");
  if (desired.because === "fixed" && before.because !== "fixed") return [told, explain.toFixed];
  if (transition === undefined || transition === "own-kept") return [told];
  const found = malformed(explanation);
  if (transition === "unchanged" && desired.because === "malformed" && found.length > 0) {
    return found.some(({ field }) => field === desired.field) ? [told, explain.otherMalformed] : [told];
  }
  return [told, explain.transition[transition]];
}

/** The malformed fields, except the one that was named already. */
function malformedFields(explanation: Explanation, { explain }: Words): Sentence[] {
  const { because, field: decides } = explanation.desired;
  return malformed(explanation)
    .map(({ field }) => field)
    .filter((field) => field !== undefined)
    .filter((field) => because !== "malformed" || field !== decides)
    .map(explain.malformed);
}

/** What the images were compared with, and the verdicts. */
function judgement(asked: Case, words: Words): Sentence[] {
  const { result, explanation } = asked;
  if (explanation.row === "stale" || explanation.row === "created-by-rancher") return [];
  const isDesiredJudged = malformed(explanation).length === 0;
  // A malformed UPDATE is not judged.
  if (!isDesiredJudged && explanation.before) return [];
  const desired = isDesiredJudged ? explanation.desired.image : undefined;
  const isDeployedJudged = explanation.deployed !== undefined && explanation.deployed.notJudged === undefined;
  const isCompared = desired !== undefined || isDeployedJudged || result.lookups.length > 0;
  return [
    ...reading(desired, words),
    ...(isCompared ? server(asked, words) : []),
    ...verdict(desired, asked, words),
    ...deployed(asked, words),
    ...(explanation.willNotFollow ? [words.explain.willNotFollow] : []),
    ...replacement(asked, words),
  ];
}

function reading(image: Image | undefined, { explain }: Words): Sentence[] {
  if (!image) return [];
  if (image.tag === undefined) return [explain.unreadableImage[image.unreadable ?? "not-a-version"]];
  return [image.version === undefined ? explain.noVersion(image.tag) : explain.tag(image.tag, image.version)];
}

function server(asked: Case, words: Words): Sentence[] {
  const { explain } = words;
  const { server } = asked.explanation;
  const { fault, version } = server;
  if (version === undefined) return fault ? [explain.fault[fault]("server-version")] : [];
  const incomparable = version === "" ? explain.emptyServer : explain.notComparable(version);
  return [server.comparable ? explain.server[server.from](version) : incomparable, ...agentImage(asked, words)];
}

function agentImage(asked: Case, { explain }: Words): Sentence[] {
  const { agentImage, server } = asked.explanation;
  if (!agentImage) {
    const { agentImageFault: fault } = server;
    // Without this Setting, Rancher deploys its own version.
    return fault === undefined || fault === "not-found" ? [] : [explain.fault[fault]("agent-image")];
  }
  const { image, gap, ahead } = agentImage;
  if (ahead) return [explain.agentImageAhead(image)];
  return [gap ? explain.agentImageLags(image, explain.gap[gap.by](gap.count)) : explain.agentImage(image)];
}

function verdict(image: Image | undefined, asked: Case, { explain }: Words): Sentence[] {
  const known = knownVerdict(image);
  if (!image || !known) return [];
  const { server } = asked.explanation;
  const { gap, version, tag } = image;
  const name = version ?? tag ?? image.image;
  if (known === "unknown-server" && server.comparable) return [explain.withoutAgentImage(name)];
  // It was said already that there is no version to compare.
  if (version === undefined && known.startsWith("unknown")) return [];
  const behind = gap ? explain.gap[gap.by](gap.count) : "";
  return [explain.verdict[known](name, server.version ?? "", behind)];
}

function deployed(asked: Case, words: Words): Sentence[] {
  const { deployed, desired } = asked.explanation;
  if (!deployed) return [];
  const { explain } = words;
  const { image, isExpected, notJudged } = deployed;
  if (notJudged) return [explain.more(explain.deployed.unknown(image), explain.deployedNotJudged[notJudged])];
  const isTold = isExpected === undefined ? "unknown" : isExpected ? "expected" : "unexpected";
  const sentence = explain.deployed[isTold](image);
  // What was just said of the pin covers it.
  const isSaid = isExpected === true && desired.image !== undefined && malformed(asked.explanation).length === 0;
  const judged = isSaid ? [] : [...(deployed.version === undefined ? reading(deployed, words) : []), ...verdict(deployed, asked, words)];
  return [judged.reduce((all, more) => explain.more(all, more), sentence)];
}

/** Why the pin should not be cleared yet, where the message would advise it. */
function replacement({ explanation }: Case, { explain }: Words): Sentence[] {
  const { administrated, desired, findings, replacement } = explanation;
  // Rancher writes the other field itself.
  const isRanchers = administrated && desired.field !== "spec.agentImageOverride";
  if (!replacement || replacement.step === "forward" || isRanchers) return [];
  const isAdvised = desired.image && desired.image.verdict !== "ahead" && findings.some(({ reason }) => isOnPin(reason));
  return isAdvised ? [explain.replacement[replacement.step](replacement.image)] : [];
}

/** All findings, if there are more than the end explains. */
function found({ result, explanation }: Case, { explain }: Words): Sentence[] {
  const { findings } = explanation;
  if (findings.length < 2) return [];
  const isRepaired = result.outcome === "repair";
  const parts = findings.map(({ reason, severity }) =>
    severity === "repair" && !isRepaired ? say`${reason}` : explain.finding(reason, explain.severity[severity]),
  );
  return [explain.found(parts.reduce((all, part) => say`${all}${[explain.and]}${part}`))];
}
