import type { Explanation, Finding, Image, Result, Verdict } from "../../bindings/web/policy.js";

/** What is known of the settings, if anything is. */
export type Settings = Record<string, unknown>;

/** An answer with an explanation, and the settings that it was made by. */
export interface Case {
  result: Result;
  explanation: Explanation;
  settings: Settings;
}

/** A verdict for which Rancher's own `agent-image` is asked, if Rancher is asked at all. */
const OPEN: (Verdict | undefined)[] = ["as-deployed-by-server", "lagging", "unknown-image", "unknown-server"];

/** True if it is known for this answer: what was not looked up is no step of it. */
export function isKnown(name: "server-version" | "agent-image", { result, explanation }: Case): boolean {
  return (name === "server-version" && explanation.server.from === "setting") || result.lookups.includes(name);
}

/** The verdict on an image, if it follows from what is known for this answer. */
export function knownVerdict(image: Image | undefined, asked: Case): Verdict | undefined {
  const { from, comparable } = asked.explanation.server;
  if (!isKnown("server-version", asked)) return undefined;
  const isLive = from === "live" && comparable;
  return isLive && OPEN.includes(image?.verdict) && !isKnown("agent-image", asked) ? undefined : image?.verdict;
}

/** Why the image that Rancher applied last is not judged, if it is not. */
export function whyDeployedNotJudged({ result, explanation, settings }: Case) {
  const { before, transition } = explanation;
  if (!before) return settings["deployedImage"] === "ignore" ? "ignore" : undefined;
  if (transition !== "unchanged") return "change";
  return result.requester === "service-account" ? "service-account" : undefined;
}

/** True if the API server answers 409: the policy does not look at anything then. */
export function isOutdated({ explanation }: Case): boolean {
  return explanation.row === "stale";
}

export function malformed({ findings }: Explanation): Finding[] {
  return findings.filter(({ reason }) => reason === "malformed-field");
}

/** True if the policy takes the request for Rancher's own, and judges no image. */
export function isRanchersOwn({ explanation: { row } }: Case): boolean {
  return row === "created-by-rancher" || row === "repinned-by-rancher";
}

/** True if `fixed` is written or cleared, and the image is Rancher's own before and after. */
export function isOwnImageKept({ before, desired, transition }: Explanation): boolean {
  return transition === "unchanged" && (before?.because === "fixed") !== (desired.because === "fixed");
}

/** True for a pin that will not follow the next upgrade; a service account is not told of it. */
export function willNotFollow(asked: Case): boolean {
  const { result, explanation } = asked;
  const { administrated, before, desired, findings, transition } = explanation;
  if (result.requester !== "service-account") return findings.some(({ reason }) => reason.endsWith("-will-not-follow"));
  if (administrated || isOutdated(asked) || isRanchersOwn(asked) || malformed(explanation).length > 0) return false;
  return desired.because === "fixed"
    ? !before
    : knownVerdict(desired.image, asked) === "current" && transition !== "unchanged";
}
