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

/** Wall-clock time: it is read as it stands and never moves with a time zone, hence no zone may stand in it. */
const DATETIME = /^(\d{4})-(\d{2})-(\d{2})[ T](\d{2}):(\d{2}):(\d{2})$/;

/** year, month, day, day of the week (Monday = 0), hour */
type CalendarFeatures = readonly [number, number, number, number, number];

/** @returns `undefined` where the text is no moment of the calendar */
function readDatetime(text: string): CalendarFeatures | undefined {
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] =
    DATETIME.exec(text)?.slice(1).map(Number) ?? [];
  // In UTC, which knows no gaps: 30 February becomes 1 March, and is found out.
  const time = new Date(0);
  time.setUTCFullYear(year, month - 1, day);
  const exists = year >= 1 && time.getUTCMonth() === month - 1 && time.getUTCDate() === day;
  if (!exists || hour > 23 || minute > 59 || second > 59) return undefined;
  const monday0 = (time.getUTCDay() + 6) % 7;
  return [year, month, day, monday0, hour];
}

const datetime = z.string().check((payload) => {
  if (readDatetime(payload.value) === undefined) {
    const allowed = "a moment of the calendar as YYYY-MM-DD HH:MM:SS, without a time zone";
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
  // 5,000 observations are 0.3 MB, which XGBoost answers well within API Gateway's 29 seconds.
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

/** The counts in an answer of their logarithms, separated by a comma, line ends, or a comma and line ends. */
function readCounts(body: string): number[] {
  const counts: number[] = [];
  let isAfterComma = true;
  for (const [part] of body.matchAll(/,|[^,\n]+/g)) {
    const cell = part.trim();
    // Two commas have an empty cell between them, which is no number.
    if (cell !== "" && (cell !== "," || isAfterComma)) counts.push(readCount(cell));
    if (cell !== "") isAfterComma = cell === ",";
  }
  if (isAfterComma) readCount("");
  return counts;
}

function readCount(cell: string): number {
  const count = Math.expm1(readDecimal(cell));
  if (!Number.isFinite(count)) throw new UnreadablePredictions("a prediction is no finite number");
  return count;
}

/** A published observation, answered with a published prediction. */
export const about: About<Request, number[]> = {
  title: "Bike rental",
  description:
    "Tells how many bikes will be rented in an hour, by its date, weather and temperature, for one hour or many.",
  allowed: '{"instances": [{"features": ["YYYY-MM-DD HH:MM:SS", <8 numbers>]}, …]}',
  example: {
    request: { instances: [{ features: ["2012-12-19 17:00:00", 4, 0, 1, 1, 16.4, 20.455, 50, 26.0027] }] },
    answer: [571.092597122044],
  },
};
