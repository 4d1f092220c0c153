// Of the questions that wait for the worker, the newest is asked, and none gets lost. A worker
// that fails or does not answer is replaced, but not forever.

import { afterEach, beforeEach, describe, expect, test, vi } from "vitest";
import { Client, type Failure } from "../../src/policy/client.js";
import type { Answer, Question, Texts } from "../../src/policy/question.js";

/** A worker that answers when the test says so. */
class FakeWorker extends EventTarget {
  static all: FakeWorker[] = [];
  readonly asked: Question[] = [];
  isTerminated = false;

  constructor() {
    super();
    FakeWorker.all.push(this);
  }

  postMessage(question: Question): void {
    this.asked.push(question);
  }

  terminate(): void {
    this.isTerminated = true;
  }

  answer(answer: Answer): void {
    this.dispatchEvent(new MessageEvent("message", { data: answer }));
  }

  fail(message: string): void {
    this.dispatchEvent(Object.assign(new Event("error"), { message }));
  }
}

afterEach(() => {
  vi.unstubAllGlobals();
  FakeWorker.all = [];
});

function texts(object: string): Texts {
  return { object, old: "", settings: "", rancher: "" };
}

function evaluated(milliseconds: number): Answer {
  const report = { results: [], others: {}, errors: [] };
  return { kind: "evaluated", evaluation: { report, milliseconds } };
}

function begin(told: (client: Client, milliseconds: number) => void = () => {}) {
  vi.stubGlobal("Worker", FakeWorker);
  const shown: number[] = [];
  const failed: [string, Failure | undefined][] = [];
  const client: Client = new Client(
    ({ milliseconds }) => {
      shown.push(milliseconds);
      told(client, milliseconds);
    },
    (message, failure) => failed.push([message, failure]),
  );
  const objects = (worker: number) => FakeWorker.all[worker]?.asked.map(objectOf);
  return { client, shown, failed, objects, worker: FakeWorker.all[0] as FakeWorker };
}

function objectOf(question: Question): string {
  return "texts" in question ? question.texts.object : "";
}

/** All that was asked of each worker so far, and whether it was ended. */
function workers(): { objects: string[]; isTerminated: boolean }[] {
  return FakeWorker.all.map(({ asked, isTerminated }) => ({
    objects: asked.map(objectOf),
    isTerminated,
  }));
}

/** What comes of a translation: the object, or why there is none. */
function translated(client: Client, object: string): Promise<string> {
  return client.translate(texts(object)).then(
    ({ object }) => object,
    (error: Error) => `rejected: ${error.message}`,
  );
}

test("asks one question at a time, and of the waiting ones the newest", () => {
  const { client, shown, failed, objects, worker } = begin();
  for (const text of ["a", "ab", "abc", "abcd"]) {
    client.evaluate(texts(text), "auto");
  }
  const atFirst = objects(0);
  worker.answer(evaluated(1));
  const then = objects(0);
  worker.answer(evaluated(2));
  client.evaluate(texts("last"), "auto");
  worker.answer(evaluated(3));
  expect({ atFirst, then, inTheEnd: objects(0), shown, failed }).toEqual({
    atFirst: ["a"],
    then: ["a", "abcd"],
    inTheEnd: ["a", "abcd", "last"],
    shown: [1, 2, 3],
    failed: [],
  });
});

test("reports a failure, and asks a new worker the waiting question", () => {
  const { client, shown, failed, objects, worker } = begin();
  client.evaluate(texts("a"), "auto");
  client.evaluate(texts("ab"), "auto");
  worker.answer({ kind: "failed", message: "unreachable" });
  expect(objects(1)).toEqual(["ab"]);
  FakeWorker.all[1]?.answer(evaluated(2));
  expect({
    terminated: FakeWorker.all.map(({ isTerminated }) => isTerminated),
    asked: [objects(0), objects(1)],
    shown,
    failed,
  }).toEqual({ terminated: [true, false], asked: [["a"], ["ab"]], shown: [2], failed: [["unreachable", undefined]] });
});

test("asks a question that is put while an answer is handled", () => {
  const { client, shown, objects, worker } = begin((client, first) => {
    if (first === 1) client.evaluate(texts("again"), "auto");
  });
  client.evaluate(texts("a"), "auto");
  worker.answer(evaluated(1));
  worker.answer(evaluated(2));
  expect({ asked: objects(0), shown }).toEqual({ asked: ["a", "again"], shown: [1, 2] });
});

