import type { contract } from "../../contract";

/** A request of bike-rental. */
export type Observations = Parameters<typeof contract.encode>[0];

/** One observation: a datetime and eight numbers. */
export type Features = Observations["instances"][number]["features"];

/** The three published observations. */
export const PUBLISHED: readonly [Features, Features, Features] = [
  ["2012-12-19 17:00:00", 4, 0, 1, 1, 16.4, 20.455, 50, 26.0027],
  ["2012-12-19 18:00:00", 4, 0, 1, 1, 15.58, 19.695, 50, 23.9994],
  ["2012-12-10 01:00:00", 4, 0, 1, 2, 14.76, 18.94, 100, 0],
];

/** The rows that the endpoint receives for {@link PUBLISHED}. */
export const PUBLISHED_ROWS = [
  "4,0,1,1,16.4,20.455,50,26.0027,2012,12,19,2,17",
  "4,0,1,1,15.58,19.695,50,23.9994,2012,12,19,2,18",
  "4,0,1,2,14.76,18.94,100,0,2012,12,10,0,1",
] as const;

/** A request for these observations. */
export function observations(...features: readonly Features[]): Observations {
  return { instances: features.map((each) => ({ features: each })) };
}

/** The first published observation at another time. */
export function at(datetime: string): Features {
  const [, ...numbers] = PUBLISHED[0];
  return [datetime, ...numbers];
}
