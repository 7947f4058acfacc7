import type { EnvironmentReport } from "../environment-report";
import type { Report } from "../report";
import { permissionsSection, widenedAccessSection } from "./access";
import { lossSection, otherSections } from "./changes";
import { costSection } from "./cost";
import { compose, type Section } from "./document";
import { code, header, plain, row } from "./markdown";
import { outageSection } from "./outages";
import { checkSection, driftSection } from "./outside";
import { differenceOf } from "./phrases/formats";
import {
  COLUMNS,
  differencesWarning,
  HEADINGS,
  planSentence,
  SUMMARY_CELLS,
  undeterminedPartsSentence,
} from "./phrases/headings";
import { metricText, originText } from "./phrases/releases";
import { riskSections } from "./risks";
import { DEFAULT_LAYOUT, type Layout, positionOf, type SectionName } from "./sections";
import { surfaceSection } from "./surface";

/** How a report is rendered. */
export interface RenderOptions {
  /** The sections. @default all sections */
  readonly layout?: Layout;
  /** Maximum length in characters. @default the maximum of a comment on GitHub */
  readonly max?: number;
}

/** A report as Markdown for a comment: the verdict in the first line, then the sections of the layout. */
export function toMarkdown(report: Report, { layout = DEFAULT_LAYOUT, max }: RenderOptions = {}): string {
  const { verdict, environments } = report;
  const changing = environments.filter((one) => !isUnchanged(one));
  if (changing.length === 0) {
    const hasUndetermined = layout.parts.some((part) => "section" in part && part.section === "undetermined");
    return `${[plain(verdict), ...(hasUndetermined ? undeterminedParagraphs(report) : [])].join("\n\n")}\n`;
  }
  return compose([plain(verdict), ...blocksOf(report, changing, layout)], max);
}

/** Markdown and sections below the verdict. */
function blocksOf(
  report: Report,
  changing: readonly EnvironmentReport[],
  layout: Layout,
): (string | Section)[] {
  const isOne = report.environments.length === 1;
  const titledFor = ({ environment }: EnvironmentReport) =>
    isOne ? (title: string) => title : (title: string) => `${environment}: ${title}`;
  const ofAll = (part: Layout["parts"][number]): (string | Section)[] =>
    "markdown" in part ? [part.markdown] : commonBlocks(report, layout, part.section, part.heading);
  const ofOne = (one: EnvironmentReport, part: Layout["parts"][number]): Section[] =>
    "markdown" in part ? [] : sectionsOf(one, layout, part.section, part.heading, titledFor(one));
  if (!layout.byEnvironment) {
    return layout.parts.flatMap((part) => [
      ...ofAll(part),
      ...changing.flatMap((one): (string | Section)[] => ofOne(one, part)),
    ]);
  }
  return [
    ...layout.parts.flatMap(ofAll),
    ...changing.flatMap((one): (string | Section)[] => {
      const sections = layout.parts.flatMap((part) => ofOne(one, part));
      return isOne || sections.length === 0 ? sections : [chapter(one), ...sections];
    }),
  ];
}

/** The blocks of a section that is about all environments. */
function commonBlocks(
  report: Report,
  layout: Layout,
  name: SectionName,
  heading: string | undefined,
): (string | Section)[] {
  switch (name) {
    case "summary":
      return [overview(report, positionOf(layout, ["differences"], name)), ...planSentences(report)];
    case "undetermined":
      return undeterminedParagraphs(report);
    case "differences":
      return differenceSection(report, heading ?? HEADINGS.differences);
    default:
      return [];
  }
}

/** The blocks of a section that is about one environment. */
function sectionsOf(
  report: EnvironmentReport,
  layout: Layout,
  name: SectionName,
  heading: string | undefined,
  titled: (title: string) => string,
): Section[] {
  const { changes, access, surface, lifecycle } = report;
  const title = (known: keyof typeof HEADINGS): string => titled(heading ?? HEADINGS[known]);
  switch (name) {
    case "checks":
      return checkSection(report.failedChecks, title(name));
    case "releases":
      return releaseSection(report.releases, title(name));
    case "destroyed":
      return lossSection(changes, title(name));
    case "outages":
      return outageSection(report, title(name));
    case "risks":
      return riskSections(risksBesideOutages(report, layout), heading ?? HEADINGS.risks, titled);
    case "public":
      return surfaceSection(surface, title(name));
    case "access":
      return widenedAccessSection(access, title(name), lifecycle !== "kept");
    case "permissions":
      return permissionsSection(access, title(name));
    case "cost":
      return costSection(report.cost, title(name));
    case "changes":
      return otherSections(changes, (address) => positionOfMeaning(report, layout, address), titled);
    case "drift":
      return driftSection(report.drift, title(name));
    case "outputs":
      return outputSection(report.outputs, title(name));
    default:
      return [];
  }
}

/** The risks without those that the layout shows as outages. */
function risksBesideOutages({ risks }: EnvironmentReport, layout: Layout): EnvironmentReport["risks"] {
  if (positionOf(layout, ["outages"], "risks") === undefined) return risks;
  return risks.filter(({ gates }) => !gates.includes("outage"));
}

