// What the page has to show for an answer of the policy.

import type { Outcome, Response } from "../../bindings/node/policy.js";
import type { Shown } from "./playground.js";

export function outcomeOf({ accepted, code, message, mutated_object, warnings }: Response): Outcome {
  if (code === 500) {
    return "error";
  }
  if (!accepted) {
    return "reject";
  }
  if (mutated_object !== undefined) {
    return "repair";
  }
  return message === undefined && (warnings ?? []).length === 0 ? "accept" : "warn";
}

export function shownOf(response: Response): Shown {
  return {
    outcome: outcomeOf(response),
    message: response.message ?? "",
    warnings: response.warnings ?? [],
  };
}
