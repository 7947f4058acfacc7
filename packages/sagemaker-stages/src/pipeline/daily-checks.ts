import { existsSync } from "node:fs";
import { join } from "node:path";
import { type EndpointParts, endpointPartsSchema, type Part } from "./endpoint-parts";
import { code, codeBlock, row } from "./markdown";
import { readWhole } from "./plan-record";

/** The files of the daily checks in the folder of an environment. */
export const PARTS_FILE = "parts.json";
const SMOKE_FILE = "smoke.txt";
const SMOKE_STATUS_FILE = "smoke.status";

/** The results of the daily checks of one environment, beside the comparison with the state. */
export interface DailyChecks {
  readonly environment: string;
  /** `undefined` if the parts were not determined. */
  readonly endpoints: readonly EndpointParts[] | undefined;
  /** `undefined` if the smoke test did not run. */
  readonly smoke: SmokeResult | undefined;
}

/** The result of the smoke test. */
export interface SmokeResult {
  readonly passed: boolean;
  /** The head of the table, the failed checks, and the lines below the table; empty if no request was sent. */
  readonly lines: readonly string[];
}

/** Reads the results of an environment's checks from its folder. */
export function readDailyChecks(folder: string, environment: string): DailyChecks {
  const textOf = (name: string): string | undefined => {
    const file = join(folder, environment, name);
    return existsSync(file) ? readWhole(file).toString("utf8") : undefined;
  };
  const parts = textOf(PARTS_FILE);
  const status = textOf(SMOKE_STATUS_FILE);
  return {
    environment,
    endpoints: parts === undefined ? undefined : endpointPartsSchema.parse(JSON.parse(parts)),
    smoke:
      status === undefined
        ? undefined
        : { passed: status.trim() === "0", lines: linesOf(textOf(SMOKE_FILE) ?? "") },
  };
}

/** The table without the checks that passed. */
function linesOf(table: string): string[] {
  return table.split("\n").filter((line) => line.trim() !== "" && !line.startsWith("ok "));
}

/** One sentence for each failed check, without Markdown. */
export function faultsOf({ environment, endpoints = [], smoke }: DailyChecks): string[] {
  return [
    ...(smoke !== undefined && !smoke.passed ? [`${environment}: ${smokeFault(smoke)}`] : []),
    ...endpoints
      .filter(({ state }) => state === "exists")
      .flatMap(({ endpoint, parts }) =>
        parts
          .filter(({ state }) => state === "missing")
          .map(
            ({ kind, name }) =>
              `${environment}: AWS cannot patch the endpoint ${endpoint}: the ${kind} ${name} does not exist.`,
          ),
      ),
  ];
}

function smokeFault({ lines }: SmokeResult): string {
  return lines.length === 0
    ? "the smoke test could not send its requests: the run shows the reason."
    : "the smoke test failed.";
}

/** Whether the workflow could determine neither success nor failure of a check. */
export function isIncomplete({ endpoints, smoke }: DailyChecks): boolean {
  return endpoints === undefined || smoke === undefined;
}

/** The results as Markdown. */
export function checksSection(checks: readonly DailyChecks[]): string {
  return [...smokeSection(checks), ...endpointSection(checks)].join("\n");
}

function smokeSection(checks: readonly DailyChecks[]): string[] {
  return [
    "## Smoke tests",
    "",
    ...checks.flatMap(({ environment, smoke }) => {
      const name = code(environment);
      if (smoke === undefined) return [`- ⚠ ${name}: the smoke test did not run. The run shows the reason.`];
      if (smoke.passed) return [`- ${name}: ${belowTable(smoke).map(code).join("; ")}`];
      if (smoke.lines.length === 0) return [`- ⚠ ${name}: ${smokeFault(smoke)}`];
      return [`- ⚠ ${name}: ${smokeFault(smoke)}`, "", codeBlock(smoke.lines), ""];
    }),
    "",
  ];
}

/** The lines below the table: the number of checks, and what was not called. The head of the table begins with spaces. */
function belowTable({ lines }: SmokeResult): string[] {
  return lines.filter((line) => !line.startsWith(" "));
}

function endpointSection(checks: readonly DailyChecks[]): string[] {
  const rows = checks.flatMap(({ environment, endpoints }) =>
    endpoints === undefined
      ? [row(code(environment), "", "⚠ not checked", "The run shows the reason.")]
      : endpoints.map((one) => row(code(environment), code(one.endpoint), ...verdictOf(one))),
  );
  if (rows.length === 0) return [];
  return [
    "## Can AWS still patch the endpoints?",
    "",
    "AWS patches an endpoint, and replaces an unhealthy instance, only while the parts that the endpoint uses exist ([AWS](https://docs.aws.amazon.com/sagemaker/latest/dg/best-practice-endpoint-security.html)).",
    "",
    row("environment", "endpoint", "AWS can patch it", "parts"),
    "| --- | --- | --- | --- |",
    ...rows,
    "",
  ];
}

/** The verdict, and the parts by their state. */
function verdictOf({ state, parts }: EndpointParts): [verdict: string, details: string] {
  if (state === "missing") return ["⚠ no", "The endpoint does not exist."];
  const of = (one: Part["state"]): Part[] => parts.filter((part) => part.state === one);
  const verdict =
    of("missing").length > 0 ? "⚠ **no**" : of("unchecked").length > 0 ? "as far as checked" : "yes";
  const kinds = [...new Set(of("exists").map(({ kind }) => kind))].join(", ");
  return [
    verdict,
    [
      ...of("missing").map(({ kind, name }) => `**The ${kind} ${code(name)} does not exist.**`),
      ...of("unchecked").map(
        ({ kind, name, reason = "" }) => `Not checked: the ${kind} ${code(name)} (${code(reason)}).`,
      ),
      ...(kinds === "" ? [] : [`Exists: ${kinds}.`]),
    ].join("<br>"),
  ];
}
