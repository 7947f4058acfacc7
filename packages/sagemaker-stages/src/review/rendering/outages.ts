import type { EnvironmentReport } from "../environment-report";
import type { Outage } from "../outages";
import type { Risk } from "../risks";
import type { Section } from "./document";
import { code, plain } from "./markdown";
import { durationText, NOT_REFUSED, outagePredicate, outageSubject } from "./phrases/outages";
import { riskValueText } from "./phrases/risk-sentences";

/** Routes and endpoints whose callers receive errors: never folded, a sentence each, the most informative first. */
export function outageSection(
  { outages, protected: isProtected }: Pick<EnvironmentReport, "outages" | "protected">,
  title: string,
): Section[] {
  if (outages.length === 0) return [];
  const others = outages.filter((one) => !isOfLostResource(one));
  const rows = [...others, ...outages.filter(isOfLostResource)];
  return [
    {
      title: `${title}: ${outages.length}`,
      level: 3,
      folded: false,
      importance: 99,
      essentialRows: others.length,
      paragraphs: isProtected ? [NOT_REFUSED] : [],
      header: [],
      rows: rows.map((outage) => `- ⚠ ${durationText(outage)}: ${itemOf(outage)}`),
    },
  ];
}

/** Whether the section of destroyed and replaced resources names the resource, too. */
function isOfLostResource({ cause, subject }: Outage): boolean {
  return (
    cause === "replaced" ||
    cause === "other address" ||
    cause === "other credential" ||
    (cause === "destroyed" && subject.kind === "resource")
  );
}

function itemOf(outage: Outage): string {
  const change = outage.cause === "setting" ? `${changeOf(outage.setting)}; ` : "";
  return `${plain(outageSubject(outage))} ${plain(outagePredicate(outage))} (${change}in ${code(outage.path)}).`;
}

function changeOf({ attribute, before, after }: Risk): string {
  return `${code(attribute)}: ${code(riskValueText(before))} → ${code(riskValueText(after))}`;
}
