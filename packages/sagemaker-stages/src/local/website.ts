import { buildWebsite, STAGE_ORIGIN, type WebsiteFile } from "../page/build";
import type { WebsiteConfig } from "../page/config";
import { securityHeaders } from "../page/headers";
import { publicDocument } from "../page/public-document";
import type { HttpResponse } from "./http";

/**
 * The page of a stage as it is served, by file name: what the bucket holds, with the headers that the
 * distribution adds.
 *
 * @param stageUrl - where the page finds the stage, e.g. `http://127.0.0.1:3000/dev`
 * @param openApi - the API's OpenAPI document, parsed
 * @param files - the page's own, which are the same for every stage
 * @throws Error where the page does not build, or the document holds what must not become public
 */
export function websiteFor(
  stageUrl: string,
  openApi: unknown,
  files: readonly WebsiteFile[] = buildWebsite(),
): Map<string, HttpResponse> {
  const { origin } = new URL(stageUrl);
  const headers = { "Cache-Control": "no-cache", ...securityHeaders([origin]) };
  const answer = (contentType: string, body: string): HttpResponse => ({
    status: 200,
    headers: { "Content-Type": contentType, ...headers },
    body,
  });
  const config: WebsiteConfig = { stageUrl };
  return new Map([
    ...files.map(
      ({ name, contentType, body }) =>
        [name, answer(contentType, body.replaceAll(STAGE_ORIGIN, origin))] as const,
    ),
    ["config.json", answer("application/json", JSON.stringify(config))],
    ["openapi.json", answer("application/json", JSON.stringify(publicDocument(openApi, stageUrl)))],
  ]);
}
