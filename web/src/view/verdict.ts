import type { InputError, Outcome, Report } from "../../bindings/web/policy.js";
import { words } from "../i18n/language.js";
import { WHERE, PLACES } from "../policy/question.js";
import { element } from "./element.js";

const WORST: Outcome[] = ["reject", "error", "repair", "warn", "accept"];

/** The worst of all outcomes, or `invalid` if there is none. */
function overall({ results, errors }: Report): Outcome | "invalid" {
  if (errors.length > 0) return "invalid";
  return WORST.find((outcome) => results.some((result) => result.outcome === outcome)) ?? "invalid";
}

/** The verdict as a card, with the errors. */
export function verdict(report: Report, goTo: (error: InputError) => void): HTMLElement {
  const outcome = overall(report);
  const card = element("div", {
    class: "verdict",
    "data-testid": "verdict",
    "data-outcome": outcome,
    tabindex: "-1",
  });
  const [head, below] = told(report, outcome);
  card.append(element("p", { class: "outcome" }, head));
  if (below !== "") card.append(element("p", { class: "subject" }, below));
  const server = compared(report);
  if (server !== "") card.append(element("p", { class: "subject", "data-testid": "compared" }, server));
  const others = kinds(report);
  if (others !== "" && report.results.length > 0) {
    card.append(element("p", { class: "subject" }, words().others(others)));
  }
  if (report.errors.length > 0) card.append(errorList(report.errors, goTo));
  return card;
}

function told(report: Report, outcome: Outcome | "invalid"): [string, string] {
  const said = words();
  const { results, errors } = report;
  const [result] = results;
  if (errors.length > 0) return [said.outcome.invalid, said.invalidHint];
  if (!result) {
    const others = kinds(report);
    return [said.empty, others === "" ? said.emptyHint : said.nothingOfOurs(others)];
  }
  if (results.length > 1) {
    const bad = results.filter(({ outcome }) => outcome === "reject" || outcome === "error").length;
    const isOne = results.every(({ requester }) => requester === result.requester);
    return [said.clusters.verdict(bad, results.length), isOne ? said.clusters.subject(result.requester) : ""];
  }
  const subject = said.subject(result.operation, result.requester);
  const name = result.displayName && result.displayName !== result.name
    ? `${result.displayName} (${result.name})`
    : result.name;
  return [said.outcome[outcome], name === "" ? subject : `${name} · ${subject}`];
}

/** What several clusters are compared with; for one, the explanation says it. */
function compared({ results, server }: Report): string {
  const said = words();
  const isTold = results.length > 1 || (results.length > 0 && (server?.from === "objects" || server?.inObjects !== undefined));
  if (!isTold) return "";
  if (!server) return said.notCompared;
  const other = server.inObjects === undefined ? "" : said.otherVersion(server.inObjects);
  return said.compared[server.from](server.version) + other;
}

function kinds({ others }: Report): string {
  return Object.entries(others).map(([kind, count]) => (count > 1 ? `${kind} (${count})` : kind)).join(", ");
}

function placeOf({ line, column, field }: InputError): string {
  const said = words();
  if (line !== undefined) return `, ${said.errorAt(line, column ?? 1)}`;
  return field === undefined ? "" : `, ${said.errorIn(field)}`;
}

function errorList(errors: InputError[], goTo: (error: InputError) => void): HTMLElement {
  const said = words();
  const list = element("ul", { class: "errors", "data-testid": "errors", "aria-label": said.errors });
  for (const error of errors) {
    const place = PLACES.find((place) => WHERE[place] === error.where) ?? "object";
    const button = element("button", { type: "button", class: "link" }, `${said.tab[place]}${placeOf(error)}`);
    button.addEventListener("click", () => goTo(error));
    list.append(element("li", {}, button, " ", element("span", { lang: "en" }, error.message)));
  }
  return list;
}
