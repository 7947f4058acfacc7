import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from "@jest/globals";
import { EndpointServer } from "../../../packages/sagemaker-stages/src/testing/endpoint-server";
import { Bundle } from "../../../packages/sagemaker-stages/tests/runtime/support/bundle";
import { environmentOf } from "../../../packages/sagemaker-stages/tests/runtime/support/handler";
import { at, observations } from "./observations";

let bundle: Bundle;
let endpoint: EndpointServer;

beforeAll(() => {
  bundle = Bundle.of("bike-rental");
});

afterAll(() => {
  bundle.remove();
});

beforeEach(async () => {
  endpoint = await EndpointServer.start();
  endpoint.willAnswer({ body: "1\n".repeat(MOMENTS.length) });
});

afterEach(async () => {
  await endpoint.close();
});

/** Moments that some zone skips, has twice, or has on another day, with what they are on every clock's face. */
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

describe("a datetime is the same on a machine", () => {
  it.each([
    { zone: "America/New_York", moment: "2012-03-11T02:30:00", there: "2012-03-11T07:30:00.000Z" },
    { zone: "Asia/Kathmandu", moment: "1986-01-01T00:10:00", there: "1985-12-31T18:40:00.000Z" },
    { zone: "Pacific/Apia", moment: "2011-12-30T12:00:00", there: "2011-12-30T22:00:00.000Z" },
    { zone: "UTC", moment: "2012-03-11T02:30:00", there: "2012-03-11T02:30:00.000Z" },
  ])("in $zone", async ({ zone, moment, there }) => {
    // Prepare
    const environment = { ...environmentOf(endpoint), TZ: zone };
    const request = observations(...MOMENTS.map(({ datetime }) => at(datetime)));

    // Act
    const local = await bundle.runNode(`console.log(new Date("${moment}").toISOString())`, environment);
    const lines = await bundle.invoke(request, environment);

    // Assess: the zone is in force, and nothing follows it
    expect(local.trim()).toBe(there);
    expect(lines).toHaveLength(2);
    expect(endpoint.onlyRequest.body.split("\n")).toEqual(
      MOMENTS.map(({ calendar }) => `4,0,1,1,16.4,20.455,50,26.0027,${calendar}`),
    );
  });
});
