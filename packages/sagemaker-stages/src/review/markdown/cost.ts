import { type AtRest, type CostChange, type CostLine, isUncounted, type NotCounted, type Per } from "../cost";
import { differenceOf, dollars } from "../dollars";
import type { Section } from "./document";
import { code, header, plain, row } from "./text";

/** In the order of the rows: what is paid for without being used comes first. */
const PER: readonly (readonly [Per, string])[] = [
  ["month", "a month"],
  ["million requests", "a million requests"],
  ["GB of log", "a GB of log"],
  ["use", "its use"],
];

/** What the change costs, and what of it is not counted. */
export function costSection(cost: CostChange, titled: (title: string) => string): Section[] {
  const { lines, perMillionRequests, perGbOfLog, notPriced } = cost;
  const notCounted = cost.notCounted.filter(({ changes }) => changes);
  const linesPer: Readonly<Record<Per, readonly CostLine[]>> = {
    month: lines,
    "million requests": perMillionRequests,
    "GB of log": perGbOfLog,
    use: [],
  };
  const rows = PER.flatMap(([per, words]) => [
    ...linesPer[per].map((line) => costRow(line, words, differenceOf(line.difference))),
    ...notCounted.filter((one) => one.per === per).map((one) => costRow(one, words, "not counted")),
  ]);
  if (rows.length === 0 && notPriced === null) return [];
  // Where nothing at rest changes, nothing is said of it.
  const atRest = lines.length > 0 || cost.atRest?.isPartial ? cost.atRest : null;
  return [
    {
      title: titled(atRest === null ? "Cost" : `Cost at rest: ${atRestInWords(atRest)}`),
      level: 3,
      folded: true,
      importance: 70,
      paragraphs: [
        ...(atRest === null ? [] : [sumsInWords(atRest)]),
        ...(notPriced === null ? [] : [plain(notPriced)]),
        [
          plain(cost.sentence),
          ...(cost.pricesDated === null ? [] : [`Prices of ${cost.region}, ${cost.pricesDated}.`]),
        ].join(" "),
      ],
      header: header("path", "what", "for", "before", "after", "difference"),
      rows,
    },
  ];
}

function atRestInWords({ difference, isPartial }: AtRest): string {
  const counted = `${differenceOf(difference)} a month`;
  if (!isPartial) return counted;
  return difference === 0 ? "not all is counted" : `not all is counted; what is: ${counted}`;
}

function sumsInWords({ before, after, isPartial }: AtRest): string {
  const without = isPartial ? "; without what is not counted in the table" : "";
  return `${dollars(before)} → ${dollars(after)} a month, of what has a price at rest${without}.`;
}

function costRow(
  { path, what, before, after }: CostLine | NotCounted,
  per: string,
  difference: string,
): string {
  return row(code(path), plain(what), per, amountInWords(before), amountInWords(after), difference);
}

function amountInWords(amount: NotCounted["before"]): string {
  if (amount === null) return "";
  if (isUncounted(amount)) return `not counted: ${plain(amount.reason)}`;
  const { usd, calculation, note } = amount;
  return `${dollars(usd)}<br>${plain(calculation)}${note === undefined ? "" : `<br>${plain(note)}`}`;
}
