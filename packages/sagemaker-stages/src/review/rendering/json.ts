import type { Report } from "../report";
import { planSentence } from "./phrases/headings";
import { outagePredicate, outageSubject } from "./phrases/outages";
import { riskPredicate, riskSubject } from "./phrases/risk-sentences";
import { stateText, subjectText } from "./phrases/surface";

/** A report as JSON: its data, with the sentences of the Markdown beside the data. */
export function toJson({ environments, ...report }: Report): string {
  const withTexts = environments.map(({ access, risks, surface, outages, ...environment }) => ({
    ...environment,
    access: access.map(({ shortSentence: _, ...change }) => change),
    summary: planSentence(environment.planned),
    risks: risks.map((risk) => ({ ...risk, message: `${riskSubject(risk)} ${riskPredicate(risk)}` })),
    outages: outages.map((outage) => {
      const { cause, subject, lasts, undetermined, path, address } = outage;
      const text = { subject: outageSubject(outage) };
      const message = `${text.subject} ${outagePredicate(outage)}`;
      return { cause, subject, text, lasts, undetermined, path, address, message };
    }),
    surface: surface.map((change) => ({
      ...change,
      text: {
        subject: subjectText(change.subject),
        before: stateText(change.before),
        after: stateText(change.after),
      },
    })),
  }));
  return JSON.stringify({ ...report, environments: withTexts }, null, 2);
}
