import { execFile } from "node:child_process";
import { promisify } from "node:util";
import { afterEach, beforeEach, describe, expect, it } from "@jest/globals";
import { EndpointServer, handlerEnvironment, invokePackage } from "sagemaker-stages/testing";
import { at, observations } from "./support/observations";

let endpoint: EndpointServer;

beforeEach(async () => {
  endpoint = await EndpointServer.start();
  endpoint.willAnswer({ body: "1\n".repeat(MOMENTS.length) });
});

afterEach(async () => {
  await endpoint.close();
});

/** Dates and times that a time zone skips, repeats, or has on another day, with their calendar features. */
const MOMENTS = [
  { datetime: "2012-03-11 02:30:00", calendar: "2012,3,11,6,2" },
  { datetime: "2012-11-04 01:30:00", calendar: "2012,11,4,6,1" },
  { datetime: "1986-01-01 00:10:00", calendar: "1986,1,1,2,0" },
  { datetime: "2011-12-30 12:00:00", calendar: "2011,12,30,4,12" },
  { datetime: "2012-01-01 00:00:00", calendar: "2012,1,1,6,0" },
  { datetime: "2012-12-31 23:59:59", calendar: "2012,12,31,0,23" },
  { datetime: "2012-12-19T17:00:00", calendar: "2012,12,19,2,17" },
  { datetime: "0001-01-01 00:00:00", calendar: "1,1,1,0,0" },
] as const;

/** The UTC time that Node.js computes for a local time in the time zone of `environment`. */
async function toUtc(moment: string, environment: NodeJS.ProcessEnv): Promise<string> {
  const script = `console.log(new Date("${moment}").toISOString())`;
  const { stdout } = await promisify(execFile)(process.execPath, ["-e", script], { env: environment });
  return stdout.trim();
}

describe("a datetime has the same hour on a machine", () => {
  it.each([
    { zone: "America/New_York", moment: "2012-03-11T02:30:00", there: "2012-03-11T07:30:00.000Z" },
    { zone: "Asia/Kathmandu", moment: "1986-01-01T00:10:00", there: "1985-12-31T18:40:00.000Z" },
    { zone: "Pacific/Apia", moment: "2011-12-30T12:00:00", there: "2011-12-30T22:00:00.000Z" },
    { zone: "UTC", moment: "2012-03-11T02:30:00", there: "2012-03-11T02:30:00.000Z" },
  ])("in $zone", async ({ zone, moment, there }) => {
    // Prepare
    const environment = { ...handlerEnvironment(endpoint), TZ: zone };
    const request = observations(...MOMENTS.map(({ datetime }) => at(datetime)));

    // Act
    const utc = await toUtc(moment, environment);
    const counts = await invokePackage("bike-rental", request, { environment, allowedHost: endpoint.host });

    // Assess: the process uses the time zone, but the function's result does not depend on it
    expect(utc).toBe(there);
    expect(counts).toEqual(MOMENTS.map(() => Math.expm1(1)));
    expect(endpoint.onlyRequest.body.split("\n")).toEqual(
      MOMENTS.map(({ calendar }) => `4,0,1,1,16.4,20.455,50,26.0027,${calendar}`),
    );
  });
});