test("reports a worker that cannot be loaded", () => {
  const { client, failed, worker } = begin();
  client.evaluate(texts("a"), "auto");
  worker.dispatchEvent(new Event("error"));
  expect(failed).toEqual([["the worker cannot be loaded", undefined]]);
});

test("does not lose the waiting question after an uncaught error in the worker", () => {
  const { client, shown, objects, worker } = begin();
  client.evaluate(texts("a"), "auto");
  client.evaluate(texts("ab"), "auto");
  worker.fail("out of memory");
  expect([objects(0), objects(1)]).toEqual([["a"], ["ab"]]);
  FakeWorker.all[1]?.answer(evaluated(2));
  expect({ asked: [objects(0), objects(1)], shown }).toEqual({ asked: [["a"], ["ab"]], shown: [2] });
});

test("an answer comes with the texts that it answers, not with later ones", () => {
  vi.stubGlobal("Worker", FakeWorker);
  const shown: unknown[] = [];
  const client = new Client(({ milliseconds }, texts) => shown.push([milliseconds, texts]), vi.fn());
  client.evaluate(texts("a"), "user");
  client.evaluate(texts("ab"), "service-account");
  client.evaluate(texts("abc"), "audit-scanner");
  FakeWorker.all[0]?.answer(evaluated(1));
  FakeWorker.all[0]?.answer(evaluated(2));
  expect({ asked: FakeWorker.all[0]?.asked, shown }).toEqual({
    asked: [
      { kind: "evaluate", number: 1, texts: texts("a"), requester: "user" },
      { kind: "evaluate", number: 3, texts: texts("abc"), requester: "audit-scanner" },
    ],
    shown: [
      [1, texts("a")],
      [2, texts("abc")],
    ],
  });
});

test("asks the newest question after a failure, too", () => {
  const { client, worker } = begin();
  for (const text of ["a", "ab", "abc"]) {
    client.evaluate(texts(text), "auto");
  }
  worker.fail("out of memory");
  client.evaluate(texts("abcd"), "auto");
  client.evaluate(texts("abcde"), "auto");
  FakeWorker.all[1]?.answer(evaluated(1));
  expect(workers()).toEqual([
    { objects: ["a"], isTerminated: true },
    { objects: ["abc", "abcde"], isTerminated: false },
  ]);
});

test("ignores an answer to another question", () => {
  const { client, shown, failed, objects, worker } = begin();
  client.evaluate(texts("a"), "auto");
  client.evaluate(texts("ab"), "auto");
  worker.answer({ ...evaluated(1), number: 2 });
  const atFirst = objects(0);
  worker.answer({ ...evaluated(2), number: 1 });
  worker.answer({ ...evaluated(3), number: 1 });
  worker.answer({ ...evaluated(4), number: 2 });
  worker.answer({ ...evaluated(5), number: 2 });
  expect({ atFirst, inTheEnd: objects(0), shown, failed }).toEqual({
    atFirst: ["a"],
    inTheEnd: ["a", "ab"],
    shown: [2, 4],
    failed: [],
  });
});

test("ignores what a terminated worker still says", async () => {
  const { client, shown, failed, worker } = begin();
  client.evaluate(texts("a"), "auto");
  worker.fail("out of memory");
  client.evaluate(texts("ab"), "auto");
  const translation = translated(client, "b");
  worker.answer(evaluated(1));
  worker.answer({ kind: "translated", number: 3, texts: texts("stale") });
  worker.answer({ kind: "failed", message: "unreachable" });
  worker.fail("out of memory once more");
  const meanwhile = { shown: [...shown], failed: [...failed], workers: workers() };
  FakeWorker.all[1]?.answer(evaluated(2));
  FakeWorker.all[1]?.answer({ kind: "translated", number: 3, texts: texts("fresh") });
  expect({ meanwhile, shown, translation: await translation }).toEqual({
    meanwhile: {
      shown: [],
      failed: [["out of memory", undefined]],
      workers: [
        { objects: ["a"], isTerminated: true },
        { objects: ["ab", "b"], isTerminated: false },
      ],
    },
    shown: [2],
    translation: "fresh",
  });
});

