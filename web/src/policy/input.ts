import {
  type Alias,
  isAlias,
  isCollection,
  isMap,
  isNode,
  isPair,
  isScalar,
  LineCounter,
  type Node,
  type Pair,
  parseAllDocuments,
  type YAMLMap,
} from "yaml";

/** A text as JSON, or why it cannot be read. */
export type Translation =
  | { json: string }
  | { message: string; line?: number; column?: number };

/**
 * What begins like JSON is passed on as the text it is; all else is read as YAML, also what
 * has brackets but keys without quotes, or `---` between its documents.
 */
export function translate(text: string): Translation {
  const isJson = /^\uFEFF?\s*(?:[[{](?!\s*[A-Za-z_])|$)/.test(text) && !/^---/m.test(text);
  return isJson ? { json: text.replace(/^\uFEFF/, "") } : fromYaml(text);
}

/** How often an alias may be followed: a small text must not unfold into a huge one. */
const MAX_ALIASES = 100;

/** No object is as deep, and what walks through it must not end the stack. */
const MAX_DEPTH = 120;

/** What is wrong, and where in the text. */
interface Wrong {
  message: string;
  at: number;
}

function fromYaml(text: string): Translation {
  const lineCounter = new LineCounter();
  const unreadable = ({ message, at }: Wrong): Translation => {
    const { line, col } = lineCounter.linePos(at);
    return { message: `no YAML: ${message}`, line: Math.max(line, 1), column: Math.max(col, 1) };
  };
  const deep = tooDeep(text);
  if (deep !== undefined) {
    const before = text.slice(0, deep).split("\n");
    return { message: `no YAML: ${TOO_DEEP}`, line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
  }
  const texts: string[] = [];
  try {
    const documents = parseAllDocuments(text, {
      version: "1.2",
      schema: "core",
      merge: true,
      // Its own check compares each key with each other one.
      uniqueKeys: false,
      intAsBigInt: true,
      prettyErrors: false,
      lineCounter,
    });
    for (const document of documents) {
      const error = document.errors[0];
      if (error) return unreadable({ message: said(error.message), at: error.pos[0] });
      if (document.contents === null) continue;
      const wrong = new Walk().wrong(document.contents, 0);
      if (wrong) return unreadable(wrong);
      texts.push(write(document.toJS({ mapAsMap: true, maxAliasCount: MAX_ALIASES })));
    }
  } catch (error) {
    const message = error instanceof RangeError ? TOO_DEEP : error instanceof Error ? error.message : String(error);
    return { message: `no YAML: ${message}`, line: 1, column: 1 };
  }
  return { json: texts.join("\n") };
}

const TOO_DEEP = `lists and maps stand more than ${MAX_DEPTH} deep in each other`;

/** The first line of the parser's message. */
function said(message: string): string {
  const line = message.split("\n")[0]?.toLowerCase() ?? "";
  return line.includes("call stack") ? TOO_DEEP : line;
}

/** Where a run of opening brackets is too deep even to be parsed. */
function tooDeep(text: string): number | undefined {
  const run = /(?:[[{]\s*){1000}/.exec(text);
  return run ? run.index + run[0].length - 1 : undefined;
}

/** Looks for what the parser lets pass. */
class Walk {
  readonly #anchors = new Map<string, Node>();
  readonly #open = new Set<Node>();

  wrong(node: unknown, depth: number): Wrong | undefined {
    if (isAlias(node)) return this.#alias(node);
    if (!isNode(node)) return undefined;
    const { anchor } = node as { anchor?: string };
    if (anchor !== undefined) this.#anchors.set(anchor, node);
    if (!isCollection(node)) return undefined;
    if (depth >= MAX_DEPTH) return { message: TOO_DEEP, at: node.range?.[0] ?? 0 };
    this.#open.add(node);
    const wrong = isMap(node) ? this.#map(node, depth) : this.#list(node.items, depth);
    this.#open.delete(node);
    return wrong;
  }

  #list(items: unknown[], depth: number): Wrong | undefined {
    for (const item of items) {
      const wrong = isPair(item) ? this.#pair(item, depth) : this.wrong(item, depth + 1);
      if (wrong) return wrong;
    }
    return undefined;
  }

  #map({ items }: YAMLMap, depth: number): Wrong | undefined {
    const known = new Set<string>();
    for (const pair of items) {
      const { key } = pair;
      if (isScalar(key)) {
        const text = String(key.value);
        if (known.has(text)) return { message: "map keys must be unique", at: key.range?.[0] ?? 0 };
        known.add(text);
      }
      const wrong = this.#pair(pair, depth);
      if (wrong) return wrong;
    }
    return undefined;
  }

  #pair({ key, value }: Pair, depth: number): Wrong | undefined {
    return this.wrong(key, depth + 1) ?? this.wrong(value, depth + 1);
  }

  #alias({ source, range }: Alias): Wrong | undefined {
    const at = range?.[0] ?? 0;
    const named = this.#anchors.get(source);
    if (!named) return { message: `unresolved alias ${source}`, at };
    return this.#open.has(named) ? { message: `the alias ${source} stands within what it names`, at } : undefined;
  }
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
