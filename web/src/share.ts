import type { Asked, Texts } from "./policy/question.js";

/** What a link contains. Objects are in it only if the user asks for it. */
export interface Shared {
  settings: string;
  rancher: string;
  requester: Asked;
  /** The example whose objects are shown, if they are not in the link. */
  example?: string;
  object?: string;
  old?: string;
}

const PREFIX = "#p=";

/** The address of this page, with what is shared after the `#`. */
export async function link(page: string, shared: Shared): Promise<string> {
  checkLength(shared);
  const bytes = await through(new TextEncoder().encode(JSON.stringify(shared)), new CompressionStream("deflate-raw"));
  const characters = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  const text = btoa(characters).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
  if (PREFIX.length + text.length > MAX_FRAGMENT) throw new Error("this is too much for a link");
  return `${page.split("#")[0]}${PREFIX}${text}`;
}

/** What the fragment of an address contains; `undefined` if it is not one of ours. */
export async function shared(fragment: string): Promise<Shared | undefined> {
  if (!fragment.startsWith(PREFIX)) return undefined;
  if (fragment.length > MAX_FRAGMENT) throw new Error("the link is too long");
  const text = fragment.slice(PREFIX.length).replaceAll("-", "+").replaceAll("_", "/");
  const bytes = Uint8Array.from(atob(text), (character) => character.charCodeAt(0));
  const json = new TextDecoder().decode(await through(bytes, new DecompressionStream("deflate-raw")));
  return checked(JSON.parse(json));
}

/** A link can come from anywhere: it must not unfold into more. */
const MAX_BYTES = 10e6;

/** The longest fragment that is opened, or made. */
const MAX_FRAGMENT = 1e6;

async function through(bytes: Uint8Array<ArrayBuffer>, stream: CompressionStream | DecompressionStream) {
  const chunks: Uint8Array<ArrayBuffer>[] = [];
  let size = 0;
  const reader = new Blob([bytes]).stream().pipeThrough(stream).getReader();
  for (let read = await reader.read(); !read.done; read = await reader.read()) {
    size += read.value.length;
    if (size > MAX_BYTES) {
      await reader.cancel();
      throw new Error("the link unfolds into too much");
    }
    chunks.push(read.value);
  }
  return new Uint8Array(await new Blob(chunks).arrayBuffer());
}

/** The longest text of settings, and of Rancher's, in a link. */
const MAX_TEXT = 100_000;

const REQUESTERS: readonly Asked[] = ["auto", "user", "service-account", "audit-scanner"];

/** A link can come from anywhere: only values of the right type are used. */
function checked(value: unknown): Shared {
  const held = typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
  const text = (key: string) => (typeof held[key] === "string" ? held[key] : undefined);
  const made: Shared = {
    settings: text("settings") ?? "",
    rancher: text("rancher") ?? "",
    requester: REQUESTERS.find((requester) => requester === held["requester"]) ?? "auto",
  };
  for (const key of ["example", "object", "old"] as const) {
    const value = text(key);
    if (value !== undefined) made[key] = value;
  }
  checkLength(made);
  return made;
}

function checkLength({ settings, rancher }: Shared): void {
  if (Math.max(settings.length, rancher.length) > MAX_TEXT) throw new Error("a text of the link is too long");
}

/** The part of the page that goes into a link. */
export function toShare(texts: Texts, requester: Asked, example: string | undefined, withObjects: boolean): Shared {
  const { settings, rancher, object, old } = texts;
  if (withObjects) return { settings, rancher, requester, object, old };
  return example === undefined ? { settings, rancher, requester } : { settings, rancher, requester, example };
}
