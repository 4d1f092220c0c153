// The module for Node and the browser answers as policy.wasm does.

import { describe, expect, test } from "vitest";
import { evaluate } from "../../bindings/node/policy.js";
import { caseNames, readCase } from "../support/cases.js";

const names = caseNames();

describe("answers and looks up as the case says", () => {
  test.each(names)("%s", (name) => {
    const { request, settings, response, lookups, answers } = readCase(name);
    const report = evaluate({ objects: `{"request": ${request}}`, settings, lookups: answers });
    expect({
      responses: report.results.map((result) => result.response),
      lookups: report.results.map((result) => result.lookups),
      others: report.others,
      errors: report.errors,
    }).toEqual({ responses: [response], lookups: [lookups], others: {}, errors: [] });
  });
});
