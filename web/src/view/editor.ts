import { defaultKeymap, history, historyKeymap, isolateHistory, indentWithTab } from "@codemirror/commands";
import { json } from "@codemirror/lang-json";
import { yaml } from "@codemirror/lang-yaml";
import { bracketMatching, HighlightStyle, indentUnit, syntaxHighlighting } from "@codemirror/language";
import { lintGutter, setDiagnostics, type Diagnostic } from "@codemirror/lint";
import { Annotation, Compartment, EditorState, type Text } from "@codemirror/state";
import { drawSelection, EditorView, highlightActiveLine, keymap, lineNumbers } from "@codemirror/view";
import { tags } from "@lezer/highlight";
import type { InputError } from "../../bindings/web/policy.js";
import { placeOf } from "../settings/edit.js";
import { element } from "./element.js";

const colours = HighlightStyle.define([
  { tag: [tags.propertyName, tags.definition(tags.propertyName)], color: "var(--code-key)" },
  { tag: [tags.string, tags.content], color: "var(--code-text)" },
  { tag: [tags.number, tags.bool, tags.null, tags.keyword], color: "var(--code-value)" },
  { tag: [tags.comment, tags.lineComment], color: "var(--faint)", fontStyle: "italic" },
  { tag: [tags.punctuation, tags.separator, tags.bracket], color: "var(--faint)" },
]);

const look = EditorView.theme({
  "&": { height: "100%", color: "var(--text)", backgroundColor: "transparent" },
  "&.cm-focused": { outline: "none" },
  ".cm-scroller": { fontFamily: "var(--mono)", fontSize: "var(--code-size)", lineHeight: "1.55" },
  ".cm-content": { padding: "0.6rem 0", caretColor: "var(--text)" },
  ".cm-line": { padding: "0 0.8rem 0 0.4rem" },
  ".cm-gutters": { backgroundColor: "transparent", color: "var(--faint)", border: "none" },
  ".cm-activeLine, .cm-activeLineGutter": { backgroundColor: "var(--active-line)" },
  "&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground": {
    backgroundColor: "var(--selection)",
  },
  ".cm-cursor": { borderLeftColor: "var(--text)" },
  ".cm-matchingBracket, &.cm-focused .cm-matchingBracket": { backgroundColor: "var(--selection)" },
  ".cm-tooltip": {
    backgroundColor: "var(--raised)",
    color: "var(--text)",
    border: "1px solid var(--line)",
    borderRadius: "6px",
    maxWidth: "32rem",
  },
  ".cm-diagnostic": { fontFamily: "var(--sans)", fontSize: "0.85rem" },
  // In place of the images of CodeMirror, which the Content-Security-Policy does not allow.
  ".cm-lintRange-error": {
    backgroundImage: "none",
    paddingBottom: "0",
    textDecoration: "underline wavy var(--reject)",
    textDecorationSkipInk: "none",
  },
  ".cm-gutter-lint .cm-lint-marker-error": {
    content: "normal",
    width: "0.6em",
    height: "0.6em",
    margin: "0.5em auto 0",
    borderRadius: "50%",
    backgroundColor: "var(--reject)",
  },
  ".cm-lintPoint-error:after": { borderBottomColor: "var(--reject)" },
  ".cm-diagnostic-error": { borderLeftColor: "var(--reject)" },
});

/** Set on changes that do not come from the user. */
const fromPage = Annotation.define<boolean>();

/**
 * Replaces a selection without the browser's help: Chromium would keep the style of the
 * selected text in a style attribute, which the Content-Security-Policy forbids.
 */
const replacing = EditorView.domEventHandlers({
  beforeinput(event, view) {
    const { data, inputType } = event;
    const isOver = view.state.selection.ranges.some((range) => !range.empty);
    if (inputType !== "insertText" || data === null || !isOver || view.composing) return false;
    view.dispatch(view.state.replaceSelection(data), { userEvent: "input.type", scrollIntoView: true });
    event.preventDefault();
    return true;
  },
});

