import type { Image, Result } from "../../bindings/web/policy.js";

/** How a cluster stands to the server, worst first. */
export const STANDINGS = [
  "major",
  "minor",
  "patch",
  "build",
  "unknown",
  "tolerated",
  "as-deployed-by-server",
  "ahead",
  "current",
  "none",
] as const;

export type Standing = (typeof STANDINGS)[number];

function ofImage({ verdict, gap }: Image): Standing {
  if (verdict === undefined) return "unknown";
  switch (verdict) {
    case "lagging":
      return gap === undefined || gap.by === "trunk" ? "major" : gap.by;
    case "unknown-image":
    case "unknown-server":
      return "unknown";
    case "current":
    case "ahead":
    case "tolerated":
    case "as-deployed-by-server":
      return verdict;
  }
}

/** The worse of the desired and the deployed image. */
export function standingOf({ explanation }: Result): Standing {
  if (!explanation) return "none";
  const { desired, deployed } = explanation;
  if (desired.because === "malformed") return "unknown";
  const images = [desired.image, deployed].filter((image) => image !== undefined);
  const standings = images.map(ofImage);
  return STANDINGS.find((standing) => standings.includes(standing)) ?? "none";
}

/** How many clusters stand so. */
export function count(results: Result[]): Map<Standing, number> {
  const counts = new Map<Standing, number>(STANDINGS.map((standing) => [standing, 0]));
  for (const result of results) {
    const standing = standingOf(result);
    counts.set(standing, (counts.get(standing) ?? 0) + 1);
  }
  return counts;
}
