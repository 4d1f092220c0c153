import type { Answer, Asked, Evaluation, Question, Texts } from "./question.js";

/** Asks the worker, one question at a time. Of those that wait, only the newest is put. */
export class Client {
  #worker = this.#start();
  #busy = false;
  #waiting: Question | undefined;
  #translated: ((texts: Texts) => void)[] = [];

  constructor(
    private readonly shown: (evaluation: Evaluation) => void,
    private readonly failed: (message: string) => void,
  ) {}

  evaluate(texts: Texts, requester: Asked): void {
    const question: Question = { kind: "evaluate", texts, requester };
    if (this.#busy) this.#waiting = question;
    else this.#put(question);
  }

  /** The texts in JSON. */
  translate(texts: Texts): Promise<Texts> {
    return new Promise((resolve) => {
      this.#translated.push(resolve);
      this.#worker.postMessage({ kind: "translate", texts } satisfies Question);
    });
  }

  #put(question: Question): void {
    this.#busy = true;
    this.#worker.postMessage(question);
  }

  #start(): Worker {
    const worker = new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
    worker.addEventListener("message", ({ data }: MessageEvent<Answer>) => this.#take(data));
    worker.addEventListener("error", ({ message }) => {
      this.#restart();
      this.failed(message);
    });
    return worker;
  }

  /** After a failure the module is not used again. */
  #restart(): void {
    this.#worker.terminate();
    this.#worker = this.#start();
    this.#busy = false;
    this.#translated = [];
  }

  #take(answer: Answer): void {
    switch (answer.kind) {
      case "translated":
        this.#translated.shift()?.(answer.texts);
        return;
      case "failed":
        this.#restart();
        this.failed(answer.message);
        break;
      case "evaluated":
        this.#busy = false;
        this.shown(answer.evaluation);
    }
    const next = this.#waiting;
    this.#waiting = undefined;
    if (next) this.#put(next);
  }
}
