import type { Risk } from "../risks";
import type { Section } from "./document";
import { code, plain } from "./markdown";
import { SAFER_SETTINGS } from "./phrases/headings";
import { completeRiskSentence, riskPredicate, riskSubject, riskValueText } from "./phrases/risk-sentences";

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
            essentialRows: worse.filter(
              ({ kind }) => kind !== "weaker protection" && kind !== "end of support",
            ).length,
            rows: grouped(worse, groupOf).map((risks) => `- ⚠ ${risks[0].kind}: ${itemsOf(risks)}`),
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

/** Functions on the same runtime have one row, because one decision changes all of them. Other risks have a row each. */
function groupOf({ kind, details, direction, before, after, address, attribute }: Risk): string {
  const isSupport = kind === "end of support" && details?.kind === "runtime";
  return JSON.stringify(isSupport ? [kind, direction, before, after] : [address, attribute, kind]);
}

function grouped(risks: readonly Risk[], keyOf: (risk: Risk) => string): [Risk, ...Risk[]][] {
  const groups = new Map<string, [Risk, ...Risk[]]>();
  for (const risk of risks) {
    const group = groups.get(keyOf(risk));
    if (group === undefined) groups.set(keyOf(risk), [risk]);
    else group.push(risk);
  }
  return [...groups.values()];
}

function itemsOf(risks: readonly [Risk, ...Risk[]]): string {
  const [first, ...others] = risks;
  if (others.length === 0) return itemOf(first);
  const { attribute, before, after } = first;
  const change = `${code(attribute)}: ${code(riskValueText(before))} → ${code(riskValueText(after))}`;
  return `${plain(completeRiskSentence(risks))} (${change}).`;
}

function itemOf(risk: Risk): string {
  const { attribute, before, after, path } = risk;
  const change = `${code(attribute)}: ${code(riskValueText(before))} → ${code(riskValueText(after))}`;
  return `${plain(riskSubject(risk))} ${plain(riskPredicate(risk))} (${change}; in ${code(path)}).`;
}
