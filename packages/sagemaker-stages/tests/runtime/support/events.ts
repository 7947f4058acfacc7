import {
  functionUrlEvent as functionUrlEventOf,
  type HttpRequest,
  lambdaContext,
  restHttpEvent,
} from "../../../src/testing/events";

export { LAMBDA_REQUEST_ID, REQUEST_ID } from "../../../src/testing/events";

/** The example of loan-default, which the sample model answers with `repaid`. */
export const ROW = "52000.5,8500,36";

/** {@link ROW} with a different text in place of one number. */
export function rowWith(cell: string, position: number): string {
  return ROW.split(",")
    .with(position - 1, cell)
    .join(",");
}

/** The parts of an HTTP request except body and query. */
export type HttpOptions = Omit<HttpRequest, "body" | "query">;

/** The header `Content-Type`. */
const JSON_TYPE = { contentType: "application/json" };

/** API Gateway REST proxy event of `POST /loan-default`. */
export function restEvent(body: string | null, options: HttpOptions = {}): unknown {
  return restHttpEvent(
    { method: "POST", path: "/loan-default" },
    { ...JSON_TYPE, ...options, ...(body === null ? {} : { body }) },
  );
}

/** Function URL event of `POST /`. */
export function functionUrlEvent(body: string | undefined, options: HttpOptions = {}): unknown {
  return functionUrlEventOf(
    { method: "POST" },
    { ...JSON_TYPE, ...options, ...(body === undefined ? {} : { body }) },
  );
}

/** API Gateway REST proxy event of `GET /language-check?<query>`. */
export function restQueryEvent(query: string): unknown {
  return restHttpEvent({ method: "GET", path: "/language-check" }, { query });
}

/** Function URL event of `GET /?<query>`. */
export function functionUrlQueryEvent(query: string): unknown {
  return functionUrlEventOf({ method: "GET" }, { query });
}

export { lambdaContext as contextWith };