describe("two failures in a row", () => {
  test.each<[string, (worker: FakeWorker | undefined) => void]>([
    ["that are told", (worker) => worker?.answer({ kind: "failed", message: "unreachable" })],
    ["that nothing caught", (worker) => worker?.fail("unreachable")],
  ])("%s, and no worker is started any more", async (_, fail) => {
    const { client, shown, failed } = begin();
    client.evaluate(texts("a"), "auto");
    fail(FakeWorker.all[0]);
    client.evaluate(texts("ab"), "auto");
    client.evaluate(texts("abc"), "auto");
    fail(FakeWorker.all[1]);
    client.evaluate(texts("abcd"), "auto");
    client.evaluate(texts("abcde"), "auto");
    const translation = await translated(client, "b");
    expect({ workers: workers(), shown, failed, translation }).toEqual({
      workers: [
        { objects: ["a"], isTerminated: true },
        { objects: ["ab"], isTerminated: true },
      ],
      shown: [],
      failed: [
        ["unreachable", undefined],
        ["unreachable", "reload"],
        ["", "reload"],
        ["", "reload"],
      ],
      translation: "rejected: there is no worker",
    });
  });

  test("are not in a row with an answer between them", () => {
    const { client, shown, failed } = begin();
    client.evaluate(texts("a"), "auto");
    FakeWorker.all[0]?.fail("first");
    client.evaluate(texts("ab"), "auto");
    FakeWorker.all[1]?.answer(evaluated(1));
    client.evaluate(texts("abc"), "auto");
    FakeWorker.all[1]?.fail("second");
    client.evaluate(texts("abcd"), "auto");
    FakeWorker.all[2]?.answer(evaluated(2));
    expect({ workers: workers(), shown, failed }).toEqual({
      workers: [
        { objects: ["a"], isTerminated: true },
        { objects: ["ab", "abc"], isTerminated: true },
        { objects: ["abcd"], isTerminated: false },
      ],
      shown: [1, 2],
      failed: [
        ["first", undefined],
        ["second", undefined],
      ],
    });
  });
});

describe("a translation", () => {
  test("does not wait for a verdict, and gets its own texts", async () => {
    const { client, shown, worker } = begin();
    client.evaluate(texts("a"), "auto");
    const translations = [translated(client, "b"), translated(client, "c")];
    const asked = [...worker.asked];
    worker.answer({ kind: "translated", number: 3, texts: texts("C") });
    worker.answer({ kind: "translated", number: 2, texts: texts("B") });
    worker.answer(evaluated(1));
    expect({ asked, translations: await Promise.all(translations), shown }).toEqual({
      asked: [
        { kind: "evaluate", number: 1, texts: texts("a"), requester: "auto" },
        { kind: "translate", number: 2, texts: texts("b") },
        { kind: "translate", number: 3, texts: texts("c") },
      ],
      translations: ["B", "C"],
      shown: [1],
    });
  });

  test("is rejected if the worker ends, and the next one goes to a new worker", async () => {
    const { client, failed, worker } = begin();
    const rejected = [translated(client, "a"), translated(client, "b")];
    worker.fail("out of memory");
    const last = translated(client, "c");
    FakeWorker.all[1]?.answer({ kind: "translated", number: 3, texts: texts("C") });
    expect({ all: await Promise.all([...rejected, last]), workers: workers(), failed }).toEqual({
      all: ["rejected: the worker has ended", "rejected: the worker has ended", "C"],
      workers: [
        { objects: ["a", "b"], isTerminated: true },
        { objects: ["c"], isTerminated: false },
      ],
      failed: [["out of memory", undefined]],
    });
  });
});