/** Where the layout compares the documents of a resource completely by their meaning. */
function positionOfMeaning(
  { access, surface }: EnvironmentReport,
  layout: Layout,
  address: string,
): "above" | "below" | undefined {
  const ofResource = access.filter(({ where }) => where.some((one) => one.address === address));
  // The section "access" has only the changes that widen access.
  const permissions: SectionName[] = ofResource.every(({ widens }) => widens)
    ? ["access", "permissions"]
    : ["permissions"];
  const [position, ...others] = [
    ...(ofResource.length > 0 ? [positionOf(layout, permissions, "changes")] : []),
    ...(surface.some((change) => change.address === address)
      ? [positionOf(layout, ["public"], "changes")]
      : []),
  ];
  return others.every((other) => other === position) ? position : undefined;
}

function isUnchanged(report: EnvironmentReport): boolean {
  const { changes, outputs, releases, errored, incompleteReasons, drift, failedChecks } = report;
  return (
    !errored &&
    [changes, outputs, releases, incompleteReasons, drift, failedChecks].every((list) => list.length === 0)
  );
}

/** Terraform's sentence of each environment. */
function planSentences({ environments }: Report): string[] {
  const isOne = environments.length === 1;
  return environments.flatMap((one) =>
    isUnchanged(one) ? [] : [plain(`${isOne ? "" : `${one.environment}: `}${planSentence(one.planned)}`)],
  );
}

/** One line per environment about parts of the plan that the review does not evaluate. */
function undeterminedParagraphs({ environments }: Report): string[] {
  return environments.flatMap(({ environment, unsupportedParts, unsupportedTypes }) =>
    unsupportedParts.length + unsupportedTypes.length === 0
      ? []
      : [plain(undeterminedPartsSentence(environment, unsupportedParts, unsupportedTypes))],
  );
}

function publicLabel({ surface, access, risks }: EnvironmentReport): string {
  const isOpen =
    surface.some((change) => change.public && !change.undetermined) ||
    access.some((one) => one.public && one.change !== "undetermined") ||
    risks.some(({ gates, direction }) => direction === "worse" && gates.includes("public"));
  if (isOpen) return SUMMARY_CELLS.open;
  const isUndetermined =
    [...surface, ...access].some((change) => change.public) ||
    risks.some(({ gates }) => gates.includes("public"));
  if (isUndetermined) return SUMMARY_CELLS.undetermined;
  if (surface.some(({ opened }) => opened)) return SUMMARY_CELLS.weaker;
  return surface.length > 0 ? SUMMARY_CELLS.changes : "";
}

function overview(
  { environments, differences }: Report,
  positionOfDifferences: "above" | "below" | undefined,
): string {
  const {
    environment,
    import: imports,
    outages,
    permissions,
    public: publicAccess,
    cost,
    ...kinds
  } = COLUMNS.summary;
  const hasImports = environments.some(({ counts }) => counts.import > 0);
  const hasOutages = environments.some((one) => one.outages.length > 0);
  const rows = environments.map((one) => {
    const { counts } = one;
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
      ...(hasOutages ? [loss(one.outages.length)] : []),
      permissionsLabel(one),
      publicLabel(one),
      costLabel(one.cost),
    );
  });
  const names = [
    environment,
    ...(hasImports ? [imports] : []),
    ...Object.values(kinds),
    ...(hasOutages ? [outages] : []),
    permissions,
    publicAccess,
    cost,
  ];
  const warning =
    differences.length === 0 ? [] : ["", differencesWarning(differences.length, positionOfDifferences)];
  return [...header(...names), ...rows, ...warning].join("\n");
}

function permissionsLabel({ access }: EnvironmentReport): string {
  if (access.length === 0) return "";
  return access.some(({ widens }) => widens) ? SUMMARY_CELLS.wider : SUMMARY_CELLS.notWider;
}

function costLabel({ atRest }: EnvironmentReport["cost"]): string {
  if (atRest === null) return "";
  const difference = atRest.difference === 0 ? "" : differenceOf(atRest.difference);
  return atRest.isPartial ? `${difference} ${SUMMARY_CELLS.partlyUnknown}`.trim() : difference;
}

function differenceSection({ differences, environments }: Report, title: string): Section[] {
  const [first] = differences;
  if (first === undefined) return [];
  const names = environments.map(({ environment }) => environment).filter((name) => name in first.by);
  return [
    {
      title,
      level: 3,
      folded: false,
      importance: 80,
      paragraphs: [],
      header: header(COLUMNS.differences, ...names.map(code)),
      rows: differences.map(({ path, by }) => row(code(path), ...names.map((name) => plain(by[name] ?? "")))),
    },
  ];
}

/** The heading above the sections of an environment. */
function chapter({ environment }: EnvironmentReport): Section {
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

function releaseSection(releases: EnvironmentReport["releases"], title: string): Section[] {
  if (releases.length === 0) return [];
  return [
    {
      title: `${title}: ${releases.length}`,
      level: 3,
      folded: false,
      importance: 70,
      paragraphs: [],
      header: header(...COLUMNS.releases),
      rows: releases.map((change) =>
        row(
          code(change.model),
          code(change.before ?? ""),
          code(change.after ?? ""),
          plain(change.after === null ? "" : originText(change)),
          plain(change.metrics.map(metricText).join(", ")),
          code(change.serves),
        ),
      ),
    },
  ];
}

function outputSection(outputs: EnvironmentReport["outputs"], title: string): Section[] {
  if (outputs.length === 0) return [];
  return [
    {
      title: `${title}: ${outputs.length}`,
      level: 3,
      folded: true,
      importance: 20,
      paragraphs: [],
      header: header(...COLUMNS.outputs),
      rows: outputs.map(({ name, before, after }) => row(code(name), code(before), code(after))),
    },
  ];
}
