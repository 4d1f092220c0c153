import type { Gap, Image, Outcome, Result } from "../../bindings/web/policy.js";
import type { Words } from "../i18n/en.js";
import { STANDINGS, standingOf, type Standing } from "./standing.js";

/** A cluster as the table shows it. */
export interface Row {
  /** Tells rows of one name apart. */
  key: string;
  result: Result;
  /** The display name, or the name if there is none. */
  title: string;
  /** `metadata.name`. */
  name: string;
  desired: string;
  deployed: string;
  standing: Standing;
  standingText: string;
  /** By how many versions it lags. */
  behind: number;
  outcome: Outcome;
  outcomeText: string;
  reason: string;
}

export const COLUMNS = ["name", "desired", "deployed", "standing", "outcome"] as const;
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
  const standing = standingOf(result);
  const gap = gapOf(result, standing);
  return {
    key,
    result,
    title: result.displayName || result.name,
    name: result.name,
    desired: explanation?.desired.image?.image ?? (explanation ? words.clusters.follows : "–"),
    deployed: explanation?.deployed?.image ?? "–",
    standing,
    standingText: gap ? words.gap[gap.by](gap.count) : words.standing[standing],
    behind: gap?.count ?? 0,
    outcome,
    outcomeText: words.clusterOutcome[outcome],
    reason: result.response.audit_annotations?.["reason"] ?? "",
  };
}

/** The gap that makes the standing what it is, for those that lag. */
function gapOf({ explanation }: Result, standing: Standing): Gap | undefined {
  const isOf = (image: Image | undefined) =>
    image?.verdict === "lagging" && (image.gap?.by === standing || image.gap?.by === "trunk");
  const gaps = [explanation?.desired.image, explanation?.deployed].filter(isOf).map((image) => image?.gap);
  return gaps.sort((one, other) => (other?.count ?? 0) - (one?.count ?? 0))[0];
}

export function matches(row: Row, filter: string): boolean {
  const text = [row.title, row.name, row.desired, row.deployed, row.standingText, row.outcomeText, row.outcome, row.reason];
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
    case "standing":
      return (one, other) =>
        STANDINGS.indexOf(one.standing) - STANDINGS.indexOf(other.standing) ||
        other.behind - one.behind ||
        byName(one, other);
    case "outcome":
      return (one, other) => OUTCOMES.indexOf(one.outcome) - OUTCOMES.indexOf(other.outcome) || byName(one, other);
  }
}

const { compare } = new Intl.Collator("en", { numeric: true });
