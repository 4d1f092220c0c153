import type { Gap, Image, Outcome, Result } from "../../bindings/web/policy.js";
import type { Words } from "../i18n/en.js";
import { verdictOf, VERDICTS, type ClusterVerdict } from "./verdict.js";

/** A cluster as the table shows it. */
export interface Row {
  /** Distinguishes rows of the same name. */
  key: string;
  result: Result;
  /** The display name, or the name if there is none. */
  title: string;
  /** `metadata.name`. */
  name: string;
  desired: string;
  deployed: string;
  verdict: ClusterVerdict;
  verdictText: string;
  /** By how much it lags, if it does. */
  gap: Gap | undefined;
  gapText: string;
  outcome: Outcome;
  outcomeText: string;
  reason: string;
}

export const COLUMNS = ["name", "desired", "deployed", "verdict", "outcome"] as const;
export type Column = (typeof COLUMNS)[number];

const OUTCOMES: Outcome[] = ["reject", "error", "repair", "warn", "accept"];

export function rowsOf(results: Result[], words: Words): Row[] {
  const counts = new Map<string, number>();
  return results.map((result) => {
    const count = (counts.get(result.name) ?? 0) + 1;
    counts.set(result.name, count);
    return rowOf(result, `${result.name} ${count}`, words);
  });
}

function rowOf(result: Result, key: string, words: Words): Row {
  const { explanation, outcome } = result;
  const verdict = verdictOf(result);
  const gap = verdict === "lagging" ? gapOf(result) : undefined;
  return {
    key,
    result,
    title: result.displayName || result.name,
    name: result.name,
    desired: explanation?.desired.image?.image ?? (explanation ? words.clusters.follows : "–"),
    deployed: explanation?.deployed?.image ?? "–",
    verdict,
    verdictText: words.clusterVerdict[verdict],
    gap,
    gapText: gap ? words.gap[gap.by](gap.count) : "",
    outcome,
    outcomeText: words.clusterOutcome[outcome],
    reason: result.response.audit_annotations?.["reason"] ?? "",
  };
}

/** From far behind to nearly there. */
const UNITS: Gap["by"][] = ["trunk", "major", "minor", "patch", "build"];

/** The greater of the gaps of both images. */
function gapOf({ explanation }: Result): Gap | undefined {
  const images = [explanation?.desired.image, explanation?.deployed];
  const isBehind = (image: Image | undefined) => image?.verdict === "lagging";
  return images.filter(isBehind).flatMap((image) => image?.gap ?? []).sort(byGap)[0];
}

function byGap(one: Gap | undefined, other: Gap | undefined): number {
  const unit = (gap: Gap | undefined) => (gap ? UNITS.indexOf(gap.by) : UNITS.length);
  return unit(one) - unit(other) || (other?.count ?? 0) - (one?.count ?? 0);
}

export function matches(row: Row, filter: string): boolean {
  const { title, name, desired, deployed, verdictText, verdict, gapText, outcomeText, outcome, reason } = row;
  const text = [title, name, desired, deployed, verdictText, verdict, gapText, outcomeText, outcome, reason];
  return text.join(" ").toLowerCase().includes(filter);
}

/** The order of two rows by a column; by name where that makes no difference. */
export function order(column: Column): (one: Row, other: Row) => number {
  const byName = (one: Row, other: Row) => compare(one.title, other.title);
  switch (column) {
    case "name":
      return byName;
    case "desired":
    case "deployed":
      return (one, other) => compare(one[column], other[column]) || byName(one, other);
    case "verdict":
      return (one, other) =>
        VERDICTS.indexOf(one.verdict) - VERDICTS.indexOf(other.verdict) ||
        byGap(one.gap, other.gap) ||
        byName(one, other);
    case "outcome":
      return (one, other) => OUTCOMES.indexOf(one.outcome) - OUTCOMES.indexOf(other.outcome) || byName(one, other);
  }
}

const { compare } = new Intl.Collator("en", { numeric: true });
