import type { Risk } from "../risks";
import type { Section } from "./document";
import { code, plain } from "./markdown";
import { SAFER_SETTINGS } from "./phrases/headings";
import { riskPredicate, riskSubject, riskValueText } from "./phrases/risk-sentences";

/** Settings that become more dangerous, a sentence each; and, folded, settings that become safer. */
export function riskSections(
  risks: readonly Risk[],
  heading: string,
  titled: (title: string) => string,
): Section[] {
  const better = risks.filter(({ direction }) => direction === "better");
  const worse = risks.filter((risk) => !better.includes(risk));
  const common = { level: 3, paragraphs: [], header: [] };
  return [
    ...(worse.length === 0
      ? []
      : [
          {
            ...common,
            title: titled(heading),
            folded: false,
            importance: 98,
            essentialRows: worse.filter(({ kind }) => kind !== "weaker protection").length,
            rows: worse.map((risk) => `- ⚠ ${risk.kind}: ${itemOf(risk)}`),
          },
        ]),
    ...(better.length === 0
      ? []
      : [
          {
            ...common,
            title: titled(`${SAFER_SETTINGS}: ${better.length}`),
            folded: true,
            importance: 45,
            rows: better.map((risk) => `- ${itemOf(risk)}`),
          },
        ]),
  ];
}

function itemOf(risk: Risk): string {
  const { attribute, before, after, path } = risk;
  const change = `${code(attribute)}: ${code(riskValueText(before))} → ${code(riskValueText(after))}`;
  return `${plain(riskSubject(risk))} ${plain(riskPredicate(risk))} (${change}; in ${code(path)}).`;
}
