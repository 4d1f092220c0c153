import {
  CORE_SCHEMA,
  defineMappingTag,
  defineScalarTag,
  defineSequenceTag,
  intCoreTag,
  loadAll,
  mergeTag,
  YAMLException,
} from "js-yaml";

/** A text as JSON, or why it cannot be read. */
export type Translation =
  | { json: string }
  | { message: string; line?: number; column?: number };

/**
 * A text that begins like JSON is passed on unchanged; everything else is read as YAML, also
 * brackets with unquoted keys, and documents with `---` between them.
 */
export function translate(text: string): Translation {
  const isJson = /^\uFEFF?\s*(?:[[{](?!\s*[A-Za-z_])|$)/.test(text) && !/^---/m.test(text);
  return isJson ? { json: text.replace(/^\uFEFF/, "") } : fromYaml(text);
}

/** No object is nested so deep, and recursion must not exhaust the stack. */
const MAX_DEPTH = 120;

/** Without aliases, which can unfold into anything, JSON is never so much longer than YAML. */
const MAX_GROWTH = 10;
const MIN_LIMIT = 1e6;

function fromYaml(text: string): Translation {
  try {
    const limit = Math.max(MIN_LIMIT, MAX_GROWTH * text.length);
    const documents = loadAll(text, { schema: SCHEMA, maxDepth: MAX_DEPTH });
    const written = documents.filter((document) => document !== null && document !== undefined);
    return { json: written.map((document) => new Writer(limit).write(document)).join("\n") };
  } catch (error) {
    if (!(error instanceof YAMLException)) return { message: `not valid YAML: ${String(error)}` };
    const { mark, reason } = error;
    const message = `not valid YAML: ${reason.replace(WITHIN_ITSELF, "$1 stands within what it names")}`;
    return mark ? { message, line: mark.line + 1, column: mark.column + 1 } : { message };
  }
}

/** What js-yaml says about an alias within the value that it names. */
const WITHIN_ITSELF = /^recursive (alias "[^"]*") is not supported.*/;

/** Integers of any size. */
const integer = defineScalarTag<number | bigint>(intCoreTag.tagName, {
  ...intCoreTag,
  resolve: (source, isExplicit, tag) => {
    const [, sign, digits = ""] = /^([-+]?)(\d{16,}|0x[\da-fA-F]+|0o[0-7]+)$/.exec(source) ?? [];
    if (digits === "") return intCoreTag.resolve(source, isExplicit, tag);
    return sign === "-" ? -BigInt(digits) : BigInt(digits);
  },
});

/** Keys keep their order and are strings, as in JSON. `finalize` rules out maps in themselves. */
const mapping = defineMappingTag<Map<string, unknown>>("tag:yaml.org,2002:map", {
  create: () => new Map(),
  addPair: (map, key, value) => {
    map.set(keyText(key), value);
    return "";
  },
  has: (map, key) => map.has(keyText(key)),
  keys: (map) => map.keys(),
  get: (map, key) => map.get(keyText(key)),
  finalize: (map) => map,
  identify: () => false,
});

const sequence = defineSequenceTag<unknown[]>("tag:yaml.org,2002:seq", {
  create: () => [],
  addItem: (list, item) => void list.push(item),
  finalize: (list) => list,
  identify: () => false,
});

const SCHEMA = CORE_SCHEMA.withTags(mergeTag, integer, mapping, sequence);

function keyText(key: unknown): string {
  if (typeof key === "string") return key;
  return typeof key === "object" && key !== null ? new Writer(MIN_LIMIT).write(key) : String(key);
}

/** Writes JSON up to a maximum length. */
class Writer {
  #length = 0;

  constructor(private readonly limit: number) {}

  write(value: unknown, depth = 0): string {
    if (depth > MAX_DEPTH) throw new YAMLException(`the aliases nest values more than ${MAX_DEPTH} deep`);
    if (value instanceof Map) {
      const entries: string[] = [];
      for (const [key, held] of value) entries.push(`${this.#count(JSON.stringify(key))}:${this.write(held, depth + 1)}`);
      return `{${entries.join(",")}}`;
    }
    if (Array.isArray(value)) return `[${value.map((item) => this.write(item, depth + 1)).join(",")}]`;
    return this.#count(typeof value === "bigint" ? value.toString() : (JSON.stringify(value) ?? "null"));
  }

  #count(written: string): string {
    this.#length += written.length + 1;
    if (this.#length > this.limit) throw new YAMLException(`the aliases make more than ${this.limit} characters of this text`);
    return written;
  }
}
