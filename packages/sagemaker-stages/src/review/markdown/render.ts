import { counted } from "../counted";
import { differenceOf } from "../dollars";
import type { EnvironmentReport } from "../environment-report";
import type { Report } from "../report";
import { accessSections } from "./access";
import { lossSection, otherSections } from "./changes";
import { costSection } from "./cost";
import { compose, type Section } from "./document";
import { checkSection, driftSection } from "./outside";
import { riskSections } from "./risks";
import { surfaceSection } from "./surface";
import { code, header, plain, row } from "./text";

/**
 * A report as Markdown for a comment: the verdict in its first line, then what matters most first.
 *
 * @param most - characters
 */
export function toMarkdown(report: Report, most?: number): string {
  const { verdict, environments, differences } = report;
  const changing = environments.filter((one) => !isQuiet(one));
  const unread = environments.flatMap(unreadInWords);
  if (changing.length === 0) return `${[plain(verdict), ...unread].join("\n\n")}\n`;

  const isOne = environments.length === 1;
  const sections: Section[] = [
    ...differenceSection(report),
    ...changing.flatMap((one) => [
      ...(isOne ? [] : [heading(one)]),
      ...environmentSections(one, isOne ? (title) => title : (title) => `${one.environment}: ${title}`),
    ]),
  ];
  const lead = [
    plain(verdict),
    overview(environments, differences.length),
    ...summaries(environments),
    ...unread,
  ];
  return compose(lead, sections, most);
}

function isQuiet(report: EnvironmentReport): boolean {
  const { changes, outputs, errored, reservations, drift, failedChecks } = report;
  return !errored && [changes, outputs, reservations, drift, failedChecks].every((list) => list.length === 0);
}

/** Terraform's sentence: a line an environment. */
function summaries(environments: readonly EnvironmentReport[]): string[] {
  const isOne = environments.length === 1;
  return environments.flatMap((one) =>
    isQuiet(one) ? [] : [plain(isOne ? one.summary : `${one.environment}: ${one.summary}`)],
  );
}

/** One line: what is not judged, because the plan does not say it, or no rule knows the type. */
function unreadInWords({ environment, unread, notRead }: EnvironmentReport): string[] {
  const types = notRead.map(({ type, count }) => `${type} (${count})`);
  const all = [...unread, ...(types.length === 0 ? [] : [`changes of ${types.join(", ")}`])];
  return all.length === 0 ? [] : [plain(`${environment}, not judged here: ${all.join("; ")}.`)];
}

function publicInWords({ surface, access, risks }: EnvironmentReport): string {
  const isOpen =
    surface.some((change) => change.public && !change.unjudged) ||
    access.some((one) => one.public && one.change !== "unjudged") ||
    risks.some(({ gates, direction }) => direction === "worse" && gates.includes("public"));
  if (isOpen) return "⚠ **open**";
  const isUndetermined =
    [...surface, ...access].some((change) => change.public) ||
    risks.some(({ gates }) => gates.includes("public"));
  if (isUndetermined) return "⚠ undetermined";
  if (surface.some(({ opened }) => opened)) return "⚠ weaker";
  return surface.length > 0 ? "changes" : "";
}

function overview(environments: readonly EnvironmentReport[], differences: number): string {
  const hasImports = environments.some(({ counts }) => counts.import > 0);
  const rows = environments.map((one) => {
    const { counts, cost } = one;
    const loss = (count: number): string => (count === 0 ? "" : `**${count}**`);
    const number = (count: number): string => (count === 0 ? "" : String(count));
    return row(
      code(one.environment),
      ...(hasImports ? [number(counts.import)] : []),
      number(counts.create),
      number(counts.update),
      number(counts.rollout),
      loss(counts.replace),
      loss(counts.destroy),
      one.access.some(({ widens }) => widens) ? "⚠ wider" : one.access.length > 0 ? "no wider" : "",
      publicInWords(one),
      moneyInWords(cost),
    );
  });
  const names = [
    "environment",
    ...(hasImports ? ["import"] : []),
    "create",
    "update",
    "rollout",
    "replace",
    "destroy",
    "access",
    "public",
    "a month",
  ];
  const note =
    differences === 0
      ? []
      : ["", `⚠ The environments do not change alike: ${counted(differences, "difference")} below.`];
  return [...header(...names), ...rows, ...note].join("\n");
}

function moneyInWords({ atRest }: EnvironmentReport["cost"]): string {
  if (atRest === null) return "";
  const difference = atRest.difference === 0 ? "" : differenceOf(atRest.difference);
  return atRest.isPartial ? `${difference} not all known`.trim() : difference;
}

function differenceSection({ differences, environments }: Report): Section[] {
  const [first] = differences;
  if (first === undefined) return [];
  const names = environments.map(({ environment }) => environment).filter((name) => name in first.by);
  return [
    {
      title: "What is not alike",
      level: 3,
      folded: false,
      importance: 80,
      paragraphs: [],
      header: header("path", ...names.map(code)),
      rows: differences.map(({ path, by }) => row(code(path), ...names.map((name) => plain(by[name] ?? "")))),
    },
  ];
}

function heading({ environment }: EnvironmentReport): Section {
  return {
    title: environment,
    level: 2,
    folded: false,
    importance: 1_000,
    paragraphs: [],
    header: [],
    rows: [],
  };
}

function environmentSections(report: EnvironmentReport, titled: (title: string) => string): Section[] {
  const { changes, access, surface, risks, cost, outputs, standing } = report;
  const told = new Set([
    ...access.flatMap(({ where }) => where.map(({ address }) => address)),
    ...surface.map(({ address }) => address),
  ]);
  return [
    ...checkSection(report.failedChecks, titled),
    ...lossSection(changes, titled),
    ...riskSections(risks, titled),
    ...surfaceSection(surface, titled),
    ...accessSections(access, titled, standing !== "lasting"),
    ...costSection(cost, titled),
    ...otherSections(changes, told, titled),
    ...driftSection(report.drift, titled),
    ...outputSection(outputs, titled),
  ];
}

function outputSection(outputs: EnvironmentReport["outputs"], titled: (title: string) => string): Section[] {
  if (outputs.length === 0) return [];
  return [
    {
      title: titled(counted(outputs.length, "output")),
      level: 3,
      folded: true,
      importance: 20,
      paragraphs: [],
      header: header("output", "before", "after"),
      rows: outputs.map(({ name, before, after }) => row(code(name), code(before), code(after))),
    },
  ];
}
