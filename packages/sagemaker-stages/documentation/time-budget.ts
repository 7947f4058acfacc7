import { type AnswerKind, requestTimes, TIME_BUDGET, type TimeBudget } from "../src/aws/time-budget";

/** The document with the table, from the repository's folder. */
export const DOCUMENT = "docs/long-answers.md";

/** The lines around the generated table. */
export const MARKERS = {
  start:
    "<!-- `npm run docs` generates this table from packages/sagemaker-stages/src/aws/time-budget.ts. -->",
  end: "<!-- End of the generated table. -->",
} as const;

/** The names of the kinds of routes in the document. */
const COLUMNS: Readonly<Record<AnswerKind, string>> = {
  buffered: "`buffer`",
  "streamed plain": "`stream`, plain contract",
  streamed: "`stream`, streaming contract",
};

const KINDS = Object.keys(COLUMNS) as AnswerKind[];

/** The document with a new table. @throws Error if the document has no markers */
export function withTimeBudget(document: string): string {
  const start = document.indexOf(MARKERS.start);
  const end = document.indexOf(MARKERS.end);
  if (start < 0 || end < start) {
    throw new Error(`${DOCUMENT}: got no lines ${MARKERS.start} and ${MARKERS.end}; allowed: both lines`);
  }
  return `${document.slice(0, start)}${MARKERS.start}\n\n${renderTable()}\n\n${document.slice(end)}`;
}

function renderTable(): string {
  const row = (label: string, cellOf: (kind: AnswerKind) => string): string =>
    `| ${[label, ...KINDS.map(cellOf)].join(" | ")} |`;
  const times = (kind: AnswerKind) => requestTimes(kind, TIME_BUDGET[kind].default);
  return [
    row("seconds", (kind) => COLUMNS[kind]),
    `| --- |${KINDS.map(() => " ---: |").join("")}`,
    row("API Gateway waits: `timeoutInSeconds`, default", (kind) => String(times(kind).gateway)),
    row("`timeoutInSeconds`, at most", (kind) => maxText(TIME_BUDGET[kind])),
    row("the function may run, with the default", (kind) => String(times(kind).function)),
    row("the handler waits for the endpoint, with the default", (kind) => String(times(kind).handler)),
    row("the first part of the answer arrives within, with the default", (kind) =>
      String(times(kind).firstPart),
    ),
    row("SageMaker's limit of one attempt", (kind) => String(times(kind).attempt)),
  ].join("\n");
}

function maxText({ max, maxWithQuota }: TimeBudget): string {
  return maxWithQuota === undefined ? String(max) : `${max}; ${maxWithQuota} with the quota`;
}
