import {
  type HttpRequest,
  restHttpEvent,
  type ScriptedAnswer,
  functionUrlEvent as urlEvent,
} from "sagemaker-stages/testing";
import { contract } from "../../contract";

/** An event of the REST API for `POST /bike-rental`. `null`: no body. */
export function restEvent(body: string | null, options: Omit<HttpRequest, "body"> = JSON_TYPE): unknown {
  return restHttpEvent(contract.route, { ...JSON_TYPE, ...options, ...(body === null ? {} : { body }) });
}

/** An event of the function URL. `null`: no body. */
export function functionUrlEvent(
  body: string | null,
  options: Omit<HttpRequest, "body"> = JSON_TYPE,
): unknown {
  return urlEvent(contract.route, { ...JSON_TYPE, ...options, ...(body === null ? {} : { body }) });
}

const JSON_TYPE = { contentType: "application/json" };

/** Numbers in the format of the XGBoost container. */
export function csv(body: string): ScriptedAnswer {
  return { headers: { "content-type": "text/csv; charset=utf-8" }, body };
}
