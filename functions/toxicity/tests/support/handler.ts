import { restHttpEvent, type ScriptedAnswer, functionUrlEvent as urlEvent } from "sagemaker-stages/testing";
import { contract } from "../../contract";

/** An event of the REST API for `GET /toxicity?<query>`. */
export function restQueryEvent(query: string): unknown {
  return restHttpEvent(contract.route, { query });
}

/** An event of the function URL for `GET /?<query>`. */
export function functionUrlQueryEvent(query: string): unknown {
  return urlEvent(contract.route, { query });
}

/** A JSON document of the container. */
export function json(document: unknown): ScriptedAnswer {
  return { headers: { "content-type": "application/json" }, body: JSON.stringify(document) };
}
