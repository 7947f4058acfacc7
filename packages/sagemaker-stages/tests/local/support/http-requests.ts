import type { HttpRequest } from "../../../src/local/http";
import type { Request } from "./client";

/** A request as the stage reads it. */
export function received({ method = "POST", path, headers = {}, body = "" }: Request): HttpRequest {
  const [beforeQuery = "/", query = ""] = path.split(/\?(.*)/s);
  return {
    method,
    target: path,
    path: beforeQuery,
    query,
    headers: Object.entries(headers),
    body: Buffer.from(body),
    sourceIp: "127.0.0.1",
  };
}
