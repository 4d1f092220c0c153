import { inWords } from "../i18n/language.js";
import { element } from "./element.js";

/** Gets what was opened, and whether it is something to judge. */
type Opened = (text: string, isObject: boolean) => void;

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
    const text = await read(input.files);
    // The same file can be opened once more.
    input.value = "";
    if (text !== undefined) opened(text, isObject(text));
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
  // Beside the zone a file is neither taken nor does the browser leave the page for it.
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
    async (event) => {
      catchFiles(event);
      const text = holdsFiles(event) ? await read(event.dataTransfer?.files) : undefined;
      if (text !== undefined) opened(text, isObject(text));
    },
    { capture: true },
  );
}

/** True for a Cluster, a List of them or an AdmissionReview. */
function isObject(text: string): boolean {
  return /["']?\bkind["']?\s*:\s*["']?(?:Cluster|ClusterList|AdmissionReview)\b/.test(text);
}

/** The texts of files, one document after the other. */
async function read(files: FileList | null | undefined): Promise<string | undefined> {
  if (!files || files.length === 0) return undefined;
  const texts = await Promise.all([...files].map((file) => file.text()));
  const isJson = texts.every((text) => /^\s*[[{]/.test(text));
  return texts.join(isJson ? "\n" : "\n---\n");
}
