// Of the questions that wait for the worker, the newest is put, and none gets lost.

import { afterEach, expect, test, vi } from "vitest";
import { Client } from "../../src/policy/client.js";
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

function begin() {
  vi.stubGlobal("Worker", FakeWorker);
  const shown: number[] = [];
  const failed: string[] = [];
  const client = new Client(
    ({ milliseconds }) => shown.push(milliseconds),
    (message) => failed.push(message),
  );
  const objects = (worker: number) => FakeWorker.all[worker]?.asked.map(({ texts }) => texts.object);
  return { client, shown, failed, objects, worker: FakeWorker.all[0] as FakeWorker };
}

test("one question at a time, and of those that wait the newest", () => {
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

test("a failure is told, and a new worker gets the question that waited", () => {
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
  }).toEqual({ terminated: [true, false], asked: [["a"], ["ab"]], shown: [2], failed: ["unreachable"] });
});

test("an uncaught error in the worker does not lose the question that waited", () => {
  const { client, shown, objects, worker } = begin();
  client.evaluate(texts("a"), "auto");
  client.evaluate(texts("ab"), "auto");
  worker.dispatchEvent(Object.assign(new Event("error"), { message: "out of memory" }));
  expect([objects(0), objects(1)]).toEqual([["a"], ["ab"]]);
  FakeWorker.all[1]?.answer(evaluated(2));
  expect({ asked: [objects(0), objects(1)], shown }).toEqual({ asked: [["a"], ["ab"]], shown: [2] });
});