function looksLikeJson(text: Text): boolean {
  return /^\s*[[{]/.test(text.sliceString(0, 200));
}

/**
 * An editor for YAML and JSON, in a shadow root: there CodeMirror adopts its style sheets,
 * while the page's Content-Security-Policy forbids a style element.
 */
export class Editor {
  readonly host = element("div", { class: "editor" });
  readonly #view: EditorView;
  readonly #language = new Compartment();
  readonly #name = new Compartment();
  #isJson = false;
  #read: { doc: Text; text: string } | undefined;
  /** A text that waits until the editor is visible: hidden, it would draw all of its lines. */
  #pending: string | undefined;
  #errors: InputError[] = [];

  constructor(testId: string, changed: () => void) {
    this.host.dataset["testid"] = testId;
    const root = this.host.attachShadow({ mode: "open" });
    this.#view = new EditorView({
      parent: root,
      root,
      extensions: [
        lineNumbers(),
        lintGutter(),
        history(),
        drawSelection(),
        bracketMatching(),
        highlightActiveLine(),
        indentUnit.of("  "),
        EditorState.tabSize.of(2),
        EditorView.lineWrapping,
        keymap.of([...defaultKeymap, ...historyKeymap, indentWithTab]),
        this.#language.of(yaml()),
        this.#name.of([]),
        syntaxHighlighting(colours),
        look,
        replacing,
        EditorView.domEventHandlers({ focus: () => this.#bring() }),
        EditorView.updateListener.of((update) => {
          if (!update.docChanged) return;
          this.#fitLanguage();
          if (!update.transactions.some((transaction) => transaction.annotation(fromPage))) changed();
        }),
      ],
    });
    new IntersectionObserver(() => this.show(), { threshold: [0, 0.1, 0.2] }).observe(this.host);
  }

  /** The text, read once for each state of the document. */
  get text(): string {
    if (this.#pending !== undefined) return this.#pending;
    const { doc } = this.#view.state;
    if (this.#read?.doc !== doc) this.#read = { doc, text: doc.toString() };
    return this.#read.text;
  }

  get isEmpty(): boolean {
    return (this.#pending?.length ?? this.#view.state.doc.length) === 0;
  }

  /** Replaces the text, with the line ends of the editor, as a change that can be undone. */
  put(text: string): void {
    const lines = text.replace(/\r\n?/g, "\n");
    if (lines === this.text) return;
    this.#errors = [];
    this.#pending = lines;
    this.show();
  }

  /** Puts in the waiting text if the editor is visible. Called when it becomes visible. */
  show(): void {
    this.#view.requestMeasure();
    if (this.#pending === undefined) return;
    // To ask for a place makes CodeMirror measure first.
    this.#view.lineBlockAtHeight(0);
    if (this.#view.inView) this.#putPending();
  }

  /** Scrolls to the editor, with its text in it. */
  #bring(): void {
    if (this.#pending === undefined) return;
    this.host.scrollIntoView({ block: "nearest" });
    this.show();
    this.#putPending();
  }

  #putPending(): void {
    const text = this.#pending;
    if (text === undefined) return;
    this.#pending = undefined;
    // The waiting text may be the one that is there already.
    if (text === this.text) return this.#mark();
    this.#view.dispatch({
      changes: { from: 0, to: this.#view.state.doc.length, insert: text },
      selection: { anchor: 0 },
      scrollIntoView: true,
      annotations: [fromPage.of(true), isolateHistory.of("full")],
    });
    this.#mark();
  }

  set name(name: string) {
    this.#view.dispatch({
      effects: this.#name.reconfigure(EditorView.contentAttributes.of({ "aria-label": name, tabindex: "0" })),
    });
  }

  focus(): void {
    this.#view.focus();
  }

  /** Marks what cannot be read. */
  mark(errors: InputError[]): void {
    this.#errors = errors;
    if (this.#pending === undefined) this.#mark();
  }

  #mark(): void {
    const diagnostics = this.#errors.map((error): Diagnostic => {
      const [from, to] = this.#range(error);
      return { from, to, severity: "error", message: error.message };
    });
    this.#view.dispatch(setDiagnostics(this.#view.state, diagnostics));
  }

  /** Goes to an error. */
  goTo(error: InputError): void {
    this.#bring();
    this.#view.dispatch({ selection: { anchor: this.#range(error)[0] }, scrollIntoView: true });
    this.focus();
  }

  /** From the error to the end of its line; the whole first line if the place is not known. */
  #range({ line, column, field }: InputError): [number, number] {
    const { doc } = this.#view.state;
    if (line === undefined) {
      const at = field === undefined ? 0 : (placeOf(this.text, field) ?? 0);
      return [at, doc.lineAt(at).to];
    }
    const { from, to } = doc.line(Math.min(line, doc.lines));
    const start = Math.min(from + Math.max((column ?? 1) - 1, 0), to);
    return start < to ? [start, to] : [Math.max(from, start - 1), to];
  }

  #fitLanguage(): void {
    const isJson = looksLikeJson(this.#view.state.doc);
    if (isJson === this.#isJson) return;
    this.#isJson = isJson;
    this.#view.dispatch({ effects: this.#language.reconfigure(isJson ? json() : yaml()) });
  }
}
