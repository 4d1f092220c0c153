import { type Document, LineCounter, parseAllDocuments, visit } from "yaml";

/** A text as JSON, or why it cannot be read. */
export type Translation =
  | { json: string }
  | { message: string; line?: number; column?: number };

/**
 * What begins like JSON is passed on as the text it is; all else is read as YAML, also what
 * has brackets but keys without quotes.
 */
export function translate(text: string): Translation {
  return /^\uFEFF?\s*(?:[[{](?!\s*[A-Za-z_])|$)/.test(text) ? { json: text.replace(/^\uFEFF/, "") } : fromYaml(text);
}

/** How often an alias may be followed: a small text must not unfold into a huge one. */
const MAX_ALIASES = 100;

function fromYaml(text: string): Translation {
  const lineCounter = new LineCounter();
  const documents = parseAllDocuments(text, {
    version: "1.2",
    schema: "core",
    merge: true,
    uniqueKeys: true,
    intAsBigInt: true,
    prettyErrors: false,
    lineCounter,
  });
  const texts: string[] = [];
  for (const document of documents) {
    const error = document.errors[0];
    if (error) {
      const { line, col } = lineCounter.linePos(error.pos[0]);
      const message = `no YAML: ${error.message.split("\n")[0]?.toLowerCase() ?? ""}`;
      return { message, line: Math.max(line, 1), column: Math.max(col, 1) };
    }
    if (document.contents === null) continue;
    try {
      texts.push(write(document.toJS({ mapAsMap: true, maxAliasCount: MAX_ALIASES })));
    } catch (error) {
      const message = `no YAML: ${error instanceof Error ? error.message : String(error)}`;
      const at = aliasOfNothing(document);
      if (at === undefined) return { message };
      const { line, col } = lineCounter.linePos(at);
      return { message, line, column: col };
    }
  }
  return { json: texts.join("\n") };
}

/** Where an alias is without the anchor that it names. */
function aliasOfNothing(document: Document): number | undefined {
  let at: number | undefined;
  visit(document, {
    Alias(_, alias) {
      if (alias.resolve(document) !== undefined) return undefined;
      at = alias.range?.[0];
      return visit.BREAK;
    },
  });
  return at;
}

/** Writes JSON: with its keys in their order, and integers of any size. */
function write(value: unknown): string {
  if (value instanceof Map) {
    const entries = [...value].map(([key, held]) => `${JSON.stringify(keyText(key))}:${write(held)}`);
    return `{${entries.join(",")}}`;
  }
  if (Array.isArray(value)) return `[${value.map(write).join(",")}]`;
  if (typeof value === "bigint") return value.toString();
  return JSON.stringify(value) ?? "null";
}

function keyText(key: unknown): string {
  return typeof key === "object" && key !== null ? write(key) : String(key);
}
