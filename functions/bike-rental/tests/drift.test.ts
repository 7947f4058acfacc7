import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterAll, describe, expect, it } from "@jest/globals";
import baseline from "../baseline.json";
import { contract } from "../contract";
import expected from "./drift/table.json";

const APP = join(__dirname, "../../..");
const COMMAND = join(dirname(require.resolve("sagemaker-stages/package.json")), "bin/sagemaker-stages.js");
const ROWS = 10_000;
/** The allowed difference from scipy's figures. */
const TOLERANCE = 1e-9;

/** The generator of drift/scipy_table.py. */
function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(1664525, state) + 1013904223) >>> 0;
    return state / 2 ** 32;
  };
}

/** Rows whose values have the distributions of the baseline, as the caller sends them. */
function capturedRows(isShifted: boolean): unknown[][] {
  const next = randomNumbers(2026);
  const draw = ({ values, counts }: (typeof baseline.features)[number]) => {
    const drawn = next() * baseline.rows;
    let read = 0;
    for (const [cell, rows] of counts.entries()) {
      read += rows;
      if (drawn < read) return values[cell] ?? 0;
    }
    return 0;
  };
  return Array.from({ length: ROWS }, () => {
    const [
      ,
      season = 0,
      holiday = 0,
      workingday = 0,
      weather = 0,
      temp = 0,
      atemp = 0,
      humidity = 0,
      windspeed = 0,
    ] = baseline.features.map(draw);
    const numbers = [season, holiday, workingday, weather];
    // The baseline contains the number of characters of a date and time.
    const datetime = "2012-12-19 17:00:00";
    if (!isShifted) return [datetime, ...numbers, temp, atemp, humidity, windspeed];
    return [datetime, ...numbers, temp + 5, atemp + 5, next() < 0.05 ? null : humidity, windspeed * 1.25];
  });
}

/** A folder with files in the format of SageMaker's data capture, one file per hour and one record per row. */
function capture(rows: readonly (readonly unknown[])[]): string {
  const folder = mkdtempSync(join(tmpdir(), "bike-rental-drift-"));
  folders.push(folder);
  for (let hour = 0; hour < 10; hour++) {
    const file = join(folder, `dev-bike-rental/AllTraffic/2026/11/29/0${hour}/00-00-000.jsonl`);
    const lines = rows.slice((hour * ROWS) / 10, ((hour + 1) * ROWS) / 10).map((row, index) => {
      const data = Object.fromEntries(row.map((value, column) => [`features.${column}`, value]));
      return JSON.stringify({
        captureData: {
          endpointInput: {
            observedContentType: "application/json",
            mode: "INPUT",
            data: JSON.stringify(data),
            encoding: "JSON",
          },
        },
        eventMetadata: { eventId: `${hour}-${index}`, inferenceTime: `2026-11-29T0${hour}:00:00Z` },
        eventVersion: "0",
      });
    });
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, `${lines.join("\n")}\n`);
  }
  return folder;
}

const folders: string[] = [];

afterAll(() => {
  for (const folder of folders) rmSync(folder, { recursive: true });
});

describe("drift of 10,000 captured rows", () => {
  it.each([
    { rows: "unshifted", isShifted: false, status: 0, drifting: [], table: expected.unshifted },
    {
      rows: "shifted",
      isShifted: true,
      status: 1,
      drifting: ["atemp", "humidity", "temp", "windspeed"],
      table: expected.shifted,
    },
  ])(
    "has the exit status $status and scipy's figures when the rows are $rows",
    ({ isShifted, status, drifting, table }) => {
      // Prepare
      const folder = capture(capturedRows(isShifted));
      const files = ["--html", join(folder, "drift.html"), "--json", join(folder, "drift.json")];

      // Act
      const finished = spawnSync(
        process.execPath,
        [COMMAND, "drift", "dev", "--model", "bike-rental", "--captured", folder, ...files],
        { cwd: APP, encoding: "utf8" },
      );

      // Assess
      expect(finished).toMatchObject({ status, stderr: "" });
      const [{ features }] = JSON.parse(readFileSync(join(folder, "drift.json"), "utf8")).models;
      const names = features.filter(({ verdict }: { verdict: string }) => verdict === "drift").map(nameOf);
      expect(names.sort()).toEqual(drifting);
      for (const { name, missing, ...figures } of table) {
        const found = features.find((feature: { name: string }) => feature.name === name);
        for (const [figure, value] of Object.entries({ ...figures, captured: missing })) {
          const got = figure === "captured" ? found.missing.captured : found[figure];
          expect({ name, figure, isEqual: Math.abs(got - value) < TOLERANCE }).toEqual({
            name,
            figure,
            isEqual: true,
          });
        }
      }
    },
    60_000,
  );

  it("compares the features that a request contains, in their order", () => {
    // Prepare
    const [, ...numbers] = baseline.features.map(({ values }) => values[0]);

    // Act
    const { success } = contract.schema.safeParse({
      instances: [{ features: ["2012-12-19 17:00:00", ...numbers] }],
    });

    // Assess
    expect(success).toBe(true);
  });
});

function nameOf({ name }: { name: string }): string {
  return name;
}
