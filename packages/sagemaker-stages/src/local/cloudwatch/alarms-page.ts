import type { HttpRequest, HttpResponse } from "../http";
import type { CloudWatch } from "./cloudwatch";

/** The path of the states of all alarms. Addresses of the local stage itself begin with `/_local`, see `issuer.ts`. */
export const ALARMS_PATH = "/_local/alarms";

/** Answers with the alarms, their states and the reasons, as JSON. */
export function answerAlarms(cloudWatch: CloudWatch, { method }: Pick<HttpRequest, "method">): HttpResponse {
  if (method !== "GET" && method !== "HEAD") {
    return {
      status: 405,
      headers: { "Content-Type": "text/plain", Allow: "GET, HEAD" },
      body: `Method Not Allowed: got ${method}; allowed: GET, HEAD\n`,
    };
  }
  return {
    status: 200,
    headers: { "Content-Type": "application/json", "Cache-Control": "no-store" },
    body: `${JSON.stringify({ alarms: cloudWatch.describeAlarms() }, null, 2)}\n`,
  };
}