describe("a worker that does not answer", () => {
  beforeEach(() => void vi.useFakeTimers());
  afterEach(() => void vi.useRealTimers());

  /** What was told until a moment before so many seconds have passed, and then. */
  function waited(failed: unknown[], seconds: number): { before: number; then: unknown[] } {
    const known = failed.length;
    vi.advanceTimersByTime(seconds * 1000 - 1);
    const before = failed.length - known;
    vi.advanceTimersByTime(1);
    return { before, then: failed.slice(known) };
  }

  const TOO_LONG = { before: 0, then: [["", "tooLong"]] };

  test("has 60 seconds for the first answer and 10 for each later one", () => {
    const { client, shown, failed, worker } = begin();
    client.evaluate(texts("a"), "auto");
    vi.advanceTimersByTime(59_999);
    worker.answer(evaluated(1));
    client.evaluate(texts("ab"), "auto");
    client.evaluate(texts("abc"), "auto");
    vi.advanceTimersByTime(9_999);
    worker.answer(evaluated(2));
    const later = waited(failed, 10);
    client.evaluate(texts("abcd"), "auto");
    const another = waited(failed, 60);
    expect({ later, another, shown, workers: workers() }).toEqual({
      later: TOO_LONG,
      another: TOO_LONG,
      shown: [1, 2],
      workers: [
        { objects: ["a", "ab", "abc"], isTerminated: true },
        { objects: ["abcd"], isTerminated: true },
      ],
    });
  });

  test("is not given more time by further questions", () => {
    const { client, failed } = begin();
    client.evaluate(texts("a"), "auto");
    vi.advanceTimersByTime(50_000);
    void translated(client, "b").catch(() => {});
    expect(waited(failed, 10)).toEqual(TOO_LONG);
  });

  test("does not include one that was asked nothing", async () => {
    const { client, shown, failed, worker } = begin();
    vi.advanceTimersByTime(3_600_000);
    client.evaluate(texts("a"), "auto");
    worker.answer(evaluated(1));
    vi.advanceTimersByTime(3_600_000);
    client.evaluate(texts("ab"), "auto");
    worker.answer(evaluated(2));
    const translation = translated(client, "b");
    worker.answer({ kind: "translated", number: 3, texts: texts("B") });
    vi.advanceTimersByTime(3_600_000);
    expect({ shown, failed, translation: await translation, workers: workers() }).toEqual({
      shown: [1, 2],
      failed: [],
      translation: "B",
      workers: [{ objects: ["a", "ab", "b"], isTerminated: false }],
    });
  });

  test("does not include one that has failed", () => {
    const { client, failed, worker } = begin();
    client.evaluate(texts("a"), "auto");
    worker.fail("out of memory");
    vi.advanceTimersByTime(3_600_000);
    expect({ failed, workers: workers() }).toEqual({
      failed: [["out of memory", undefined]],
      workers: [{ objects: ["a"], isTerminated: true }],
    });
  });

  test("is terminated, and a new one gets the newest waiting question", () => {
    const { client, shown, failed, worker } = begin();
    for (const text of ["a", "ab", "abc"]) {
      client.evaluate(texts(text), "auto");
    }
    const told = waited(failed, 60);
    worker.answer(evaluated(1));
    FakeWorker.all[1]?.answer(evaluated(2));
    expect({ told, shown, failed, workers: workers() }).toEqual({
      told: TOO_LONG,
      shown: [2],
      failed: [["", "tooLong"]],
      workers: [
        { objects: ["a"], isTerminated: true },
        { objects: ["abc"], isTerminated: false },
      ],
    });
  });

  test("is replaced each time, because it is the text that takes too long", () => {
    const { client, shown, failed } = begin();
    const told = ["a", "ab", "abc"].map((text) => {
      client.evaluate(texts(text), "auto");
      return waited(failed, 60);
    });
    client.evaluate(texts(""), "auto");
    FakeWorker.all[3]?.answer(evaluated(1));
    expect({ told, shown, workers: workers() }).toEqual({
      told: [TOO_LONG, TOO_LONG, TOO_LONG],
      shown: [1],
      workers: [
        { objects: ["a"], isTerminated: true },
        { objects: ["ab"], isTerminated: true },
        { objects: ["abc"], isTerminated: true },
        { objects: [""], isTerminated: false },
      ],
    });
  });

  test("rejects a translation, once", async () => {
    const { client, failed, worker } = begin();
    client.evaluate(texts("a"), "auto");
    worker.answer(evaluated(1));
    const translation = translated(client, "b");
    const told = waited(failed, 10);
    client.evaluate(texts("ab"), "auto");
    FakeWorker.all[1]?.answer(evaluated(2));
    vi.advanceTimersByTime(3_600_000);
    expect({ told, translation: await translation, failed, workers: workers() }).toEqual({
      told: TOO_LONG,
      translation: "rejected: the worker has ended",
      failed: [["", "tooLong"]],
      workers: [
        { objects: ["a", "b"], isTerminated: true },
        { objects: ["ab"], isTerminated: false },
      ],
    });
  });
});
