import { yamlLanguage } from "@codemirror/lang-yaml";
import type { SyntaxNode } from "@lezer/common";
import { isFlag, type Choice } from "./keys.js";

/**
 * The text of the settings in YAML with one of them changed, by the grammar of the editor.
 * Comments and the other lines stay as they are. What comes of rare ways to write YAML may
 * be wrong: the worker, which reads YAML, checks it.
 */
export function edited(text: string, { key, value }: Choice): string {
  const content = contentOf(text);
  const written = isFlag(key) ? value : JSON.stringify(value);
  const line = `${key}: ${written}`;
  if (!content?.name.endsWith("Mapping")) return value === "" ? text : inNothing(text, content, line);
  const pairs = content.getChildren("Pair");
  const pair = pairs.find((pair) => nameOf(text, pair) === key);
  const isFlow = content.name === "FlowMapping";
  if (!pair) return value === "" ? text : beside(text, content, pairs, isFlow, line);
  if (value === "") return isFlow ? outOfBrackets(text, pair) : outOfLines(text, pair);
  const [from, isBehindComment] = valueStart(text, pair);
  return isBehindComment ? put(text, from, pair.to, written) : put(text, pair.from, pair.to, line);
}

/** Where a setting is in the text. */
export function placeOf(text: string, field: string): number | undefined {
  return contentOf(text)?.getChildren("Pair").find((pair) => nameOf(text, pair) === field)?.from;
}

function contentOf(text: string): SyntaxNode | null | undefined {
  const last = yamlLanguage.parser.parse(text).topNode.getChild("Document")?.lastChild;
  return last?.name.endsWith("End") ? null : last;
}

function put(text: string, from: number, to: number, piece: string): string {
  return text.slice(0, from) + piece + text.slice(to);
}

function nameOf(text: string, pair: SyntaxNode): string {
  const key = pair.getChild("Key");
  return key ? text.slice(key.from, key.to).replace(/^(["'])(.*)\1$/s, "$2") : "";
}

/** Where a value begins, and whether a comment stands before it. */
function valueStart(text: string, pair: SyntaxNode): [number, boolean] {
  const value = pair.lastChild;
  const colon = pair.getChild(":");
  if (!value || !colon || value.from < colon.to) return [pair.to, false];
  return [value.from, text.slice(colon.to, value.from).includes("#")];
}

/** In a text of comments, of `null`, or of nothing. */
function inNothing(text: string, content: SyntaxNode | null | undefined, line: string): string {
  if (content) return put(text, content.from, content.to, line);
  return `${text}${text === "" || text.endsWith("\n") ? "" : "\n"}${line}\n`;
}

/** Behind the last entry of a mapping. */
function beside(text: string, mapping: SyntaxNode, pairs: SyntaxNode[], isFlow: boolean, line: string): string {
  const [first, last] = [pairs[0], pairs.at(-1)];
  if (!first || !last) return put(text, mapping.from + 1, mapping.from + 1, line);
  if (isFlow) return put(text, last.to, last.to, `, ${line}`);
  const indent = / *$/.exec(text.slice(0, first.from))?.[0] ?? "";
  const end = lineEnd(text, last.to);
  return put(text, end, end, `\n${indent}${line}${end === text.length ? "\n" : ""}`);
}

function lineEnd(text: string, at: number): number {
  const end = text.indexOf("\n", at);
  return end < 0 ? text.length : end;
}

function outOfLines(text: string, { from, to }: SyntaxNode): string {
  return put(text, text.lastIndexOf("\n", from) + 1, lineEnd(text, to) + 1, "");
}

/** Takes the comma behind the entry out too, or else the one before it. */
function outOfBrackets(text: string, { from, to }: SyntaxNode): string {
  const behind = /^\s*,[ \t]*/.exec(text.slice(to))?.[0];
  if (behind !== undefined) return put(text, from, to + behind.length, "");
  const before = /,[ \t]*$/.exec(text.slice(0, from))?.[0] ?? "";
  return put(text, from - before.length, to, "");
}
