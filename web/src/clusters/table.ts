import type { Compared, Result } from "../../bindings/web/policy.js";
import { verdictOf } from "./verdict.js";

/** The columns of `rancher-agents`, but for what it finds out of conditions. */
const COLUMNS = ["name", "display_name", "desired", "deployed", "server_version", "verdict", "reason", "pinned_by", "message"];

/** The facts of each cluster, in the order of the columns. */
function facts(result: Result, server: Compared | undefined): string[] {
  const { name, displayName, explanation, response } = result;
  const { message, warnings = [], audit_annotations: annotations = {} } = response;
  return [
    name,
    displayName,
    explanation?.desired.image?.image ?? (explanation ? "follows" : ""),
    explanation?.deployed?.image ?? "",
    server?.version ?? "",
    verdictOf(result),
    annotations["reason"] ?? "",
    explanation?.desired.image ? (explanation.desired.field ?? "") : "",
    message ?? warnings.join("; "),
  ];
}

/** The clusters as CSV (RFC 4180). */
export function csv(results: Result[], server: Compared | undefined): string {
  const field = (text: string) => (/[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text);
  const records = [COLUMNS, ...results.map((result) => facts(result, server))];
  return records.map((record) => `${record.map(field).join(",")}\r\n`).join("");
}

/** The clusters as a table in Markdown, and a summary below it. */
export function markdown(results: Result[], server: Compared | undefined, summary: string): string {
  const line = (cells: string[]) => `| ${cells.join(" | ")} |`;
  const heads = COLUMNS.map((name) => name.replaceAll("_", " ").toUpperCase());
  const rows = results.map((result) => line(facts(result, server).map(inert)));
  return `${[line(heads), line(COLUMNS.map(() => "---")), ...rows].join("\n")}\n\n${inert(summary)}\n`;
}

/** Text without effect: no mark-up, no HTML, no link, no notification. */
function inert(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (character) => `\\u{${character.codePointAt(0)?.toString(16)}}`)
    .replace(/[&<>|\\`*_~[\]$]/g, (character) => `&#${character.codePointAt(0)};`)
    .replace(/(?<![\p{L}\p{N}])@/gu, "@&#8203;")
    .replaceAll("://", "&#58;//")
    .replaceAll("www.", "www&#46;");
}
