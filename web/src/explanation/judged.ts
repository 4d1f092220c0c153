import type { Explanation, Finding, Image, Result, Verdict } from "../../bindings/web/policy.js";

/** An answer with its explanation. */
export interface Case {
  result: Result;
  explanation: Explanation;
}

/** The verdict on an image, if it follows from what was looked up. */
export function knownVerdict(image: Image | undefined): Verdict | undefined {
  return image?.known ? image.verdict : undefined;
}

/** Reasons why the image of a pin cannot be judged. */
export function isUnknownImage(reason: string): boolean {
  return ["no-tag", "digest-only", "not-a-version", "not-comparable"].includes(reason);
}

/** True for what is found about a pin, and ends if the pin is cleared. */
export function isOnPin(reason: string): boolean {
  return isUnknownImage(reason) || ["desired-lagging", "desired-tolerated", "pinned-will-not-follow"].includes(reason);
}

export function malformed({ findings }: Explanation): Finding[] {
  return findings.filter(({ reason }) => reason === "malformed-field");
}
