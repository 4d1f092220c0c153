import type { Explanation, Finding, Image, Result, Verdict } from "../../bindings/web/policy.js";

/** An answer with an explanation. */
export interface Case {
  result: Result;
  explanation: Explanation;
}

/** The verdict on an image, if it follows from what was looked up: nothing else is a step. */
export function knownVerdict(image: Image | undefined): Verdict | undefined {
  return image?.known ? image.verdict : undefined;
}

export function malformed({ findings }: Explanation): Finding[] {
  return findings.filter(({ reason }) => reason === "malformed-field");
}
