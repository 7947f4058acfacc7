import type { AtRest, CostChange, CostLine, NotCounted, Per } from "../cost";
import type { Section } from "./document";
import { code, header, plain, row } from "./markdown";
import {
  ASSUMPTIONS,
  amountLines,
  atRestSentence,
  atRestTitle,
  itemText,
  NOT_COUNTED,
  notPricedText,
  pricePagesSentence,
  pricesSentence,
  UNITS,
  unchangedSentence,
} from "./phrases/cost";
import { differenceOf } from "./phrases/formats";
import { COLUMNS } from "./phrases/headings";

/** The change of the cost, with the charges that are not counted. */
export function costSection(cost: CostChange, title: string): Section[] {
  const { lines, perMillionRequests, perThousandLongRequests, perGbOfLog, notPriced } = cost;
  const notCounted = cost.notCounted.filter(({ changes }) => changes);
  const linesPer: Readonly<Record<Per, readonly CostLine[]>> = {
    month: lines,
    "million requests": perMillionRequests,
    "thousand long requests": perThousandLongRequests,
    "GB of log": perGbOfLog,
    use: [],
  };
  const rows = UNITS.flatMap(([per, unit]) => [
    ...linesPer[per].map((line) => costRow(line, unit, differenceOf(line.difference))),
    ...notCounted.filter((one) => one.per === per).map((one) => costRow(one, unit, NOT_COUNTED)),
  ]);
  if (rows.length === 0 && notPriced === null) return [];
  // The sums are omitted where no cost at rest changes.
  const atRest: AtRest | null = lines.length > 0 || cost.atRest?.isPartial ? cost.atRest : null;
  const unchanged = atRest === null ? [] : cost.notCounted.filter(isUnchangedAtRest);
  return [
    {
      title: atRest === null ? title : atRestTitle(title, atRest),
      level: 3,
      folded: true,
      importance: 70,
      paragraphs: [
        ...(atRest === null ? [] : [atRestSentence(atRest)]),
        ...unchangedSentence(unchanged),
        ...(notPriced === null ? [] : [plain(notPricedText(cost))]),
        ...pricePagesSentence(cost, [...notCounted, ...unchanged]),
        [plain(ASSUMPTIONS), ...pricesSentence(cost)].join(" "),
      ],
      header: header(...COLUMNS.cost),
      rows,
    },
  ];
}

function isUnchangedAtRest({ per, changes }: NotCounted): boolean {
  return per === "month" && !changes;
}

function costRow(
  { path, what, before, after }: CostLine | NotCounted,
  unit: string,
  difference: string,
): string {
  const cell = (amount: NotCounted["before"]): string => amountLines(amount).map(plain).join("<br>");
  return row(code(path), plain(itemText(what)), unit, cell(before), cell(after), difference);
}
