import type { Amount, CostChange, CostLine } from "../cost";
import { differenceOf, dollars } from "../dollars";
import type { Section } from "./document";
import { code, header, plain, row } from "./text";

/** What the change costs, and what of it is not counted. */
export function costSection(cost: CostChange, titled: (title: string) => string): Section[] {
  const { atRest, lines, perMillionRequests, perGbOfLog, notPriced } = cost;
  const notCounted = cost.notCounted.filter(({ changes }) => changes);
  const all = [
    ...lines.map((line) => ({ line, per: "a month" })),
    ...perMillionRequests.map((line) => ({ line, per: "a million requests" })),
    ...perGbOfLog.map((line) => ({ line, per: "a GB of log" })),
  ];
  if (all.length === 0 && notCounted.length === 0) return [];
  const left = notCounted.map(
    ({ path, what, reason }) => `- not counted: ${code(path)} ${plain(what)}: ${plain(reason)}`,
  );
  return [
    {
      title: titled(atRest === null ? "Cost" : `Cost at rest: ${differenceOf(atRest.difference)} a month`),
      level: 3,
      folded: true,
      importance: 70,
      paragraphs: [
        ...(atRest === null
          ? []
          : [`${dollars(atRest.before)} → ${dollars(atRest.after)} a month, of what has a price at rest.`]),
        ...(notPriced === null ? [] : [plain(notPriced)]),
        [
          plain(cost.sentence),
          ...(cost.pricesDated === null ? [] : [`Prices of ${cost.region}, ${cost.pricesDated}.`]),
        ].join(" "),
        ...(left.length === 0 ? [] : [left.join("\n")]),
      ],
      header: header("path", "what", "for", "before", "after", "difference"),
      rows: all.map(({ line, per }) => lineRow(line, per)),
    },
  ];
}

function lineRow({ path, what, before, after, difference }: CostLine, per: string): string {
  return row(
    code(path),
    plain(what),
    per,
    amountInWords(before),
    amountInWords(after),
    differenceOf(difference),
  );
}

function amountInWords(amount: Amount | null): string {
  if (amount === null) return "";
  const note = amount.note === undefined ? "" : `<br>${plain(amount.note)}`;
  return `${dollars(amount.usd)}<br>${plain(amount.calculation)}${note}`;
}
