import { isMap, isNode, isScalar, type Pair, parseDocument } from "yaml";
import { translate } from "./policy/input.js";
import { yamlText } from "./yaml-text.js";

/** The settings of the policy, as the form has them. */
export const SETTINGS = {
  serverVersion: "text",
  allowedLag: ["none", "patch", "minor"],
  ratcheting: ["true", "false"],
  deployedImage: ["reject", "warn", "ignore"],
  unknownVersion: ["reject", "warn"],
  repair: ["false", "true"],
} as const;

export type SettingKey = keyof typeof SETTINGS;

export const SETTING_KEYS = Object.keys(SETTINGS) as SettingKey[];

type Settings = Record<string, unknown>;

/**
 * The text of the settings with one of them changed; an empty value takes it out. Comments
 * and the other lines of YAML stay as they are. A text that cannot be changed so is written
 * anew, and one that cannot be read is written from the settings `known` before.
 */
export function withSetting(text: string, key: SettingKey, value: string, known: Settings = {}): string {
  const settings = settingsOf(text);
  const wanted = changed(settings ?? known, key, value);
  if (!settings) return yamlText(wanted);
  const edited = isJson(text) ? `${JSON.stringify(wanted, null, 2)}\n` : inYaml(text, key, value);
  return isSame(settingsOf(edited), wanted) ? edited : yamlText(wanted);
}

/** True for the two settings that are true or false. */
function isFlag(key: SettingKey): boolean {
  return key === "ratcheting" || key === "repair";
}

function changed(settings: Settings, key: SettingKey, value: string): Settings {
  const wanted = { ...settings };
  if (value === "") delete wanted[key];
  else wanted[key] = isFlag(key) ? value === "true" : value;
  return wanted;
}

/** The settings of a text; `undefined` if it cannot be read as settings. */
export function settingsOf(text: string): Settings | undefined {
  const translation = translate(text);
  if (!("json" in translation)) return undefined;
  const value = parsed(translation.json.trim() === "" ? "null" : translation.json);
  if (value === null) return {};
  return typeof value === "object" && !Array.isArray(value) ? (value as Settings) : undefined;
}

function parsed(json: string): unknown {
  try {
    return JSON.parse(json) as unknown;
  } catch {
    return undefined;
  }
}

function isJson(text: string): boolean {
  return typeof (parsed(text.replace(/^\uFEFF/, "")) ?? undefined) === "object";
}

function isSame(settings: Settings | undefined, wanted: Settings): boolean {
  const sorted = (map: Settings) => JSON.stringify(Object.entries(map).sort());
  return settings !== undefined && sorted(settings) === sorted(wanted);
}

/** A text, and the piece of it that is one entry of a map. */
interface Entry {
  text: string;
  from: number;
  to: number;
  /** Where its value begins, if a comment stands before it. */
  valueFrom?: number;
}

/** The text with one setting changed. What comes of rare ways to write YAML may be wrong. */
function inYaml(text: string, key: SettingKey, value: string): string {
  const { contents } = parseDocument(text, { schema: "core", merge: true, uniqueKeys: false, prettyErrors: false });
  const written = isFlag(key) ? value : JSON.stringify(value);
  const line = `${key}: ${written}`;
  if (!isMap(contents)) return value === "" ? text : inNothing(text, rangeOf(contents), line);
  const { items, flow = false } = contents;
  const pair = items.find(({ key: name }) => isScalar(name) && name.value === key);
  if (!pair) return value === "" ? text : beside(text, items, flow, contents.range?.[0] ?? 0, line);
  const entry = entryOf(text, pair);
  if (value === "") return flow ? outOfBrackets(entry) : outOfLines(entry);
  const { valueFrom } = entry;
  return valueFrom === undefined ? put(text, entry.from, entry.to, line) : put(text, valueFrom, entry.to, written);
}

function put(text: string, from: number, to: number, piece: string): string {
  return text.slice(0, from) + piece + text.slice(to);
}

/** Where a node begins and ends; without a range, at the end of the text. */
function rangeOf(node: unknown): [number, number] | undefined {
  const range = isNode(node) ? node.range : undefined;
  return range ? [range[0], range[1]] : undefined;
}

function entryOf(text: string, pair: Pair): Entry {
  const [from, keyTo] = rangeOf(pair.key) ?? [0, 0];
  const [valueFrom, valueTo] = rangeOf(pair.value) ?? [keyTo, keyTo];
  // A block of text ends behind its line.
  const to = from + text.slice(from, valueTo).trimEnd().length;
  return text.slice(keyTo, valueFrom).includes("#") ? { text, from, to, valueFrom } : { text, from, to };
}

/** In a text of comments, of `null`, or of nothing. */
function inNothing(text: string, range: [number, number] | undefined, line: string): string {
  if (range && range[0] < range[1]) return put(text, ...range, line);
  return `${text}${text === "" || text.endsWith("\n") ? "" : "\n"}${line}\n`;
}

/** Behind the last entry of a map that begins at `start`. */
function beside(text: string, items: Pair[], flow: boolean, start: number, line: string): string {
  const [first, last] = [items[0], items.at(-1)];
  if (!first || !last) return put(text, start + 1, start + 1, line);
  const { to } = entryOf(text, last);
  if (flow) return put(text, to, to, `, ${line}`);
  const indent = / *$/.exec(text.slice(0, entryOf(text, first).from))?.[0] ?? "";
  const end = lineEnd(text, to);
  return put(text, end, end, `\n${indent}${line}${end === text.length ? "\n" : ""}`);
}

function lineEnd(text: string, at: number): number {
  const end = text.indexOf("\n", at);
  return end < 0 ? text.length : end;
}

function outOfLines({ text, from, to }: Entry): string {
  return put(text, text.lastIndexOf("\n", from) + 1, lineEnd(text, to) + 1, "");
}

/** Takes the comma behind the entry out too, or else the one before it. */
function outOfBrackets({ text, from, to }: Entry): string {
  const behind = /^\s*,[ \t]*/.exec(text.slice(to))?.[0];
  if (behind !== undefined) return put(text, from, to + behind.length, "");
  const before = /,[ \t]*$/.exec(text.slice(0, from))?.[0] ?? "";
  return put(text, from - before.length, to, "");
}
