import type { Edit } from "../settings/text.js";
import type { Answer, Asked, Evaluation, Question, Texts } from "./question.js";

/** Failures that the page has words for. */
export type Failure = "tooLong" | "reload";

type Evaluate = Question & { kind: "evaluate" };

/** Who waits for an answer. */
interface Awaited {
  resolve: (answer: Answer) => void;
  reject: (error: Error) => void;
}

/** How long an answer may take; the first one waits for the module as well. */
const LIMIT = 10_000;
const FIRST_LIMIT = 60_000;

/** After this many failures in a row, no worker is started. */
const MAX_FAILURES = 2;

/** Asks the worker one question at a time. Of the waiting ones, only the newest is asked. */
export class Client {
  #worker: Worker | undefined = this.#start();
  #hasAnswered = false;
  #number = 0;
  #failures = 0;
  #put: Evaluate | undefined;
  #waiting: Evaluate | undefined;
  #awaited = new Map<number, Awaited>();
  #watchdog: ReturnType<typeof setTimeout> | undefined;

  /** Each answer comes with the texts that it answers. */
  constructor(
    private readonly shown: (evaluation: Evaluation, texts: Texts) => void,
    private readonly failed: (message: string, failure?: Failure) => void,
  ) {}

  evaluate(texts: Texts, requester: Asked): void {
    this.#waiting = { kind: "evaluate", number: ++this.#number, texts, requester };
    this.#next();
  }

  /** The texts in JSON. */
  async translate(texts: Texts): Promise<Texts> {
    const answer = await this.#await({ kind: "translate", texts });
    return "texts" in answer ? answer.texts : texts;
  }

  /** The text of the settings with a change in it. */
  async edit(edit: Edit): Promise<string> {
    const answer = await this.#await({ kind: "edit", edit });
    return "text" in answer ? answer.text : edit.text;
  }

  #await(question: Question): Promise<Answer> {
    return new Promise((resolve, reject) => {
      if (this.#failures >= MAX_FAILURES) return reject(new Error("there is no worker"));
      const number = ++this.#number;
      this.#awaited.set(number, { resolve, reject });
      this.#post({ ...question, number });
    });
  }

  #next(): void {
    // The listener that was just called may have asked the next one.
    if (this.#put) return;
    this.#put = this.#waiting;
    this.#waiting = undefined;
    if (!this.#put) return;
    if (this.#failures < MAX_FAILURES) return this.#post(this.#put);
    this.#put = undefined;
    this.failed("", "reload");
  }

  #post(question: Question): void {
    this.#worker ??= this.#start();
    this.#worker.postMessage(question);
    // A new question does not extend the time of earlier ones.
    if (this.#watchdog === undefined) this.#watch();
  }

  #start(): Worker {
    const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
    worker.addEventListener("message", ({ data }: MessageEvent<Answer>) => {
      if (worker === this.#worker) this.#take(data);
    });
    worker.addEventListener("error", ({ message }) => {
      // A worker that cannot be loaded has no message.
      if (worker === this.#worker) this.#fail(message ?? "the worker cannot be loaded");
    });
    return worker;
  }

  #watch(): void {
    this.#unwatch();
    if (!this.#put && this.#awaited.size === 0) return;
    const limit = this.#hasAnswered ? LIMIT : FIRST_LIMIT;
    this.#watchdog = setTimeout(() => this.#end("", "tooLong"), limit);
  }

  #unwatch(): void {
    clearTimeout(this.#watchdog);
    this.#watchdog = undefined;
  }

  #fail(message: string): void {
    this.#failures += 1;
    this.#end(message, this.#failures < MAX_FAILURES ? undefined : "reload");
  }

  /** The worker is not used again. The next question starts another. */
  #end(message: string, failure?: Failure): void {
    this.#unwatch();
    this.#worker?.terminate();
    this.#worker = undefined;
    this.#hasAnswered = false;
    this.#put = undefined;
    const awaited = [...this.#awaited.values()];
    this.#awaited.clear();
    for (const { reject } of awaited) reject(new Error("the worker has ended"));
    this.failed(message, failure);
    if (this.#failures < MAX_FAILURES) this.#next();
  }

  #take(answer: Answer): void {
    if (answer.kind === "failed") return this.#fail(answer.message);
    this.#hasAnswered = true;
    if (answer.kind !== "evaluated") {
      const number = answer.number ?? 0;
      this.#awaited.get(number)?.resolve(answer);
      this.#awaited.delete(number);
    } else if (this.#put && (answer.number ?? this.#put.number) === this.#put.number) {
      const { texts } = this.#put;
      this.#failures = 0;
      this.#put = undefined;
      this.shown(answer.evaluation, texts);
      this.#next();
    }
    this.#watch();
  }
}
