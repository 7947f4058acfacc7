import type { Risk } from "../risks";
import type { Section } from "./document";
import { code, plain } from "./text";

/** Settings that become more dangerous, in a sentence each, never folded; and those that become safer, folded. */
export function riskSections(risks: readonly Risk[], titled: (title: string) => string): Section[] {
  const better = risks.filter(({ direction }) => direction === "better");
  const worse = risks.filter((risk) => !better.includes(risk));
  const common = { level: 3, paragraphs: [], header: [] };
  return [
    ...(worse.length === 0
      ? []
      : [
          {
            ...common,
            title: titled("Dangerous settings"),
            folded: false,
            importance: 98,
            essentialRows: worse.filter(({ kind }) => kind !== "weaker protection").length,
            rows: worse.map((risk) => `- ⚠ ${risk.kind}: ${inWords(risk)}`),
          },
        ]),
    ...(better.length === 0
      ? []
      : [
          {
            ...common,
            title: titled(`Safer settings: ${better.length}`),
            folded: true,
            importance: 45,
            rows: better.map((risk) => `- ${inWords(risk)}`),
          },
        ]),
  ];
}

function inWords({ subject, says, attribute, before, after, path }: Risk): string {
  const change = `${code(attribute)}: ${code(before)} → ${code(after)}`;
  return `${plain(subject)} ${plain(says)} (${change}; in ${code(path)}).`;
}
