import type { Result, Standing } from "../../bindings/web/policy.js";

/** What is said of a cluster, as `rancher-agents` says it, most urgent first. */
export const VERDICTS = [
  "lagging",
  "unknown",
  "rejected",
  "tolerated",
  "ahead",
  "as-deployed-by-server",
  "current",
  "pending",
  "out-of-scope",
  // Only where the requester is not the audit scanner, as it always is for rancher-agents.
  "not-judged",
] as const satisfies readonly (Standing | "rejected" | "out-of-scope" | "not-judged")[];

export type ClusterVerdict = (typeof VERDICTS)[number];

export function verdictOf({ standing, response, outOfScope }: Result): ClusterVerdict {
  if (standing) return standing;
  if (!response.accepted) return "rejected";
  return outOfScope ? "out-of-scope" : "not-judged";
}

/** How many clusters have which verdict; `lagging` is listed even if there are none. */
export function count(results: Result[]): [ClusterVerdict, number][] {
  const counts = new Map<ClusterVerdict, number>(VERDICTS.map((verdict) => [verdict, 0]));
  for (const result of results) {
    const verdict = verdictOf(result);
    counts.set(verdict, (counts.get(verdict) ?? 0) + 1);
  }
  return [...counts].filter(([verdict, clusters]) => clusters > 0 || verdict === VERDICTS[0]);
}
