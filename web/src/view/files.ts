import { inWords } from "../i18n/language.js";
import { element } from "./element.js";

/** Called with what was opened, and whether it is an object to judge. */
type Opened = (text: string, isObject: boolean) => void;

/** The files that could not be read. */
const unreadable = element("bdi");
const notice = element("p", { class: "caution", role: "alert", "data-testid": "files-unreadable", hidden: true });

/** The button that opens files. */
export function openButton(opened: Opened): HTMLElement {
  const input = element("input", {
    type: "file",
    multiple: true,
    accept: ".json,.jsonl,.ndjson,.yaml,.yml,.txt,application/json,text/*",
    "data-testid": "open-file",
    class: "hidden-text",
  });
  const name = element("span");
  input.addEventListener("change", async () => {
    const files = [...(input.files ?? [])];
    // So that the same file can be opened again.
    input.value = "";
    await open(files, opened);
  });
  inWords((words) => (name.textContent = words.open));
  return element("label", { class: "button" }, input, name);
}

/** Lets files be dropped on a zone, the editor in it included. */
export function acceptDrops(zone: HTMLElement, opened: Opened): void {
  const holdsFiles = (event: DragEvent) => event.dataTransfer?.types.includes("Files") ?? false;
  const catchFiles = (event: DragEvent) => {
    if (!holdsFiles(event)) return;
    event.preventDefault();
    event.stopPropagation();
    zone.classList.toggle("over", event.type === "dragover" || event.type === "dragenter");
  };
  // Outside the zone, a file is not taken, and the browser does not open it either.
  for (const type of ["dragover", "drop"] as const) {
    window.addEventListener(type, (event) => {
      if (!holdsFiles(event)) return;
      event.preventDefault();
      if (event.dataTransfer) event.dataTransfer.dropEffect = "none";
    });
  }
  for (const type of ["dragenter", "dragover", "dragleave"] as const) {
    zone.addEventListener(type, catchFiles, { capture: true });
  }
  zone.addEventListener(
    "drop",
    (event) => {
      catchFiles(event);
      if (holdsFiles(event)) void open([...(event.dataTransfer?.files ?? [])], opened);
    },
    { capture: true },
  );
  inWords((words) => notice.replaceChildren(`${words.outcome.invalid}: `, unreadable));
  zone.append(notice);
}

/** True for a Cluster, a List of them or an AdmissionReview. */
function isObject(text: string): boolean {
  return /["']?\bkind["']?\s*:\s*["']?(?:Cluster|ClusterList|AdmissionReview)\b/.test(text);
}

/** Opens the files that can be read, one after the other, and names the others. */
async function open(files: File[], opened: Opened): Promise<void> {
  const texts = await Promise.all(files.map(textOf));
  tell(files.filter((_, at) => texts[at] === undefined).map(({ name }) => name));
  const readable = texts.filter((text) => text !== undefined);
  if (readable.length === 0) return;
  const text = joined(readable);
  opened(text, isObject(text));
}

/** Nothing for a folder, and for a binary file. */
async function textOf(file: File): Promise<string | undefined> {
  const text = await file.text().catch(() => "\0");
  return text.includes("\0") ? undefined : text;
}

/** JSON needs no `---` between its documents, and is read faster without. */
function joined(texts: string[]): string {
  const isJson = texts.every((text) => /^\s*[[{](?!\s*[A-Za-z_])/.test(text) && !/^---/m.test(text));
  return texts.join(isJson ? "\n" : "\n---\n");
}

function tell(names: string[]): void {
  notice.hidden = names.length === 0;
  unreadable.textContent = names.join(", ");
}
