import {
  type Amount,
  type CostLine,
  costChange,
  isUncounted,
  type NotCounted,
  type Uncounted,
} from "../../../src/review/cost";
import {
  calculationText,
  itemText,
  noteText,
  uncountedText,
} from "../../../src/review/rendering/phrases/cost";
import { stateText, subjectText } from "../../../src/review/rendering/phrases/surface";
import { type SurfaceChange, surfaceChanges } from "../../../src/review/surface";

type Plan = Parameters<typeof costChange>[0];

/** The changed prices of a plan, with the texts of the review in place of data. */
export function costTexts(plan: Plan) {
  const cost = costChange(plan);
  const line = <T extends CostLine | NotCounted>({ what, before, after, ...one }: T) => ({
    ...one,
    what: itemText(what),
    before: amountTexts(before),
    after: amountTexts(after),
  });
  return {
    ...cost,
    lines: cost.lines.map(line),
    perMillionRequests: cost.perMillionRequests.map(line),
    perThousandLongRequests: cost.perThousandLongRequests.map(line),
    perGbOfLog: cost.perGbOfLog.map(line),
    notCounted: cost.notCounted.map(line),
  };
}

interface AmountTexts {
  readonly usd?: number;
  readonly calculation?: string;
  readonly note?: string;
  /** Why the charge is not counted. */
  readonly reason?: string;
}

function amountTexts(amount: Amount | Uncounted | null): AmountTexts | null {
  if (amount === null) return null;
  if (isUncounted(amount)) return { reason: uncountedText(amount) };
  const { usd, note } = amount;
  return {
    usd,
    calculation: calculationText(amount),
    ...(note === undefined ? {} : { note: noteText(note) }),
  };
}

/** The surface changes of a plan, with the texts of the review in place of data. */
export function surfaceTexts(plan: Plan) {
  return surfaceChanges(plan).map(surfaceText);
}

/** A surface change, with the texts of the review in place of data. */
export function surfaceText({ subject, before, after, ...change }: SurfaceChange) {
  return {
    ...change,
    subject: subjectText(subject),
    before: before && stateText(before),
    after: after && stateText(after),
  };
}
