import type { Report, Requester } from "../../bindings/web/policy.js";
import type { Settings } from "../settings/keys.js";
import type { Edit } from "../settings/text.js";

/** The four texts of the page. */
export const PLACES = ["object", "old", "settings", "rancher"] as const;
export type Place = (typeof PLACES)[number];
export type Texts = Record<Place, string>;

/** Who sends the objects; `auto`: a user for one Cluster, an audit for several. */
export type Asked = "auto" | Requester;

/** What the page asks of the worker. */
export type Question =
  | { kind: "evaluate"; number?: number | undefined; texts: Texts; requester: Asked }
  | { kind: "translate"; number?: number | undefined; texts: Texts }
  | { kind: "edit"; number?: number | undefined; edit: Edit };

/** The result of an evaluation. */
export interface Evaluation {
  report: Report;
  /** The settings as they were read, if they were. */
  settings?: Settings;
  /** How long it took. */
  milliseconds: number;
}

export type Answer =
  | { kind: "evaluated"; number?: number | undefined; evaluation: Evaluation }
  | { kind: "translated"; number?: number | undefined; texts: Texts }
  | { kind: "edited"; number?: number | undefined; text: string }
  | { kind: "failed"; number?: number | undefined; message: string };

/** The names of the places in the interface of the module. */
export const WHERE = {
  object: "objects",
  old: "oldObject",
  settings: "settings",
  rancher: "rancher",
} as const;
