import {
  type About,
  type Contract,
  fault,
  quote,
  readDecimal,
  requireOnePredictionPerRow,
  SERVERLESS_PAYLOAD_IN_BYTES,
  UnreadablePredictions,
} from "sagemaker-stages/model";
import * as z from "zod/mini";

/** Local wall-clock time. No time zone is allowed, because a time zone must never change the hour. */
const DATETIME = /^(\d{4})-(\d{2})-(\d{2})[ T](\d{2}):(\d{2}):(\d{2})$/;

/** year, month, day, day of the week (Monday = 0), hour */
type CalendarFeatures = readonly [number, number, number, number, number];

/** @returns `undefined` if the text is not a valid date and time */
function readDatetime(text: string): CalendarFeatures | undefined {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] =
    DATETIME.exec(text)?.slice(1).map(Number) ?? [];
  // UTC has no daylight saving time. An invalid day changes the month: 30 February becomes 1 March.
  const time = new Date(0);
  time.setUTCFullYear(year, month - 1, day);
  const exists = year >= 1 && time.getUTCMonth() === month - 1 && time.getUTCDate() === day;
  if (!exists || hour > 23 || minute > 59 || second > 59) return undefined;
  const monday0 = (time.getUTCDay() + 6) % 7;
  return [year, month, day, monday0, hour];
}

const datetime = z.string().check((payload) => {
  if (readDatetime(payload.value) === undefined) {
    const allowed = "a valid date and time as YYYY-MM-DD HH:MM:SS, without a time zone";
    payload.issues.push(fault(payload.value, { got: quote(payload.value), allowed }));
  }
});

const number = z.number();

/** datetime, season, holiday, workingday, weather, temp (°C), atemp (°C), humidity (%), windspeed */
const features = z.tuple([datetime, number, number, number, number, number, number, number, number], {
  error: "a datetime and 8 numbers",
});

const instances = z.array(z.strictObject({ features })).check((payload) => {
  if (payload.value.length === 0) {
    payload.issues.push(fault(payload.value, { got: "an empty array", allowed: "at least one instance" }));
  }
});

const schema = z.strictObject({ instances });

type Request = z.infer<typeof schema>;

/** SageMaker XGBoost, a regression on log1p of the bikes rented in an hour. */
export const contract = {
  model: "bike-rental",
  route: { method: "POST", path: "/bike-rental" },
  schema,
  // 5,000 observations are 0.3 MB. XGBoost answers this size well within API Gateway's 29 seconds.
  limits: { rows: 5_000, rowsIn: "instances", payloadInBytes: SERVERLESS_PAYLOAD_IN_BYTES },

  encode(request) {
    const lines = request.instances.map(({ features: [moment, ...numbers] }) =>
      [...numbers, ...(readDatetime(moment) ?? [])].join(","),
    );
    return { contentType: "text/csv", accept: "text/csv", body: lines.join("\n"), rows: lines.length };
  },

  decode(body, request) {
    const counts = readCounts(body);
    requireOnePredictionPerRow(counts.length, request.instances.length);
    return counts;
  },
} satisfies Contract<Request, number[]>;

/** Reads the counts from their logarithms. A comma, line breaks, or both separate the logarithms. */
function readCounts(body: string): number[] {
  const counts: number[] = [];
  let isAfterComma = true;
  for (const [part] of body.matchAll(/,|[^,\n]+/g)) {
    const cell = part.trim();
    // Between two commas is an empty cell, which is not a number.
    if (cell !== "" && (cell !== "," || isAfterComma)) counts.push(readCount(cell));
    if (cell !== "") isAfterComma = cell === ",";
  }
  if (isAfterComma) readCount("");
  return counts;
}

function readCount(cell: string): number {
  const count = Math.expm1(readDecimal(cell));
  if (!Number.isFinite(count)) throw new UnreadablePredictions("a prediction is not a finite number");
  return count;
}

/** A published observation, answered with a published prediction. */
export const about: About<Request, number[]> = {
  title: "Bike rental",
  description:
    "Predicts the number of bikes rented in an hour from the date, weather and temperature, for one or more hours.",
  allowed: '{"instances": [{"features": ["YYYY-MM-DD HH:MM:SS", <8 numbers>]}, …]}',
  example: {
    request: { instances: [{ features: ["2012-12-19 17:00:00", 4, 0, 1, 1, 16.4, 20.455, 50, 26.0027] }] },
    answer: [571.092597122044],
  },
};
